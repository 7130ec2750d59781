"""The appraiser: whom a change concerns, what is told of it, and what a failure leaves."""

import itertools
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.analytics.answers.memory.market import Market
from services.analytics.answers.memory.portfolios import Portfolios, WholePortfolio
from services.analytics.commands import marks
from services.analytics.domain.valuation import Books
from services.analytics.outside.owners import Owners
from services.analytics.parts.appraiser import Appraiser
from services.analytics.replicas import Replicas
from shared.events import Event
from shared.finance.figures import WATCHABLE
from shared.identity import Signer
from shared.testing import wait_until
from shared.testing.bells import is_rung, listening
from shared.testing.stand import NOWHERE
from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import UP_DOWN_UP, ten_shares

NEVER = threading.Event()


def told(desk: Desk, kind: str) -> list[Event]:
    """Return all that was told of one kind when everything is heard and done."""
    desk.hear()
    desk.appraise()
    return [event for event in desk.stand.events() if event.type == kind]


def values(desk: Desk) -> list[tuple[str | None, str | None, str]]:
    data = (event.data for event in told(desk, "portfolio-valued"))
    return [(said["previous_value"], said["total_value"], said["as_of"]) for said in data]


def marked(desk: Desk) -> list[int]:
    """Return the portfolio of each mark."""
    with desk.stand.database.engine.connect() as connection:
        marks = connection.execute(text("SELECT portfolio_id FROM revaluation_marks ORDER BY 1"))
        return [row.portfolio_id for row in marks]


def execute(desk: Desk, statement: str) -> None:
    with desk.stand.database.engine.begin() as connection:
        connection.execute(text(statement))


def another(desk: Desk, owners: Owners | None = None) -> Appraiser:
    """Return an appraiser of another worker, that has seen nothing yet."""
    database = desk.stand.database
    owners = owners or desk.owners
    replicas = Replicas(database, owners)
    market = Market(database, replicas.assets, owners, {})
    return Appraiser(database, Portfolios(replicas.portfolios, market))


def test_a_price_concerns_the_portfolios_that_hold_the_asset_and_no_others(desk: Desk) -> None:
    one, two = ten_shares(desk), ten_shares(desk)
    first, second = desk.world.assets
    desk.world.record(two, "BUY", "2024-01-05", asset=first, quantity="1", price="1")
    desk.hear()
    desk.appraise()
    desk.world.price(second, "2024-01-08", "1")
    desk.hear()
    assert marked(desk) == [two]
    desk.world.price(first, "2024-01-08", "1")
    desk.hear()
    assert marked(desk) == [one, two, two]


def test_what_must_be_valued_again_rings_for_the_appraiser(desk: Desk) -> None:
    ten_shares(desk)
    asset = next(iter(desk.world.assets))
    closes = itertools.count(1)

    def trade() -> bool:
        desk.world.price(asset, "2024-01-08", str(next(closes)))
        desk.hear()
        return True

    with listening(desk.stand.database_url, marks.BELL) as [bell]:
        # Again and again: of a burst the first one rings.
        wait_until(lambda: trade() and is_rung(bell))


def test_a_rate_concerns_the_portfolios_that_need_it(desk: Desk) -> None:
    pair = desk.world.asset("EURUSD", {"2024-01-02": "2"}, asset_type="CURRENCY")
    ten_shares(desk)
    asset = desk.world.asset("EURO", UP_DOWN_UP, currency="EUR")
    number = desk.world.portfolio()
    desk.world.record(
        number, "BUY", "2024-01-02", asset=asset, quantity="1", price="1", currency="EUR"
    )
    desk.hear()
    desk.appraise()
    desk.world.price(pair, "2024-01-03", "3")
    desk.hear()
    assert marked(desk) == [number]


def test_a_rate_also_concerns_what_still_waits_to_be_valued(desk: Desk) -> None:
    pair = desk.world.asset("EURUSD", {"2024-01-02": "2"}, asset_type="CURRENCY")
    number = desk.world.portfolio()
    desk.hear()
    before = len(marked(desk))
    desk.world.price(pair, "2024-01-03", "3")
    desk.hear()
    assert marked(desk) == [number] * (before + 1)


def since(desk: Desk) -> list[str]:
    """Return the first day of each mark that was made since the last valuation."""
    desk.hear()
    with desk.stand.database.engine.connect() as connection:
        marks = connection.execute(text("SELECT since FROM revaluation_marks ORDER BY id"))
        found = [str(row.since) for row in marks]
    desk.appraise()
    return found


def test_a_change_is_valued_from_its_day_on(desk: Desk) -> None:
    number = ten_shares(desk)
    asset = next(iter(desk.world.assets))
    [buy] = desk.world.portfolios[number].transactions
    desk.appraise()
    desk.world.price(asset, "2024-01-04", "1")
    assert since(desk) == ["2024-01-04"]
    desk.world.import_prices(asset, {"2024-01-03": "1", "2024-01-05": "2"})
    assert since(desk) == ["2024-01-03"]
    desk.world.record(number, "DEPOSIT", "2024-01-05", amount="1")
    more = desk.world.record(number, "BUY", "2024-01-04", asset=asset, quantity="1", price="1")
    assert since(desk) == ["2024-01-05", "2024-01-04"]
    desk.world.change_transaction(number, more, date="2024-01-03")
    assert since(desk) == ["2024-01-04", "2024-01-03"]
    desk.world.delete_transaction(number, more)
    assert since(desk) == ["2024-01-03"]
    # The last entry of an asset takes its market days away, and none before its own.
    desk.world.delete_transaction(number, buy)
    assert since(desk) == ["2024-01-02"]


def test_an_import_after_a_gap_is_valued_from_the_beginning(desk: Desk) -> None:
    ten_shares(desk)
    asset = next(iter(desk.world.assets))
    desk.appraise()
    desk.world.price(asset, "2024-01-02", "1")
    desk.world.take()  # and is never heard of
    desk.world.import_prices(asset, {"2024-01-05": "2"})
    assert since(desk) == ["0001-01-01"]


def test_an_import_that_its_owner_is_already_past_is_valued_from_the_beginning(desk: Desk) -> None:
    ten_shares(desk)
    asset = next(iter(desk.world.assets))
    desk.appraise()
    desk.world.import_prices(asset, {"2024-01-05": "2"})
    [imported] = desk.world.take()
    desk.world.price(asset, "2024-01-02", "1")
    desk.world.said.insert(0, imported)
    assert since(desk) == ["0001-01-01"]


def test_many_changes_are_one_valuation_and_one_event(desk: Desk) -> None:
    number = ten_shares(desk)
    asset = next(iter(desk.world.assets))
    for price in range(110, 130):
        desk.world.price(asset, "2024-01-08", str(price))
    assert values(desk) == [(None, "1290.00", "2024-01-08")]
    [event] = told(desk, "portfolio-valued")
    assert (event.subject, event.sequence) == (f"valuations/{number}", 1)
    assert (event.data["portfolio"], event.data["owner"], event.data["currency"]) == (
        *(number, 1),
        "USD",
    )


def test_a_burst_is_valued_when_it_pauses_or_has_lasted_long_enough(desk: Desk) -> None:
    ten_shares(desk)
    asset = next(iter(desk.world.assets))
    work = another(desk)
    patience = marks.Patience(pause=timedelta(seconds=10), longest=timedelta(seconds=60))

    def has_valued(first: int, last: int) -> bool:
        """Return whether a burst is valued that began and ended so many seconds ago."""
        for day in ("2024-01-04", "2024-01-05"):
            desk.world.price(asset, day, str(100 + first))
        desk.hear()
        execute(desk, f"UPDATE revaluation_marks SET marked_at = now() - interval '{last} s'")
        oldest = "(SELECT min(id) FROM revaluation_marks)"
        begun = f"UPDATE revaluation_marks SET marked_at = now() - interval '{first} s'"
        execute(desk, f"{begun} WHERE id = {oldest}")
        work.work(NEVER, patience)
        return not marked(desk)

    assert not has_valued(first=50, last=5)
    assert has_valued(first=50, last=11)
    assert has_valued(first=61, last=5)


def test_a_value_is_told_only_when_it_is_printed_otherwise(desk: Desk) -> None:
    ten_shares(desk)
    asset = next(iter(desk.world.assets))
    values(desk)
    desk.world.price(asset, "2024-01-05", "108.9004")  # 1089.004
    desk.world.price(asset, "2024-01-03", "111")
    assert len(values(desk)) == 1
    desk.world.price(asset, "2024-01-05", "108.9005")  # 1089.005
    assert values(desk)[1:] == [("1089.00", "1089.01", "2024-01-05")]


def test_a_value_that_is_not_known_is_told_as_null(desk: Desk) -> None:
    number = ten_shares(desk)
    values(desk)
    bare = desk.world.asset("BARE")
    desk.world.record(number, "BUY", "2024-01-05", asset=bare, quantity="1", price="1")
    assert values(desk)[1:] == [("1089.00", None, "2024-01-05")]


def test_the_newest_day_is_told_when_it_is_new(desk: Desk) -> None:
    number = ten_shares(desk)
    asset = next(iter(desk.world.assets))
    [first] = told(desk, "snapshot-created")
    desk.world.price(asset, "2024-01-04", "90")
    desk.world.price(asset, "2024-01-05", "90")
    assert len(told(desk, "snapshot-created")) == 1
    desk.world.price(asset, "2024-01-08", "90")
    [_, second] = told(desk, "snapshot-created")
    said = second.data["snapshot"]
    assert (first.data["snapshot"]["date"], said["date"]) == ("2024-01-05", "2024-01-08")
    # So is the value, although it has not moved: it is a change of nothing now.
    assert values(desk)[-1] == ("900.00", "900.00", "2024-01-08")
    assert (second.subject, second.sequence) == (f"snapshots/{said['id']}", 1)
    assert said == desk.get(f"/api/portfolio-snapshots/{said['id']}/")
    assert said["portfolio"] == number


def test_the_figures_of_what_holds_something_are_told_as_they_are_printed(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asset("SP500", UP_DOWN_UP, asset_type="INDEX")
    [event] = told(desk, "risk-computed")
    metrics = event.data["metrics"]
    printed = desk.portfolio_metrics(number, benchmark="SP500")
    risk = desk.get("/api/analytics/risk_metrics/", portfolio_id=number, benchmark="SP500")
    expected = {name: printed[name] for name in ("volatility", "beta", "var_95", "total_return")}
    expected |= {name: risk[name] for name in ("cvar_99", "up_capture", "diversification_ratio")}
    expected |= {"hhi": risk["concentration"]["hhi"]}
    assert {name: metrics[name] for name in expected} == expected
    assert (metrics["volatility"], metrics["beta"], metrics["hhi"]) == ("183.30", "1.00", "1.0000")
    assert (event.data["as_of"], event.subject) == ("2024-01-05", f"valuations/{number}")


def test_every_figure_that_a_rule_can_watch_is_told(desk: Desk) -> None:
    ten_shares(desk)
    [event] = told(desk, "risk-computed")
    assert event.data["metrics"].keys() == {*WATCHABLE, "value"}


def test_figures_are_told_once_a_minute_at_most(desk: Desk) -> None:
    ten_shares(desk)
    asset = next(iter(desk.world.assets))
    assert len(told(desk, "risk-computed")) == 1
    desk.world.price(asset, "2024-01-08", "100")
    assert len(told(desk, "risk-computed")) == 1
    execute(desk, "UPDATE last_valuations SET measure_after = measure_after - interval '1 minute'")
    [first, second] = told(desk, "risk-computed")
    # Two valuations were told of the same portfolio, too.
    assert (first.sequence, second.sequence) == (2, 4)


def test_what_holds_nothing_or_has_not_changed_is_not_measured(desk: Desk) -> None:
    number = ten_shares(desk)
    asset = next(iter(desk.world.assets))
    desk.world.record(number, "SELL", "2024-01-05", asset=asset, quantity="10", price="1")
    assert told(desk, "risk-computed") == []
    other = ten_shares(desk)
    assert len(told(desk, "risk-computed")) == 1
    execute(desk, "UPDATE last_valuations SET measured_at = NULL")
    desk.world.change_portfolio(other, name="The same days")
    assert len(told(desk, "risk-computed")) == 1


def test_a_portfolio_that_cannot_be_valued_waits_and_the_others_go_on(desk: Desk) -> None:
    broken = ten_shares(desk)
    desk.world.record(broken, "BUY", "2024-01-05", asset=10**9, quantity="1", price="1")
    desk.hear()
    whole = ten_shares(desk)
    signer = Signer("analytics", desk.stand.keys / "analytics.pem")
    nobody = Owners({"portfolio": NOWHERE, "assets": NOWHERE}, signer)
    alone = another(desk, nobody)
    alone.work(NEVER)
    assert {row["portfolio"] for row in listed(desk)} == {whole}
    assert set(marked(desk)) == {broken}
    assert alone.work(NEVER) == 0  # not at once again
    desk.appraise()
    assert {row["portfolio"] for row in listed(desk)} == {broken, whole}
    assert marked(desk) == []


def listed(desk: Desk) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = desk.get("/api/portfolio-snapshots/")["results"]
    return results


class Interrupted(Portfolios):
    """Portfolios between whose reading and valuing something else happens, once."""

    def __init__(self, desk: Desk, meanwhile: Callable[[], object], *, number: int = 1) -> None:
        replicas = Replicas(desk.stand.database, desk.owners)
        super().__init__(
            replicas.portfolios, Market(desk.stand.database, replicas.assets, desk.owners, {})
        )
        self._meanwhile = meanwhile
        self._until = number

    def books(self, session: Session, portfolio: WholePortfolio) -> Books:
        books = super().books(session, portfolio)
        self._until -= 1
        if self._until == 0:
            self._meanwhile()
        return books


def test_a_change_during_a_valuation_is_valued_afterwards(desk: Desk) -> None:
    ten_shares(desk)
    asset = next(iter(desk.world.assets))

    def change() -> None:
        desk.world.price(asset, "2024-01-05", "200")
        desk.hear()  # and waits for nobody

    work = Appraiser(desk.stand.database, Interrupted(desk, change))
    work.work(NEVER)
    assert listed(desk)[0]["total_value"] == "1089.00"
    work.work(NEVER)
    assert listed(desk)[0]["total_value"] == "2000.00"


@pytest.mark.parametrize("currency", [None, "JPY"])
def test_a_portfolio_that_changes_currency_or_goes_during_a_valuation(
    desk: Desk, currency: str | None
) -> None:
    number = ten_shares(desk)

    def change() -> None:
        if currency:
            desk.world.change_portfolio(number, currency=currency)
        else:
            desk.world.delete_portfolio(number)
        desk.hear()

    Appraiser(desk.stand.database, Interrupted(desk, change)).work(NEVER)
    assert marked(desk) == [number]  # that of the change alone: the work was done
    told = [event for event in desk.stand.events() if event.type == "snapshot-created"]
    # What was computed is in dollars; of what is gone nothing is told.
    assert [event.data["snapshot"]["total_value"] for event in told] == (
        ["1089.00"] if currency else []
    )
    desk.appraise()
    assert marked(desk) == []
    assert [row["portfolio"] for row in listed(desk)[:1]] == ([number] if currency else [])


def test_a_price_and_a_purchase_at_the_same_time_do_not_miss_each_other(desk: Desk) -> None:
    ten_shares(desk)
    asset = desk.world.asset("OTHER", {"2024-01-02": "100"})
    [number] = desk.world.portfolios
    desk.hear()
    desk.world.price(asset, "2024-01-05", "300")
    [price] = desk.world.take()
    desk.world.record(number, "BUY", "2024-01-05", asset=asset, quantity="1", price="100")
    buying = threading.Thread(target=desk.hear)
    with desk.stand.database.sessions.begin() as session:
        desk.handlers[price.type](session, price)
        buying.start()
        wait_until(desk.stand.waiters)
        desk.appraise()
    buying.join()
    desk.appraise()
    assert listed(desk)[0]["total_value"] == "1389.00"


def test_two_appraisers_never_value_one_portfolio_at_once(desk: Desk) -> None:
    ten_shares(desk)
    seen: list[int] = []

    def compete() -> None:
        another(desk).work(NEVER)
        seen.append(len(listed(desk)))

    Appraiser(desk.stand.database, Interrupted(desk, compete)).work(NEVER)
    assert (seen, len(listed(desk)), marked(desk)) == ([0], 4, [])
    assert len(told(desk, "portfolio-valued")) == 1


def test_a_measurement_that_fails_is_due_still(desk: Desk) -> None:
    ten_shares(desk)

    def fail() -> None:
        raise ValueError("no figures today")

    # The first reading is for the value, the second for the figures.
    Appraiser(desk.stand.database, Interrupted(desk, fail, number=2)).work(NEVER)
    assert [event.type for event in desk.stand.events()] == ["snapshot-created", "portfolio-valued"]
    assert len(told(desk, "risk-computed")) == 1
