"""What the outbox tells of each change; every event is checked against the catalogue."""

from typing import Any

from services.portfolio.models import Transaction, TransactionFields
from services.portfolio.schemas import TransactionSchema
from shared.events import Event
from shared.testing import Stand
from tests.portfolio.build import AAPL, SAP, User, adopt, card


def told(stand: Stand) -> list[tuple[str, str, int]]:
    return [(event.type, event.subject, event.sequence) for event in stand.events()]


def last(stand: Stand, type_: str) -> Event:
    return next(event for event in reversed(stand.events()) if event.type == type_)


def buy(ann: User, portfolio: int, **values: Any) -> dict[str, Any]:
    row = {"asset": AAPL, "quantity": "10", "price": "5", **values}
    return ann.record(portfolio, "BUY", "2024-01-02", **row)


def test_each_event_on_a_portfolio_is_the_next_of_its_sequence(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    bought = buy(ann, portfolio)
    ann.patch(f"/api/portfolios/{portfolio}/", {"name": "New"})
    ann.patch(f"/api/transactions/{bought['id']}/", {"notes": "x", "quantity": "11"})
    ann.delete(f"/api/transactions/{bought['id']}/")
    ann.delete(f"/api/portfolios/{portfolio}/")
    assert told(stand) == [
        ("portfolio-created", "portfolios/1", 1),
        ("transaction-created", "portfolios/1", 2),
        ("position-changed", "positions/1", 1),
        ("portfolio-updated", "portfolios/1", 3),
        ("transaction-updated", "portfolios/1", 4),
        ("position-changed", "positions/1", 2),
        ("transaction-deleted", "portfolios/1", 5),
        ("position-changed", "positions/1", 3),
        ("portfolio-deleted", "portfolios/1", 6),
    ]


def test_a_portfolio_as_it_is_told(stand: Stand, ann: User) -> None:
    ann.portfolio(name="Growth", currency="EUR", cost_basis_method="FIFO")
    assert last(stand, "portfolio-created").data == {
        "portfolio": {
            "id": 1,
            "owner": 1,
            "name": "Growth",
            "currency": "EUR",
            "cost_basis_method": "FIFO",
            "is_active": True,
        }
    }


def test_all_that_people_write_of_a_transaction_is_kept_answered_and_told(
    stand: Stand, ann: User
) -> None:
    names = set(TransactionFields._fields)
    answer = buy(ann, ann.portfolio())
    assert names <= answer.keys()
    assert names <= last(stand, "transaction-created").data["transaction"].keys()
    assert names <= set(TransactionSchema().load_fields)
    kept_otherwise = {"portfolio", "asset", "ratio"}
    assert names - kept_otherwise <= set(Transaction.__table__.columns.keys())


def test_a_transaction_as_it_is_told(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    row = {"asset": SAP, "amount": "20", "fees": "1.50", "exchange_rate": "1.1"}
    ann.record(portfolio, "DIVIDEND", "2024-01-02", notes="x", external_id="y", **row)
    data = last(stand, "transaction-created").data
    assert data["owner"] == 1
    transaction = data["transaction"]
    assert transaction.pop("created") == transaction.pop("modified")
    assert transaction == {
        "id": 1,
        "portfolio": portfolio,
        "asset": SAP,
        "symbol": "SAP",
        "transaction_type": "DIVIDEND",
        "date": "2024-01-02",
        "quantity": None,
        "price": None,
        "amount": "20",
        "fees": "1.50",
        "taxes": "0",
        "currency": "EUR",
        "exchange_rate": "1.1",
        "ratio": None,
        "cash_effect": "18.50",
        "position_in_day": 1,
        "notes": "x",
        "external_id": "y",
        "import_id": None,
    }


def test_a_split_is_told_with_its_ratio(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    buy(ann, portfolio)
    ann.record(portfolio, "SPLIT", "2024-01-03", asset=AAPL, ratio="0.25")
    transaction = last(stand, "transaction-created").data["transaction"]
    assert (transaction["ratio"], transaction["cash_effect"]) == ("1:4", "0")


def test_what_one_commit_does_to_a_ledger_is_announced_ahead_of_it(stand: Stand, ann: User) -> None:
    first, second = ann.portfolio(), ann.portfolio()
    days = {"2024-01-03": first, "2024-01-02": first, "2024-01-04": second}
    deposit = {"transaction_type": "DEPOSIT", "amount": "1"}
    rows = [{"portfolio": portfolio, "date": day, **deposit} for day, portfolio in days.items()]
    ann.post("/api/transactions/bulk/", {"transactions": rows})
    assert told(stand)[2:] == [
        ("ledger-changed", "portfolios/1", 3),
        ("transaction-created", "portfolios/1", 2),
        ("transaction-created", "portfolios/1", 3),
        ("transaction-created", "portfolios/2", 2),
    ]
    assert last(stand, "ledger-changed").data == {
        "portfolio": first,
        "owner": 1,
        "first_date": "2024-01-02",
        "count": 2,
    }


def test_rows_that_take_several_rounds_are_one_commit(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    buy(ann, portfolio)
    # The second waits for the number of the first, which sells more than is held.
    rows: list[dict[str, Any]] = [
        {"transaction_type": "SELL", "asset": AAPL, "quantity": "11", "price": "5"},
        {"transaction_type": "DEPOSIT", "amount": "1"},
    ]
    same = {"portfolio": portfolio, "date": "2024-01-03", "external_id": "x"}
    other = {**rows[1], **same, "external_id": "y"}
    body = {"transactions": [*(row | same for row in rows), other], "atomic": False}
    answer = ann.client.post("/api/transactions/bulk/", json=body).get_json()
    assert [result["status"] for result in answer["results"]] == [422, 201, 201]
    assert [event for event in told(stand) if event[1] == "portfolios/1"][2:] == [
        ("ledger-changed", "portfolios/1", 4),
        ("transaction-created", "portfolios/1", 3),
        ("transaction-created", "portfolios/1", 4),
    ]


def test_another_currency_is_announced_with_the_rates_it_changes(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    buy(ann, portfolio)
    ann.patch(f"/api/portfolios/{portfolio}/", {"currency": "EUR"})
    assert [event for event in told(stand) if event[1] == "portfolios/1"][2:] == [
        ("ledger-changed", "portfolios/1", 4),
        ("portfolio-updated", "portfolios/1", 3),
        ("transaction-updated", "portfolios/1", 4),
    ]


def test_a_deleted_position_is_announced(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    buy(ann, portfolio)
    buy(ann, portfolio)
    ann.delete(f"/api/positions/{ann.position(portfolio)['id']}/")
    assert [type_ for type_, _, _ in told(stand)][-4:] == [
        "ledger-changed",
        "transaction-deleted",
        "transaction-deleted",
        "position-changed",
    ]


def test_a_position_as_it_is_told(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    bought = buy(ann, portfolio)
    data = last(stand, "position-changed").data
    assert {name: data[name] for name in ("position", "portfolio", "owner", "asset")} == {
        "position": 1,
        "portfolio": portfolio,
        "owner": 1,
        "asset": AAPL,
    }
    assert (data["quantity"], data["cost_basis"], data["realized_gain_loss"]) == ("10", "50", "0")
    ann.delete(f"/api/transactions/{bought['id']}/")
    assert last(stand, "position-changed").data["quantity"] == "0"


def test_a_deleted_portfolio_is_told_once_for_all_it_held(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    buy(ann, portfolio)
    ann.delete(f"/api/portfolios/{portfolio}/")
    assert ann.get("/api/transactions/")["count"] == 0
    assert [type_ for type_, _, _ in told(stand)].count("portfolio-deleted") == 1
    assert [type_ for type_, _, _ in told(stand)].count("transaction-deleted") == 0


def test_other_services_read_a_ledger_as_the_events_tell_it(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    buy(ann, portfolio, quantity="10.5", price="5.20")
    ann.record(portfolio, "BUY", "2024-01-01", asset=AAPL, quantity="1", price="5")
    ann.record(portfolio, "SPLIT", "2024-01-02", asset=AAPL, ratio="4:1")
    row = {"asset": SAP, "amount": "20.10", "taxes": "1.500", "fees": "2"}
    ann.record(portfolio, "DIVIDEND", "2024-01-03", notes="'", **row)
    ann.record(portfolio, "WITHDRAWAL", "2024-01-03", amount="-0.00000001", external_id="y")
    service = stand.service_client("analytics")
    answer = service.get(f"/internal/v1/portfolios/{portfolio}/").get_json()
    cards = {
        event.data["transaction"]["id"]: event.data["transaction"]
        for event in stand.events()
        if event.type == "transaction-created"
    }
    # By day, the split first.
    assert answer["transactions"] == [cards[number] for number in (2, 3, 1, 4, 5)]
    assert answer["portfolio"] == last(stand, "portfolio-created").data["portfolio"]
    assert answer["sequence"] == 6


def test_the_trades_of_private_assets_are_read_alone(stand: Stand, ann: User) -> None:
    adopt(stand, card(7, "FUND", owner=1))
    portfolio = ann.portfolio()
    buy(ann, portfolio, quantity="10", price="5")
    row = {"asset": 7, "quantity": "4", "price": "5"}
    sold = ann.record(portfolio, "BUY", "2024-01-02", **row)["id"] + 1
    ann.record(portfolio, "SELL", "2024-01-03", **row | {"quantity": "1"})
    ann.record(portfolio, "TRANSFER_OUT", "2024-01-03", asset=7, quantity="1")
    ann.record(portfolio, "DEPOSIT", "2024-01-02", amount="5")
    service = stand.service_client("assets")
    answer = service.get(f"/internal/v1/portfolios/{portfolio}/private_trades/").get_json()
    told_of = [event.data["transaction"] for event in stand.events() if "transaction" in event.data]
    assert answer["transactions"] == told_of[1:3]
    assert [entry["id"] for entry in answer["transactions"]] == [sold - 1, sold]
    assert answer["sequence"] == 6
    assert service.get("/internal/v1/portfolios/4711/private_trades/").status_code == 404


def test_an_empty_ledger_is_read_as_one(stand: Stand, ann: User) -> None:
    portfolio = ann.portfolio()
    service = stand.service_client("analytics")
    answer = service.get(f"/internal/v1/portfolios/{portfolio}/").get_json()
    assert (answer["sequence"], answer["transactions"]) == (1, [])


def test_other_services_read_the_cards_of_all_portfolios(
    stand: Stand, ann: User, bob: User
) -> None:
    ann.portfolio(name="A")
    bob.portfolio(name="B")
    service = stand.service_client("analytics")
    answer = service.get("/internal/v1/portfolios/?after_id=0").get_json()
    assert [(card["name"], card["sequence"]) for card in answer["portfolios"]] == [
        ("A", 1),
        ("B", 1),
    ]
    assert answer["next_after_id"] is None
    rest = service.get("/internal/v1/portfolios/?after_id=1").get_json()
    assert [card["id"] for card in rest["portfolios"]] == [2]


def test_a_portfolio_that_is_not_there_has_no_ledger(stand: Stand) -> None:
    service = stand.service_client("analytics")
    assert service.get("/internal/v1/portfolios/1/").status_code == 404


def test_users_do_not_come_through_the_internal_door(stand: Stand, ann: User) -> None:
    ann.portfolio()
    assert ann.client.get("/internal/v1/portfolios/1/").status_code == 401
