"""What was promised beside what is there: a journal against ledger, positions, copies, bus."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, NamedTuple

from tests.faults.journal import Operation, Row

_NOTHING: Final = Fraction(0)


class Entry(NamedTuple):
    """A transaction as portfolio's ledger has it, or as analytics has copied it."""

    id: int
    portfolio: int
    asset: int | None
    transaction_type: str
    quantity: Fraction
    price: Fraction
    fees: Fraction
    cash: Fraction


class Holding(NamedTuple):
    """What is held of one asset in one portfolio."""

    quantity: Fraction
    cost: Fraction


class Told(NamedTuple):
    """An event as it came over the bus."""

    id: str
    subject: str
    sequence: int


@dataclass(frozen=True)
class Found:
    """What is there when all is quiet.

    Attributes:
        ledger: of portfolio, with the name of each row.
        positions: by portfolio and asset.
        cash: by portfolio.
        miscounted: portfolios whose stored count is not that of their ledger.
        copies: of the ledger, in analytics.
        recorded: ids of events in the outbox, of the types that the bus was watched for.
        told: what came over the bus, in order.
        deliverable: ids of the events that a webhook subscribed to.
        delivered: ids that its receiver was sent.
    """

    ledger: Sequence[tuple[str, Entry]] = ()
    positions: Mapping[tuple[int, int], Holding] = field(default_factory=dict)
    cash: Mapping[int, Fraction] = field(default_factory=dict)
    miscounted: Sequence[int] = ()
    copies: Sequence[Entry] = ()
    recorded: frozenset[str] = frozenset()
    told: Sequence[Told] = ()
    deliverable: frozenset[str] = frozenset()
    delivered: Sequence[str] = ()


@dataclass(frozen=True)
class Verdict:
    """What a comparison found; each of the lists names what is wrong.

    Attributes:
        attempted: operations that clients meant to do.
        acknowledged: those that they were told are done.
        refused: those that they were told are not; a workload that is sound has none.
        unanswered: those that had no definite answer for minutes.
        published_twice: events that came over the bus again, which is allowed.
    """

    attempted: int
    acknowledged: int
    refused: int
    unanswered: int
    lost: Sequence[str]
    twice: Sequence[str]
    unexpected: Sequence[str]
    out_of_order: Sequence[str]
    money_error: Fraction
    published_twice: int

    @property
    def is_clean(self) -> bool:
        """Whether everything that was promised is kept."""
        wrong = (*self.lost, *self.twice, *self.unexpected, *self.out_of_order)
        return not wrong and not self.money_error and not self.refused and not self.unanswered


def verdict(operations: Sequence[Operation], found: Found) -> Verdict:
    """Compare what clients were told with what is there."""
    return Verdict(
        attempted=len(operations),
        acknowledged=sum(operation.is_acknowledged for operation in operations),
        refused=sum(operation.is_refused for operation in operations),
        unanswered=sum(operation.status is None for operation in operations),
        lost=list(_lost(operations, found)),
        twice=list(_twice(found)),
        unexpected=list(_unexpected(operations, found)),
        out_of_order=list(_out_of_order(found.told)),
        money_error=_money_error(operations, found),
        published_twice=len(found.told) - len({told.id for told in found.told}),
    )


def _lost(operations: Sequence[Operation], found: Found) -> Iterator[str]:
    there = {name for name, _ in found.ledger}
    for operation in operations:
        if operation.is_acknowledged:
            yield from (f"ledger {row.name}" for row in operation.rows if row.name not in there)
    copied = {entry.id for entry in found.copies}
    yield from (f"copy of {name}" for name, entry in found.ledger if entry.id not in copied)
    yield from (f"event {id_}" for id_ in found.recorded - {told.id for told in found.told})
    yield from (f"delivery {id_}" for id_ in found.deliverable - set(found.delivered))


def _twice(found: Found) -> Iterator[str]:
    for what, names in (
        ("ledger", [name for name, _ in found.ledger]),
        ("copy of", [str(entry.id) for entry in found.copies]),
    ):
        yield from (f"{what} {name}" for name, count in Counter(names).items() if count > 1)


def _unexpected(operations: Sequence[Operation], found: Found) -> Iterator[str]:
    possible = {
        row.name for operation in operations if not operation.is_refused for row in operation.rows
    }
    yield from (f"ledger {name}" for name, _ in found.ledger if name not in possible)
    yield from (f"count of portfolio {id_}" for id_ in found.miscounted)
    owned = {entry.id for _, entry in found.ledger}
    yield from (f"copy of {entry.id}" for entry in found.copies if entry.id not in owned)
    # Half of a bulk is neither done nor not done.
    there = {name for name, _ in found.ledger}
    for operation in operations:
        names = {row.name for row in operation.rows}
        if names & there and names - there:
            yield f"half of {operation.key}"


def _out_of_order(told: Sequence[Told]) -> Iterator[str]:
    """Yield what came the first time after a later one of its subject."""
    newest: dict[str, int] = {}
    for event in dict.fromkeys(told):
        if event.sequence <= newest.get(event.subject, 0):
            yield f"{event.subject} {event.sequence}"
        newest[event.subject] = max(event.sequence, newest.get(event.subject, 0))


def _money_error(operations: Sequence[Operation], found: Found) -> Fraction:
    """Return the sum of all differences between what was meant and what is there."""
    there = {name for name, _ in found.ledger}
    written = [
        row
        for operation in operations
        for row in operation.rows
        if operation.is_acknowledged or (operation.status is None and row.name in there)
    ]
    return (
        _error_of_rows(written, found)
        + _error_of_positions(written, found.positions)
        + _error_of_cash(written, found.cash)
    )


def _error_of_rows(written: Sequence[Row], found: Found) -> Fraction:
    meant = {row.name: row for row in written}
    copies = {entry.id: entry for entry in found.copies}
    error = _NOTHING
    for name, entry in found.ledger:
        if row := meant.get(name):
            error += _distance(_numbers(row), entry[4:])
        if copy := copies.get(entry.id):
            error += _distance(entry[4:], copy[4:])
            error += copy[:4] != entry[:4]
    return error


def _error_of_positions(
    written: Sequence[Row], positions: Mapping[tuple[int, int], Holding]
) -> Fraction:
    expected: dict[tuple[int, int], list[Fraction]] = defaultdict(lambda: [_NOTHING, _NOTHING])
    for row in written:
        if row.asset is not None:
            holding = expected[row.portfolio, row.asset]
            holding[0] += _numbers(row)[0]
            holding[1] -= row.cash
    nothing = Holding(_NOTHING, _NOTHING)
    return sum(
        (
            _distance(expected[place], positions.get(place, nothing))
            for place in expected.keys() | positions.keys()
        ),
        _NOTHING,
    )


def _error_of_cash(written: Sequence[Row], cash: Mapping[int, Fraction]) -> Fraction:
    expected: dict[int, Fraction] = defaultdict(Fraction)
    for row in written:
        expected[row.portfolio] += row.cash
    return sum(
        (
            abs(expected[portfolio] - cash.get(portfolio, _NOTHING))
            for portfolio in expected.keys() | cash.keys()
        ),
        _NOTHING,
    )


def _numbers(row: Row) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    quantity, price = Fraction(row.quantity or 0), Fraction(row.price or 0)
    return quantity, price, Fraction(row.fees), row.cash


def _distance(one: Sequence[Fraction], other: Sequence[Fraction]) -> Fraction:
    return sum((abs(a - b) for a, b in zip(one, other, strict=True)), _NOTHING)
