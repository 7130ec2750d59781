"""However the events of assets arrive, our copy ends as one made anew from their owner."""

from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.assets import commands as assets_commands
from services.assets.commands.prices import Quote
from services.assets.domain.access import Actor
from services.assets.models import AssetFields
from services.portfolio import handlers, replicas
from services.portfolio.outside.owners import Owners
from services.portfolio.replicas import Replicas
from shared.identity import Signer
from shared.testing import Stand
from tests.portfolio.owning import Assets
from tests.portfolio.test_owner import checksum
from tests.shared.hearsay import mishear

KINDS = ("STOCK", "CURRENCY")
_ADMIN = Actor(1, is_staff=True)  # who also has an asset of their own


def happen(assets: Assets, random: Random, made: list[int]) -> None:
    """Let something happen to an asset; it may become a pair, or be one no longer."""
    asset, unit = random.choice(made), assets.stand.database.unit
    day = date(2024, 1, random.randint(1, 5))
    price = Decimal(random.randint(100, 200)) / 100
    match random.choice(("price", "price", "import", "change", "retire")):
        case "price":
            unit(
                lambda session: assets_commands.update_price(
                    session, asset, Quote(price, day), by=_ADMIN
                )
            )
        case "import":
            closes = {day.isoformat(): str(price), "2023-12-29": "1.01"}
            assets.price(asset, closes, by=_ADMIN)
        case "change":
            changes: AssetFields = {"name": str(price), "asset_type": random.choice(KINDS)}
            unit(
                lambda session: assets_commands.update_asset(
                    session, asset, by=_ADMIN, changes=changes
                )
            )
        case "retire":
            assets.retire(asset, by=_ADMIN)


@given(random=st.randoms(use_true_random=False))
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_copy_made_of_events_is_one_made_anew(
    asking: Stand, assets_server: Assets, random: Random
) -> None:
    """One asset's events carry all that is kept of it, the closes of a pair come step by step."""
    stand, assets = asking, assets_server
    stand.empty()
    assets.stand.empty()
    owners = Owners({"assets": assets.url}, Signer("portfolio", stand.keys / "portfolio.pem"))
    table = handlers.table(Replicas(stand.database, owners))
    made = [
        assets.make("EURUSD"),
        assets.make("ABCDEF", asset_type="STOCK"),
        assets.make("SEKNOK", "NOK", by=Actor(1)),
    ]
    said, told = assets.stand.events(), 2
    for _ in range(random.randint(1, 12)):
        happen(assets, random, made)
        events = assets.stand.events()
        said += events[told:]
        told = len(events)
        mishear(random, said, lambda event: stand.hear(event, table))
    for asset in made:
        assets.stand.database.unit(
            lambda session, asset=asset: assets_commands.update_asset(  # type: ignore[misc]
                session, asset, by=_ADMIN, changes={"name": "The last word"}
            )
        )
    for event in assets.stand.events()[told:]:
        stand.hear(event, table)
    mishear(random, said, lambda event: stand.hear(event, table))
    followed = of_pairs(stand)
    with stand.database.engine.begin() as connection:
        connection.execute(text("TRUNCATE assets CASCADE"))
    replicas.rebuild(stand.database, owners, lambda _: None)
    assert followed == of_pairs(stand)


def of_pairs(stand: Stand) -> tuple[object, object]:
    """Return our assets, and the closes of those that are pairs now."""
    rows = checksum(stand)
    closes = (
        "SELECT fx_closes.* FROM fx_closes JOIN assets ON assets.id = asset_id"
        " WHERE asset_type = 'CURRENCY' ORDER BY asset_id, date"
    )
    with stand.database.engine.connect() as connection:
        return rows["assets"], connection.execute(text(closes)).all()
