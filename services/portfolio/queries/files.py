"""Ledgers in files: what is to be said of one, and how one is written."""

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.portfolio.domain.ledger_files import generic
from services.portfolio.domain.ledger_files.rows import (
    OF_CONTENT,
    AssetReference,
    LedgerFile,
    LedgerRow,
)
from services.portfolio.models import LEDGER_ORDER, Asset, Transaction
from services.portfolio.queries import remarks
from shared.money import MINOR_CURRENCIES
from shared.vocabulary import EntryType

_CHUNK: Final = 500  # rows held in memory, and sent at once


def warnings(file: LedgerFile) -> list[remarks.Warning]:
    """Return what the sender of a file should know of its rows."""
    currencies = {row.money_currency for row in file.rows}
    minor = sorted(code for code in currencies if code in MINOR_CURRENCIES)
    skipped = [remarks.rows_skipped(count, reason) for reason, count in file.skipped.items()]
    return skipped + [remarks.minor_unit_converted(code, MINOR_CURRENCIES[code]) for code in minor]


def exported(session: Session, portfolio_id: int) -> Iterator[str]:
    """Yield a portfolio's ledger as our own CSV, some rows at a time."""
    statement = (
        select(Transaction, Asset)
        .outerjoin(Asset, Asset.id == Transaction.asset_id)
        .where(Transaction.portfolio_id == portfolio_id)
        .order_by(*LEDGER_ORDER)
        .execution_options(yield_per=_CHUNK)
    )
    by_day = groupby(session.execute(statement), key=lambda row: row[0].date)
    records = generic.write(
        _row(transaction, asset, place)
        for _, rows in by_day
        for place, (transaction, asset) in enumerate(rows, start=1)
    )
    while text := "".join(islice(records, _CHUNK)):
        yield text


def _row(transaction: Transaction, asset: Asset | None, place: int) -> LedgerRow:
    """Return a transaction as a file gives it, without what follows from the rest.

    An `external_id` made from the content of another file's row would not be made from this one's.
    """
    external_id, derived = transaction.external_id, transaction.derived
    return LedgerRow(
        line=place,
        date=transaction.date,
        type=EntryType(transaction.transaction_type),
        asset=_reference(asset) if asset else None,
        quantity=transaction.quantity,
        price=None if "price" in derived else transaction.price,
        amount=None if "amount" in derived else transaction.amount,
        fees=transaction.fees,
        taxes=transaction.taxes,
        currency=transaction.currency,
        exchange_rate=None if "exchange_rate" in derived else transaction.exchange_rate,
        ratio=transaction.ratio,
        notes=transaction.notes,
        external_id=None if (external_id or "").startswith(OF_CONTENT) else external_id,
        position_in_day=place,
    )


def _reference(asset: Asset) -> AssetReference:
    return AssetReference(
        isin=asset.isin, symbol=asset.symbol, name=asset.name, currency=asset.currency
    )
