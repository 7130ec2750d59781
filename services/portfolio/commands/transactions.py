"""Transactions: edited, deleted."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.portfolio.commands import ledger
from services.portfolio.commands.assets import assets_for, learn_assets
from services.portfolio.commands.changes import (
    announced,
    changeable,
    require_expected,
    transaction_events,
)
from services.portfolio.commands.drafts import (
    Changes,
    Draft,
    after_changes,
    after_replacement,
    drafting,
    entry_of,
    rates_for,
)
from services.portfolio.commands.rows import (
    Refusals,
    require_free_external_ids,
    require_not_retired,
    require_own_external_ids,
)
from services.portfolio.models import Portfolio, Transaction, TransactionFields
from services.portfolio.outside.owners import Owners
from shared.bus import outbox
from shared.errors import NotFound, ValidationFailed


def change_transaction(
    session: Session,
    owner_id: int,
    transaction_id: int,
    *,
    changes: Changes,
    expected: frozenset[int] | None = None,
    owners: Owners | None = None,
) -> None:
    """Edit a transaction; what comes after it in the ledger is replayed.

    Args:
        expected: revisions it may have now; None is any.
        owners: are asked for an asset that is new to us; None asks nobody.

    Raises:
        NotFound: there is none, or it is somebody else's.
        PreconditionFailed: its revision is not an expected one.
        Conflict: the new `external_id` is taken.
        ValidationFailed: a field is wrong, or more would leave than is held on some day.
        Unavailable: the asset is new to us, and its owner does not answer.
    """
    learn_assets(session, _ids(changes.get("asset")), owners)
    portfolio, transaction = _locked(session, owner_id, transaction_id, expected)
    _edit(session, portfolio, transaction, after_changes(transaction, changes))


def replace_transaction(
    session: Session,
    owner_id: int,
    transaction_id: int,
    *,
    fields: TransactionFields,
    expected: frozenset[int] | None = None,
    owners: Owners | None = None,
) -> None:
    """Edit a transaction as `change_transaction` does, by all its fields at once.

    Args:
        fields: numbers as they were answered are no change.
        expected, owners: see there.

    Raises:
        ServiceError: see there.
    """
    learn_assets(session, _ids(fields.asset), owners)
    portfolio, transaction = _locked(session, owner_id, transaction_id, expected)
    _edit(session, portfolio, transaction, after_replacement(transaction, fields))


def delete_transaction(
    session: Session,
    owner_id: int,
    transaction_id: int,
    *,
    expected: frozenset[int] | None = None,
) -> None:
    """Take a transaction out of its ledger; what comes after it is replayed.

    Args:
        expected: revisions it may have now; None is any.

    Raises:
        NotFound: there is none, or it is somebody else's.
        PreconditionFailed: its revision is not an expected one.
        ValidationFailed: without it, more would leave than is held on some day.
    """
    portfolio, transaction = _locked(session, owner_id, transaction_id, expected)
    delete_entries(session, portfolio, [transaction])


def delete_entries(
    session: Session, portfolio: Portfolio, transactions: Sequence[Transaction]
) -> None:
    """Take transactions of one portfolio out of its ledger in one replay.

    Args:
        portfolio: locked.

    Raises:
        ValidationFailed: without them, more would leave than is held on some day.
    """
    ids = [transaction.id for transaction in transactions]
    gone = delete(Transaction).where(Transaction.id.in_(ids))
    # To look for them in the session would compare each of its rows with each of these.
    session.execute(gone, execution_options={"synchronize_session": False})
    portfolio.transaction_count -= len(transactions)
    of_positions = ledger.post(session, portfolio, removed=[row.entry for row in transactions])
    events = transaction_events(session, portfolio, "transaction-deleted", transactions)
    outbox.add(session, *announced(portfolio, events), *of_positions)


def _edit(
    session: Session, portfolio: Portfolio, transaction: Transaction, fields: TransactionFields
) -> None:
    if fields.portfolio != portfolio.id:
        raise ValidationFailed.of("portfolio", "A transaction stays in its portfolio.")
    assets = assets_for(session, portfolio.owner_id, _ids(fields.asset))
    draft = drafting({portfolio.id: portfolio}, assets)(fields)._replace(before=transaction)
    _require_free(session, transaction, draft)
    before = transaction.entry
    transaction.write(draft.fields, entry_of(draft, rates_for(session, [draft])))
    transaction.revision += 1
    transaction.modified = datetime.now(UTC)
    session.flush()
    of_positions = ledger.post(session, portfolio, added=[transaction.entry], removed=[before])
    events = transaction_events(session, portfolio, "transaction-updated", [transaction])
    outbox.add(session, *events, *of_positions)


def _ids(asset_id: int | None) -> list[int]:
    return [] if asset_id is None else [asset_id]


def _owned(session: Session, owner_id: int, transaction_id: int) -> Transaction:
    """Return a transaction of the owner, which may change while it is looked at."""
    owned = (
        select(Transaction)
        .join(Portfolio, Portfolio.id == Transaction.portfolio_id)
        .where(Transaction.id == transaction_id, Portfolio.owner_id == owner_id)
    )
    transaction = session.scalar(owned.execution_options(populate_existing=True))
    if transaction is None:
        raise NotFound.of("transaction")
    return transaction


def _locked(
    session: Session, owner_id: int, transaction_id: int, expected: frozenset[int] | None
) -> tuple[Portfolio, Transaction]:
    """Return a transaction with its portfolio, whose lock keeps both as they are."""
    portfolio_id = _owned(session, owner_id, transaction_id).portfolio_id
    portfolio = changeable(session, owner_id, portfolio_id)
    transaction = _owned(session, owner_id, transaction_id)
    require_expected("transaction", transaction.revision, expected)
    return portfolio, transaction


def _require_free(session: Session, transaction: Transaction, draft: Draft) -> None:
    """Refuse what an edit may not move to: a retired asset, or a taken `external_id`."""
    refusals = Refusals()
    if draft.place.asset is not None and draft.fields.asset != transaction.asset_id:
        require_not_retired(session, {0: draft}, refusals)
    if draft.fields.external_id != transaction.external_id:
        require_own_external_ids({0: draft}, refusals)
        require_free_external_ids(session, {0: draft}, refusals)
    if refusals:
        raise refusals[0]
