"""What the services of a whole product have told is what the AsyncAPI document says."""

import json

import jsonschema
import psycopg
import requests

from shared.settings import SERVICES
from tests.e2e.conftest import Product

_NEWEST = """
    SELECT payload FROM (
        SELECT payload::text,
               row_number() OVER (PARTITION BY payload::jsonb->>'type' ORDER BY id DESC) AS age
        FROM outbox
    ) told WHERE age <= 20
"""


def test_every_event_that_was_told_is_as_described(product: Product) -> None:
    document = requests.get(f"{product.url}/api/events/", timeout=30).json()
    messages = document["components"]["messages"]
    validators = {
        type_: jsonschema.Draft202012Validator({**document, **message["payload"]})
        for type_, message in messages.items()
    }
    told = set()
    for event in map(json.loads, _payloads(product)):
        errors = [error.message for error in validators[event["type"]].iter_errors(event)]
        assert errors == [], event
        told.add(event["type"])
    assert {"user-created", "transaction-created", "price-history-imported"} <= told
    assert {"portfolio-valued", "snapshot-created", "position-changed"} <= told


def _payloads(product: Product) -> list[str]:
    state = json.loads((product.run_dir / "state.json").read_text())
    found: list[str] = []
    for service in SERVICES:
        address = f"postgresql://127.0.0.1:{state['ports']['postgres']}/{service}"
        password = state["passwords"]["postgres"]
        with psycopg.connect(address, user="postgres", password=password) as connection:
            found += [payload for (payload,) in connection.execute(_NEWEST)]
    return found
