"""Events: the envelope goes there and back, and the catalogue says what is in it."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from marshmallow import Schema, ValidationError, fields

from shared import observability
from shared.events import Event
from shared.events.catalogue import CATALOGUE, check

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SENT = Event(
    id=UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
    source="/services/assets",
    type="price-updated",
    subject="assets/7",
    time=datetime(2024, 5, 17, 10, 30, tzinfo=UTC),
    sequence=3,
    data={"price": "1.50", "name": "Größe 😀"},
    traceparent=TRACE,
    request_id="the-request",
)


def test_an_event_is_a_cloudevent_in_json() -> None:
    assert json.loads(SENT.to_json()) == {
        "specversion": "1.0",
        "id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "source": "/services/assets",
        "type": "price-updated",
        "subject": "assets/7",
        "time": "2024-05-17T10:30:00Z",
        "datacontenttype": "application/json",
        "sequence": 3,
        "data": {"price": "1.50", "name": "Größe 😀"},
        "traceparent": TRACE,
        "requestid": "the-request",
    }


def test_an_event_that_is_read_again_is_the_same() -> None:
    assert Event.from_json(SENT.to_json()) == SENT
    assert SENT.subject_id == 7


def test_an_event_of_now_carries_the_request_that_caused_it() -> None:
    with observability.traced("the-request", TRACE):
        made = Event.now("assets", "price-updated", "assets/7", 3, {})
    assert (made.request_id, made.traceparent) == ("the-request", TRACE)
    assert (made.source, made.id.version) == ("/services/assets", 7)
    assert made.time.tzinfo is UTC


def test_a_series_counts_on_and_is_of_one_moment() -> None:
    data: list[dict[str, Any]] = [{"close": "1"}, {"close": "2"}, {"close": "3"}]
    with observability.traced("the-request", TRACE):
        made = [*Event.series("assets", "price-updated", "assets/7", 3, data, is_announced=True)]
    assert [event.sequence for event in made] == [3, 4, 5]
    assert [event.data for event in made] == data
    assert len({event.id for event in made}) == 3
    assert {(event.subject, event.request_id, event.topic) for event in made} == {
        ("assets/7", "the-request", "price-updated-announced")
    }
    assert len({event.time for event in made}) == 1


def test_ids_grow_with_time() -> None:
    ids = [Event.now("assets", "price-updated", "assets/7", 1, {}).id for _ in range(100)]
    assert ids == sorted(ids)


def _without(name: str) -> bytes:
    envelope = json.loads(SENT.to_json())
    del envelope[name]
    return json.dumps(envelope).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        *(
            _without(name)
            for name in ("id", "source", "type", "subject", "time", "sequence", "data")
        ),
        SENT.to_json().replace(b"01890a5d", b"no-uuid-"),
        SENT.to_json().replace(b'"sequence":3', b'"sequence":"x"'),
        SENT.to_json().replace(b"2024-05", b"soon"),
    ],
)
def test_what_is_no_event_of_ours_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        Event.from_json(body)


def test_the_catalogue_has_every_promised_type() -> None:
    assert set(CATALOGUE) >= {
        *("asset-created", "asset-updated", "asset-deleted"),
        *("price-updated", "price-history-imported"),
        *("portfolio-created", "portfolio-updated", "portfolio-deleted"),
        *("transaction-created", "transaction-updated", "transaction-deleted"),
        *("position-changed", "portfolio-valued", "risk-computed", "snapshot-created"),
        *("user-created", "user-deleted", "token-revoked", "alert-fired"),
        *("user-deactivated", "ledger-changed", "import-taken-back"),
    }


@pytest.mark.parametrize("type_", CATALOGUE)
def test_what_the_catalogue_asks_for_is_complete(type_: str) -> None:
    """Every field is needed: a service can rely on what it reads."""
    data = _sample(CATALOGUE[type_])
    check(type_, data)
    for name in data:
        with pytest.raises(ValidationError):
            check(type_, {other: value for other, value in data.items() if other != name})


@pytest.mark.parametrize("type_", CATALOGUE)
def test_what_the_catalogue_does_not_know_is_refused(type_: str) -> None:
    with pytest.raises(ValidationError):
        check(type_, {**_sample(CATALOGUE[type_]), "surprise": 1})


@pytest.mark.parametrize("amount", [1.5, 1, "1e5", "NaN", "", "1,5", " 1"])
def test_money_on_the_bus_is_a_string_in_plain_notation(amount: object) -> None:
    data = _sample(CATALOGUE["position-changed"])
    with pytest.raises(ValidationError):
        check("position-changed", {**data, "cost_basis": amount})


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(KeyError):
        check("asset-renamed", {})


def test_every_field_of_the_catalogue_is_described() -> None:
    for schema in {*CATALOGUE.values()}:
        for name, field in schema().fields.items():
            described = isinstance(field, fields.Nested) or field.metadata.get("description")
            assert described, f"{schema.__name__}.{name}"


def _sample(schema: type[Schema]) -> dict[str, Any]:
    """Return data that `schema` takes: a value of its kind for each of its fields."""
    return {name: _value(field) for name, field in schema().fields.items()}


def _value(field: Any) -> Any:
    if isinstance(field, fields.Nested):
        return _sample(type(field.schema))
    samples: list[tuple[type[Any], Any]] = [
        (fields.Date, date(2024, 5, 17).isoformat()),
        (fields.Integer, 7),
        (fields.Boolean, True),
        (fields.Dict, {}),
        (fields.List, []),
        (fields.String, "1.50"),
    ]
    return next(value for kind, value in samples if isinstance(field, kind))
