"""Who is told of what: a subscriber receives only what it may read, and each message once."""

import json
from typing import Any

import jsonschema
import pytest
from sqlalchemy import text

from services.webhooks import replicas
from shared.events.catalogue import CATALOGUE
from shared.testing import Stand
from tests.webhooks.calling import Json, User
from tests.webhooks.owning import OwnersServer
from tests.webhooks.telling import Said, portfolio_card, transaction

URL = "http://127.0.0.1:9/hook"


def told(stand: Stand) -> list[tuple[int, Json]]:
    """Return (webhook, content) of everything that is told, in order; each is as documented."""
    statement = text(
        "SELECT webhook_id, body FROM deliveries JOIN messages ON messages.id = message_id"
        " ORDER BY deliveries.id"
    )
    with stand.database.engine.connect() as connection:
        said = [(row.webhook_id, json.loads(row.body)) for row in connection.execute(statement)]
    for _, content in said:
        assert_documented(stand, content)
    return said


def assert_documented(stand: Stand, content: Json) -> None:
    """Compare with the document; what other services describe is told as their GET answers."""
    document = stand.app.extensions["openapi"]["public"]
    operation = document["webhooks"][content["type"]]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    elsewhere: Json = {name: {} for name in ("Transaction", "Snapshot")}
    components = {"schemas": document["components"]["schemas"] | elsewhere}
    jsonschema.validate(content, {**schema, "components": components})


@pytest.mark.parametrize("change", ["created", "updated", "deleted"])
def test_a_transaction_is_told_to_the_owner_of_its_portfolio(
    change: str, said: Said, stand: Stand, ann: User, bob: User
) -> None:
    bob.subscribe(URL)
    ann.subscribe(URL, f"transaction.{change}")
    ann.subscribe(URL, "price.updated")
    event = said.transaction(change, owner=1)
    entry = transaction()
    del entry["cash_effect"], entry["position_in_day"]
    assert told(stand) == [
        (
            2,
            {
                "type": f"transaction.{change}",
                "timestamp": event.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "data": entry,
            },
        )
    ]


def test_a_transaction_is_told_in_the_form_of_the_public_api(
    said: Said, stand: Stand, ann: User
) -> None:
    ann.subscribe(URL)
    entry = transaction(
        currency="JPY",
        quantity="10",
        price="1750.5",
        amount="-17505.4",
        fees="0",
        exchange_rate="0.0067200000",
        created="2024-01-19T16:00:00.123456+01:00",
    )
    said.say("transaction-created", "portfolios/1", 2, owner=1, transaction=entry)
    data = told(stand)[0][1]["data"]
    assert {name: data[name] for name in ("quantity", "price", "amount", "fees")} == {
        "quantity": "10.00000000",
        "price": "1750.50000000",
        "amount": "-17505",
        "fees": "0",
    }
    assert (data["exchange_rate"], data["created"]) == ("0.00672", "2024-01-19T15:00:00Z")


def test_an_event_that_comes_twice_is_told_once(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    event = said.transaction()
    said.event(event)
    assert len(told(stand)) == 1


def test_an_inactive_webhook_is_told_nothing(said: Said, stand: Stand, ann: User) -> None:
    webhook = ann.subscribe(URL)
    ann.patch(f"webhooks/{webhook['id']}/", {"is_active": False})
    said.transaction()
    assert told(stand) == []


def test_a_price_is_told_to_those_who_hold_the_asset(
    said: Said, stand: Stand, ann: User, bob: User
) -> None:
    ann.subscribe(URL)
    bob.subscribe(URL)
    said.holding(1, 5, "2.5")
    said.holding(2, 6, portfolio=2)
    said.price(5, 2, "175.50", previous="173.00")
    assert [(webhook, content["data"]) for webhook, content in told(stand)] == [
        (
            1,
            {
                "asset": 5,
                "symbol": "SYM5",
                "price": "175.50",
                "previous_price": "173.00",
                "currency": "USD",
                "date": "2024-01-19",
            },
        )
    ]


def test_a_price_is_told_once_to_who_holds_the_asset_twice(
    said: Said, stand: Stand, ann: User, owners: OwnersServer
) -> None:
    owners.asset(5, {"2024-01-18": "170"})
    ann.subscribe(URL, "price.updated")
    ann.watch("PRICE_ABOVE", "500", asset=5)
    said.holding(1, 5, portfolio=1)
    said.holding(1, 5, portfolio=2)
    said.price(5, 2, "175.50")
    assert len(told(stand)) == 1


def test_a_price_is_told_to_those_who_have_a_rule_on_the_asset(
    said: Said, stand: Stand, ann: User, bob: User, owners: OwnersServer
) -> None:
    owners.asset(5, {"2024-01-18": "170"})
    ann.subscribe(URL)
    bob.subscribe(URL)
    rule = bob.watch("PRICE_ABOVE", "500", asset=5)
    said.price(5, 2, "175.50")
    bob.patch(f"alerts/{rule['id']}/", {"is_active": False})
    said.price(5, 3, "176.50")
    assert [(webhook, content["data"]["price"]) for webhook, content in told(stand)] == [
        (2, "175.50")
    ]


def test_who_sold_an_asset_hears_of_its_price_no_more(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.holding(1, 5, "2.5", sequence=1)
    said.holding(1, 5, "0", sequence=2)
    said.price(5, 2, "175.50")
    assert told(stand) == []


def test_a_position_that_arrives_late_is_dropped(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.holding(1, 5, "0", sequence=2)
    said.holding(1, 5, "2.5", sequence=1)
    said.price(5, 2, "175.50")
    assert told(stand) == []


def test_a_position_that_was_opened_again_counts(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.holding(1, 5, "0", position=105, sequence=9)
    said.holding(1, 5, "2.5", position=222, sequence=1)
    said.price(5, 2, "175.50")
    assert len(told(stand)) == 1


def test_the_price_of_an_older_day_is_no_news(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.holding(1, 5)
    said.price(5, 2, "175.50", day="2024-01-10", close="150", newest="2024-01-19")
    assert told(stand) == []


def test_a_price_that_arrives_late_is_dropped(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.holding(1, 5)
    said.price(5, 3, "176")
    said.price(5, 2, "175")
    assert [content["data"]["price"] for _, content in told(stand)] == ["176"]


@pytest.mark.parametrize(("last_day", "expected"), [("2024-01-19", 1), ("2024-01-18", 0)])
def test_an_import_is_told_when_it_brings_the_newest_price(
    last_day: str, expected: int, said: Said, stand: Stand, ann: User
) -> None:
    ann.subscribe(URL)
    said.holding(1, 5)
    said.imported(5, 2, "175.50", last_day=last_day)
    assert len(told(stand)) == expected


def test_the_price_of_a_trade_is_no_news(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.holding(1, 5)
    said.imported(5, 2, "175.50", source="trade")
    assert told(stand) == []
    said.price(5, 3, "176")
    assert [content["data"]["price"] for _, content in told(stand)] == ["176"]


def test_an_asset_without_a_price_is_no_news(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.holding(1, 5)
    said.imported(5, 2, None)
    assert told(stand) == []


def test_a_snapshot_is_told_as_it_is_answered(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL, "portfolio.snapshot_created")
    snapshot = {
        "id": 3,
        "portfolio": 1,
        "date": "2024-01-19",
        "total_value": "1755.00",
        "total_cost_basis": "1700.00",
        "cash_balance": "0.00",
        "net_flow": "0.00",
        "total_return": "55.00",
        "total_return_percentage": "3.2353",
        "position_count": 1,
        "created": "2024-01-19T21:00:00Z",
    }
    said.say("snapshot-created", "snapshots/3", 1, owner=1, snapshot=snapshot)
    assert told(stand)[0][1]["data"] == snapshot


def test_every_type_of_the_catalogue_is_consumed(said: Said) -> None:
    assert set(said.types) == set(CATALOGUE)


def test_who_is_deactivated_is_sent_nothing_more(
    said: Said, stand: Stand, ann: User, bob: User
) -> None:
    webhook = ann.subscribe(URL)
    bob.subscribe(URL)
    said.say("user-deactivated", "users/1", 2, user=1, username="ann")
    said.transaction()
    assert told(stand) == []
    disabled = ann.webhook(webhook)
    assert disabled["is_active"] is False
    assert disabled["disabled_reason"] == "The account was deactivated."
    assert bob.found("webhooks/")[0]["is_active"] is True


def test_what_belonged_to_a_deleted_user_is_gone(
    said: Said, stand: Stand, ann: User, bob: User, owners: OwnersServer
) -> None:
    owners.asset(5)
    for user in (ann, bob):
        user.subscribe(URL)
        user.watch("PRICE_ABOVE", "500", asset=5)
    said.portfolio(1)
    said.holding(1, 5)
    said.holding(2, 5, portfolio=2)
    said.transaction()
    said.say("user-deleted", "users/1", 2, user=1, username="ann")
    assert ann.found("webhooks/") == ann.found("alerts/") == []
    assert len(bob.found("webhooks/")) == len(bob.found("alerts/")) == 1
    with stand.database.engine.connect() as connection:
        left = connection.scalar(
            text(
                "SELECT count(*) FROM holdings FULL JOIN portfolios ON true WHERE 1 IN"
                " (holdings.owner_id, portfolios.owner_id)"
            )
        )
    assert left == 0


def test_what_belonged_to_a_deleted_portfolio_is_gone(said: Said, stand: Stand, ann: User) -> None:
    ann.subscribe(URL)
    said.portfolio(1)
    said.holding(1, 5)
    ann.watch("PORTFOLIO_VALUE_ABOVE", "500", portfolio=1)
    said.say("portfolio-deleted", "portfolios/1", 3, portfolio=portfolio_card(1))
    said.price(5, 2, "175.50")
    assert told(stand) == []
    assert ann.found("alerts/") == []


def test_what_comes_late_brings_no_deleted_portfolio_back(
    said: Said, stand: Stand, ann: User
) -> None:
    ann.subscribe(URL)
    said.say("portfolio-deleted", "portfolios/1", 3, portfolio=portfolio_card(1))
    said.portfolio(1)
    said.holding(1, 5)
    said.price(5, 2, "175.50")
    assert told(stand) == []
    assert projections(stand)[:2] == [[], []]


def test_an_older_card_of_a_portfolio_replaces_no_later_one(said: Said, stand: Stand) -> None:
    changed = portfolio_card(1, currency="EUR")
    said.say("portfolio-updated", "portfolios/1", 2, portfolio=changed)
    said.portfolio(1, currency="USD")
    assert projections(stand)[1] == [(1, 1, "EUR")]


def test_rebuilt_projections_are_those_of_the_events(
    said: Said, stand: Stand, owners: OwnersServer
) -> None:
    said.portfolio(1)
    said.holding(1, 5, "15.00000000")
    said.holding(1, 6, "0")
    said.price(5, 4, "175.50")
    ledger = [
        transaction(quantity="10"),
        transaction(transaction_type="SPLIT", quantity=None, ratio="2:1"),
        transaction(transaction_type="SELL", quantity="5"),
        transaction(asset=6, quantity="3"),
        transaction(asset=6, transaction_type="TRANSFER_OUT", quantity="3"),
        transaction(asset=None, transaction_type="DEPOSIT", quantity=None),
        transaction(transaction_type="DIVIDEND", quantity=None),
    ]
    owners.portfolio(1, transactions=ledger)
    owners.asset(5, {"2024-01-19": "175.50"}, sequence=4)
    owners.lists()
    before = projections(stand)
    with stand.database.engine.begin() as connection:
        connection.execute(text("TRUNCATE holdings, portfolios, assets"))
    assert rebuilt(said, stand) == ("1 portfolios, 1 assets, 0 price windows; 0 forgotten.")
    assert projections(stand) == before


def test_a_rebuild_forgets_what_the_owner_no_longer_lists(
    said: Said, stand: Stand, ann: User, owners: OwnersServer
) -> None:
    said.portfolio(1)
    said.holding(1, 5)
    ann.watch("PORTFOLIO_VALUE_ABOVE", "500", portfolio=1)
    owners.lists()
    assert rebuilt(said, stand) == ("0 portfolios, 0 assets, 0 price windows; 1 forgotten.")
    assert projections(stand) == [[], [], []]
    assert ann.found("alerts/") == []


def rebuilt(said: Said, stand: Stand) -> str:
    return replicas.rebuild(stand.database, said.owners, lambda _: None)


def projections(stand: Stand) -> list[Any]:
    statements = (
        "SELECT portfolio_id, asset_id, owner_id, quantity FROM holdings WHERE quantity <> 0",
        "SELECT id, owner_id, currency FROM portfolios WHERE owner_id <> 0",
        "SELECT id, sequence, price, price_date FROM assets",
    )
    with stand.database.engine.connect() as connection:
        return [connection.execute(text(statement)).all() for statement in statements]
