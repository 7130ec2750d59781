"""The catalogue of events as an AsyncAPI 3 document (asyncapi.com), for who listens on the bus.

The channels stand twice, as RabbitMQ knows them by a routing key and NATS by a subject. Their names
are those of an installation in the usual namespace; a test holds them against `shared.bus`, which
the portal does not load.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from apispec import APISpec

from shared.events import announced_topic
from shared.events.catalogue import CATALOGUE, TOLD, TransactionChanged
from shared.http.contract import API_VERSION
from shared.http.examples import example
from shared.http.openapi import SchemaPlugin, schema_name

Document = dict[str, Any]

NAMESPACE: Final = "finance"
_CONTENT_TYPE: Final = "application/cloudevents+json"
_DESCRIPTION: Final = f"""\
What happens in the installation, as its services tell it. Each message is a CloudEvent 1.0 in JSON.

- A message may come more than once, always with the same `id`: remember those you have applied.
- `sequence` counts the events on one `subject`, in whose order they are published. `ledger-changed`
  alone shares one, with the last of the events that it announces.
- Those announced, the entries of a bulk or an import, have topics that end in `-announced`.
- A field may be added; none is removed or renamed. Ignore what you do not know.

Names begin with the namespace of the installation, `{NAMESPACE}` unless it chose another one."""
_SERVERS: Final[Mapping[str, Document]] = {
    "rabbitmq": {
        "host": "rabbitmq.example:5672",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "description": "RabbitMQ, where the installation has it. Each listener has a queue.",
        "security": [{"$ref": "#/components/securitySchemes/account"}],
    },
    "nats": {
        "host": "nats.example:4222",
        "protocol": "nats",
        "description": "NATS JetStream, where the installation has it. Each listener has a durable"
        f" consumer of the stream {NAMESPACE.upper()}, which keeps a week.",
        "security": [{"$ref": "#/components/securitySchemes/account"}],
    },
}
# What each type is about: of "assets/7" the word.
_SUBJECTS: Final[Mapping[str, Sequence[str]]] = {
    "assets": tuple(TOLD["assets"]),
    "portfolios": (
        *("portfolio-created", "portfolio-updated", "portfolio-deleted", "ledger-changed"),
        *("transaction-created", "transaction-updated", "transaction-deleted"),
    ),
    "imports": ("import-taken-back",),
    "positions": ("position-changed",),
    "valuations": ("portfolio-valued", "risk-computed"),
    "snapshots": ("snapshot-created",),
    "alerts": ("alert-fired",),
    "users": tuple(TOLD["auth"]),
}
_AMQP: Final = {"bindingVersion": "0.3.0"}
_NATS: Final = {"bindingVersion": "0.1.0"}
_ENVELOPE: Final[Document] = {
    "type": "object",
    "description": "A CloudEvent: what every message has.",
    "required": [
        *("data", "datacontenttype", "id", "sequence", "source", "specversion", "subject"),
        *("time", "type"),
    ],
    "properties": {
        "specversion": {"const": "1.0", "description": "Version of CloudEvents."},
        "id": {"type": "string", "format": "uuid", "description": "The same whenever it comes."},
        "source": {"type": "string", "description": "The service that tells it."},
        "type": {"type": "string", "description": "What happened."},
        "subject": {"type": "string", "description": "What it happened to."},
        "time": {"type": "string", "format": "date-time", "description": "When it happened."},
        "datacontenttype": {"const": "application/json", "description": "Of `data`."},
        "sequence": {
            "type": "integer",
            "minimum": 1,
            "description": "Counts the events on the subject.",
        },
        "traceparent": {"type": "string", "description": "W3C trace context of its request."},
        "requestid": {"type": "string", "description": "`X-Request-Id` of its request."},
        "data": {"type": "object", "description": "What the type says."},
    },
}
_EXAMPLE: Final = {
    "specversion": "1.0",
    "id": "01976f3e-5a4c-7d10-a2b3-c4d5e6f70812",
    "time": "2024-01-20T15:45:00Z",
    "datacontenttype": "application/json",
    "sequence": 1,
}


class _Topic(NamedTuple):
    """What a broker knows events of one type by."""

    service: str
    type: str
    name: str


def document() -> Document:
    """Return the AsyncAPI document."""
    topics = list(_topics())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Personal Finance events",
            "version": API_VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": _CONTENT_TYPE,
        "servers": dict(_SERVERS),
        "channels": {
            **{f"rabbitmq-{topic.name}": _routing_key(topic) for topic in topics},
            **{f"nats-{topic.name}": _subject(topic) for topic in topics},
        },
        "operations": {
            f"{server}-{topic.name}": _operation(server, topic)
            for server in _SERVERS
            for topic in topics
        },
        "components": _components(),
    }


def _topics() -> Iterator[_Topic]:
    for service, told in TOLD.items():
        for type_, data in told.items():
            yield _Topic(service, type_, type_)
            if data is TransactionChanged:
                yield _Topic(service, type_, announced_topic(type_))


def _routing_key(topic: _Topic) -> Document:
    exchange = {"name": f"{NAMESPACE}.events", "type": "topic", "durable": True}
    binding = {"is": "routingKey", "exchange": exchange, **_AMQP}
    return {"address": topic.name, **_channel("rabbitmq", topic), "bindings": {"amqp": binding}}


def _subject(topic: _Topic) -> Document:
    return {"address": f"{NAMESPACE}.events.{topic.name}", **_channel("nats", topic)}


def _channel(server: str, topic: _Topic) -> Document:
    return {
        "servers": [{"$ref": f"#/servers/{server}"}],
        "messages": {topic.type: {"$ref": f"#/components/messages/{topic.type}"}},
    }


def _operation(server: str, topic: _Topic) -> Document:
    channel = f"#/channels/{server}-{topic.name}"
    bindings = {
        "rabbitmq": {"amqp": {"deliveryMode": 2, "mandatory": True, **_AMQP}},
        "nats": {"nats": dict(_NATS)},
    }
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{topic.type}"}],
        "tags": [{"name": topic.service}],
        "bindings": bindings[server],
    }


def _components() -> Document:
    schemas = _schemas()
    messages = {
        type_: _message(service, type_, schemas) for service, told in TOLD.items() for type_ in told
    }
    return {
        "securitySchemes": {
            "account": {"type": "userPassword", "description": "The listener's own account."}
        },
        "messages": messages,
        "schemas": {"Envelope": _ENVELOPE, **schemas},
    }


def _schemas() -> Document:
    spec = APISpec("", "", "3.1.0", plugins=[SchemaPlugin()])
    for data in dict.fromkeys(CATALOGUE.values()):
        if schema_name(data) not in spec.components.schemas:
            spec.components.schema(schema_name(data), schema=data)
    schemas: Document = spec.to_dict()["components"]["schemas"]
    # What is told is exactly this; what will be told may be more.
    return {
        name: {key: part for key, part in schema.items() if key != "additionalProperties"}
        for name, schema in sorted(schemas.items())
    }


def _message(service: str, type_: str, schemas: Document) -> Document:
    data = CATALOGUE[type_]
    reference = {"$ref": f"#/components/schemas/{schema_name(data)}"}
    source = f"/services/{service}"
    [subject] = (subject for subject, types in _SUBJECTS.items() if type_ in types)
    text = inspect.cleandoc(data.__doc__ or "")
    of_type = {
        "type": "object",
        "properties": {
            "source": {"const": source},
            "type": {"const": type_},
            "subject": {"pattern": f"^{subject}/[1-9][0-9]*$", "description": "What it is about."},
            "data": reference,
        },
    }
    shown = {
        **_EXAMPLE,
        "source": source,
        "type": type_,
        "subject": f"{subject}/1",
        "data": example(reference, schemas),
    }
    return {
        "name": type_,
        "title": type_,
        "summary": text.partition("\n")[0],
        "description": text,
        "contentType": _CONTENT_TYPE,
        "tags": [{"name": service}],
        "payload": {"allOf": [{"$ref": "#/components/schemas/Envelope"}, of_type]},
        "bindings": {"amqp": {"messageType": type_, **_AMQP}},
        "examples": [{"name": type_, "payload": shown}],
    }
