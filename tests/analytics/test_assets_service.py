"""The real assets service as the owner: its events and its internal API say the same."""

import threading
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from services.analytics import replicas
from services.analytics.outside.owners import Owners
from services.assets.app import create_app
from shared.identity import Signer
from shared.testing import Stand
from tests.analytics.conftest import Desk
from tests.analytics.world import World
from tests.assets.telling import Told
from tests.conftest import MakeStand


@pytest.fixture(scope="module")
def assets(make_stand: MakeStand) -> Stand:
    return make_stand("assets", create_app)


@pytest.fixture
def desk_of_assets(desk: Desk, assets: Stand, world: World) -> Iterator[Desk]:
    """Return a desk that asks the real assets service."""
    server = make_server("127.0.0.1", 0, assets.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    urls = {"portfolio": world.url, "assets": f"http://127.0.0.1:{server.server_port}"}
    signer = Signer("analytics", desk.stand.keys / "analytics.pem")
    yield Desk(desk.stand, world, Owners(urls, signer))
    server.shutdown()
    server.server_close()
    assets.empty()


def change(client: FlaskClient, number: int) -> Iterator[None]:
    """Do to an asset whatever changes its copies, pausing after each call."""
    path = f"/api/assets/{number}/"
    price, splits = "update_price/", "splits/"
    for call, at, body in (
        (client.post, price, {"price": "100", "date": "2024-01-02", "high": "101.5", "volume": 7}),
        (client.post, price, {"price": "0.961", "date": "2023-12-29"}),
        (client.post, price, {"price": "110", "date": "2024-01-03", "volume": 9}),
        (client.post, splits, {"date": "2024-01-03", "ratio": "4:1"}),
        (client.patch, "", {"sector": "Energy"}),
        (client.post, price, {"price": "99.5", "date": "2024-01-02"}),
        (client.post, price, {"price": "111", "date": "2024-01-03", "low": "90"}),
    ):
        answer = call(path + at, json=body)
        assert answer.status_code < 300, answer.text
        yield


def test_its_events_make_the_same_tables_as_its_internal_api(
    desk_of_assets: Desk, assets: Stand
) -> None:
    desk, client = desk_of_assets, assets.client(staff=True)
    made = {"symbol": "ACME", "name": "Acme", "asset_type": "STOCK", "currency": "USD"}
    number = client.post("/api/assets/", json=made).get_json()["id"]
    desk.hear(assets.events())
    for _ in change(client, number):
        desk.hear(assets.events())
    heard = desk.stored()
    assert len(heard["price_years"]) == 2  # 2023 and 2024
    assert heard["splits"][0][2] == 4.0
    replicas.rebuild(desk.stand.database, desk.owners, lambda _: None)
    assert desk.stored() == heard


def test_the_prices_of_trades_are_told_as_its_internal_api_answers_them(
    desk_of_assets: Desk, assets: Stand
) -> None:
    desk, client = desk_of_assets, assets.client(user=1)
    made = {"symbol": "FUND", "name": "Fund", "asset_type": "OTHER", "currency": "USD"}
    number = client.post("/api/assets/", json=made).get_json()["id"]
    ledger = Told(assets).ledger()
    for transaction, day in enumerate(("2023-12-29", "2024-01-02", "2024-01-03", "2024-01-04")):
        ledger.buy(transaction, number, day, "10")
    ledger.delete(1, number, "2024-01-02", "10")
    client.post(f"/api/assets/{number}/update_price/", json={"price": "11", "date": "2024-01-03"})
    desk.hear(assets.events())
    heard = desk.stored()
    of_2023, of_2024 = [row[-1] for row in heard["price_years"]]
    # The 29th of December 2023 and the 4th of January 2024, in days since 1970.
    assert [int.from_bytes(packed, "little") for packed in (of_2023, of_2024)] == [19720, 19726]
    replicas.rebuild(desk.stand.database, desk.owners, lambda _: None)
    assert desk.stored() == heard


def test_it_says_which_asset_a_user_means_by_a_symbol(desk_of_assets: Desk, assets: Stand) -> None:
    def make(symbol: str, user: int, *, staff: bool = False) -> int:
        made = {"symbol": symbol, "name": symbol, "asset_type": "STOCK", "currency": "USD"}
        answer = assets.client(user, staff=staff).post("/api/assets/", json=made)
        return int(answer.get_json()["id"])

    public, own = make("ACME", 9, staff=True), make("ACME", 1)
    gone, theirs = make("GONE", 1), make("R&D/A=B", 2)
    assets.client(1).delete(f"/api/assets/{gone}/")
    symbols = ["acme", "GONE", "R&D/A=B", "NOSUCH", "A,", "ÄÖÜ"]
    assert desk_of_assets.owners.meant_by(symbols, 1) == {"ACME": own}
    assert desk_of_assets.owners.meant_by(symbols, 2) == {"ACME": public, "R&D/A=B": theirs}
