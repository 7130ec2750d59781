"""However events arrive, what is kept of portfolios, holdings and prices ends as if made anew."""

from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.webhooks import replicas
from services.webhooks.outside.owners import Owners
from shared.events import Event
from shared.testing import Stand
from tests.shared.hearsay import mishear
from tests.webhooks.calling import User
from tests.webhooks.owning import OwnersServer
from tests.webhooks.telling import Said, card, portfolio_card, transaction

HELD = (5, 6)


class World:
    """One portfolio and two assets, whose owners say what happens to them."""

    def __init__(self, owners: OwnersServer) -> None:
        self.said: list[Event] = []
        self._owners = owners
        self._sequences: dict[str, int] = {}
        self._card = portfolio_card(1)
        self._quantities: dict[int, str] = {}
        self._positions = dict.fromkeys(HELD, 100)
        self._prices: dict[int, str] = {}
        self.rename("USD")
        for asset in HELD:
            self.hold(asset, "1")
            self.price(asset, "10")

    def rename(self, currency: str) -> None:
        self._card = portfolio_card(1, currency=currency)
        self._say("portfolio-updated", "portfolios/1", portfolio=self._card)

    def hold(self, asset: int, quantity: str) -> None:
        self._quantities[asset] = quantity
        position = self._positions[asset] * 10 + asset
        self._say(
            "position-changed",
            f"positions/{position}",
            position=position,
            portfolio=1,
            owner=1,
            asset=asset,
            quantity=quantity,
            cost_basis="0",
            realized_gain_loss="0",
        )

    def hold_anew(self, asset: int, quantity: str) -> None:
        """Delete a position and open it again, which has another id."""
        self.hold(asset, "0")
        self._positions[asset] += 1
        self.hold(asset, quantity)

    def price(self, asset: int, price: str) -> None:
        self._prices[asset] = price
        self._say("asset-updated", f"assets/{asset}", asset=card(asset, price))

    def take(self) -> list[Event]:
        taken, self.said = self.said, []
        return taken

    def _say(self, type_: str, subject: str, **data: Any) -> None:
        sequence = self._sequences[subject] = self._sequences.get(subject, 0) + 1
        self.said.append(Event.now("test", type_, subject, sequence, data))
        ledger = [
            transaction(asset=asset, transaction_type="TRANSFER_IN", quantity=quantity)
            for asset, quantity in self._quantities.items()
        ]
        sequence = self._sequences["portfolios/1"]
        self._owners.answers.clear()
        self._owners.portfolio(1, 1, ledger, sequence=sequence, currency=self._card["currency"])
        for asset, price in self._prices.items():
            sequence = self._sequences[f"assets/{asset}"]
            self._owners.asset(asset, {"2024-01-19": price}, sequence=sequence)
        self._owners.lists()


def happen(world: World, random: Random) -> None:
    asset, number = random.choice(HELD), str(random.randint(1, 99))
    match random.choice(("hold", "hold", "anew", "price", "rename")):
        case "hold":
            world.hold(asset, number)
        case "anew":
            world.hold_anew(asset, number)
        case "price":
            world.price(asset, number)
        case "rename":
            world.rename(random.choice(("USD", "EUR", "JPY")))


def kept(stand: Stand) -> list[Any]:
    statements = (
        "SELECT portfolio_id, asset_id, owner_id, quantity FROM holdings ORDER BY asset_id",
        "SELECT id, owner_id, currency FROM portfolios",
        "SELECT id, sequence, price, price_date FROM assets ORDER BY id",
    )
    with stand.database.engine.connect() as connection:
        return [connection.execute(text(statement)).all() for statement in statements]


def rebuilt(stand: Stand, owners: Owners) -> str:
    return replicas.rebuild(stand.database, owners, lambda _: None)


@given(random=st.randoms(use_true_random=False))
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_copy_made_of_events_is_one_made_anew(
    said: Said, migrated: Stand, owners: OwnersServer, random: Random
) -> None:
    """The newest event wins; now and then everything is made anew beside them."""
    migrated.empty()
    world = World(owners)
    events = world.take()
    for _ in range(random.randint(1, 12)):
        happen(world, random)
        events += world.take()
        mishear(random, events, said.event)
        if random.random() < 0.2:
            rebuilt(migrated, said.owners)
    world.rename("GBP")
    for asset in HELD:
        world.hold(asset, "7")
        world.price(asset, "7")
    for event in world.take():
        said.event(event)
    mishear(random, events, said.event)
    followed = kept(migrated)
    with migrated.database.engine.begin() as connection:
        connection.execute(text("TRUNCATE holdings, portfolios, assets"))
    rebuilt(migrated, said.owners)
    assert followed == kept(migrated)


def quantities(stand: Stand) -> list[str]:
    return [f"{row.quantity.normalize():f}" for row in kept(stand)[0]]


def test_a_rebuild_mends_a_holding_that_an_event_told(
    said: Said, stand: Stand, owners: OwnersServer
) -> None:
    for event in World(owners).take():
        said.event(event)
    with stand.database.engine.begin() as connection:
        connection.execute(text("UPDATE holdings SET quantity = 3 WHERE asset_id = 5"))
        connection.execute(text("INSERT INTO holdings VALUES (1, 7, 1, 3, 70, 1)"))
    rebuilt(stand, said.owners)
    assert quantities(stand) == ["1", "1"]


def test_what_an_event_tells_while_the_owner_is_asked_stays(
    said: Said, stand: Stand, owners: OwnersServer
) -> None:
    world = World(owners)
    for event in world.take():
        said.event(event)
    sold = Event.now("test", "position-changed", "positions/1005", 9, {
        "position": 1005, "portfolio": 1, "owner": 1, "asset": 5, "quantity": "0",
        "cost_basis": "0", "realized_gain_loss": "0",
    })  # fmt: skip

    def sell() -> None:
        if owners.asked[-1] == "portfolios/1/":
            said.event(sold)

    owners.meanwhile = sell
    rebuilt(stand, said.owners)
    assert quantities(stand) == ["0", "1"]


def test_earlier_values_are_asked_for_while_no_row_is_locked(
    ann: User, said: Said, stand: Stand, owners: OwnersServer
) -> None:
    said.portfolio(1)
    said.value(1, "1000.00", day="2024-01-18")
    owners.values("2024-01-18", "990.00")
    owners.values("2024-01-19", "1000.00")
    rule = ann.watch("PORTFOLIO_VALUE_CHANGE_PERCENTAGE", "-10", portfolio=1)

    def look() -> None:
        with stand.database.engine.connect() as connection:
            connection.execute(text("SELECT FROM portfolios WHERE id = 1 FOR UPDATE NOWAIT"))

    owners.meanwhile = look
    said.value(2, "899.99", day="2024-01-19")
    assert [firing["value"] for firing in ann.firings(rule)] == ["-10.001"]


def test_a_price_window_is_made_anew_with_the_rest(
    ann: User, said: Said, stand: Stand, apple: OwnersServer
) -> None:
    ann.watch("PRICE_CHANGE_PERCENTAGE", "5", asset=5)
    window = "SELECT * FROM price_windows"
    with stand.database.engine.connect() as connection:
        before = connection.execute(text(window)).all()
    with stand.database.engine.begin() as connection:
        connection.execute(text("UPDATE price_windows SET closes = '{}', bases = '{}'"))
    apple.lists()
    assert rebuilt(stand, said.owners) == ("0 portfolios, 1 assets, 1 price windows; 0 forgotten.")
    with stand.database.engine.connect() as connection:
        assert connection.execute(text(window)).all() == before


def test_a_value_of_a_portfolio_that_its_owner_does_not_know_is_no_news(
    ann: User, said: Said, stand: Stand, owners: OwnersServer
) -> None:
    said.value(1, "1000.00")
    assert owners.asked == ["portfolios/1/"]
    assert kept(stand)[1] == []
