"""The AsyncAPI document says what services tell on the bus, and is what AsyncAPI 3.0 says."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gateway.portal.app import create_app
from gateway.portal.settings import PortalSettings
from shared.bus.interface import Address
from shared.bus.nats.topology import Names as NatsNames
from shared.bus.rabbitmq.topology import Names as RabbitNames
from shared.events import Event, catalogue
from shared.events.catalogue import CATALOGUE, TOLD, told_topics

HERE = Path(__file__).parent
COMMITTED = HERE.parents[1] / "docs" / "events.yml"
RABBITMQ = Address.parse("amqp://127.0.0.1")

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    """Return the document as it is committed."""
    found: Document = yaml.load(COMMITTED.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return found


def test_the_committed_document_is_the_one_that_is_answered(document: Document) -> None:
    client = create_app(PortalSettings(urls={}, log_level="ERROR")).test_client()
    answer = client.get("/api/events/")
    assert answer.get_json() == document, "run `python -m gateway events > docs/events.yml`"
    in_yaml = client.get("/api/events/?format=yaml")
    assert in_yaml.get_data(as_text=True) == COMMITTED.read_text(encoding="utf-8")
    assert in_yaml.headers["ETag"] != answer.headers["ETag"]
    again = client.get("/api/events/", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_it_is_valid(document: Document) -> None:
    schema = json.loads((HERE / "asyncapi-3.0.0.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    assert [error.message for error in validator.iter_errors(document)] == []
    assert not validator.is_valid({**document, "asyncapi": "2.6.0"})


def test_every_reference_leads_somewhere(document: Document) -> None:
    references = list(_references(document))
    assert len(references) > 100
    for reference in references:
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            assert part in target, reference
            target = target[part]


def test_it_has_every_type_under_each_name_by_which_a_broker_knows_it(document: Document) -> None:
    assert document["components"]["messages"].keys() == CATALOGUE.keys()
    topics = {topic for service in TOLD for topic in told_topics(service)}
    plain, subject = RabbitNames.of(RABBITMQ, "x").exchange, NatsNames("finance", "x").event
    for name, channel in document["channels"].items():
        server, _, topic = name.partition("-")
        assert topic in topics
        [type_] = channel["messages"]
        assert topic.removesuffix("-announced") == type_
        assert channel["address"] == (topic if server == "rabbitmq" else subject(topic))
        if server == "rabbitmq":
            assert channel["bindings"]["amqp"]["exchange"]["name"] == plain
        assert document["operations"][name]["action"] == "send"
        assert document["operations"][name]["channel"] == {"$ref": f"#/channels/{name}"}
    assert len(document["channels"]) == len(document["operations"]) == 2 * (len(CATALOGUE) + 3)


@pytest.mark.parametrize("type_", CATALOGUE)
def test_an_example_is_a_real_event(document: Document, type_: str) -> None:
    message = document["components"]["messages"][type_]
    [shown] = message["examples"]
    catalogue.check(type_, shown["payload"]["data"])
    event = Event.from_json(json.dumps(shown["payload"]).encode())
    assert json.loads(event.to_json()) == shown["payload"]
    payload = jsonschema.Draft202012Validator(
        {**document, **message["payload"]}, format_checker=jsonschema.FormatChecker()
    )
    payload.validate(shown["payload"])
    del shown["payload"]["sequence"]
    assert not payload.is_valid(shown["payload"])


def _references(node: Any) -> Any:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    for value in node if isinstance(node, list) else ():
        yield from _references(value)
