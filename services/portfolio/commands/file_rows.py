"""The rows of a file as transactions: which of them are new, and in which order they come."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Final

from sqlalchemy import ARRAY, Text, any_, literal, select
from sqlalchemy.orm import Session

from services.portfolio.commands.drafts import after_changes, in_major_unit
from services.portfolio.domain.entries import Entry
from services.portfolio.domain.ledger_files.ids import OF_CONTENT
from services.portfolio.domain.ledger_files.order import holding_enough
from services.portfolio.domain.ledger_files.pence import in_one_unit
from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerRow
from services.portfolio.models import (
    LEDGER_ORDER,
    Asset,
    Portfolio,
    Transaction,
    TransactionFields,
)
from shared.finance.entries import DISPOSALS
from shared.finance.money import EXACT, plain
from shared.finance.splits import parse_ratio, ratio_text

# What a row of a file has as a transaction has it; three fields it has in its own way.
_OF_ROW: Final = {field.name for field in fields(LedgerRow)} - {"asset", "currency", "ratio"}
_AS_IN_FILE: Final = tuple(name for name in TransactionFields._fields if name in _OF_ROW)
_NUMBERS: Final = ("quantity", "price", "amount", "fees", "taxes", "exchange_rate")

_Content = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file, and the transaction that it becomes."""

    row: LedgerRow
    fields: TransactionFields


def of_file(
    rows: Iterable[LedgerRow], portfolio: Portfolio, assets: Mapping[AssetReference, int]
) -> list[FileRow]:
    """Return rows with the transactions that they become.

    Args:
        assets: what their references mean.
    """
    return [FileRow(row, _transaction(in_one_unit(row), portfolio, assets)) for row in rows]


def new_ones(session: Session, portfolio: Portfolio, rows: Sequence[FileRow]) -> list[FileRow]:
    """Return those of the rows that the portfolio does not have, in the order of their creation.

    A row is known by its `external_id`. One to which its file gave none is known too by its content
    with the asset that it means, however the file names that asset now: as often as the portfolio
    has rows of other files with this content.
    """
    ids = _external_ids(session, portfolio, rows)
    unknown = [row for row in rows if row.fields.external_id not in ids]
    of_content = [row for row in unknown if _is_of_content(row)]
    known = _known_by_asset(session, portfolio, of_content, ids)
    return _ordered(session, portfolio, [row for row in unknown if id(row) not in known])


def _known_by_asset(
    session: Session, portfolio: Portfolio, rows: Sequence[FileRow], taken: set[str | None]
) -> set[int]:
    """Return which rows, by their identity, others of the portfolio say with the same asset.

    Args:
        taken: ids of stored rows that a row of the file has.
    """
    assets = {row.fields.asset for row in rows if row.fields.asset is not None}
    if not assets:
        return set()
    days = [row.fields.date for row in rows]
    stored = select(Transaction).where(
        Transaction.portfolio_id == portfolio.id,
        Transaction.asset_id.in_(assets),
        Transaction.date.between(min(days), max(days)),
        Transaction.external_id.startswith(OF_CONTENT),
    )
    of_assets = select(Asset.id, Asset.currency).where(Asset.id.in_(assets))
    currencies = {row.id: row.currency for row in session.execute(of_assets)}
    there = Counter(
        _content(after_changes(transaction, {}), portfolio, currencies)
        for transaction in session.scalars(stored)
        if transaction.external_id not in taken
    )
    known = set()
    for row in rows:
        content = _content(row.fields, portfolio, currencies)
        if row.fields.asset is not None and there[content]:
            there[content] -= 1
            known.add(id(row))
    return known


def _content(
    transaction: TransactionFields, portfolio: Portfolio, currencies: Mapping[int, str]
) -> _Content:
    """Return what a transaction says, its asset by its id, in the form of the ledger."""
    given = in_major_unit(transaction)
    default = currencies.get(given.asset or 0, portfolio.currency)
    return (
        given.date,
        given.transaction_type,
        given.asset,
        given.currency or default,
        parse_ratio(given.ratio) if given.ratio else None,
        *(_number(getattr(given, name)) for name in _NUMBERS),
    )


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value.normalize(EXACT))


def _ordered(session: Session, portfolio: Portfolio, rows: Sequence[FileRow]) -> list[FileRow]:
    assets = [row.fields.asset for row in rows]
    disposed = {row.fields.asset for row in rows if row.row.type in DISPOSALS and row.fields.asset}
    ledger = _ledger(session, portfolio, disposed)
    concerned = [asset if asset in disposed else None for asset in assets]
    places = holding_enough([row.row for row in rows], concerned, ledger)
    return [rows[place] for place in places]


def _ledger(
    session: Session, portfolio: Portfolio, assets: Iterable[int]
) -> dict[int, list[Entry]]:
    """Return what the ledger has of assets already, in its order."""
    by_asset: defaultdict[int, list[Entry]] = defaultdict(list)
    statement = select(Transaction).where(
        Transaction.portfolio_id == portfolio.id, Transaction.asset_id.in_(list(assets))
    )
    for transaction in session.scalars(statement.order_by(*LEDGER_ORDER)):
        by_asset[transaction.asset_id or 0].append(transaction.entry)
    return dict(by_asset)


def _external_ids(
    session: Session, portfolio: Portfolio, rows: Sequence[FileRow]
) -> set[str | None]:
    """Return those of the rows' ids that the portfolio has already."""
    names = [row.fields.external_id for row in rows]
    ids = select(Transaction.external_id).where(
        Transaction.portfolio_id == portfolio.id,
        Transaction.external_id == any_(literal(names, ARRAY(Text))),
    )
    return set(session.scalars(ids))


def _is_of_content(row: FileRow) -> bool:
    return (row.fields.external_id or "").startswith(OF_CONTENT)


def _transaction(
    row: LedgerRow, portfolio: Portfolio, assets: Mapping[AssetReference, int]
) -> TransactionFields:
    if row.rate_into not in (None, portfolio.currency):
        row = replace(row, exchange_rate=None)
    return TransactionFields(
        portfolio=portfolio.id,
        asset=assets[row.asset] if row.asset else None,
        transaction_type=row.type.value,
        currency=row.money_currency,
        ratio=ratio_text(row.ratio) if row.ratio else None,
        **{name: getattr(row, name) for name in _AS_IN_FILE},
    )
