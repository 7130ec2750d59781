"""What is kept of ledgers and prices: each event once, in order, gaps filled by the owner."""

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest

from services.analytics import handlers
from services.analytics.outside.owners import Owners, PortfolioSnapshot
from services.analytics.replicas import Replicas
from shared.errors import Unavailable
from shared.identity import Signer
from shared.testing.stand import NOWHERE
from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import UP_DOWN_UP, ten_shares
from tests.analytics.world import World


def happenings(world: World) -> Iterator[None]:
    """Let everything happen to a portfolio that may; pause after each change."""
    number = world.portfolio(currency="EUR")
    asset = world.asset("ACME")
    yield
    world.import_prices(asset, UP_DOWN_UP)
    yield
    world.price(asset, "2024-01-08", "55", open="54", high="56.5", low="53", volume=1200)
    yield
    world.price(asset, "2024-01-03", "110.5")
    yield
    world.price(asset, "2023-12-29", "98.76543211")
    yield
    world.split(asset, "2024-01-08", "2:1")
    yield
    first = world.record(
        number, "BUY", "2024-01-02", asset=asset, quantity="10.12345678", price="99.99"
    )
    gone = world.record(number, "DEPOSIT", "2024-01-03", amount="500", currency="EUR")
    yield
    world.change_transaction(number, first, quantity="12", exchange_rate="0.91")
    world.delete_transaction(number, gone)
    yield
    world.change_portfolio(number, name="Value")
    world.record(number, "SPLIT", "2024-01-08", asset=asset, ratio="2:1")
    yield


def lived(desk: Desk) -> int:
    """Return a portfolio whose every event was heard as it happened."""
    for _ in happenings(desk.world):
        desk.hear()
    return max(desk.world.portfolios)


def lively(desk: Desk) -> int:
    """Return a portfolio whose events are said and not heard yet."""
    list(happenings(desk.world))
    return max(desk.world.portfolios)


def test_an_edited_and_a_deleted_entry_are_measured_as_they_are_now(desk: Desk) -> None:
    number = ten_shares(desk)
    buy = next(iter(desk.world.portfolios[number].transactions))
    deposit = desk.world.record(number, "DEPOSIT", "2024-01-02", amount="1000")
    desk.hear()
    before = desk.portfolio_metrics(number)["var_95"]
    desk.world.delete_transaction(number, deposit)
    desk.world.change_transaction(number, buy, quantity="20", cash_effect="-2000")
    desk.hear()
    # 1000 − 1000 in cash and ten shares before, twenty without cash after: twice −87.12.
    assert (before, desk.portfolio_metrics(number)["var_95"]) == ("-87.12", "-174.24")


def test_the_same_event_twice_changes_nothing(desk: Desk) -> None:
    lively(desk)
    events = desk.world.take()
    desk.hear(events)
    once = desk.stored()
    desk.hear(events)
    assert desk.stored() == once


def test_a_missing_event_makes_us_ask_the_owner_once_for_all_of_it(desk: Desk) -> None:
    number = lively(desk)
    created, _, third, *rest = (
        event for event in desk.world.take() if event.subject == f"portfolios/{number}"
    )
    desk.hear([created, third, *rest])
    assert desk.world.asked == [f"/internal/v1/portfolios/{number}/"]
    assert desk.stored()["ledger_entries"] != []


@pytest.mark.parametrize("seed", range(5))
def test_events_in_any_order_and_number_lead_to_the_same_tables(desk: Desk, seed: int) -> None:
    events = []
    for _ in range(3):
        for _ in happenings(desk.world):
            events += desk.world.said
            desk.hear()
    in_order = desk.stored()
    desk.stand.empty()
    shuffled = random.Random(seed).sample(events * 2, k=2 * len(events))
    desk.hear(shuffled)
    assert desk.stored() == in_order


def test_an_event_that_we_have_already_is_dropped(desk: Desk) -> None:
    asset = desk.world.asset("ACME", {"2024-01-02": "100"})
    desk.world.price(asset, "2024-01-02", "101")
    [*early, late] = desk.world.take()
    desk.world.price(asset, "2024-01-02", "102")
    desk.hear([*early, *desk.world.take()])  # 102 arrives first and fills the gap
    known = desk.stored()
    desk.hear([late])
    assert desk.stored() == known


def test_a_price_is_stored_as_the_owner_has_it_without_asking(desk: Desk) -> None:
    asset = desk.world.asset("ACME", UP_DOWN_UP)
    desk.hear()
    desk.world.asked.clear()
    desk.world.price(asset, "2024-01-05", "121", open="100", volume=7)
    desk.world.price(asset, "2023-12-29", "50")
    desk.hear()
    assert desk.world.asked == []
    told = desk.stored()
    desk.stand.empty()
    assert desk.asset_metrics(asset)["total_return"] == "142.0000"  # 121 / 50, asked for afresh
    assert desk.stored() == told


def test_a_deleted_portfolio_is_gone_and_no_late_event_brings_it_back(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.record(number, "DEPOSIT", "2024-01-03", amount="5")
    late = desk.world.take()
    desk.world.delete_portfolio(number)
    desk.hear()
    desk.hear(late)
    path = f"/api/portfolios/{number}/performance_metrics/"
    assert desk.stand.client().get(path).status_code == 404
    assert desk.stored()["ledger_entries"] == []


def test_a_portfolio_whose_end_we_hear_of_first_never_comes_to_be(desk: Desk) -> None:
    number = lively(desk)
    desk.world.delete_portfolio(number)
    asset_events = [event for event in desk.world.said if event.subject.startswith("assets/")]
    created, *others, deleted = [
        event for event in desk.world.take() if event.subject == f"portfolios/{number}"
    ]
    desk.hear([*asset_events, deleted, created, *others])
    assert desk.stored()["ledger_entries"] == []
    path = f"/api/portfolios/{number}/performance_metrics/"
    assert desk.stand.client().get(path).status_code == 404


def test_an_event_of_a_portfolio_that_is_gone_by_now_is_taken_as_its_end(desk: Desk) -> None:
    number = lively(desk)
    [_, second, *_] = [e for e in desk.world.take() if e.subject == f"portfolios/{number}"]
    desk.world.delete_portfolio(number)
    desk.world.take()
    desk.hear([second])
    assert desk.stored()["portfolios"] == [(number, 0, "", "", "", second.sequence, True, False)]


def test_a_retired_asset_keeps_its_prices_and_is_no_benchmark_any_more(desk: Desk) -> None:
    number = ten_shares(desk)
    asset = next(iter(desk.world.assets))
    desk.world.retire(asset)
    desk.hear()
    assert desk.portfolio_metrics(number)["total_return"] == "8.9000"
    path = f"/api/portfolios/{number}/performance_metrics/?benchmark=ACME"
    assert desk.stand.client().get(path).status_code == 400


def test_an_owner_who_is_down_holds_the_event_and_loses_nothing(desk: Desk) -> None:
    number = lively(desk)
    events = [e for e in desk.world.take() if e.subject == f"portfolios/{number}"]
    signer = Signer("analytics", desk.stand.keys / "analytics.pem")
    nobody = Owners({"portfolio": NOWHERE, "assets": NOWHERE}, signer)
    with pytest.raises(Unavailable):
        desk.stand.hear(events[-1], handlers.table(Replicas(desk.stand.database, nobody)))
    desk.hear(events[-1:])  # the same event again, when the owner is back
    assert len(desk.stored()["ledger_entries"]) == 2


def deposits(desk: Desk, portfolio: int, count: int) -> None:
    """Let several deposits be made in one commit."""
    one = partial(desk.world.record, portfolio, "DEPOSIT", "2024-01-03", amount="10")
    desk.world.announced(portfolio, *[one] * count)


def entries(desk: Desk) -> int:
    return len(desk.stored()["ledger_entries"])


def is_behind(desk: Desk) -> list[bool]:
    return [portfolio[-1] for portfolio in desk.stored()["portfolios"]]


def test_what_one_commit_does_is_taken_over_at_once_and_asked_for_once(desk: Desk) -> None:
    number = ten_shares(desk)
    desk.world.asked.clear()
    deposits(desk, number, 20)
    seen = []
    for event in desk.world.take():
        desk.hear([event])
        seen.append(entries(desk))
    assert set(seen) == {21}
    assert desk.world.asked == [f"/internal/v1/portfolios/{number}/"]
    desk.world.record(number, "DEPOSIT", "2024-01-03", amount="10")
    desk.hear()  # the next one is a step again
    assert (entries(desk), len(desk.world.asked)) == (22, 1)


def test_an_announcement_that_comes_late_or_again_changes_nothing(desk: Desk) -> None:
    number = ten_shares(desk)
    deposits(desk, number, 2)
    announcement, *singles = desk.world.take()
    desk.hear([*singles, announcement])
    told = desk.stored()
    desk.world.asked.clear()
    desk.hear([replace(announcement, id=uuid4())])
    assert (desk.stored(), desk.world.asked) == (told, [])


def test_an_owner_who_is_down_leaves_a_ledger_as_it_was_after_some_commit(desk: Desk) -> None:
    number = ten_shares(desk)
    deposits(desk, number, 3)
    events = desk.world.take()
    signer = Signer("analytics", desk.stand.keys / "analytics.pem")
    nobody = Owners({"portfolio": NOWHERE, "assets": NOWHERE}, signer)
    for event in events:
        desk.stand.hear(event, desk.handlers)
    assert (desk.ask_for_ledgers(nobody.portfolio), entries(desk)) == (1, 1)
    desk.catch_up()
    assert entries(desk) == 4


def test_nobody_waits_for_a_ledger_that_is_asked_for(desk: Desk) -> None:
    number, other = ten_shares(desk), ten_shares(desk)
    deposits(desk, number, 3)
    [announcement, *_] = desk.world.take()
    desk.world.record(other, "DEPOSIT", "2024-01-03", amount="5")
    [single] = desk.world.take()
    asked: list[int] = []

    def slow(portfolio_id: int) -> PortfolioSnapshot:
        asked.append(portfolio_id)
        desk.stand.hear(single, desk.handlers)
        asked.append(entries(desk))
        return desk.owners.portfolio(portfolio_id)

    desk.stand.hear(announcement, desk.handlers)
    desk.ask_for_ledgers(slow)
    assert asked == [number, 3]
    assert entries(desk) == 6


def test_what_comes_while_a_ledger_is_asked_for_is_asked_for_too(desk: Desk) -> None:
    number = ten_shares(desk)
    deposits(desk, number, 3)
    [announcement, *_] = desk.world.take()

    def outrun(portfolio_id: int) -> PortfolioSnapshot:
        snapshot = desk.owners.portfolio(portfolio_id)
        desk.world.record(number, "DEPOSIT", "2024-01-03", amount="5")
        for event in desk.world.take():
            desk.stand.hear(event, desk.handlers)
        return snapshot

    desk.stand.hear(announcement, desk.handlers)
    desk.ask_for_ledgers(outrun)
    assert (entries(desk), is_behind(desk)) == (4, [True])
    desk.catch_up()
    assert (entries(desk), is_behind(desk)) == (5, [False])
    desk.world.record(number, "DEPOSIT", "2024-01-03", amount="5")
    desk.world.asked.clear()
    desk.hear()  # the next one is a step again
    assert (entries(desk), desk.world.asked) == (6, [])


def test_a_portfolio_that_is_deleted_while_it_is_asked_for_stays_deleted(desk: Desk) -> None:
    number = ten_shares(desk)
    deposits(desk, number, 3)
    [announcement, *_] = desk.world.take()

    def overtaken(portfolio_id: int) -> PortfolioSnapshot:
        snapshot = desk.owners.portfolio(portfolio_id)
        desk.world.delete_portfolio(number)
        for event in desk.world.take():
            desk.stand.hear(event, desk.handlers)
        return snapshot

    desk.stand.hear(announcement, desk.handlers)
    desk.ask_for_ledgers(overtaken)
    assert (entries(desk), is_behind(desk)) == (0, [False])


def test_a_portfolio_whose_owner_knows_nothing_of_it_any_more_is_gone(desk: Desk) -> None:
    number = ten_shares(desk)
    deposits(desk, number, 3)
    [announcement, *_] = desk.world.take()
    desk.world.delete_portfolio(number)
    [deleted] = desk.world.take()
    desk.hear([announcement])
    assert (entries(desk), is_behind(desk)) == (0, [False])
    desk.hear([deleted])
    gone = (number, 0, "", "", "", deleted.sequence, True, False)
    assert desk.stored()["portfolios"] == [gone]


def test_an_owner_who_was_restored_from_a_backup_is_asked_once(desk: Desk) -> None:
    number = ten_shares(desk)
    told = desk.stored()
    deposits(desk, number, 3)
    [announcement, *_] = desk.world.take()
    desk.world.portfolios[number].sequence = 1
    desk.world.asked.clear()
    desk.hear([announcement])
    assert (desk.stored(), len(desk.world.asked)) == (told, 1)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/portfolios/{}/performance_metrics/", "total_return"),
        ("/api/portfolios/{}/historical_performance/", "series.value"),
        ("/api/analytics/risk_metrics/?portfolio_id={}", "var"),
        ("/api/analytics/asset_allocation_analysis/?portfolio_id={}", "total_value"),
        ("/api/analytics/scenario_analysis/?portfolio_id={}", "portfolio_value"),
    ],
)
def test_an_answer_from_a_ledger_that_is_known_to_be_behind_says_so(
    desk: Desk, path: str, field: str
) -> None:
    number = ten_shares(desk)
    deposits(desk, number, 2)
    announcement, *_ = desk.world.take()
    remarks = []

    def look() -> None:
        name, _, query = path.format(number).partition("?")
        answer = desk.get(name, **dict(parse_qsl(query)))
        doubts = [doubt for doubt in answer["warnings"] if doubt["code"] == "catching_up"]
        remarks.append([doubt["field"] for doubt in doubts])

    look()
    desk.stand.hear(announcement, desk.handlers)
    look()
    desk.catch_up()
    look()
    assert remarks == [[], [field], []]
