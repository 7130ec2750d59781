"""Bodies and queries that are small to send and large to read: refused, and never a 5xx."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from requests import Response

from tests.attacks.product.conftest import Cast, staged
from tests.attacks.product.operations import Operation
from tests.e2e.conftest import Product
from tests.gateway import backends
from tests.gateway.backends import Answer

# As they stand in JSON: Python would not write most of them.
VALUES: Final = (
    "1e999999999",
    "-1e-999999999999999999",
    "9" * 5_000,
    f"0.{'0' * 5_000}1",
    "NaN",
    "-1.5",
    "true",
    '"1e999999999"',
    r'"\u0000"',
    r'"\ud800"',
    json.dumps("a" * 50_000 + "!"),
    "[" * 5_000 + "]" * 5_000,
    json.dumps({str(number): number for number in range(1_000)}),
)
IN_A_QUERY: Final = (
    *("1e999999999", "9" * 3_000, "NaN", "٣", "\0", "a" * 3_000, "," * 1_000, "-999999999-01-01"),
    *("' OR 1=1 --%s", "sma_99999999999", "macd_1_1_1_1_1_1", "STOCK:1e999999", "1:1:1"),
)
REFUSED: Final = frozenset({400, 404, 409, 422, 429})  # who fails to log in must wait
_PLACE: Final = '"put it here"'
Sent = tuple[Operation, dict[str, Any]]  # and what `Cast.ask` is told


@pytest.fixture(scope="module")
def cast(product: Product) -> Cast:
    """Return users of their own, for what is sent here changes what they have."""
    return staged(product)


@pytest.fixture(scope="module")
def fragile(cast: Cast) -> Iterator[Cast]:
    """Return the same with a service that breaks by whatever it reads."""
    with backends.running(lambda _: Answer(500)) as service:
        yield replace(cast, url=service.url)


def test_no_value_in_any_field_breaks_anything(
    cast: Cast, fragile: Cast, operations: list[Operation]
) -> None:
    bodies = list(_bodies(cast, operations))
    assert len(bodies) > 1_000
    assert len(list(_broken(fragile, bodies[:3]))) == 3
    assert list(_broken(cast, bodies)) == []


def test_no_value_of_a_parameter_breaks_anything(
    cast: Cast, fragile: Cast, operations: list[Operation]
) -> None:
    queries = list(_queries(cast, operations))
    assert len(queries) > 1_000
    assert len(list(_broken(fragile, queries[:3]))) == 3
    assert list(_broken(cast, queries)) == []


def _bodies(cast: Cast, operations: Iterable[Operation]) -> Iterator[Sent]:
    """Yield the example of each body with a bomb in each of its fields, in rows too."""
    headers = {"Content-Type": "application/json"}
    for operation in (one for one in operations if one.taken):
        for around in _with_a_place(cast.belongings.body(operation)):
            text = json.dumps(around)
            for value in VALUES:
                yield operation, {"headers": headers, "data": text.replace(_PLACE, value)}


def _with_a_place(body: Any) -> Iterator[Any]:
    """Yield a body once for each of its values, which is replaced."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield {**body, name: json.loads(_PLACE)}
            yield from ({**body, name: inner} for inner in _with_a_place(value))
    elif isinstance(body, list) and body:
        yield from ([inner, *body[1:]] for inner in _with_a_place(body[0]))


def _queries(cast: Cast, operations: Iterable[Operation]) -> Iterator[Sent]:
    for operation in (one for one in operations if one.method == "GET"):
        for name in operation.query:
            for value in IN_A_QUERY:
                yield operation, {"params": {**cast.belongings.query(operation), name: value}}


def _broken(cast: Cast, requests: Iterable[Sent]) -> Iterator[str]:
    """Yield the requests whose answer is neither a success nor a refusal of the contract."""
    for operation, sent in requests:
        answer = cast.ask(cast.whoever_may(operation), operation, **sent)
        if answer.status_code >= 300 and not _is_refusal(answer):
            yield f"{operation.name} {str(sent)[:300]}: {answer.status_code} {answer.text[:200]}"


def _is_refusal(answer: Response) -> bool:
    return answer.status_code in REFUSED and bool(answer.json()["details"]["code"])
