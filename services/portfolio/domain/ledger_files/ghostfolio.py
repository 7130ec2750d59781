"""Ghostfolio's export of activities (JSON).

Its numbers are binary floats, so they are rounded to the eight decimals of a ledger. Its days are
those of UTC. A fee is that of the activity; FEE and INTEREST belong to no asset, though Ghostfolio
makes one up for each. Balances of accounts are no transactions and are not read.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.portfolio.domain.ledger_files.cells import NOTES_LENGTH, Cells
from services.portfolio.domain.ledger_files.rows import (
    AssetReference,
    FileRefused,
    LedgerFile,
    LedgerRow,
    Numbers,
    Skip,
    ledger_file,
)
from services.portfolio.domain.ledger_files.tables import decoded
from shared.finance.entries import EntryType
from shared.finance.money import EXACT, ZERO, plain, round_to

_PLACES: Final = 8
_LARGEST_EXPONENT: Final = 40
# Older exports say ITEM for the purchase of a valuable; today that is a BUY.
_TYPES: Final = {
    "BUY": EntryType.BUY,
    "ITEM": EntryType.BUY,
    "SELL": EntryType.SELL,
    "DIVIDEND": EntryType.DIVIDEND,
    "INTEREST": EntryType.INTEREST,
    "FEE": EntryType.FEE,
}
_MADE_UP: Final = re.compile(r"(?:GF_)?([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class _Export:
    """What an export says of itself.

    Attributes:
        day: when it was made, `YYYY-MM-DD`; empty when it doesn't say.
        profiles: of the user's own assets, by data source and symbol.
    """

    day: str
    profiles: Mapping[tuple[str, str], dict[str, str]]


def read(content: bytes) -> LedgerFile:
    """Return the rows of an export; `ledger_files.read` says more.

    Raises:
        FileRefused: it is no JSON, or has no list of activities.
    """
    document = _object(_parsed(decoded(content, "utf-8-sig")))
    activities = document.get("activities")
    if not isinstance(activities, list):
        raise FileRefused("Not an export of Ghostfolio: it has no list of activities.")
    profiles = document.get("assetProfiles")
    texts = [_texts(profile) for profile in profiles] if isinstance(profiles, list) else []
    export = _Export(
        _texts(document.get("meta")).get("date", "")[:10],
        {_key(profile): profile for profile in texts},
    )
    return ledger_file(
        enumerate(map(_texts, activities), start=1), lambda line, it: _row(line, it, export)
    )


def _row(line: int, texts: dict[str, str], export: _Export) -> LedgerRow | Skip:
    if texts.get("type") == "LIABILITY":
        return Skip.LIABILITY
    cells = Cells(texts)
    kind = _type(cells)
    has_asset = kind not in (EntryType.FEE, EntryType.INTEREST)
    profile = Cells(export.profiles.get(_key(texts), {}))
    row = LedgerRow(
        line=line,
        date=cells.day("date"),
        type=kind,
        asset=_asset(cells, profile) if has_asset else None,
        currency=cells.currency("currency"),
        notes=_notes(cells, profile, has_asset),
        external_id=cells.text("id"),
        **_numbers(cells, kind),
    )
    cells.check()
    return Skip.DRAFT if export.day and row.date.isoformat() > export.day else row


def _numbers(cells: Cells, kind: EntryType) -> Numbers:
    quantity, price, fee = cells.number("quantity"), cells.number("unitPrice"), cells.charge("fee")
    if kind is EntryType.FEE:
        return Numbers(amount=EXACT.minus(fee))
    if kind is EntryType.INTEREST:
        amount = EXACT.multiply(quantity or ZERO, price or ZERO)
        return Numbers(amount=round_to(amount, _PLACES), fees=fee)
    return Numbers(quantity=quantity, price=price, fees=fee)


def _type(cells: Cells) -> EntryType:
    name = cells.text("type") or ""
    if name not in _TYPES:
        cells.refuse("type", f"Must be one of: {', '.join([*_TYPES, 'LIABILITY'])}.")
    return _TYPES.get(name, EntryType.FEE)


def _asset(cells: Cells, profile: Cells) -> AssetReference:
    written = cells.text("symbol") or ""
    made_up = _MADE_UP.fullmatch(written)
    symbol, name = written.upper() or None, profile.text("name")
    if made_up:
        # Exports without profiles say no more of it than its kind (MANUAL) and its id.
        kind = (cells.text("dataSource") or "Ghostfolio").capitalize()
        symbol, name = None, name or f"{kind} asset {made_up[1]}"
    return AssetReference(
        isin=profile.text("isin", 12),
        symbol=symbol,
        name=name,
        currency=profile.currency("currency") or cells.currency("currency"),
        written=written or None,
    )


def _notes(cells: Cells, profile: Cells, has_asset: bool) -> str:
    # The asset made up for a fee has the name that the user gave the fee.
    name = None if has_asset else profile.text("name")
    return cells.text("comment", NOTES_LENGTH) or name or ""


def _key(texts: Mapping[str, str]) -> tuple[str, str]:
    return texts.get("dataSource", ""), texts.get("symbol", "")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise FileRefused("Not a JSON file.") from error


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> dict[str, str]:
    """Return the texts and numbers of an object, as texts."""
    return {
        name: _plain(item) if isinstance(item, Decimal) else item
        for name, item in _object(value).items()
        if isinstance(item, str | Decimal)
    }


def _plain(number: Decimal) -> str:
    # Its size is looked at before it is ever written out: 1e999999 in plain notation is a megabyte.
    if number and abs(number.adjusted()) > _LARGEST_EXPONENT:
        return str(number)
    exact = number.as_tuple().exponent
    return plain(number if isinstance(exact, int) and exact >= -_PLACES else round_to(number, 8))
