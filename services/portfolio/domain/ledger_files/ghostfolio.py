"""Ghostfolio's export of activities (JSON).

Its numbers are binary floats, so they are rounded to the eight decimals of a ledger. A day is the
one that is written. A fee is that of the activity; FEE and INTEREST belong to no asset, though
Ghostfolio makes one up for each. What an account has on a day is a DEPOSIT or WITHDRAWAL of what is
missing to it then (`balances`); the prices of the user's own assets come along.
"""

import datetime
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from services.portfolio.domain.ledger_files.balances import Account, balance_rows
from services.portfolio.domain.ledger_files.cells import NOTES_LENGTH, Cells
from services.portfolio.domain.ledger_files.layouts import NOTHING_SAID, Layout, Said, moves_nothing
from services.portfolio.domain.ledger_files.reading import ledger_file
from services.portfolio.domain.ledger_files.rows import (
    AssetReference,
    LedgerFile,
    LedgerRow,
    Numbers,
    Skip,
)
from shared.files import FileRefused, Note, decoded
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
LAYOUT: Final = Layout(
    name="ghostfolio",
    program="Ghostfolio's export of activities (JSON)",
    columns=(),
    needed=(),
    types={word.lower(): type_ for word, type_ in _TYPES.items()},
    skips={"liability": Skip.LIABILITY},
    not_read=(Skip.DRAFT,),
    content_type="application/json",
)
_MADE_UP: Final = re.compile(r"(?:GF_)?([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Export:
    """What an export says of itself.

    Attributes:
        day: when it was made, `YYYY-MM-DD`; empty when it doesn't say.
        profiles: of the user's own assets, by data source and symbol.
        closes: prices of these, by the same.
    """

    day: str
    profiles: Mapping[_Key, dict[str, str]]
    closes: Mapping[_Key, Mapping[datetime.date, Decimal]]


def read(content: bytes, _: Said = NOTHING_SAID) -> LedgerFile:
    """Return the rows of an export; `ledger_files.read` says more.

    Raises:
        FileRefused: it is no JSON, or has no list of activities.
    """
    text, encoding = decoded(content)
    if encoding == "windows-1252":
        raise FileRefused("Not a JSON file: save it as UTF-8.")
    document = _object(_parsed(text))
    activities = document.get("activities")
    if not isinstance(activities, list):
        raise FileRefused("Not an export of Ghostfolio: it has no list of activities.")
    profiles = [_object(profile) for profile in _list(document.get("assetProfiles"))]
    export = _Export(
        _texts(document.get("meta")).get("date", "")[:10],
        {_key(_texts(profile)): _texts(profile) for profile in profiles},
        {_key(_texts(profile)): _closes(profile) for profile in profiles},
    )
    texts = dict(enumerate(map(_texts, activities), start=1))
    file = ledger_file(texts.items(), lambda line, it: _row(line, it, export))
    accounts = [_account(account) for account in _list(document.get("accounts"))]
    of_balances = balance_rows(accounts, _by_account(file.rows, texts), first_line=len(texts) + 1)
    closes = {
        row.asset: export.closes[key]
        for row in file.rows
        if row.asset and export.closes.get(key := _key(texts[row.line]))
    }
    rows = sorted([*file.rows, *of_balances.rows], key=lambda row: row.date)
    notes = (*of_balances.notes, *_told(closes), *_left_out(export, closes))
    return replace(file, rows=tuple(rows), notes=notes, closes=closes)


def _told(closes: Mapping[AssetReference, Mapping[datetime.date, Decimal]]) -> list[Note]:
    if not closes:
        return []
    count = sum(map(len, closes.values()))
    message = f"{count} prices of {len(closes)} assets of your own come along."
    return [Note("closes", "prices_recorded", message)]


def _left_out(
    export: _Export, closes: Mapping[AssetReference, Mapping[datetime.date, Decimal]]
) -> list[Note]:
    count = sum(map(len, export.closes.values())) - sum(map(len, closes.values()))
    if count <= 0:
        return []
    message = f"{count} prices are left out: they are of assets that no activity names."
    return [Note("closes", "prices_left_out", message)]


def _by_account(
    rows: Iterable[LedgerRow], texts: Mapping[int, Mapping[str, str]]
) -> dict[str, list[LedgerRow]]:
    by_account: defaultdict[str, list[LedgerRow]] = defaultdict(list)
    for row in rows:
        by_account[_id(texts[row.line], "accountId")].append(row)
    return dict(by_account)


def _account(value: Any) -> Account:
    account, texts = _object(value), _texts(value)
    currency = Cells(texts).currency("currency")
    return Account(
        id=_id(texts, "id"),
        name=Cells(texts).text("name") or "",
        currency=currency,
        balance=_number(texts, "balance"),
        balances=_by_day(account.get("balances"), "value") if currency else {},
    )


def _id(texts: Mapping[str, str], name: str) -> str:
    """Return an id; what cannot be stored is none."""
    return Cells(texts).text(name) or ""


def _closes(profile: Mapping[str, Any]) -> dict[datetime.date, Decimal]:
    prices = _by_day(profile.get("marketData"), "marketPrice")
    return {day: price for day, price in prices.items() if price > 0}


def _by_day(value: Any, name: str) -> dict[datetime.date, Decimal]:
    """Return what a list of `{date, …}` says of each day; what cannot be read is left out."""
    by_day: dict[datetime.date, Decimal] = {}
    for texts in map(_texts, _list(value)):
        cells = Cells(texts)
        day, number = cells.moment("date").day, _number(texts, name)
        if number is not None and not cells.wrong:
            by_day[day] = number
    return by_day


def _number(texts: Mapping[str, str], name: str) -> Decimal | None:
    return Cells(texts).number(name)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _row(line: int, texts: dict[str, str], export: _Export) -> LedgerRow | str:
    if texts.get("type") == "LIABILITY":
        return Skip.LIABILITY
    cells = Cells(texts)
    kind = _type(cells)
    has_asset = kind not in (EntryType.FEE, EntryType.INTEREST)
    profile = Cells(export.profiles.get(_key(texts), {}))
    moment = cells.moment("date")
    row = LedgerRow(
        line=line,
        date=moment.day,
        time=moment.time,
        type=kind,
        asset=_asset(cells, profile) if has_asset else None,
        currency=cells.currency("currency"),
        notes=_notes(cells, profile, has_asset),
        external_id=cells.text("id"),
        **_numbers(cells, kind),
    )
    cells.check()
    if export.day and row.date.isoformat() > export.day:
        return Skip.DRAFT
    return Skip.NOTHING if _is_nothing(row) else row


def _is_nothing(row: LedgerRow) -> bool:
    is_dividend = row.type is EntryType.DIVIDEND and not row.fees
    return moves_nothing(row) or (is_dividend and not (row.quantity and row.price))


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


def _key(texts: Mapping[str, str]) -> _Key:
    return texts.get("dataSource", ""), texts.get("symbol", "")


def _parsed(text: str) -> Any:
    try:
        return json.loads(
            text,
            parse_float=_float,
            parse_int=Decimal,
            parse_constant=str,  # NaN, which the row that has it is refused for
            object_pairs_hook=_object_of,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FileRefused(f"Not a JSON file: {where}: {error.msg}.") from error
    except RecursionError as error:
        raise FileRefused("Not a JSON file of ours: it is nested too deeply.") from error


def _float(digits: str) -> Decimal | str:
    try:
        return Decimal(digits)
    except ArithmeticError:  # its exponent is beyond all bounds; its row is refused for it
        return digits


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twice, _), *_] = Counter(name for name, _ in pairs).most_common()
        raise FileRefused(f"{twice} stands twice in one object of the file: one would be lost.")
    return found


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
