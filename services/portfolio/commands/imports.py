"""Ledgers of other programs: imported, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.portfolio.commands import ledger
from services.portfolio.commands.assets import learn_assets
from services.portfolio.commands.changes import changeable
from services.portfolio.commands.recording import record_sound_transactions
from services.portfolio.commands.references import Resolution, Unresolved, make_missing, resolve
from services.portfolio.commands.rows import fields_of
from services.portfolio.commands.transactions import delete_entries
from services.portfolio.domain.ledger_files.matching import currency_of, symbol_of
from services.portfolio.domain.ledger_files.rows import (
    AssetReference,
    LedgerFile,
    LedgerRow,
)
from services.portfolio.models import (
    IMPORT_IDS,
    Asset,
    Portfolio,
    Transaction,
    TransactionFields,
)
from services.portfolio.outside.owners import Owners
from services.portfolio.queries import portfolios
from shared.errors import Conflict, Fields, NotFound, ServiceError, ValidationFailed
from shared.files import FileRefused
from shared.finance.days import latest_day
from shared.finance.splits import ratio_text

MOST_ROWS: Final = 20_000  # some ten seconds; the gateway waits thirty

Errors = dict[int, Fields]

# What a row of a file has as a transaction has it; three fields it has in its own way.
_OF_ROW: Final = {field.name for field in fields(LedgerRow)} - {"asset", "currency", "ratio"}
_AS_IN_FILE: Final = tuple(
    field.name for field in fields(TransactionFields) if field.name in _OF_ROW
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do.

    Attributes:
        import_id: None where nothing was created.
        skipped: rows that the portfolio has already, or that are no transactions.
        unresolved: of a dry run: references that no asset answers to.
    """

    import_id: int | None
    created: int
    skipped: int
    unresolved: Sequence[Unresolved] = ()


def import_file(
    session: Session,
    owner_id: int,
    portfolio_id: int,
    file: LedgerFile,
    *,
    owners: Owners,
    mapping: Mapping[str, int],
    create_missing: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Record the rows of a file that the portfolio has not yet, all of them or none.

    A row is known by its `external_id`.

    Args:
        owners: are asked for the assets that the rows name.
        mapping: symbol, ISIN or name, as the file writes it → asset.
        create_missing: whether to make private assets for what is not found.
        dry_run: only say what would be done; then nothing is made, and rows whose asset is not
            found are left out.

    Raises:
        NotFound: the portfolio is not the owner's.
        ValidationFailed: names every bad row by its line: `rows` → line → field → messages.
        Unavailable: the owner of assets does not answer.
    """
    portfolio = portfolios.row(session, owner_id, portfolio_id)
    _require_few(file)
    errors = {**file.errors, **_of_the_future(file.rows)}
    resolution = resolve(file.rows, owner_id, owners, mapping)
    learn_assets(session, resolution.ids.values(), owners)
    if create_missing and not dry_run and resolution.unresolved and not errors:
        if of_trial := _try(session, portfolio, file.rows, resolution):
            raise _rows_refused(of_trial)
        resolution = make_missing(resolution, owner_id, owners, portfolio.currency)
    if not dry_run:
        errors |= _of_assets(file.rows, resolution)
    sound = [row for row in file.rows if row.line not in errors and _has_asset(row, resolution)]
    learn_assets(session, resolution.ids.values(), owners)
    savepoint = session.begin_nested()
    imported, of_ledger = _record(session, owner_id, portfolio_id, sound, resolution.ids)
    if errors := {**of_ledger, **errors}:
        raise _rows_refused(errors)
    imported = replace(imported, skipped=imported.skipped + sum(file.skipped.values()))
    if not dry_run:
        savepoint.commit()
        return imported
    savepoint.rollback()
    return replace(imported, import_id=None, unresolved=resolution.unresolved)


def take_back_import(session: Session, owner_id: int, import_id: int) -> None:
    """Take all rows that are left of an import out of their ledger, in one replay.

    Raises:
        NotFound: there is none of that id, or it is somebody else's.
        Conflict: without them more would leave than is held on some day; names what stands in
            the way.
    """
    of_import = select(Transaction).where(Transaction.import_id == import_id)
    first = session.scalar(of_import.limit(1))
    if first is None:
        raise NotFound.of("import")
    try:
        portfolio = changeable(session, owner_id, first.portfolio_id)
    except NotFound:
        raise NotFound.of("import") from None
    locked = of_import.order_by(Transaction.id).execution_options(populate_existing=True)
    try:
        delete_entries(session, portfolio, session.scalars(locked).all())
    except ledger.Unbalanced as unbalanced:
        raise _stands_in_the_way(unbalanced) from unbalanced


def _try(
    session: Session, portfolio: Portfolio, rows: Sequence[LedgerRow], resolution: Resolution
) -> Errors:
    """Return what is wrong with rows whose assets are yet to be made; nothing stays of it.

    Those that are made stay, so that it is tried with stand-ins first.
    """
    savepoint = session.begin_nested()
    stand_ins = {
        missing.reference: _stand_in(-number, portfolio, missing.reference)
        for number, missing in enumerate(resolution.unresolved, start=1)
    }
    session.add_all(stand_ins.values())
    session.flush()
    ids = {reference: asset.id for reference, asset in stand_ins.items()}
    _, errors = _record(session, portfolio.owner_id, portfolio.id, rows, {**resolution.ids, **ids})
    savepoint.rollback()
    return errors


def _stand_in(id_: int, portfolio: Portfolio, reference: AssetReference) -> Asset:
    symbol = symbol_of(reference)
    return Asset(
        id=id_,
        owner_id=portfolio.owner_id,
        symbol=symbol,
        name=reference.name or symbol,
        asset_type="OTHER",
        currency=currency_of(reference) or portfolio.currency,
        is_active=True,
        sequence=1,
    )


def _require_few(file: LedgerFile) -> None:
    count = len(file.rows) + len(file.errors)
    if count > MOST_ROWS:
        raise FileRefused(f"The file has {count} rows; at most {MOST_ROWS} are taken at once.")


def _of_the_future(rows: Sequence[LedgerRow]) -> Errors:
    last = latest_day(datetime.now(UTC))
    return {row.line: {"date": ["The date is in the future."]} for row in rows if row.date > last}


def _of_assets(rows: Sequence[LedgerRow], resolution: Resolution) -> Errors:
    no_asset: Fields = {"asset": ["No asset was found for it."]}
    reasons = {missing.reference: no_asset for missing in resolution.unresolved}
    for reference, error in resolution.refused.items():
        reasons[reference] = {"asset": [error.message]}
        if isinstance(error, ValidationFailed):
            reasons[reference] = error.fields
    return {row.line: reasons[row.asset] for row in rows if row.asset in reasons}


def _has_asset(row: LedgerRow, resolution: Resolution) -> bool:
    return row.asset is None or row.asset in resolution.ids


def _record(
    session: Session,
    owner_id: int,
    portfolio_id: int,
    rows: Sequence[LedgerRow],
    assets: Mapping[AssetReference, int],
) -> tuple[Imported, Errors]:
    """Record the rows that are new; return what was done, and what is wrong with which line."""
    changeable(session, owner_id, portfolio_id)
    ids = _external_ids(session, portfolio_id, rows)
    new = [row for row in rows if row.external_id not in ids]
    import_id = session.scalar(IMPORT_IDS) if new else None
    transactions = [_transaction(row, portfolio_id, assets) for row in new]
    outcomes = record_sound_transactions(session, owner_id, transactions, import_id=import_id)
    errors = {
        row.line: fields_of(outcome)
        for row, outcome in zip(new, outcomes, strict=True)
        if isinstance(outcome, ServiceError)
    }
    return Imported(import_id, len(new), len(rows) - len(new)), errors


def _external_ids(
    session: Session, portfolio_id: int, rows: Sequence[LedgerRow]
) -> set[str | None]:
    """Return those of the rows' ids that the portfolio has already."""
    ids = select(Transaction.external_id).where(
        Transaction.portfolio_id == portfolio_id,
        Transaction.external_id.in_([row.external_id for row in rows]),
    )
    return set(session.scalars(ids))


def _transaction(
    row: LedgerRow, portfolio_id: int, assets: Mapping[AssetReference, int]
) -> TransactionFields:
    return TransactionFields(
        portfolio=portfolio_id,
        asset=assets[row.asset] if row.asset else None,
        transaction_type=row.type.value,
        currency=row.money_currency,
        ratio=ratio_text(row.ratio) if row.ratio else None,
        **{name: getattr(row, name) for name in _AS_IN_FILE},
    )


def _rows_refused(errors: Mapping[int, Fields]) -> ValidationFailed:
    rows = {str(line): reasons for line, reasons in sorted(errors.items())}
    return ValidationFailed({"rows": rows}, f"{len(rows)} rows of the file are refused.")


def _stands_in_the_way(unbalanced: ledger.Unbalanced) -> Conflict:
    reasons = [
        f"transaction {error.entry}: {error.message}" for error in unbalanced.errors.values()
    ]
    return Conflict("What is held rests on this import. " + " ".join(reasons))
