"""Ledgers in files: what is to be said of one, and how one is written."""

from collections.abc import Container, Iterator
from dataclasses import replace
from itertools import groupby, islice
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.portfolio.domain.ledger_files import LAYOUTS, generic
from services.portfolio.domain.ledger_files.ids import (
    OF_CONTENT,
    gapless_beginnings,
    id_beginning,
)
from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerFile, LedgerRow
from services.portfolio.models import LEDGER_ORDER, Asset, Transaction
from services.portfolio.queries import remarks
from shared.files import Form
from shared.finance.entries import EntryType
from shared.finance.money import MINOR_CURRENCIES, plain
from shared.finance.splits import ratio_text

_CHUNK: Final = 500  # rows held in memory, and sent at once
_MOST_SHOWN: Final = 1000  # rows of a preview


def warnings(file: LedgerFile) -> list[remarks.Warning]:
    """Return what the sender of a file should know of its rows."""
    currencies = {row.money_currency for row in file.rows}
    minor = sorted(code for code in currencies if code in MINOR_CURRENCIES)
    skipped = [remarks.rows_skipped(count, reason) for reason, count in file.skipped.items()]
    converted = [remarks.minor_unit_converted(code, MINOR_CURRENCIES[code]) for code in minor]
    return skipped + converted + [note._asdict() for note in file.notes]


def formats() -> list[dict[str, Any]]:
    """Return the formats of files that are imported, with the columns and words of tables."""
    return [
        {
            "name": layout.name,
            "program": layout.program,
            "content_type": layout.content_type,
            "columns": [
                {
                    "name": column.name,
                    "is_needed": column.name in layout.needed,
                    "titles": column.titles,
                }
                for column in layout.columns
            ],
            "types": layout.types,
            "by_sign": layout.by_sign,
            "skips": layout.skips,
            "not_read": list(dict.fromkeys((*layout.skips.values(), *layout.not_read))),
        }
        for layout in LAYOUTS
    ]


def preview(file: LedgerFile) -> dict[str, Any]:
    """Return how a file was read: its form, its columns, its first rows."""
    sheet = file.sheet
    return {
        "form": sheet.form if sheet else Form(),
        "title_lines": sheet.title_lines if sheet else (),
        "columns": sheet.titles if sheet else (),
        "missing": sheet.missing if sheet else (),
        "rows": [_shown(row) for row in file.rows[:_MOST_SHOWN]],
    }


def _shown(row: LedgerRow) -> dict[str, Any]:
    asset = row.asset or AssetReference()
    numbers = ("quantity", "price", "amount", "fees", "taxes", "exchange_rate")
    texts = {name: getattr(row, name) for name in numbers}
    return {
        **{name: None if text is None else plain(text) for name, text in texts.items()},
        **{name: getattr(row, name) for name in ("line", "date", "time", "type", "external_id")},
        "symbol": asset.symbol_in_file,
        "isin": asset.isin,
        "asset_name": asset.name,
        "asset_currency": asset.currency,
        "currency": row.money_currency,
        "ratio": ratio_text(row.ratio) if row.ratio else None,
    }


def exported(session: Session, portfolio_id: int) -> Iterator[str]:
    """Yield a portfolio's ledger as our own CSV, some rows at a time."""
    statement = (
        select(Transaction, Asset)
        .outerjoin(Asset, Asset.id == Transaction.asset_id)
        .where(Transaction.portfolio_id == portfolio_id)
        .order_by(*LEDGER_ORDER)
        .execution_options(yield_per=_CHUNK)
    )
    gapless = gapless_beginnings(_ids_of_content(session, portfolio_id))
    by_day = groupby(session.execute(statement), key=lambda row: row[0].date)
    records = generic.write(
        _identified(_row(transaction, asset, place), transaction.external_id, gapless)
        for _, rows in by_day
        for place, (transaction, asset) in enumerate(rows, start=1)
    )
    while text := "".join(islice(records, _CHUNK)):
        yield text


def _row(transaction: Transaction, asset: Asset | None, place: int) -> LedgerRow:
    """Return a transaction as a file gives it, without what follows from the rest."""
    derived = transaction.derived
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
        position_in_day=place,
    )


def _identified(row: LedgerRow, stored: str | None, gapless: Container[str]) -> LedgerRow:
    """Return a row with the id that its transaction has, unless the import makes it of this row.

    So a transaction that came by another file is known again; and a ledger that came by its own
    export, where those recorded by hand have no ids, is exported identically.
    """
    beginning = id_beginning(row)
    follows = stored is not None and stored.startswith(beginning) and beginning in gapless
    return row if follows else replace(row, external_id=stored)


def _ids_of_content(session: Session, portfolio_id: int) -> Iterator[str]:
    ids = select(Transaction.external_id).where(
        Transaction.portfolio_id == portfolio_id, Transaction.external_id.startswith(OF_CONTENT)
    )
    return (external_id for external_id in session.scalars(ids) if external_id)


def _reference(asset: Asset) -> AssetReference:
    return AssetReference(
        isin=asset.isin, symbol=asset.symbol, name=asset.name, currency=asset.currency
    )
