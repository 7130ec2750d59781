"""Many rows at once: each is judged on its own, and every bad one is named."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from sqlalchemy import ARRAY, BigInteger, Text, any_, bindparam, select
from sqlalchemy.orm import Session

from services.portfolio.commands.drafts import Draft, drafting, entry_of, rates_for
from services.portfolio.domain.ledger_files.ids import OF_CONTENT
from services.portfolio.models import (
    Asset,
    LedgerPortfolio,
    NamedAsset,
    NewTransaction,
    Position,
    Transaction,
    TransactionFields,
)
from shared.db import Query, execute
from shared.errors import Conflict, NotFound, ServiceError, ValidationFailed
from shared.finance.entries import ACQUISITIONS, EntryType

_HELD: Final = Query(
    select(Position.portfolio_id, Position.asset_id, Position.quantity > 0).where(
        Position.asset_id == any_(bindparam("assets", type_=ARRAY(BigInteger)))
    )
)
_TAKEN: Final = Query(
    select(Transaction.portfolio_id, Transaction.external_id).where(
        Transaction.portfolio_id == any_(bindparam("portfolios", type_=ARRAY(BigInteger))),
        Transaction.external_id == any_(bindparam("external_ids", type_=ARRAY(Text))),
    )
)
_OPENING: Final = ACQUISITIONS | {EntryType.ADJUSTMENT}


class RowsRefused(ValidationFailed):
    """Some of the rows cannot be recorded, so none is.

    Attributes:
        errors: index of the row → what is wrong with it.
    """

    def __init__(self, errors: Mapping[int, ServiceError]) -> None:
        rows = {str(index): fields_of(error) for index, error in sorted(errors.items())}
        super().__init__({"transactions": rows}, f"{len(rows)} of the transactions are refused.")
        self.errors = errors


class Refusals(dict[int, ServiceError]):
    """What is wrong with which row; of several things the first."""

    @contextmanager
    def of_row(self, index: int) -> Iterator[None]:
        """Take what is raised inside as the error of one row."""
        try:
            yield
        except ServiceError as error:
            self.setdefault(index, error)

    def raise_any(self) -> None:
        """Refuse all rows if one is bad.

        Raises:
            RowsRefused: one is.
        """
        if self:
            raise RowsRefused(self)


def fields_of(error: ServiceError) -> Mapping[str, object]:
    """Return an error of one row as field → messages."""
    if isinstance(error, ValidationFailed):
        return error.fields
    return {"portfolio" if isinstance(error, NotFound) else "external_id": [error.message]}


def filled(
    session: Session,
    rows: Sequence[TransactionFields],
    portfolios: Mapping[int, LedgerPortfolio],
    assets: Mapping[int, Asset | NamedAsset],
    refusals: Refusals,
    *,
    of_import: bool = False,
) -> dict[int, NewTransaction]:
    """Return the transactions of the sound rows by index, complete and not yet stored.

    Args:
        portfolios, assets: those that the rows may name.
        refusals: takes what is wrong with the others.
        of_import: whether they are of a file: it tells what happened, in retired assets too.
    """
    drafts: dict[int, Draft] = {}
    draft_of = drafting(portfolios, assets)
    for index, row in enumerate(rows):
        try:
            drafts[index] = draft_of(row)
        except ServiceError as error:
            refusals[index] = error
    if not of_import:
        require_not_retired(session, drafts, refusals)
        require_own_external_ids(drafts, refusals)
    rates = rates_for(session, drafts.values())
    transactions: dict[int, NewTransaction] = {}
    for index, draft in drafts.items():
        try:
            transactions[index] = NewTransaction(draft.fields, entry_of(draft, rates))
        except ServiceError as error:
            refusals.setdefault(index, error)
    # Last: a row that is refused for another reason takes no external_id from a later one.
    sound = {index: drafts[index] for index in transactions if index not in refusals}
    require_free_external_ids(session, sound, refusals)
    return {index: row for index, row in transactions.items() if index not in refusals}


def require_own_external_ids(drafts: Mapping[int, Draft], refusals: Refusals) -> None:
    """Refuse an `external_id` that begins as those do that are made of a file's rows."""
    for index, draft in drafts.items():
        external_id = draft.fields.external_id
        if external_id is not None and external_id.startswith(OF_CONTENT):
            with refusals.of_row(index):
                reason = f"{OF_CONTENT} begins the ids of imported rows; choose another."
                raise ValidationFailed.of("external_id", reason)


def require_not_retired(session: Session, drafts: Mapping[int, Draft], refusals: Refusals) -> None:
    """Refuse new positions in retired assets; those that there are may go on.

    A closed one may still earn something, but what would open it again is new.
    """
    of_retired = {
        place: (place.portfolio.id, place.asset.id)
        for place in {draft.place for draft in drafts.values()}
        if place.asset is not None and not place.asset.is_active
    }
    if not of_retired:
        return
    retired = {
        index: of_retired[draft.place]
        for index, draft in drafts.items()
        if draft.place in of_retired
    }
    ids = {asset_id for _, asset_id in of_retired.values()}
    rows = execute(session, _HELD, {"assets": list(ids)})
    is_held = {(portfolio_id, asset_id): held for portfolio_id, asset_id, held in rows}
    for index, place in retired.items():
        opens = drafts[index].fields.transaction_type in _OPENING
        if place not in is_held or (opens and not is_held[place]):
            with refusals.of_row(index):
                raise ValidationFailed.of("asset", "The asset is retired: nothing new in it.")


def require_free_external_ids(
    session: Session, drafts: Mapping[int, Draft], refusals: Refusals
) -> None:
    """Refuse an `external_id` that the portfolio, or an earlier row, has already."""
    ids = {
        index: (draft.fields.portfolio, draft.fields.external_id)
        for index, draft in drafts.items()
        if draft.fields.external_id is not None
    }
    if not ids:
        return
    portfolio_ids, external_ids = map(list, map(set, zip(*ids.values(), strict=True)))
    asked = {"portfolios": portfolio_ids, "external_ids": external_ids}
    taken = {tuple(row) for row in execute(session, _TAKEN, asked)}
    for index, id_ in ids.items():
        if id_ in taken:
            with refusals.of_row(index):
                raise Conflict(f"Another transaction has the external_id {id_[1]}.")
        taken.add(id_)
