"""A transaction recorded in front of Flask: as through Flask, whatever is sent."""

from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from shared.http.bodies import FEW_VALUES
from shared.testing import Stand
from shared.testing.ways import posted, requests_of_flask
from tests.portfolio.build import AAPL, VOD, User, answered

PATH: Final = "/api/transactions/"
PURCHASE: Final = {
    "portfolio": 1,
    "asset": AAPL,
    "transaction_type": "BUY",
    "date": "2024-01-02",
    "quantity": "2",
    "price": "5",
}
SOUND: Final[dict[str, dict[str, Any]]] = {
    "a purchase": PURCHASE,
    "with numbers": {**PURCHASE, "quantity": 2, "price": 5.25, "fees": 0.1},
    "with notes": {**PURCHASE, "notes": "Grüße \N{SNOWMAN}"},
    "in a minor unit": {**PURCHASE, "asset": VOD, "currency": "GBX", "exchange_rate": "0.013"},
    "cash": {
        **{"portfolio": 1, "transaction_type": "DEPOSIT", "date": "2024-01-02", "amount": "7"},
    },
    "a split": {
        **{"portfolio": 1, "asset": AAPL, "transaction_type": "SPLIT", "date": "2024-01-03"},
        "ratio": "2:1",
    },
}
REFUSED: Final[dict[str, tuple[int, dict[str, Any]]]] = {
    "in nobody's portfolio": (404, {**PURCHASE, "portfolio": 99}),
    "in another's portfolio": (404, {**PURCHASE, "portfolio": 2}),
    "of what its owner cannot be asked for": (503, {**PURCHASE, "asset": 99}),
    "of what is not held": (422, {**PURCHASE, "transaction_type": "SELL"}),
    "a second time": (409, {**PURCHASE, "external_id": "taken"}),
}
LEFT_TO_FLASK: Final[dict[str, tuple[int, dict[str, Any]]]] = {
    "under a key": (201, {"json": PURCHASE, "headers": {"Idempotency-Key": "one"}}),
    "with a query": (400, {"json": PURCHASE, "query_string": "a=1"}),
    "no JSON": (400, {"data": "{", "content_type": "application/json"}),
    "no UTF-8": (400, {"data": b'"\xff"', "content_type": "application/json"}),
    "another type": (415, {"data": "{}", "content_type": "text/plain"}),
    "packed": (415, {"json": PURCHASE, "headers": {"Content-Encoding": "gzip"}}),
    "for CSV": (406, {"json": PURCHASE, "headers": {"Accept": "text/csv"}}),
    "an unknown field": (422, {"json": {**PURCHASE, "colour": "red"}}),
    "a list": (422, {"json": [PURCHASE]}),
    "null": (422, {"data": "null", "content_type": "application/json"}),
    "too many values": (422, {"json": {**PURCHASE, "notes": [0] * FEW_VALUES}}),
}


@pytest.fixture
def owner(ann: User, bob: User) -> User:
    """Return a user with a portfolio, 1, in which one external_id is taken; 2 is another's."""
    assert (ann.portfolio(), bob.portfolio()) == (1, 2)
    ann.record(1, "DEPOSIT", "2023-01-01", amount="1", external_id="taken")
    return ann


def alike(answer: TestResponse) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Return what two answers have in common that tell of two rows."""
    headers = {name: value for name, value in answer.headers.items() if name != "ETag"}
    own = {"id", "created", "modified"}
    return (
        answer.status_code,
        {name: value for name, value in answer.get_json().items() if name not in own},
        headers,
    )


@pytest.mark.parametrize("what", SOUND)
def test_both_ways_record_alike(stand: Stand, owner: User, what: str) -> None:
    owner.client.environ_base["HTTP_X_QUOTA"] = "1000 7 60"
    before = len(stand.events())
    short, long = posted(owner.client, PATH, SOUND[what])
    assert alike(short) == alike(long)
    assert short.status_code == 201
    assert short.headers["RateLimit-Remaining"] == "7"
    types = [event.type for event in stand.events()[before:]]
    assert types[: len(types) // 2] == types[len(types) // 2 :]


def test_the_tag_is_that_of_its_get(owner: User) -> None:
    short, _ = posted(owner.client, PATH, PURCHASE)
    read = owner.client.get(f"{PATH}{short.get_json()['id']}/")
    assert (read.data, read.headers["ETag"]) == (short.data, short.headers["ETag"])


@pytest.mark.parametrize("what", REFUSED)
def test_both_ways_refuse_alike(owner: User, what: str) -> None:
    status, body = REFUSED[what]
    owner.client.environ_base["HTTP_X_QUOTA"] = "1000 7 60"
    short, long = posted(owner.client, PATH, body)
    assert (alike(short), short.status_code) == (alike(long), status)
    assert owner.get(f"{PATH}?portfolio_id=1")["count"] == 1


@pytest.mark.parametrize("what", LEFT_TO_FLASK)
def test_what_is_unusual_is_left_to_flask_whole(owner: User, what: str) -> None:
    status, sent = LEFT_TO_FLASK[what]
    with requests_of_flask(owner.client.application) as requests:
        answered(owner.client.post(PATH, **sent), status)
    assert len(requests) == 1
    assert owner.get(f"{PATH}?portfolio_id=1")["count"] == 1 + (status == 201)


@pytest.mark.parametrize(
    ("who", "status"), [({"user": None}, 401), ({"user": 1, "scopes": ("read",)}, 403)]
)
def test_who_may_not_write_records_nothing(
    stand: Stand, owner: User, who: dict[str, Any], status: int
) -> None:
    answered(stand.client(**who).post(PATH, json=PURCHASE), status)
    assert owner.get(f"{PATH}?portfolio_id=1")["count"] == 1


def test_a_fault_of_ours_is_500_both_ways_and_records_nothing(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("within the view, after all is written")

    monkeypatch.setattr("services.portfolio.queries.transactions.resource", fail)
    short, long = posted(owner.client, PATH, PURCHASE)
    assert (alike(short), short.status_code) == (alike(long), 500)
    monkeypatch.undo()
    assert owner.get(f"{PATH}?portfolio_id=1")["count"] == 1


@pytest.mark.parametrize(("body", "status"), [(PURCHASE, 201), ({**PURCHASE, "portfolio": 2}, 404)])
def test_each_is_counted_both_ways(
    stand: Stand, owner: User, body: dict[str, Any], status: int
) -> None:
    labels = f'method="POST",route="{PATH}",service="portfolio",status="{status}"'
    answers = f"http_requests_total{{{labels}}}"
    before = stand.sample(answers)
    posted(owner.client, PATH, body)
    assert stand.sample(answers) == before + 2
