"""The owner of assets is asked: for what is new to us, for closes we missed, for a rebuild."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from services.assets.domain.access import Actor
from services.portfolio import handlers, replicas
from services.portfolio.outside.owners import Owners
from services.portfolio.replicas import Replicas
from shared.identity import Signer
from shared.testing import Stand, wait_until
from tests.portfolio.build import User, codes
from tests.portfolio.owning import Assets


@pytest.fixture
def stand(knowing_nothing: Stand) -> Stand:
    return knowing_nothing


@pytest.fixture
def owners(stand: Stand, assets: Assets) -> Owners:
    return Owners({"assets": assets.url}, Signer("portfolio", stand.keys / "portfolio.pem"))


def rebuilt(stand: Stand, owners: Owners) -> str:
    return replicas.rebuild(stand.database, owners, lambda _: None)


def test_an_asset_that_is_new_to_us_is_asked_for(ann: User, assets: Assets) -> None:
    asset = assets.make("AAPL")
    assets.price(asset, {"2024-01-02": "10"})
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=asset, quantity="2", price="5")
    assert ann.position(portfolio, asset)["current_value"] == "20.00"


def test_a_position_in_an_asset_that_is_new_to_us(ann: User, assets: Assets) -> None:
    asset = assets.make("AAPL")
    opening = {"portfolio": ann.portfolio(), "quantity": "1", "average_cost": "1"}
    assert ann.post("/api/positions/", {**opening, "asset": asset})["asset"]["symbol"] == "AAPL"


def test_a_pair_that_is_new_to_us_comes_with_its_closes(ann: User, assets: Assets) -> None:
    pair = assets.make("EURUSD")
    assets.price(pair, {"2024-01-02": "1.10", "2024-01-03": "1.20"})
    portfolio = ann.portfolio()
    ann.record(portfolio, "TRANSFER_IN", "2024-01-03", asset=pair, quantity="1", price="1")
    row = {"amount": "10", "currency": "EUR"}
    assert ann.record(portfolio, "DEPOSIT", "2024-01-02", **row)["exchange_rate"] == "1.10"


def test_what_there_is_not_and_what_is_anothers_answer_alike(ann: User, assets: Assets) -> None:
    private = assets.make("HOUSE", by=Actor(user_id=2))
    row = {"quantity": "1", "price": "1"}
    fields = [ann.refuse(ann.portfolio(), "BUY", "2024-01-02", asset=asset, **row)
              for asset in (private, 4711)]  # fmt: skip
    assert fields == [{"asset": ["There is no such asset."]}] * 2


def test_ones_own_private_asset_can_be_held(ann: User, assets: Assets) -> None:
    private = assets.make("HOUSE", by=Actor(user_id=1))
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=private, quantity="1", price="1")
    assert codes(ann.position(portfolio, private)) == [("current_value", "price_missing")]


def test_nothing_is_locked_while_the_owner_is_asked(
    stand: Stand, ann: User, assets: Assets
) -> None:
    known, new, portfolio = assets.make("AAPL"), assets.make("MSFT"), ann.portfolio()
    row = {"portfolio": portfolio, "transaction_type": "BUY", "date": "2024-01-02"}
    row |= {"quantity": "1", "price": "1"}
    ann.post("/api/transactions/", {**row, "asset": known})
    both = {"transactions": [{**row, "asset": known}, {**row, "asset": new}]}
    with ThreadPoolExecutor(1) as pool, assets.stand.database.engine.connect() as busy:
        busy.execute(text("LOCK TABLE assets"))
        asking = pool.submit(ann.client.post, "/api/transactions/bulk/", json=both)
        wait_until(lambda: asking.done() or assets.stand.waiters())
        with stand.database.engine.connect() as connection:
            free = text("SELECT id FROM assets WHERE id = :id FOR UPDATE NOWAIT")
            assert connection.scalar(free, {"id": known}) == known
        busy.rollback()
        asking.result()


def test_an_owner_that_does_not_answer_is_a_503(migrated: Stand) -> None:
    migrated.empty()
    ann = User(migrated.client(user=1))
    portfolio = ann.portfolio()
    row = {"portfolio": portfolio, "asset": 1, "transaction_type": "BUY", "date": "2024-01-02"}
    row |= {"quantity": "1", "price": "1"}
    answer = ann.client.post("/api/transactions/", json=row)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    # What needs no asset goes on.
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="1")


def test_closes_that_were_missed_are_asked_for(
    stand: Stand, ann: User, assets: Assets, owners: Owners
) -> None:
    pair = assets.make("EURUSD")
    assets.price(pair, {"2024-01-02": "1.10"})
    assets.price(pair, {"2024-01-03": "1.20"})
    created, _, last = assets.stand.events()
    for event in (created, last):
        stand.hear(event, handlers.table(Replicas(stand.database, owners)))
    row = {"amount": "10", "currency": "EUR"}
    assert ann.record(ann.portfolio(), "DEPOSIT", "2024-01-02", **row)["exchange_rate"] == "1.10"


def checksum(stand: Stand) -> dict[str, list[tuple[object, ...]]]:
    """Return what can be made anew, row by row."""
    tables = {
        "assets": "SELECT * FROM assets ORDER BY id",
        "fx_closes": "SELECT * FROM fx_closes ORDER BY asset_id, date",
        "positions": "SELECT * FROM positions ORDER BY id",
        "portfolios": "SELECT * FROM portfolios ORDER BY id",
    }
    with stand.database.engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.exec_driver_sql(statement)]
            for name, statement in tables.items()
        }


@pytest.mark.parametrize("method", ["AVERAGE", "FIFO", "LIFO", "HIFO"])
def test_what_is_made_anew_equals_what_it_was(
    stand: Stand, ann: User, assets: Assets, owners: Owners, method: str
) -> None:
    pair, asset = assets.make("EURUSD"), assets.make("SAP", "EUR")
    assets.price(pair, {"2024-01-02": "1.10", "2024-01-05": "1.20"})
    assets.price(asset, {"2024-01-05": "10"})
    for event in assets.stand.events():
        stand.hear(event, handlers.table(Replicas(stand.database, owners)))
    portfolio = ann.portfolio(cost_basis_method=method)
    ann.record(portfolio, "BUY", "2024-01-03", asset=asset, quantity="3", price="7.77")
    ann.record(portfolio, "BUY", "2024-01-05", asset=asset, quantity="4", price="8.88")
    ann.record(portfolio, "SPLIT", "2024-01-06", asset=asset, ratio="1:3")
    ann.record(portfolio, "SELL", "2024-01-08", asset=asset, quantity="1", price="9")
    ann.record(portfolio, "DEPOSIT", "2024-01-04", amount="100", currency="EUR")
    ann.record(portfolio, "DIVIDEND", "2024-01-09", asset=asset, amount="1", taxes="0.33")
    before = checksum(stand)
    told = len(stand.events())
    assert rebuilt(stand, owners) == ("2 assets copied, 1 ledgers posted, 0 sums corrected.")
    assert checksum(stand) == before
    assert len(stand.events()) == told


def test_a_rebuild_mends_what_is_wrong(
    stand: Stand, ann: User, assets: Assets, owners: Owners
) -> None:
    asset = assets.make("AAPL")
    assets.price(asset, {"2024-01-02": "10"})
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=asset, quantity="2", price="5")
    before = checksum(stand)
    with stand.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE assets SET current_price = 1, sequence = 1")
        connection.exec_driver_sql("UPDATE positions SET cost = 1, quantity = 7")
    rebuilt(stand, owners)
    after = checksum(stand)
    assert after["assets"] == before["assets"]
    position = ann.position(portfolio, asset)
    assert (position["quantity"], position["total_cost_basis"]) == ("2.00000000", "10.00")
    assert stand.events()[-1].type == "position-changed"


def test_an_asset_that_its_owner_no_longer_knows_is_retired(
    stand: Stand, ann: User, assets: Assets, owners: Owners
) -> None:
    asset = assets.make("HOUSE", by=Actor(user_id=1))
    portfolio = ann.portfolio()
    ann.record(portfolio, "BUY", "2024-01-02", asset=asset, quantity="2", price="5")
    assets.stand.empty()
    rebuilt(stand, owners)
    row = {"asset": asset, "quantity": "1", "price": "1"}
    assert list(ann.refuse(ann.portfolio(), "BUY", "2024-01-02", **row)) == ["asset"]
    assert ann.position(portfolio, asset)["quantity"] == "2.00000000"


def test_the_command_line_rebuilds(stand: Stand) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.portfolio", "rebuild"],
        env=stand.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "0 assets copied, 0 ledgers posted, 0 sums corrected.\n", done.stderr
