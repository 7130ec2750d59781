"""Transactions: recorded, one or many, listed, edited, deleted."""

from typing import Any, Final

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from services.portfolio import commands, queries
from services.portfolio.lanes import AT_ONCE, IMPORTING
from services.portfolio.models import TransactionFields
from services.portfolio.routes.asking import owners
from services.portfolio.schemas import (
    MOST_ROWS,
    BulkTransactionsSchema,
    TransactionQuery,
    TransactionSchema,
)
from shared.http import (
    Blueprint,
    Listing,
    Resource,
    bodies,
    bulk,
    identity,
    jobs,
    opened_session,
    session,
)
from shared.http.blueprint import BULK_BODY
from shared.http.bulk import BulkSchema
from shared.http.etag import expected_revisions
from shared.http.schemas import Error

blueprint = Blueprint("Transactions", "The ledgers of your portfolios.")

_LOADED: Final = 25  # percent of a bulk's work, about


def _rows() -> int:
    if not request.is_json:
        raise UnsupportedMediaType
    return bodies.rows(request.get_data())


@blueprint.route("/api/transactions/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.arguments(TransactionQuery, location="query")
@blueprint.page_of(TransactionSchema)
def list_transactions(query: dict[str, Any]) -> Listing:
    """List your transactions, newest first."""
    return queries.transactions.owned(identity.user_id, **query)


@blueprint.route("/api/transactions/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.arguments(TransactionSchema)
@blueprint.response(201, TransactionSchema)
@blueprint.etag()
def record_transaction(fields: TransactionFields) -> Resource:
    """Record a transaction."""
    recorded = commands.record_transaction(opened_session(), identity.user_id, fields, owners())
    return queries.transactions.resource(
        recorded.transaction, recorded.card["symbol"], given_currency=fields.currency
    )


@blueprint.route("/api/transactions/bulk/", methods=["POST"])
@blueprint.authenticated("write")
@blueprint.body_limit(BULK_BODY)
@blueprint.lane(IMPORTING)
@blueprint.job(
    "record_transactions", lane=IMPORTING.name, size=_rows, most=AT_ONCE, limit=MOST_ROWS
)
@blueprint.arguments(BulkTransactionsSchema)
@blueprint.response(201, BulkSchema)
@blueprint.alt_response(207, schema=BulkSchema, description="What became of each, if not atomic.")
def record_transactions(body: dict[str, Any]) -> Response:
    """Record many transactions, all or none; with `atomic: false` those that are sound."""
    rows = bulk.load(TransactionSchema(), body["transactions"])
    jobs.progress(_LOADED)
    outcomes = bulk.outcomes(rows, _record)
    return bulk.answer("transactions", outcomes, atomic=body["atomic"])


@blueprint.route("/api/transactions/<id:transaction_id>/", methods=["GET"])
@blueprint.authenticated("read")
@blueprint.response(200, TransactionSchema)
@blueprint.etag()
def get_transaction(transaction_id: int) -> Resource:
    """Return one transaction."""
    return queries.transactions.one(session, identity.user_id, transaction_id)


@blueprint.route("/api/transactions/<id:transaction_id>/", methods=["PUT"])
@blueprint.authenticated("write")
@blueprint.arguments(TransactionSchema(ignore_read_only=True))
@blueprint.response(200, TransactionSchema)
@blueprint.etag()
def replace_transaction(fields: TransactionFields, transaction_id: int) -> Resource:
    """Replace a transaction; what comes after it in the ledger is replayed."""
    commands.replace_transaction(
        session,
        identity.user_id,
        transaction_id,
        fields=fields,
        expected=expected_revisions(),
        owners=owners(),
    )
    return _transaction(transaction_id, fields.currency)


@blueprint.route("/api/transactions/<id:transaction_id>/", methods=["PATCH"])
@blueprint.authenticated("write")
@blueprint.arguments(TransactionSchema(ignore_read_only=True, partial=True))
@blueprint.response(200, TransactionSchema)
@blueprint.etag()
def change_transaction(changes: dict[str, Any], transaction_id: int) -> Resource:
    """Change some of a transaction; what comes after it in the ledger is replayed."""
    commands.change_transaction(
        session,
        identity.user_id,
        transaction_id,
        changes=changes,
        expected=expected_revisions(),
        owners=owners(),
    )
    return _transaction(transaction_id, changes.get("currency"))


@blueprint.route("/api/transactions/<id:transaction_id>/", methods=["DELETE"])
@blueprint.authenticated("write")
@blueprint.response(204)
@blueprint.alt_response(422, schema=Error, description="What is held later rests on it.")
def delete_transaction(transaction_id: int) -> None:
    """Delete a transaction; what comes after it in the ledger is replayed."""
    commands.delete_transaction(
        session, identity.user_id, transaction_id, expected=expected_revisions()
    )


def _record(rows: list[TransactionFields]) -> list[bulk.Outcome]:
    return commands.record_sound_transactions(opened_session(), identity.user_id, rows, owners())


def _transaction(transaction_id: int, currency: str | None) -> Resource:
    return queries.transactions.one(
        session, identity.user_id, transaction_id, given_currency=currency
    )
