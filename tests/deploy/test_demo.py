"""The demo in real databases: whole, once, told of, and true to its own prices."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from deploy.demo import files
from services.assets.models import Asset, Price
from services.auth import commands as auth
from services.portfolio.models import Asset as Copy
from services.portfolio.models import FxClose, Portfolio, Position, Transaction
from shared import migrations
from shared.db import Database
from shared.events import Event, catalogue
from shared.testing.stand import create_database

SERVICES = ("auth", "assets", "portfolio")

Databases = dict[str, Database]


def fresh(server_url: str) -> dict[str, str]:
    """Return the environment of a demo that has empty databases."""
    environment = dict(os.environ)
    for service in SERVICES:
        url = create_database(server_url, service)
        migrations.upgrade(service, url)
        environment[f"{service.upper()}_DATABASE_URL"] = url
    return environment


def load(environment: dict[str, str]) -> str:
    """Load the demo and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.demo"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def environment(postgres_url: str) -> dict[str, str]:
    """Return the environment of a demo that was loaded once."""
    environment = fresh(postgres_url)
    load(environment)
    return environment


@pytest.fixture(scope="module")
def databases(environment: dict[str, str]) -> Iterator[Databases]:
    opened = {name: Database(environment[f"{name.upper()}_DATABASE_URL"]) for name in SERVICES}
    yield opened
    for database in opened.values():
        database.close()


@pytest.fixture
def assets(databases: Databases) -> Iterator[Session]:
    with databases["assets"].sessions() as session:
        yield session


@pytest.fixture
def portfolio(databases: Databases) -> Iterator[Session]:
    with databases["portfolio"].sessions() as session:
        yield session


def events(databases: Databases, service: str) -> list[Event]:
    """Return what waits in the outbox of a service, in order."""
    with databases[service].sessions() as session:
        payloads = session.scalars(text("SELECT payload FROM outbox ORDER BY id"))
        return [Event.from_json(payload.encode()) for payload in payloads]


def rows(environment: dict[str, str]) -> dict[str, int]:
    """Return how many rows each table has."""
    found = {}
    for service in SERVICES:
        database = Database(environment[f"{service.upper()}_DATABASE_URL"])
        with database.sessions() as session:
            names = session.scalars(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ).all()
            for name in names:
                count = session.scalar(text(f"SELECT count(*) FROM {name}"))
                found[f"{service}.{name}"] = count or 0
        database.close()
    return found


def test_the_demo_has_33_assets_with_all_their_prices(assets: Session) -> None:
    """20 stocks and an index have 4,529 days, 5 funds 2,264, 7 pairs 4,610."""
    kinds = select(Asset.asset_type, func.count()).group_by(Asset.asset_type)
    assert dict(assets.execute(kinds).all()) == {
        "STOCK": 20,
        "ETF": 5,
        "INDEX": 1,
        "CURRENCY": 7,
    }
    assert assets.scalar(select(func.count()).select_from(Price)) == 21 * 4529 + 5 * 2264 + 7 * 4610


def test_on_a_fresh_installation_apple_is_1_and_chevron_is_5(assets: Session) -> None:
    """The published example of a new position names the asset 5."""
    ids = select(Asset.symbol, Asset.id).where(Asset.symbol.in_(["AAPL", "CVX", "EURSEK"]))
    assert dict(assets.execute(ids).all()) == {"AAPL": 1, "CVX": 5, "EURSEK": 33}


def test_an_asset_is_priced_at_its_last_close(assets: Session) -> None:
    apple = assets.get_one(Asset, 1)
    assert apple.current_price == Decimal("125.674")
    assert str(apple.price_date) == "2022-12-28"
    first = select(Price.close, Price.source).where(Price.asset_id == 1).order_by(Price.date)
    assert assets.execute(first.limit(1)).one() == (Decimal("0.961"), "demo")


def test_the_portfolios_are_1_to_3_and_have_their_ledgers(portfolio: Session) -> None:
    counts = (
        select(Portfolio.id, Portfolio.name, Portfolio.currency, func.count())
        .join(Transaction, Transaction.portfolio_id == Portfolio.id)
        .group_by(Portfolio.id)
        .order_by(Portfolio.id)
    )
    assert portfolio.execute(counts).all() == [
        (1, "Growth Portfolio", "USD", 59),
        (2, "World in Euro", "EUR", 58),
        (3, "Retirement", "USD", 35),
    ]


def test_the_first_portfolio_holds_what_its_ledger_adds_up_to(portfolio: Session) -> None:
    """Apple: 402 − 100 + 80 − 96 + 46; AMD 214 − 107 − 107; never Chevron."""
    held = (
        select(Copy.symbol, Position.quantity)
        .join(Copy, Copy.id == Position.asset_id)
        .where(Position.portfolio_id == 1)
    )
    quantities = dict(portfolio.execute(held).all())
    assert (quantities["AAPL"], quantities["AMD"]) == (Decimal(332), Decimal(0))
    assert "CVX" not in quantities


def test_cash_is_never_negative(portfolio: Session) -> None:
    for number in (1, 2, 3):
        ledger = select(Transaction).where(Transaction.portfolio_id == number)
        entries = [row.entry for row in portfolio.scalars(ledger).all()]
        entries.sort(key=lambda entry: entry.order)
        cash = [entry.base_cash for entry in entries]
        assert min(accumulate(moved for moved in cash if moved is not None)) >= 0
        assert None not in cash


def test_every_trade_has_the_close_of_its_day() -> None:
    closes = {
        (symbol, bar.date): bar.close for symbol, bars in files.prices().items() for bar in bars
    }
    trades = [row for row in ledgers() if "price" in row]
    assert len(trades) == 93
    for row in trades:
        assert row["price"] == closes[row["symbol"], row["date"]], row


def test_every_exchange_rate_is_the_last_of_the_ecb() -> None:
    dollars = files.prices()["EURUSD"]
    rated = [row for row in ledgers() if "exchange_rate" in row]
    assert len(rated) == 38
    for row in rated:
        last = [bar for bar in dollars if bar.date <= row["date"]][-1]
        assert abs(row["exchange_rate"] - 1 / last.close) <= Decimal("0.0000005"), row


def test_the_ledgers_book_nothing_that_adjusted_closes_hold_already() -> None:
    assert {row["transaction_type"] for row in ledgers()} == {
        "BUY",
        "SELL",
        "INTEREST",
        "FEE",
        "FEE_REFUND",
        "TAX",
        "TAX_REFUND",
        "DEPOSIT",
        "WITHDRAWAL",
        "TRANSFER_IN",
    }


def test_the_demo_users_may_log_in(databases: Databases) -> None:
    # Not committed: what others compare stays as it was loaded.
    with databases["auth"].sessions() as session:
        demo, admin = (auth.log_in(session, name, name, "127.0.0.1") for name in ("demo", "admin"))
        assert (demo.id, demo.is_staff, admin.is_staff) == (1, False, True)


def test_everything_is_told_in_order(databases: Databases) -> None:
    told = [event for service in SERVICES for event in events(databases, service)]
    assert Counter(event.type for event in told) == {
        "user-created": 2,
        "asset-created": 33,
        "price-history-imported": 33,
        "portfolio-created": 3,
        "ledger-changed": 3,
        "transaction-created": 152,
        "position-changed": 24,
    }
    sequences = defaultdict(list)
    for event in told:
        catalogue.check(event.type, event.data)
        if event.type != "ledger-changed":  # which has the sequence of the last that it announces
            sequences[event.subject].append(event.sequence)
    for subject, numbers in sequences.items():
        assert numbers == list(range(1, len(numbers) + 1)), subject


def test_the_portfolio_service_knows_the_assets_as_their_owner_does(
    assets: Session, portfolio: Session
) -> None:
    columns = ("id", "symbol", "sequence", "current_price")
    owned = select(*(getattr(Asset, name) for name in columns)).order_by(Asset.id)
    copied = select(*(getattr(Copy, name) for name in columns)).order_by(Copy.id)
    assert portfolio.execute(copied).all() == assets.execute(owned).all()
    assert portfolio.scalar(select(func.count()).select_from(FxClose)) == 7 * 4610


def test_loading_again_changes_nothing(environment: dict[str, str]) -> None:
    before = rows(environment)
    said = load(environment)
    assert rows(environment) == before
    assert "33 assets" in said


def test_a_load_that_was_killed_is_completed_by_the_next(
    postgres_url: str, environment: dict[str, str]
) -> None:
    killed = fresh(postgres_url)
    command = [sys.executable, "-m", "deploy.demo"]
    with subprocess.Popen(command, env=killed, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "users" in process.stdout.readline()  # and now it loads the assets
        process.kill()
    assert rows(killed)["assets.assets"] < 33
    load(killed)
    assert rows(killed) == rows(environment)


def ledgers() -> list[dict[str, Any]]:
    """Return the rows of all ledgers."""
    return [row for each in files.portfolios() for row in files.transactions(each["name"])]
