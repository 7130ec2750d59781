"""Event type → what it does to what we keep, inside the consumer's transaction."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy.orm import Session

from services.assets import commands
from services.assets.domain.trades import Trade
from services.assets.models import Job
from services.assets.outside.owners import Owners
from services.assets.replicas import Replicas
from shared.events import Event
from shared.http import jobs
from shared.replica import Handler, answered


def table(replicas: Replicas, owners: Owners) -> Mapping[str, Handler]:
    """Return the handlers, which keep `replicas`.

    Args:
        owners: release what is to be deleted.
    """
    ledgers = replicas.ledgers
    put_trades = ledgers.steps(_put_trades)
    return {
        "portfolio-created": ledgers.step(_pass_over),
        "portfolio-updated": ledgers.step(_pass_over),
        # Whatever came before it no longer matters, so it waits for no missing event.
        "portfolio-deleted": _forget_ledger,
        # Ahead of the single ones of its commit, which then are older ones.
        "ledger-changed": ledgers.ask_again(),
        "transaction-created": put_trades,
        "transaction-updated": put_trades,
        "transaction-deleted": put_trades,
        "import-taken-back": partial(_delete_of_import, owners),
        "user-deleted": _delete_everything,
    }


def _pass_over(session: Session, event: Event) -> None:
    commands.pass_over(session, event.subject_id, event.sequence)


def _forget_ledger(session: Session, event: Event) -> None:
    commands.forget_ledger(session, event.subject_id, event.sequence)


def _put_trades(session: Session, events: Sequence[Event]) -> None:
    trades: dict[int, Trade | None] = {}
    ledgers: dict[int, int] = {}
    for event in events:
        entry = event.data["transaction"]
        is_gone = event.type == "transaction-deleted"
        trades[entry["id"]] = None if is_gone else Trade.of(entry)
        ledgers[entry["id"]] = event.subject_id
    sequences = {event.subject_id: event.sequence for event in events}
    commands.put_trades(session, trades, ledgers, sequences)


def _delete_of_import(owners: Owners, session: Session, event: Event) -> None:
    ids = event.data["assets"]
    # The same file may have come again since: then its transactions name them.
    released = answered(event, ("released", *ids), lambda: owners.released(ids))
    commands.delete_of_imports(session, event.data["owner"], released)


def _delete_everything(session: Session, event: Event) -> None:
    user = event.data["user"]
    commands.delete_private_assets(session, user)
    jobs.forget_user(session, Job, user)
