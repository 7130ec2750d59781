"""Transactions as the public API answers them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, or_, select, true
from sqlalchemy.orm import Session

from services.portfolio.models import Asset, Portfolio, RecordedTransaction, Transaction
from services.portfolio.queries import remarks
from shared.errors import NotFound
from shared.finance.money import MINOR_CURRENCIES, round_money
from shared.finance.splits import ratio_text
from shared.http import AnyRow, AnySelect, Listing

_TRANSACTION: Final = (Transaction, Asset.symbol)
_SEARCHED: Final = (Asset.symbol, Asset.name, Transaction.notes, Transaction.external_id)
_FIELDS: Final = (
    "id",
    "transaction_type",
    "date",
    "quantity",
    "price",
    "currency",
    "exchange_rate",
    "notes",
    "external_id",
    "import_id",
    "created",
    "modified",
)
_FILTERS: Final[Mapping[str, Callable[[Any], ColumnElement[bool]]]] = {
    "portfolio_id": lambda value: Transaction.portfolio_id == value,
    "asset_id": lambda value: Transaction.asset_id == value,
    "symbol": lambda value: Asset.symbol == value,
    "import_id": lambda value: Transaction.import_id == value,
    "transaction_type": lambda value: Transaction.transaction_type == value,
    "start_date": lambda value: Transaction.date >= value,
    "end_date": lambda value: Transaction.date <= value,
    "search": lambda value: or_(*(text.icontains(value, autoescape=True) for text in _SEARCHED)),
}
ORDERINGS: Final = {
    "id": Transaction.id,
    "date": Transaction.date,
    "created": Transaction.created,
    "symbol": Asset.symbol,
    "transaction_type": Transaction.transaction_type,
    "quantity": Transaction.quantity,
    "amount": Transaction.amount,
}
_NULLABLE: Final = frozenset({"symbol", "quantity", "amount"})


def one(
    session: Session, owner_id: int, transaction_id: int, *, given_currency: str | None = None
) -> dict[str, Any]:
    """Return one transaction as its GET answers.

    Args:
        given_currency: that the client spoke of; a minor unit is answered by a warning.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    statement = _transactions(owner_id).where(Transaction.id == transaction_id)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound.of("transaction")
    return resource(*row, given_currency=given_currency)


def resource(
    transaction: Transaction | RecordedTransaction,
    symbol: str | None,
    *,
    given_currency: str | None = None,
) -> dict[str, Any]:
    """Return a transaction as its GET answers.

    Args:
        symbol: of its asset.
        given_currency: see `one`.
    """
    currency, amount = transaction.currency, transaction.amount
    ratio = transaction.ratio
    answer = {
        **{name: getattr(transaction, name) for name in _FIELDS},
        "portfolio": transaction.portfolio_id,
        "asset": transaction.asset_id,
        "symbol": symbol,
        "amount": None if amount is None else round_money(amount, currency),
        "fees": round_money(transaction.fees, currency),
        "taxes": round_money(transaction.taxes, currency),
        "ratio": ratio_text(ratio) if ratio else None,
        # What an ETag compares.
        "revision": transaction.revision,
    }
    if given_currency in MINOR_CURRENCIES:
        answer["warnings"] = [remarks.minor_unit_converted(given_currency, currency)]
    return answer


def owned(owner_id: int, *, ordering: tuple[str, bool], **filters: Any) -> Listing:
    """Return the transactions of a user.

    Args:
        ordering: one of `ORDERINGS`, and whether it descends.
        filters: of `_FILTERS`.
    """
    conditions = [_FILTERS[name](value) for name, value in filters.items()]
    name, descending = ordering
    column: Any = ORDERINGS[name]
    # Of one day the one recorded later comes first when the newest day does.
    last = Transaction.id.desc() if descending else Transaction.id
    direction = column.desc() if descending else column.asc()
    statement = _transactions(owner_id).where(*conditions)
    # Said of a column without nulls, NULLS LAST would only keep PostgreSQL from using its index.
    direction = direction.nulls_last() if name in _NULLABLE else direction
    is_indexed = name == "date" and filters.keys() <= {"portfolio_id", "start_date", "end_date"}
    count = _count(owner_id, filters.get("portfolio_id"))
    return Listing(
        statement.order_by(direction, last),
        resources,
        Transaction.id.expression,
        head=partial(_first, owner_id, conditions, descending) if is_indexed else None,
        tail=partial(_first, owner_id, conditions, not descending) if is_indexed else None,
        counted=count if filters.keys() <= {"portfolio_id"} else None,
        looked_through=None if is_indexed else count,
    )


def resources(_: Session, rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Return transactions as they are answered."""
    return [resource(*row) for row in rows]


def _transactions(owner_id: int) -> AnySelect:
    return (
        select(*_TRANSACTION)
        .join(Portfolio, Portfolio.id == Transaction.portfolio_id)
        .outerjoin(Asset, Asset.id == Transaction.asset_id)
        .where(Portfolio.owner_id == owner_id)
    )


def _first(
    owner_id: int,
    conditions: Sequence[ColumnElement[bool]],
    descending: bool,
    most: int,
) -> AnySelect:
    """Select the first of each portfolio by its index, in order: those of all are among them."""

    def order(*columns: Any) -> list[ColumnElement[Any]]:
        return [column.desc() if descending else column.asc() for column in columns]

    of_one = (
        select(Transaction.id, Transaction.date)
        .where(Transaction.portfolio_id == Portfolio.id, *conditions)
        .order_by(*order(Transaction.date, Transaction.id))
        .limit(most)
        .correlate(Portfolio)
        .lateral("of_one")
    )
    owned = select(of_one.c.id).select_from(Portfolio).join(of_one, true())
    return owned.where(Portfolio.owner_id == owner_id).order_by(*order(of_one.c.date, of_one.c.id))


def _count(owner_id: int, portfolio_id: int | None) -> AnySelect:
    """Select how many transactions the portfolios of a user have, or one of them."""
    of_one = select(func.count()).where(Transaction.portfolio_id == Portfolio.id)
    count = case(
        (Portfolio.is_counted, Portfolio.transaction_count), else_=of_one.scalar_subquery()
    )
    counts = select(func.coalesce(func.sum(count), 0)).where(Portfolio.owner_id == owner_id)
    return counts if portfolio_id is None else counts.where(Portfolio.id == portfolio_id)
