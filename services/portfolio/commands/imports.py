"""Ledgers of other programs, imported."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import sleep
from typing import Final

from sqlalchemy.orm import Session

from services.portfolio.commands.assets import any_released, learn_assets
from services.portfolio.commands.changes import changeable
from services.portfolio.commands.file_rows import new_ones, of_file
from services.portfolio.commands.proposals import propose
from services.portfolio.commands.recording import record_sound_transactions
from services.portfolio.commands.references import (
    Made,
    Resolution,
    Unresolved,
    make_missing,
    resolve,
    tell_isins,
    try_missing,
)
from services.portfolio.commands.rows import fields_of
from services.portfolio.domain.ledger_files.recognised import CODE as OTHER_FORMAT
from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerFile, LedgerRow
from services.portfolio.models import IMPORT_IDS, Asset, Portfolio
from services.portfolio.outside.owners import Owners
from services.portfolio.queries import portfolios
from shared.errors import Fields, ServiceError, ValidationFailed
from shared.files import FileRefused, Note
from shared.finance.days import latest_day

MOST_ROWS: Final = 20_000  # some ten seconds; the gateway waits thirty
# Seconds: an asset that goes with an import which was taken back is gone in a moment.
_PAUSES: Final = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)

Errors = dict[int, Fields]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do.

    Attributes:
        import_id: None where nothing was created.
        skipped: rows that the portfolio has already, or that are no transactions.
        unresolved: of a dry run: references that no asset answers to.
        new_assets: that were made, or would be.
        notes: what the sender should know of them.
    """

    import_id: int | None
    created: int
    skipped: int
    unresolved: Sequence[Unresolved] = ()
    new_assets: Sequence[Made] = ()
    notes: Sequence[Note] = ()


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
    seconds: float = 0,
) -> Imported:
    """Record the rows of a file that the portfolio has not yet, all of them or none.

    Args:
        owners: are asked for the assets that the rows name.
        mapping: symbol, ISIN or name, as the file writes it → asset.
        create_missing: whether to make private assets for what is not found.
        dry_run: only say what would be done, and all that would be refused; then nothing is made.
            Without `create_missing` rows whose asset is not found are left out.
        seconds: for which price sources are asked for what is not found, about.

    Raises:
        NotFound: the portfolio is not the owner's.
        ValidationFailed: names every bad row by its line: `rows` → line → field → messages.
        Unavailable: the owner of assets does not answer.
    """
    portfolio = portfolios.row(session, owner_id, portfolio_id)
    _require_few(file)
    errors = {**file.errors, **_of_the_future(file.rows)}
    resolution = _resolved(session, file, owner_id, owners, mapping)
    if create_missing:
        resolution = try_missing(resolution, owner_id, owners, portfolio.currency)
    if create_missing or not dry_run:
        errors |= _of_assets(file.rows, resolution)
    notes: Sequence[Note] = ()
    if dry_run or resolution.made or file.closes:
        imported, of_ledger = _try(session, portfolio, _sound(file, errors, resolution), resolution)
        if errors := {**of_ledger, **errors}:
            raise _rows_refused(errors, file.notes)
        resolution, notes = propose(
            session, portfolio, file.rows, resolution, owners=owners, seconds=seconds
        )
        if dry_run:
            return _told(imported, file, resolution, notes)
    if not errors:
        resolution = _prepare(session, portfolio, file, resolution, owners)
        errors |= _of_assets(file.rows, resolution)
    rows = _sound(file, errors, resolution)
    imported, of_ledger = _record(session, portfolio, rows, resolution.ids)
    if errors := {**of_ledger, **errors}:
        raise _rows_refused(errors, file.notes)
    return _told(imported, file, replace(resolution, unresolved=()), notes)


def _resolved(
    session: Session, file: LedgerFile, owner_id: int, owners: Owners, mapping: Mapping[str, int]
) -> Resolution:
    """Return the assets that a file names, once those that are being deleted are gone."""
    for pause in (*_PAUSES, 0):
        resolution = resolve(file.rows, owner_id, owners, mapping)
        learn_assets(session, resolution.ids.values(), owners)
        if not any_released(session, set(resolution.ids.values()) - set(mapping.values())):
            break
        sleep(pause)
    return resolution


def _told(
    imported: Imported, file: LedgerFile, resolution: Resolution, notes: Sequence[Note]
) -> Imported:
    return replace(
        imported,
        skipped=imported.skipped + sum(file.skipped.values()),
        unresolved=resolution.unresolved,
        new_assets=_merged(resolution.made),
        notes=notes,
    )


def _merged(made: Sequence[Made]) -> list[Made]:
    """Return each asset once, however many ways its file names it."""
    by_symbol: dict[str, Made] = {}
    for one in made:
        twin = by_symbol.get(one.symbol, one)
        lines = sorted({*twin.lines, *one.lines})
        by_symbol[one.symbol] = replace(twin, lines=lines)
    return list(by_symbol.values())


def _prepare(
    session: Session, portfolio: Portfolio, file: LedgerFile, before: Resolution, owners: Owners
) -> Resolution:
    """Let the owner of assets have what a file says of them; return what its rows mean then.

    Nothing is locked yet, and what has been made stays; the same file finds it again.
    """
    owner_id = portfolio.owner_id
    tell_isins(before, owner_id, owners)
    resolution = make_missing(before, owner_id, owners)
    own = resolution.own.keys() | {made.id for made in resolution.made}
    for reference, closes in file.closes.items():
        asset_id = resolution.ids.get(reference)
        if asset_id in own and asset_id is not None:
            owners.record_closes(owner_id, asset_id, closes, reference.currency)
    learn_assets(session, resolution.ids.values(), owners)
    return resolution


def _try(
    session: Session, portfolio: Portfolio, rows: Sequence[LedgerRow], resolution: Resolution
) -> tuple[Imported, Errors]:
    """Return what recording the rows would do, and what is wrong with which; nothing stays of it.

    Assets that are yet to be made have stand-ins: those that are made stay.
    """
    savepoint = session.begin_nested()
    stand_ins = {
        asset.symbol: _stand_in(-number, portfolio, asset)
        for number, asset in enumerate(resolution.made, start=1)
    }
    session.add_all(stand_ins.values())
    session.flush()
    ids = {made.reference: stand_ins[made.symbol].id for made in resolution.made}
    imported, errors = _record(session, portfolio, rows, {**resolution.ids, **ids})
    savepoint.rollback()
    return replace(imported, import_id=None), errors


def _stand_in(id_: int, portfolio: Portfolio, asset: Made) -> Asset:
    return Asset(
        id=id_,
        owner_id=portfolio.owner_id,
        symbol=asset.symbol,
        name=asset.name,
        asset_type="OTHER",
        currency=asset.currency,
        is_active=True,
        sequence=1,
    )


def _sound(file: LedgerFile, errors: Errors, resolution: Resolution) -> list[LedgerRow]:
    """Return the rows that can be recorded: without fault, and whose asset is there or to come."""
    known = resolution.ids.keys() | {made.reference for made in resolution.made}
    return [
        row
        for row in file.rows
        if row.line not in errors and (row.asset is None or row.asset in known)
    ]


def _require_few(file: LedgerFile) -> None:
    count = len(file.rows) + len(file.errors)
    if count > MOST_ROWS:
        raise FileRefused(
            f"The file has {count:,} rows; at most {MOST_ROWS:,} are taken at once: send it in"
            " parts."
        )


def _of_the_future(rows: Sequence[LedgerRow]) -> Errors:
    last = latest_day(datetime.now(UTC))
    return {row.line: {"date": ["The date is in the future."]} for row in rows if row.date > last}


def _of_assets(rows: Sequence[LedgerRow], resolution: Resolution) -> Errors:
    """Return what is wrong with rows whose asset is neither there nor to come."""
    to_come = {made.reference for made in resolution.made}
    reasons: dict[AssetReference, Fields] = {
        missing.reference: {"asset": [missing.reason]}
        for missing in resolution.unresolved
        if missing.reference not in to_come
    }
    for reference, error in resolution.refused.items():
        reasons[reference] = {"asset": [error.message]}
        if isinstance(error, ValidationFailed):
            reasons[reference] = error.fields
    return {row.line: reasons[row.asset] for row in rows if row.asset in reasons}


def _record(
    session: Session,
    portfolio: Portfolio,
    rows: Sequence[LedgerRow],
    assets: Mapping[AssetReference, int],
) -> tuple[Imported, Errors]:
    """Record the rows that are new; return what was done, and what is wrong with which line."""
    changeable(session, portfolio.owner_id, portfolio.id)
    new = new_ones(session, portfolio, of_file(rows, portfolio, assets))
    import_id = session.scalar(IMPORT_IDS) if new else None
    transactions = [row.fields for row in new]
    outcomes = record_sound_transactions(
        session, portfolio.owner_id, transactions, import_id=import_id
    )
    errors = {
        row.row.line: fields_of(outcome)
        for row, outcome in zip(new, outcomes, strict=True)
        if isinstance(outcome, ServiceError)
    }
    return Imported(import_id, len(new), len(rows) - len(new)), errors


def _rows_refused(errors: Mapping[int, Fields], notes: Iterable[Note]) -> ValidationFailed:
    rows = {str(line): reasons for line, reasons in sorted(errors.items())}
    what = "1 row of the file is" if len(rows) == 1 else f"{len(rows)} rows of the file are"
    hints = [note.message for note in notes if note.code == OTHER_FORMAT]
    return ValidationFailed({"rows": rows}, " ".join([f"{what} refused.", *hints]))
