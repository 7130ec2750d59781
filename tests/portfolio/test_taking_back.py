"""An import taken back: what it leaves of the assets that were made for it, and what goes with it.

Three services as they are: assets and webhooks are asked, assets hears what is told.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.assets import handlers
from services.assets.outside.owners import Owners
from services.assets.replicas import Replicas
from services.portfolio import commands
from services.portfolio.app import create_app
from services.portfolio.commands import imports
from services.portfolio.models import TransactionFields
from services.webhooks.app import create_app as create_webhooks
from shared.events import Event
from shared.identity import Signer
from shared.testing import Stand
from shared.testing.stand import NOWHERE, set_environment
from shared.testing.waiting import wait_until
from tests.conftest import MakeStand
from tests.portfolio.build import User, answered
from tests.portfolio.filing import bad_rows, imported, listed
from tests.portfolio.owning import Assets, listening

TEXT = "date,transaction_type,symbol,quantity,price\n2022-02-01,BUY,NINE,3,5\n"
TWO = f"{TEXT}2022-02-02,BUY,TEN,1,7\n"
NAMED = "Other transactions name it."
WATCHED = "An alert rule is on it."
RECORDED = "It has prices or splits that you recorded."


class House:
    """The three services and one user of them."""

    def __init__(self, stand: Stand, url: str, assets: Assets, webhooks: Stand) -> None:
        self.stand, self.assets, self.webhooks = stand, assets, webhooks
        self.user = User(stand.client(user=1))
        self.identity = {"X-Identity": self.user.client.environ_base["HTTP_X_IDENTITY"]}
        owners = Owners({"portfolio": url}, Signer("assets", assets.stand.keys / "assets.pem"))
        self._handlers = handlers.table(Replicas(assets.stand.database, owners), owners)

    def empty(self) -> None:
        for stand in (self.stand, self.assets.stand, self.webhooks):
            stand.empty()

    def take_back(self, import_id: int, query: str = "?delete_assets=true") -> TestResponse:
        return self.user.client.delete(f"/api/transactions/imports/{import_id}/{query}")

    def taken_back(self, import_id: int, query: str = "?delete_assets=true") -> dict[str, Any]:
        return answered(self.take_back(import_id, query), 200)

    def told(self) -> list[Event]:
        """Return what is told of imports that were taken back."""
        return [event for event in self.stand.events() if event.type == "import-taken-back"]

    def hear(self) -> None:
        """Let assets hear of it."""
        for event in self.told():
            self.assets.stand.hear(event, self._handlers)

    def release(self, asset: int) -> list[int]:
        """Ask as assets does before it deletes one."""
        client = self.stand.service_client("assets")
        answer = client.post("/internal/v1/assets/release/", json={"assets": [asset]})
        return list(answered(answer, 200)["assets"])

    def someone_waits(self) -> bool:
        """Return whether a transaction of portfolio waits for another one."""
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with self.stand.database.engine.connect() as connection:
            return bool(connection.scalar(waiting))

    def symbols(self) -> list[str]:
        """Return the assets that the user sees."""
        answer = self.assets.stand.client(user=1).get("/api/assets/?ordering=symbol")
        return [asset["symbol"] for asset in answered(answer, 200)["results"]]

    def post(self, stand: Stand, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = stand.client(user=1).post(path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return dict(answer.get_json())


@pytest.fixture(scope="module")
def built(
    make_stand: MakeStand, assets_server: Assets, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    key = tmp_path_factory.mktemp("webhooks") / "webhooks.secret"
    key.write_bytes(Fernet.generate_key())
    owners = {"ASSETS_URL": assets_server.url}
    webhooks = make_stand("webhooks", create_webhooks, WEBHOOKS_SECRET_KEY_FILE=str(key), **owners)
    with listening(webhooks) as url:
        stand = make_stand("portfolio", create_app, **owners, WEBHOOKS_URL=url)
        with listening(stand) as here:
            yield House(stand, here, assets_server, webhooks)


@pytest.fixture
def house(built: House) -> House:
    built.empty()
    return built


@pytest.fixture
def portfolio(house: House) -> int:
    return house.user.portfolio()


def import_of(house: House, portfolio: int, text: str = TEXT) -> int:
    return int(imported(house.user, portfolio, text, create_missing=True)["import_id"])


def reasons(taken: dict[str, Any]) -> dict[str, str | None]:
    return {asset["symbol"]: asset["reason"] for asset in taken["assets"]}


def test_what_it_leaves_is_said(house: House, portfolio: int) -> None:
    taken = house.taken_back(import_of(house, portfolio), query="")
    asset = taken["assets"][0]["id"]
    reason = f"Nothing needs it any more: DELETE /api/assets/{asset}/ retires it."
    named = {"id": asset, "symbol": "NINE", "name": "NINE", "is_deleted": False, "reason": reason}
    assert taken == {"deleted": 1, "assets": [named]}
    house.hear()
    assert house.symbols() == ["NINE"]


def test_the_assets_go_with_it(house: House, portfolio: int) -> None:
    import_id = import_of(house, portfolio, TWO)
    taken = house.taken_back(import_id)
    assert (taken["deleted"], reasons(taken)) == (2, {"NINE": None, "TEN": None})
    assert [asset["is_deleted"] for asset in taken["assets"]] == [True, True]
    assert listed(house.user) == []
    house.hear()
    house.hear()  # once more changes nothing
    assert house.symbols() == []
    gone = [event.subject for event in house.assets.stand.events() if event.type == "asset-deleted"]
    assert gone == [f"assets/{asset['id']}" for asset in taken["assets"]]
    answered(house.take_back(import_id), 404)
    # The same file makes them anew.
    assert import_of(house, portfolio, TWO) > import_id
    assert house.symbols() == ["NINE", "TEN"]


def test_where_nothing_was_made_there_is_nothing_to_say(house: House, portfolio: int) -> None:
    house.assets.make("NINE")
    import_id = import_of(house, portfolio)
    assert house.take_back(import_id).status_code == 204
    # Neither of what is one's own, and was there before.
    answer = house.assets.stand.client(user=1).post(
        "/api/assets/", json={"symbol": "TEN", "name": "x", "asset_type": "ETF", "currency": "USD"}
    )
    assert answer.status_code == 201
    assert house.take_back(import_of(house, portfolio, TWO)).status_code == 204
    assert house.told() == []


def test_what_other_transactions_name_stays(house: House, portfolio: int) -> None:
    first = import_of(house, portfolio)
    second = import_of(house, other := house.user.portfolio(), TWO)
    assert reasons(house.taken_back(second)) == {"NINE": NAMED, "TEN": None}
    house.hear()
    assert house.symbols() == ["NINE"]
    [nine] = house.user.get(f"/api/positions/?portfolio_id={portfolio}")["results"]
    row = {"asset": nine["asset"]["id"], "quantity": "1", "price": "5"}
    house.user.record(other, "BUY", "2022-02-03", **row)
    assert reasons(house.taken_back(first)) == {"NINE": NAMED}
    assert house.symbols() == ["NINE"]


def test_what_a_rule_is_on_stays(house: House, portfolio: int) -> None:
    import_id = import_of(house, portfolio, TWO)
    nine = listed(house.user)[0]["asset"]
    rule = {"name": "x", "kind": "PRICE_ABOVE", "asset": nine, "threshold": "9"}
    house.post(house.webhooks, "/api/alerts/", rule)
    assert reasons(house.taken_back(import_id)) == {"NINE": WATCHED, "TEN": None}
    house.hear()
    assert house.symbols() == ["NINE"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("update_price", {"price": "6"}),
        ("price_history/bulk", {"prices": [{"date": "2022-02-03", "close": "6"}]}),
        ("splits", {"date": "2022-02-03", "ratio": "2:1"}),
    ],
)
def test_what_has_records_of_its_owner_stays(
    house: House, portfolio: int, path: str, body: dict[str, Any]
) -> None:
    import_id = import_of(house, portfolio, TWO)
    nine = listed(house.user)[0]["asset"]
    house.post(house.assets.stand, f"/api/assets/{nine}/{path}/", body)
    assert reasons(house.taken_back(import_id)) == {"NINE": RECORDED, "TEN": None}
    house.hear()
    assert house.symbols() == ["NINE"]


def test_prices_that_came_along_go_too(house: House, portfolio: int) -> None:
    symbol = "0b5f1c9a-7777-4aaa-8bbb-99990000aaaa"
    own = {"dataSource": "MANUAL", "symbol": symbol, "currency": "USD"}
    price = {"date": "2022-03-01", "marketPrice": 300}
    activity = {"type": "BUY", "quantity": 2, "unitPrice": 300, "fee": 0, "date": "2022-03-01"}
    export = {
        "assetProfiles": [{**own, "name": "Boat", "marketData": [price]}],
        "activities": [own | activity],
    }
    answer = house.user.client.post(
        f"/api/transactions/import/?portfolio_id={portfolio}&format=ghostfolio&create_missing=true",
        json=export,
    )
    assert reasons(house.taken_back(answered(answer, 200)["import_id"])) == {"BOAT": None}
    house.hear()
    assert (house.symbols(), house.assets.stand.rows()["prices"]) == ([], 0)


def test_what_the_same_file_names_again_meanwhile_stays(house: House, portfolio: int) -> None:
    house.taken_back(import_of(house, portfolio, TWO))
    import_of(house, portfolio)  # before assets has heard of it
    house.hear()
    assert house.symbols() == ["NINE"]


def test_a_file_that_meets_the_deletion_waits_for_its_end(
    house: House, portfolio: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = house.taken_back(import_of(house, portfolio))["assets"][0]["id"]
    house.release(asset)
    monkeypatch.setattr(imports, "sleep", lambda _: house.hear())
    import_of(house, portfolio)
    assert listed(house.user)[0]["asset"] > asset


def test_what_is_about_to_be_deleted_is_not_there_any_more(
    house: House, portfolio: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "sleep", lambda _: None)
    taken = house.taken_back(import_of(house, portfolio))
    asset = taken["assets"][0]["id"]
    assert house.release(asset) == [asset]
    before = house.assets.stand.events()
    row = {"asset": asset, "quantity": "1", "price": "5"}
    reason = house.user.refuse(portfolio, "BUY", "2022-02-03", **row)
    for query in ({}, {"mapping": json.dumps({"NINE": asset})}):
        rows = bad_rows(house.user, portfolio, TEXT, create_missing=True, **query)
        assert rows == {"2": reason}
        assert (listed(house.user), house.assets.stand.events()) == ([], before)


def test_what_is_just_being_recorded_is_not_released(house: House, portfolio: int) -> None:
    asset = house.taken_back(import_of(house, portfolio))["assets"][0]["id"]
    row = TransactionFields(
        portfolio=portfolio,
        asset=asset,
        transaction_type="BUY",
        date=date(2022, 2, 1),
        quantity=Decimal(1),
        price=Decimal(1),
    )
    with ThreadPoolExecutor(1) as pool, house.stand.database.sessions() as session:
        commands.record_transaction(session, 1, row)
        released = pool.submit(house.release, asset)
        wait_until(house.someone_waits)
        session.commit()
        assert released.result() == []


def test_a_conflict_leaves_rows_and_assets(house: House, portfolio: int) -> None:
    import_id = import_of(house, portfolio)
    nine = listed(house.user)[0]["asset"]
    row = {"asset": nine, "quantity": "1", "price": "5"}
    house.user.record(portfolio, "SELL", "2022-02-02", **row)
    answered(house.take_back(import_id), 409)
    assert (len(listed(house.user)), house.told()) == (2, [])


@pytest.mark.parametrize("name", ["ASSETS_URL", "WEBHOOKS_URL"])
def test_who_does_not_answer_leaves_all_as_it_is(house: House, portfolio: int, name: str) -> None:
    import_id = import_of(house, portfolio)
    with set_environment({**house.stand.environment, name: NOWHERE}):
        app = create_app()
    answer = app.test_client().delete(path_of(import_id), headers=house.identity)
    app.database.close()
    assert answer.status_code == 503
    assert (len(listed(house.user)), house.told()) == (1, [])


def test_a_crash_leaves_all_as_it_is_and_once_more_does_all(house: House, portfolio: int) -> None:
    import_id = import_of(house, portfolio)
    process = killed(house, import_id)
    assert process.returncode == 137, process.stderr
    house.hear()
    assert (len(listed(house.user)), house.symbols()) == (1, ["NINE"])
    assert reasons(house.taken_back(import_id)) == {"NINE": None}
    house.hear()
    assert (listed(house.user), house.symbols()) == ([], [])


def path_of(import_id: int) -> str:
    return f"/api/transactions/imports/{import_id}/?delete_assets=true"


def killed(house: House, import_id: int) -> "subprocess.CompletedProcess[str]":
    """Take an import back in a process that dies before it commits."""
    script = (
        "import json, sys\n"
        "from services.portfolio.app import create_app\n"
        "path, headers = sys.argv[1:]\n"
        "create_app().test_client().delete(path, headers=json.loads(headers))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script, path_of(import_id), json.dumps(house.identity)],
        env={**os.environ, **house.stand.environment, "FAULT_AT": "before_import_is_taken_back"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
