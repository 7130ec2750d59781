"""Which asset a file means."""

import pytest

from services.portfolio.domain.ledger_files.matching import (
    KnownAsset,
    candidates,
    marked_symbol_of,
    match,
    symbol_of,
)
from services.portfolio.domain.ledger_files.rows import AssetReference

FUND = "IE00B3RBWM25"
APPLE = "US0378331005"


def known(id_: int, symbol: str, currency: str = "USD", **more: object) -> KnownAsset:
    fields = {"name": symbol, "isin": None, "is_own": False, "is_active": True, **more}
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
    assert meant(reference, known(1, "VWRL", "EUR")) == 1
    assert meant(reference, known(1, "VWRL", "EUR", isin=APPLE)) is None


def test_a_name_alone_must_be_the_whole_name() -> None:
    reference = AssetReference(name="Apple")
    assert meant(reference, known(1, "APPLE", name="Apple Hospitality")) is None
    assert meant(reference, known(1, "APPLE", name="Apple")) == 1


def test_ones_own_asset_goes_before_a_public_one_of_the_same_isin() -> None:
    own, public = known(1, "MINE", isin=FUND, is_own=True), known(2, "FUND", isin=FUND)
    assert meant(AssetReference(symbol="FUND", isin=FUND), own, public) == 1


def test_a_symbol_in_another_currency_is_no_match() -> None:
    euros = known(1, "AMD", "EUR", is_own=True)
    assert meant(AssetReference(symbol="AMD", currency="USD"), euros) is None
    assert meant(AssetReference(symbol="AMD"), euros) == 1
    pence = AssetReference(symbol="VOD.L", currency="GBX")
    assert meant(pence, known(2, "VOD.L", "GBP")) == 2


def test_of_several_assets_of_a_symbol_the_name_decides_else_it_is_ones_own() -> None:
    own = known(2, "AAPL", name="My own apple", is_own=True)
    public = known(1, "AAPL", name="Apple Inc.")
    for name, expected in (("Apple Inc.", 1), ("My own apple", 2), ("Apple", 2), (None, 2)):
        assert meant(AssetReference(symbol="AAPL", name=name), own, public) == expected, name


def test_a_retired_asset_is_meant_by_symbol_and_name_only() -> None:
    old = known(1, "OLDCO", name="Old Co", is_active=False)
    new = known(2, "OLDCO", name="New Co")
    for name, alone, expected in (("Old Co", 1, 1), ("New Co", None, 2), (None, None, 2)):
        reference = AssetReference(symbol="OLDCO", name=name, currency="USD")
        assert meant(reference, old) == alone, name
        assert meant(reference, new, old) == expected, name
    # The symbol has been handed on, and the name is that of neither.
    assert meant(AssetReference(symbol="OLDCO", name="Other Co"), new, old) is None
    assert candidates(AssetReference(symbol="OLDCO", name="Other Co"), [new, old]) == [new, old]


def test_what_is_described_in_full_is_meant_before_what_has_its_isin() -> None:
    old = known(1, "VWRL.L", "GBP", isin=FUND, name="Fund", is_active=False)
    new = known(2, "VWRA.L", "GBP", isin=FUND, name="Fund")
    reference = AssetReference(isin=FUND, symbol="VWRL.L", name="Fund", currency="GBP")
    assert meant(reference, new, old) == 1
    assert meant(AssetReference(isin=FUND, currency="GBP"), new, old) == 2
    assert meant(AssetReference(isin=FUND, currency="GBP"), old) is None


@pytest.mark.parametrize(
    ("reference", "symbol"),
    [
        (AssetReference(symbol="abc", isin=FUND, name="A"), f"ABC {FUND}"),
        (AssetReference(symbol="x" * 32, isin=FUND), f"{'X' * 19} {FUND}"),
        # The first eight digits of SHA-256 of the name.
        (AssetReference(name="x" * 40), f"{'X' * 23} BD913FF6"),
        (AssetReference(symbol="abc"), "ABC"),
    ],
)
def test_a_symbol_that_is_taken_gets_a_mark_of_the_paper(
    reference: AssetReference, symbol: str
) -> None:
    assert marked_symbol_of(reference) == symbol


def test_an_asset_is_found_by_its_marked_symbol() -> None:
    reference = AssetReference(name="x" * 40)
    asset = known(1, marked_symbol_of(reference), name="x" * 40)
    assert meant(reference, asset) == 1
    assert candidates(reference, [asset]) == [asset]
