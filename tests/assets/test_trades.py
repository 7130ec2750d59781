"""Trades of private assets: their prices are closes of the days that have no other."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.errors import Unavailable
from shared.testing import Stand
from tests.assets.build import Assets, body
from tests.assets.telling import Ledger, Told, again

FUND = 1  # ann's own, in dollars


@pytest.fixture
def fund(ann: Assets) -> Assets:
    """Return ann, who has a private fund."""
    ann.make(symbol="FUND", asset_type="OTHER")
    return ann


@pytest.fixture
def ledger(heard: Told) -> Ledger:
    return heard.ledger()


def closes(user: Assets, asset: int = FUND) -> list[tuple[str, str, str]]:
    """Return day, close and source of each price, the oldest first."""
    rows = user.found("price-history/", asset_id=asset, ordering="date")
    return [(row["date"], row["close"], row["source"]) for row in rows]


def current(user: Assets, asset: int = FUND) -> tuple[str | None, str | None]:
    """Return an asset's price and the one before."""
    row = body(user.get(f"assets/{asset}/"))
    return row["current_price"], row["previous_close"]


def told(stand: Stand) -> list[dict[str, Any]]:
    """Return what was told of prices."""
    return [event.data for event in stand.events() if event.type.startswith("price-")]


def test_the_price_of_a_trade_is_the_close_of_its_day(fund: Assets, ledger: Ledger) -> None:
    ledger.buy(1, FUND, "2024-01-02", "10.5")
    ledger.buy(2, FUND, "2024-01-04", "12", transaction_type="SELL")
    assert closes(fund) == [("2024-01-02", "10.50", "trade"), ("2024-01-04", "12.00", "trade")]
    assert current(fund) == ("12.00", "10.50")


def test_it_is_told_as_the_history_of_trades(stand: Stand, fund: Assets, ledger: Ledger) -> None:
    ledger.buy(1, FUND, "2024-01-02", "10.5")
    [data] = told(stand)
    assert [data[name] for name in ("first_date", "last_date", "count", "source")] == [
        "2024-01-02",
        "2024-01-02",
        1,
        "trade",
    ]
    card = data["asset"]
    assert (card["current_price"], card["price_source"]) == ("10.50", "trade")
    series = body(stand.service_client("analytics").get("/internal/v1/assets/1/prices/"))
    assert series["sequence"] == 2
    assert series["trade_days"] == series["dates"] == ["2024-01-02"]


@pytest.mark.parametrize(
    "entry",
    [
        {"transaction_type": "DIVIDEND", "quantity": None, "price": None, "amount": "5"},
        {"transaction_type": "TRANSFER_IN"},
        {"transaction_type": "TRANSFER_OUT"},
        {"transaction_type": "ADJUSTMENT"},
        {"transaction_type": "DEPOSIT", "asset": None, "quantity": None, "price": None},
        {"currency": "EUR"},
        {"price": None},
        {"price": "0"},
        # Implied by an amount: 999,999,999,999 for 0.00000001 pieces.
        {"price": "99999999999900000000"},
    ],
)
def test_what_is_no_trade_in_the_assets_currency_is_no_close(
    fund: Assets, ledger: Ledger, entry: dict[str, Any]
) -> None:
    ledger.buy(1, **{"asset": FUND, "day": "2024-01-02", "price": "10", **entry})
    assert closes(fund) == []


def test_a_trade_of_a_public_asset_is_no_close(stand: Stand, admin: Assets, ledger: Ledger) -> None:
    admin.make()
    ledger.buy(1, 1, "2024-01-02", "10")
    assert closes(admin) == []
    assert told(stand) == []


def test_of_several_trades_of_a_day_the_last_created_counts(
    fund: Assets, heard: Told, ledger: Ledger
) -> None:
    other = heard.ledger(2)
    other.buy(7, FUND, "2024-01-02", "7")
    ledger.buy(5, FUND, "2024-01-02", "5")
    assert closes(fund) == [("2024-01-02", "7.00", "trade")]
    ledger.buy(9, FUND, "2024-01-02", "9")
    assert closes(fund) == [("2024-01-02", "9.00", "trade")]
    # It goes by creation, whatever is edited last.
    ledger.edit(5, FUND, "2024-01-02", "5.5")
    assert closes(fund) == [("2024-01-02", "9.00", "trade")]


def test_another_trade_takes_the_place_of_one_that_goes(fund: Assets, ledger: Ledger) -> None:
    for number, price in ((1, "10"), (2, "20"), (3, "30"), (4, "40")):
        ledger.buy(number, FUND, "2024-01-02", price)
    ledger.delete(4, FUND, "2024-01-02", "40")
    assert closes(fund) == [("2024-01-02", "30.00", "trade")]
    ledger.edit(3, FUND, "2024-01-03", "30")
    assert closes(fund) == [("2024-01-02", "20.00", "trade"), ("2024-01-03", "30.00", "trade")]
    ledger.edit(2, FUND, "2024-01-02", "20", transaction_type="TRANSFER_IN")
    assert closes(fund) == [("2024-01-02", "10.00", "trade"), ("2024-01-03", "30.00", "trade")]
    ledger.edit(1, FUND, "2024-01-02", "11")
    assert closes(fund) == [("2024-01-02", "11.00", "trade"), ("2024-01-03", "30.00", "trade")]


def test_a_trade_that_is_edited_to_another_asset_takes_its_close_along(
    fund: Assets, ledger: Ledger
) -> None:
    fund.make(symbol="OTHER")
    ledger.buy(1, FUND, "2024-01-02", "10")
    ledger.edit(1, 2, "2024-01-02", "10")
    assert closes(fund) == []
    assert closes(fund, 2) == [("2024-01-02", "10.00", "trade")]


def test_without_its_last_trade_an_asset_has_no_price(
    stand: Stand, fund: Assets, ledger: Ledger
) -> None:
    ledger.buy(1, FUND, "2024-01-02", "10")
    ledger.delete(1, FUND, "2024-01-02", "10")
    assert closes(fund) == []
    assert current(fund) == (None, None)
    assert body(fund.get("assets/1/"))["last_price_update"] is None
    data = told(stand)[-1]
    assert (data["count"], data["source"], data["last_date"]) == (0, "trade", "2024-01-02")
    assert data["asset"]["price_source"] is None


def test_a_day_that_has_a_close_keeps_it(stand: Stand, fund: Assets, ledger: Ledger) -> None:
    fund.price(FUND, "11", date="2024-01-02")
    ledger.buy(1, FUND, "2024-01-02", "10")
    ledger.delete(1, FUND, "2024-01-02", "10")
    assert closes(fund) == [("2024-01-02", "11.00", "manual")]
    assert len(told(stand)) == 1


def test_an_older_trade_leaves_the_current_price_alone(fund: Assets, ledger: Ledger) -> None:
    fund.price(FUND, "11", date="2024-01-03")
    ledger.buy(1, FUND, "2024-01-02", "10")
    assert current(fund) == ("11.00", "10.00")


def test_a_price_takes_the_place_of_a_trades(fund: Assets, ledger: Ledger) -> None:
    ledger.buy(1, FUND, "2024-01-02", "10")
    fund.price(FUND, "8", date="2024-01-02")
    [row] = fund.found("price-history/")
    # The day's range is that of its quotes: 10 is none of them.
    assert [row[name] for name in ("close", "high", "low", "source")] == [
        "8.00",
        "8.00",
        "8.00",
        "manual",
    ]
    # And no trade takes its place.
    ledger.edit(1, FUND, "2024-01-02", "12")
    ledger.buy(2, FUND, "2024-01-02", "13")
    assert closes(fund) == [("2024-01-02", "8.00", "manual")]


@pytest.mark.parametrize("close", ["10", "8"])
def test_a_price_file_takes_the_place_of_trades_even_where_it_says_the_same(
    stand: Stand, fund: Assets, ledger: Ledger, close: str
) -> None:
    ledger.buy(1, FUND, "2024-01-02", "10")
    ledger.buy(2, FUND, "2024-01-04", "12")
    rows = [{"date": "2024-01-02", "close": close}]
    assert fund.post("assets/1/price_history/bulk/", {"prices": rows}).status_code == 200
    assert closes(fund) == [
        ("2024-01-02", f"{close}.00", "import"),
        ("2024-01-04", "12.00", "trade"),
    ]
    series = body(stand.service_client("analytics").get("/internal/v1/assets/1/prices/"))
    assert series["trade_days"] == ["2024-01-04"]


def test_an_event_that_comes_twice_counts_once(
    stand: Stand, fund: Assets, heard: Told, ledger: Ledger
) -> None:
    event = ledger.buy(1, FUND, "2024-01-02", "10")
    ledger.edit(1, FUND, "2024-01-02", "11")
    for repeated in (event, again(event)):
        heard.event(repeated)
    assert closes(fund) == [("2024-01-02", "11.00", "trade")]
    assert len(told(stand)) == 2


def test_a_missing_event_waits_for_the_owner_of_the_ledger(
    fund: Assets, heard: Told, ledger: Ledger
) -> None:
    ledger.holds_back = True
    first, second = (
        ledger.buy(1, FUND, "2024-01-02", "10"),
        ledger.delete(1, FUND, "2024-01-02", "10"),
    )
    with pytest.raises(Unavailable):
        heard.event(second)
    assert closes(fund) == []
    for event in (first, second):
        heard.event(event)
    assert closes(fund) == []


def test_a_portfolio_takes_its_trades_along_and_nothing_late_brings_them_back(
    fund: Assets, heard: Told, ledger: Ledger
) -> None:
    late = ledger.buy(1, FUND, "2024-01-02", "10")
    heard.ledger(2).buy(2, FUND, "2024-01-03", "20")
    ledger.end()
    assert closes(fund) == [("2024-01-03", "20.00", "trade")]
    heard.event(again(late))
    assert closes(fund) == [("2024-01-03", "20.00", "trade")]


def test_a_retired_asset_still_gets_its_closes(fund: Assets, ledger: Ledger) -> None:
    fund.client.delete("/api/assets/1/")
    ledger.buy(1, FUND, "2024-01-02", "10")
    ledger.edit(1, FUND, "2024-01-03", "10")
    assert closes(fund) == [("2024-01-03", "10.00", "trade")]


def test_trades_of_assets_that_are_gone_are_no_harm(
    stand: Stand, fund: Assets, heard: Told, ledger: Ledger
) -> None:
    ledger.buy(1, FUND, "2024-01-02", "10")
    with stand.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM assets")
    ledger.edit(1, FUND, "2024-01-03", "10")
    ledger.buy(2, FUND, "2024-01-03", "10")
    ledger.delete(1, FUND, "2024-01-03", "10")
    ledger.end()
    assert fund.found("price-history/") == []


def test_the_adjusted_close_of_a_trade_follows_a_split(fund: Assets, ledger: Ledger) -> None:
    ledger.buy(1, FUND, "2024-01-02", "100")
    ledger.buy(2, FUND, "2024-01-04", "26")
    fund.post("assets/1/splits/", {"date": "2024-01-03", "ratio": "4:1"})
    rows = fund.found("price-history/", ordering="date")
    assert [(row["close"], row["adjusted_close"]) for row in rows] == [
        ("100.00", "25.00"),
        ("26.00", "26.00"),
    ]
    assert current(fund) == ("26.00", "25.00")


def test_trades_and_prices_side_by_side_leave_the_prices(
    stand: Stand, fund: Assets, heard: Told, ledger: Ledger
) -> None:
    days = [f"2024-01-{day:02}" for day in range(1, 21)]
    ledger.holds_back = True
    for number, day in enumerate(days, 1):
        ledger.buy(number, FUND, day, "10")

    def trade() -> None:
        for event in ledger.kept:
            heard.event(event)

    def quote() -> None:
        user = Assets(stand.client(user=1))
        for day in reversed(days[:10]):
            assert user.price(FUND, "11", date=day).status_code == 200

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(trade), threads.submit(quote)]:
            done.result()
    expected = [(day, "11.00", "manual") for day in days[:10]]
    assert closes(fund) == expected + [(day, "10.00", "trade") for day in days[10:]]
    events = [event for event in stand.events() if event.subject == "assets/1"]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert events[-1].data["asset"]["price_date"] == days[-1]


def test_a_day_whose_price_is_deleted_has_its_trades_again(fund: Assets, ledger: Ledger) -> None:
    ledger.buy(1, FUND, "2024-01-02", "10.5")
    rows = [{"date": "2024-01-02", "close": "11"}, {"date": "2024-01-03", "close": "12"}]
    sent = fund.post(f"assets/{FUND}/price_history/bulk/", {"prices": rows})
    assert closes(fund) == [("2024-01-02", "11.00", "import"), ("2024-01-03", "12.00", "import")]
    path = f"/api/price-history/imports/{body(sent)['import_id']}/"
    assert fund.client.delete(path).status_code == 204
    assert closes(fund) == [("2024-01-02", "10.50", "trade")]
    assert current(fund) == ("10.50", None)
