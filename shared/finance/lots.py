"""Lots, and which of them a sale takes: the four cost methods."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from shared.finance.apportionment import exact_sum
from shared.finance.money import EXACT, GRID, ZERO, minus, plain, plus, round_to
from shared.finance.splits import scaled


class CostMethod(StrEnum):
    """Cost basis methods: which of the units held a sale takes."""

    AVERAGE = "AVERAGE"
    FIFO = "FIFO"
    LIFO = "LIFO"
    HIFO = "HIFO"


class Lot(NamedTuple):
    """What was acquired together and is still held; with AVERAGE there is one for all.

    Attributes:
        since: the day it was acquired.
        cost: in the asset's currency.
        base_cost: in the portfolio's, at the rate of its day; None when that is unknown.
    """

    since: date
    quantity: Decimal
    cost: Decimal
    base_cost: Decimal | None

    def split_off(self, quantity: Decimal) -> tuple["Lot", "Lot"]:
        """Return the part of `quantity` and the rest; together they are this lot exactly."""
        cost = _share(self.cost, quantity, self.quantity)
        cost_left = EXACT.subtract(self.cost, cost)
        base, base_left = self.base_cost, self.base_cost
        if base == self.cost:  # mostly in the same currency
            base, base_left = cost, cost_left
        elif base is not None:
            base = _share(base, quantity, self.quantity)
            base_left = minus(self.base_cost, base)
        left = EXACT.subtract(self.quantity, quantity)
        return Lot(self.since, quantity, cost, base), Lot(self.since, left, cost_left, base_left)

    def joined(self, other: "Lot") -> "Lot":
        """Return both as one lot, since the earlier day."""
        return Lot(
            min(self.since, other.since),
            EXACT.add(self.quantity, other.quantity),
            EXACT.add(self.cost, other.cost),
            plus(self.base_cost, other.base_cost),
        )

    def to_json(self) -> list[str | None]:
        """Return the lot as texts."""
        base = None if self.base_cost is None else plain(self.base_cost)
        return [self.since.isoformat(), plain(self.quantity), plain(self.cost), base]

    @classmethod
    def from_json(cls, texts: list[str | None]) -> "Lot":
        """Return the lot that `to_json` wrote."""
        since, quantity, cost, base = texts
        return cls(
            date.fromisoformat(since or ""),
            Decimal(quantity or 0),
            Decimal(cost or 0),
            None if base is None else Decimal(base),
        )


@dataclass(slots=True, eq=False, repr=False)  # frozen, it takes twice as long to make
class Lots:
    """The lots of one asset by one cost method; a value that no operation changes.

    The next lot to be sold is the root of a leftist heap (Okasaki, Purely Functional Data
    Structures, 3.1), so neither a purchase nor a sale looks at the lots that stay.

    Attributes:
        method: says which lot a sale takes next.
        cost: of all, in the asset's currency.
        rated_cost: in the portfolio's, of the lots whose rate is known; `unrated` are the others.
    """

    method: CostMethod
    cost: Decimal = ZERO
    rated_cost: Decimal = ZERO
    unrated: int = 0
    _root: "_Node | None" = None
    _next_place: int = 0

    @classmethod
    def of(cls, method: CostMethod, lots: Iterable[Lot]) -> "Lots":
        """Return `lots`, which are in the order of acquisition."""
        root: _Node | None = None
        nodes = [_node(method, lot, place) for place, lot in enumerate(lots)]
        for node in sorted(nodes, key=lambda node: node.rank, reverse=True):
            root = node._replace(left=root)  # what is sorted is a heap
        return cls(
            method,
            exact_sum(node.lot.cost for node in nodes),
            exact_sum(node.lot.base_cost or ZERO for node in nodes),
            sum(node.lot.base_cost is None for node in nodes),
            root,
            len(nodes),
        )

    def __iter__(self) -> Iterator[Lot]:
        """Go through the lots in the order of acquisition."""
        return (node.lot for node in sorted(_below(self._root), key=lambda node: node.place))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lots):
            return NotImplemented
        return self.method is other.method and list(self) == list(other)

    def __hash__(self) -> int:
        return hash((self.method, *self))

    def __repr__(self) -> str:
        return f"Lots.of({self.method!r}, {list(self)})"

    @property
    def base_cost(self) -> Decimal | None:
        """The cost of all in the portfolio's currency; None while that of one is unknown."""
        return None if self.unrated else self.rated_cost

    def add(self, lot: Lot) -> "Lots":
        """Return these lots with one more."""
        if self.method is CostMethod.AVERAGE:
            return _average(self._root.lot.joined(lot) if self._root else lot)
        return Lots(
            self.method,
            EXACT.add(self.cost, lot.cost),
            EXACT.add(self.rated_cost, lot.base_cost or ZERO),
            self.unrated + (lot.base_cost is None),
            _merged(self._root, _node(self.method, lot, self._next_place)),
            self._next_place + 1,
        )

    def take(self, quantity: Decimal) -> tuple[list[Lot], "Lots"]:
        """Return what a sale takes, lot by lot and of the last one a part, and what remains.

        Args:
            quantity: taken; all that there is where there is less.
        """
        root, cost, rated_cost, unrated = self._root, self.cost, self.rated_cost, self.unrated
        parts: list[Lot] = []
        if self.method is CostMethod.AVERAGE and root and ZERO < quantity < root.lot.quantity:
            part, rest = root.lot.split_off(quantity)
            return [part], _average(rest)
        while quantity and root:
            lot, place, root = root.lot, root.place, _merged(root.left, root.right)
            if quantity < lot.quantity:
                lot, rest = lot.split_off(quantity)
                root = _merged(root, _node(self.method, rest, place))
            else:
                unrated -= lot.base_cost is None
            parts.append(lot)
            quantity = EXACT.subtract(quantity, lot.quantity)
            cost = EXACT.subtract(cost, lot.cost)
            rated_cost = EXACT.subtract(rated_cost, lot.base_cost or ZERO)
        return parts, Lots(self.method, cost, rated_cost, unrated, root, self._next_place)

    def split(self, ratio: Fraction) -> "Lots":
        """Return the lots after a split: quantities × ratio to 8 decimals, costs as they were.

        The cumulated quantities are rounded, so that the lots sum to the rounded total exactly. A
        lot too small to leave anything gives its cost to its neighbour.
        """
        lots: list[Lot] = []
        held = before = ZERO
        loose: Lot | None = None
        for lot in self:
            held = EXACT.add(held, lot.quantity)
            after = scaled(held, ratio)
            new = lot._replace(quantity=EXACT.subtract(after, before))
            before = after
            new = loose.joined(new) if loose else new
            loose = None if new.quantity else new
            if new.quantity:
                lots.append(new)
        if loose and lots:
            lots[-1] = lots[-1].joined(loose)
        return Lots.of(self.method, lots)


class _Node(NamedTuple):
    """A lot above others of higher rank, the shorter way down on its right.

    Attributes:
        place: in the order of acquisition.
        depth: nodes on the way down that keeps to the right.
    """

    rank: tuple[Decimal, int]
    place: int
    lot: Lot
    depth: int
    left: "_Node | None"
    right: "_Node | None"


# The lot of the lowest rank is sold next; of equal costs the older one.
_RANK: Final[Mapping[CostMethod, Callable[[Lot, int], tuple[Decimal, int]]]] = {
    CostMethod.AVERAGE: lambda _, place: (ZERO, place),
    CostMethod.FIFO: lambda _, place: (ZERO, place),
    CostMethod.LIFO: lambda _, place: (ZERO, -place),
    CostMethod.HIFO: lambda lot, place: (EXACT.divide(EXACT.minus(lot.cost), lot.quantity), place),
}


def _node(method: CostMethod, lot: Lot, place: int) -> _Node:
    return _Node(_RANK[method](lot, place), place, lot, 1, None, None)


def _average(lot: Lot) -> Lots:
    """Return the one lot of all that is held with AVERAGE, as quickly as can be."""
    base, root = lot.base_cost, _Node((ZERO, 0), 0, lot, 1, None, None)
    return Lots(CostMethod.AVERAGE, lot.cost, base or ZERO, int(base is None), root, 1)


def _merged(one: _Node | None, other: _Node | None) -> _Node | None:
    if one is None or other is None:
        return one or other
    if other.rank < one.rank:
        one, other = other, one
    left, right = one.left, _merged(one.right, other)
    if _depth(left) < _depth(right):
        left, right = right, left
    return _Node(one.rank, one.place, one.lot, _depth(right) + 1, left, right)


def _depth(node: _Node | None) -> int:
    return node.depth if node else 0


def _below(root: _Node | None) -> Iterator[_Node]:
    """Yield `root` and all nodes below it; to the left they may be thousands deep."""
    waiting = [root]
    while waiting:
        if node := waiting.pop():
            yield node
            waiting += (node.left, node.right)


def _share(cost: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return round_to(EXACT.divide(EXACT.multiply(cost, part), whole), GRID)
