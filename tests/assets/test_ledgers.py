"""The real portfolio service is asked for trades: at an import, after a gap, for a rebuild."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from werkzeug.serving import make_server

from services.assets import replicas
from services.portfolio import commands
from services.portfolio.app import create_app
from services.portfolio.models import TransactionFields
from shared.events import Event
from shared.testing import Stand
from tests.assets.build import Assets
from tests.assets.telling import Told
from tests.assets.test_trades import closes
from tests.conftest import MakeStand
from tests.portfolio.build import User, adopt, card

FUND, PUBLIC = 1, 2
ROWS = 3_000


@pytest.fixture(scope="module")
def listening(make_stand: MakeStand) -> Iterator[tuple[Stand, str]]:
    """Return the portfolio service, and where it listens."""
    stand = make_stand("portfolio", create_app)
    server = make_server("127.0.0.1", 0, stand.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield stand, f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def owner(listening: tuple[Stand, str]) -> Stand:
    """Return the portfolio service, which knows two assets."""
    stand, _ = listening
    stand.empty()
    adopt(stand, card(FUND, "FUND", owner=1))
    adopt(stand, card(PUBLIC, "AAPL"))
    return stand


@pytest.fixture
def heard(stand: Stand, listening: tuple[Stand, str], ann: Assets, admin: Assets) -> Told:
    """Return what tells assets, which has the two and may ask."""
    ann.make(symbol="FUND", asset_type="OTHER")
    admin.make()
    return Told(stand, listening[1])


@pytest.fixture
def user(owner: Stand) -> User:
    return User(owner.client(user=1))


def rebuilt(told: Told) -> str:
    return replicas.rebuild(told.stand.database, told.owners, lambda _: None)


def bulk(user: User, portfolio: int, *rows: tuple[int, str, str]) -> None:
    entries = [
        {
            "portfolio": portfolio,
            "transaction_type": "BUY",
            "asset": asset,
            "date": day,
            "quantity": "2",
            "price": price,
        }
        for asset, day, price in rows
    ]
    user.post("/api/transactions/bulk/", {"transactions": entries})


def of_ledger(owner: Stand) -> list[Event]:
    """Return what the portfolio service tells of portfolios."""
    return [event for event in owner.events() if event.subject.startswith("portfolios/")]


def test_an_announced_ledger_is_asked_for_once(
    owner: Stand, user: User, heard: Told, ann: Assets
) -> None:
    rows = ((FUND, "2024-01-02", "10"), (PUBLIC, "2024-01-02", "9"), (FUND, "2024-01-03", "11"))
    bulk(user, user.portfolio(), *rows)
    for event in of_ledger(owner):
        heard.event(event)
    assert closes(ann) == [("2024-01-02", "10.00", "trade"), ("2024-01-03", "11.00", "trade")]
    assert closes(ann, PUBLIC) == []
    # One event for the asset, however many days.
    [imported] = [event for event in heard.stand.events() if event.type.startswith("price-")]
    assert (imported.data["first_date"], imported.data["last_date"]) == ("2024-01-02", "2024-01-03")
    assert imported.data["count"] == 2


def test_a_price_implied_by_an_amount_is_a_close(
    owner: Stand, user: User, heard: Told, ann: Assets
) -> None:
    row = {"asset": FUND, "quantity": "4", "amount": "-42", "fees": "2"}
    user.record(user.portfolio(), "BUY", "2024-01-02", **row)
    for event in of_ledger(owner):
        heard.event(event)
    # (42 − 2) ÷ 4
    assert closes(ann) == [("2024-01-02", "10.00", "trade")]


@pytest.mark.parametrize("told_last", [1, 2, 3, 4])
def test_whatever_event_is_missing_the_closes_are_those_of_the_ledger(
    owner: Stand, user: User, heard: Told, ann: Assets, told_last: int
) -> None:
    portfolio = user.portfolio()
    bought = user.record(portfolio, "BUY", "2024-01-02", asset=FUND, quantity="1", price="10")["id"]
    user.patch(f"/api/transactions/{bought}/", {"date": "2024-01-03"})
    user.record(portfolio, "BUY", "2024-01-04", asset=FUND, quantity="1", price="12")
    user.delete(f"/api/transactions/{bought}/")
    heard.event(of_ledger(owner)[told_last])
    assert closes(ann) == [("2024-01-04", "12.00", "trade")]
    for event in reversed(of_ledger(owner)):
        heard.event(event)
    assert closes(ann) == [("2024-01-04", "12.00", "trade")]


def test_a_rebuild_makes_the_closes_of_ledgers_that_exist(
    user: User, heard: Told, ann: Assets
) -> None:
    bulk(user, user.portfolio(), (FUND, "2024-01-02", "10"), (PUBLIC, "2024-01-02", "9"))
    user.portfolio()
    assert rebuilt(heard) == "2 ledgers, 1 traded assets, 0 corrected; 0 forgotten."
    assert closes(ann) == [("2024-01-02", "10.00", "trade")]
    told = len(heard.stand.events())
    assert rebuilt(heard) == "2 ledgers, 1 traded assets, 0 corrected; 0 forgotten."
    assert len(heard.stand.events()) == told


def test_a_rebuild_mends_closes(user: User, heard: Told, ann: Assets) -> None:
    bulk(user, user.portfolio(), (FUND, "2024-01-02", "10"), (FUND, "2024-01-03", "11"))
    rebuilt(heard)
    with heard.stand.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM prices WHERE date = '2024-01-02'")
        connection.exec_driver_sql("UPDATE prices SET close = 1")
    assert rebuilt(heard) == "1 ledgers, 1 traded assets, 1 corrected; 0 forgotten."
    assert closes(ann) == [("2024-01-02", "10.00", "trade"), ("2024-01-03", "11.00", "trade")]


def test_a_rebuild_forgets_the_ledgers_of_portfolios_that_are_gone(
    owner: Stand, user: User, heard: Told, ann: Assets
) -> None:
    bulk(user, user.portfolio(), (FUND, "2024-01-02", "10"))
    rebuilt(heard)
    owner.empty()
    assert rebuilt(heard) == "0 ledgers, 0 traded assets, 0 corrected; 1 forgotten."
    assert closes(ann) == []
    assert rebuilt(heard) == "0 ledgers, 0 traded assets, 0 corrected; 0 forgotten."


def test_a_large_ledger_is_asked_for_whole(
    owner: Stand, user: User, heard: Told, ann: Assets
) -> None:
    portfolio = user.portfolio()
    rows = [
        TransactionFields(
            portfolio=portfolio,
            transaction_type="BUY",
            date=date.fromordinal(date(1970, 1, 1).toordinal() + number),
            asset=FUND,
            quantity=Decimal(1),
            price=Decimal(number + 1),
        )
        for number in range(ROWS)
    ]
    owner.database.unit(lambda session: commands.record_transactions(session, 1, rows))
    _, announcement, first, *_ = of_ledger(owner)
    heard.event(announcement)
    # What it announces is an older one, and needs no second question.
    heard.event(first)
    newest = ann.found("price-history/", asset_id=FUND, page_size=1)
    assert [row["close"] for row in newest] == [f"{ROWS}.00"]


def test_users_do_not_come_to_trades_by_the_internal_door(user: User) -> None:
    portfolio = user.portfolio()
    answer = user.client.get(f"/internal/v1/portfolios/{portfolio}/private_trades/")
    assert answer.status_code == 401


def test_the_command_line_rebuilds(heard: Told, listening: tuple[Stand, str], owner: Stand) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.assets", "rebuild"],
        env={**heard.stand.environment, "PORTFOLIO_URL": listening[1]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    summary = "0 ledgers, 0 traded assets, 0 corrected; 0 forgotten.\n"
    assert done.stdout == summary, done.stderr
