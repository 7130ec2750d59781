"""Which asset a file means."""

import pytest

from services.portfolio.domain.ledger_files.matching import KnownAsset, match, symbol_of
from services.portfolio.domain.ledger_files.rows import AssetReference

FUND = "IE00B3RBWM25"
APPLE = "US0378331005"


def known(id_: int, symbol: str, currency: str = "USD", **more: object) -> KnownAsset:
    fields = {"name": symbol, "isin": None, "is_own": False, **more}
    return KnownAsset(id=id_, symbol=symbol, currency=currency, **fields)  # type: ignore[arg-type]


def meant(reference: AssetReference, *assets: KnownAsset) -> int | None:
    found = match(reference, assets)
    return found.id if found else None


@pytest.mark.parametrize(
    ("reference", "symbol"),
    [
        (AssetReference(symbol="vod.l", isin=FUND, name="Vodafone"), "VOD.L"),
        (AssetReference(symbol="brk b"), "BRK B"),
        (AssetReference(symbol="A,B"), "A B"),
        (AssetReference(isin=FUND, name="A fund"), FUND),
        (AssetReference(name="Mein Häuschen (alt)"), "MEIN H USCHEN ALT"),
        (AssetReference(name="x" * 40), "X" * 32),
        (AssetReference(name="—"), ""),
    ],
)
def test_a_reference_means_a_symbol(reference: AssetReference, symbol: str) -> None:
    assert symbol_of(reference) == symbol


def test_an_isin_without_a_currency_finds_the_only_asset_that_has_it() -> None:
    pounds, euros = known(1, "VWRL.L", "GBP", isin=FUND), known(2, "VWRL.AS", "EUR", isin=FUND)
    reference = AssetReference(isin=FUND.lower())
    assert meant(reference, pounds) == 1
    assert meant(reference, pounds, euros) is None


def test_a_symbol_counts_unless_the_isin_says_otherwise() -> None:
    reference = AssetReference(symbol="VWRL", isin=FUND, currency="EUR")
    assert meant(reference, known(1, "VWRL", "GBP")) == 1
    assert meant(reference, known(1, "VWRL", "EUR", isin=APPLE)) is None


def test_a_name_alone_must_be_the_whole_name() -> None:
    reference = AssetReference(name="Apple")
    assert meant(reference, known(1, "APPLE", name="Apple Hospitality")) is None
    assert meant(reference, known(1, "APPLE", name="Apple")) == 1


def test_ones_own_asset_goes_before_a_public_one_of_the_same_isin() -> None:
    own, public = known(1, "MINE", isin=FUND, is_own=True), known(2, "FUND", isin=FUND)
    assert meant(AssetReference(symbol="FUND", isin=FUND), own, public) == 1
