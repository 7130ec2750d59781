"""What a route is: its decorators declare it, requests and the documentation follow from it."""

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Literal

from flask import current_app, request

from shared.http.bodies import FEW_VALUES, MOST_VALUES
from shared.http.openapi import Document, error_name

Scope = Literal["read", "write", "admin"]
View = Callable[..., Any]

JSON_BODY: Final = 1024**2  # bytes
_JSON: Final = "application/json"
_CSV: Final = "text/csv"
_PARAMETER: Final = re.compile(r"<(id|job):(\w+)>")
# What a path looks like with one.
_EXAMPLES: Final[Mapping[str, Any]] = {"id": 1, "job": "portfolio-17"}
WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_CHANGES: Final = frozenset({"PUT", "PATCH", "DELETE"})


@dataclass
class Operation:
    """What the decorators of one route declare.

    What has a tag is changed under `If-Match`.

    Attributes:
        scope: that the token of a user needs; None asks for no user.
        is_for_services: whether it asks for another service's token.
        reads_query, reads_body: whether there is something in them that it takes.
        body_limit: bytes of a body that it takes.
        is_tagged: whether its answer has an `ETag`.
        is_computed: whether its answer is kept under what it is computed from.
        is_kept_for_a_minute: whether clients may use its answer so long without asking again.
        is_listing: whether it answers one page of a list, or all of it as CSV.
        is_long: whether it may become a job.
        offers: the media types of its answers; none: it decides by itself.
    """

    scope: Scope | None = None
    is_for_services: bool = False
    reads_query: bool = False
    reads_body: bool = False
    body_limit: int = JSON_BODY
    is_tagged: bool = False
    is_computed: bool = False
    is_kept_for_a_minute: bool = False
    is_listing: bool = False
    is_long: bool = False
    offers: frozenset[str] = frozenset()

    @property
    def most_values(self) -> int:
        """How many values a JSON body may hold; what services send each other may be long."""
        is_one = self.body_limit == JSON_BODY and not self.is_for_services
        return FEW_VALUES if is_one else MOST_VALUES


def of(view: View) -> Operation:
    """Return the operation of a view; `functools.wraps` hands it on to what decorates it."""
    operation: Operation = view.__dict__.setdefault("operation", Operation())
    return operation


def of_request() -> Operation | None:
    """Return the operation that the request means; None where no document of ours has it."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "operation", None)


def documented(view: View, rule: str, method: str, *, has_tag: bool) -> View:
    """Return `view` with its whole documentation.

    Args:
        rule: its path.
        has_tag: whether the GET of this path answers an `ETag`.
    """
    operation = of(view)
    docs = deepcopy(getattr(view, "_apidoc", {}))
    arguments = docs.setdefault("arguments", {})
    arguments.pop("responses", None)
    arguments.setdefault("parameters", []).extend(_header_parameters(operation, method, has_tag))
    responses = docs.setdefault("response", {}).setdefault("responses", {})
    if operation.is_listing:
        text = {"schema": {"type": "string"}, "description": "A page, or all of it as CSV."}
        # The documentation merges the answers of one status; the first one's words stay.
        responses[200].insert(0, {**text, "content_type": _CSV})
    operation.offers = _offers(responses)
    for answers in responses.values():
        for answer in answers:
            answer["headers"] = {name: name for name in _headers(operation)}
    for answer in _successes(responses) if method == "POST" and operation.scope else ():
        answer["headers"] |= {"Idempotency-Replayed": "Idempotency-Replayed"}
    for answer in responses.get(202, []) if operation.is_long else ():
        answer["headers"] |= {name: name for name in ("Location", "Preference-Applied")}
    if has_tag and method == "GET":
        responses[304] = [{"description": "You have it already.", "content_type": None}]
    for status in _errors(operation, rule, method, has_tag):
        responses.setdefault(status, [error_name(status)])
    responses["5XX"] = ["ServerError"]
    by_hand = docs.setdefault("manual_doc", {})
    if operation.scope or operation.is_for_services:
        by_hand["security"] = [{"token" if operation.scope else "service": []}]
    by_hand["operationId"] = view.__name__
    view._apidoc = docs  # type: ignore[attr-defined]  # where flask-smorest looks for it
    return view


def path_parameters(rule: str) -> list[Mapping[str, Any]]:
    """Return the descriptions of the ids in `rule`."""
    return [
        {
            "in": "path",
            "name": name,
            "description": f"Id of the {_spoken(name)}.",
            "example": _EXAMPLES[kind],
        }
        for kind, name in _PARAMETER.findall(rule)
    ]


def _spoken(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ")


def _successes(responses: Mapping[int, list[Document]]) -> Iterator[Document]:
    for status, answers in responses.items():
        if 200 <= status < 300:
            yield from answers


def _offers(responses: Mapping[int, list[Document]]) -> frozenset[str]:
    return frozenset(
        answer.get("content_type") or _JSON
        for answer in _successes(responses)
        if answer.get("content_type") or answer.get("schema")
    )


def _header_parameters(operation: Operation, method: str, has_tag: bool) -> list[str]:
    if method == "POST" and operation.scope:
        return ["Idempotency-Key", "Prefer"] if operation.is_long else ["Idempotency-Key"]
    if has_tag and method == "GET":
        return ["If-None-Match"]
    return ["If-Match"] if has_tag and method in _CHANGES else []


def _headers(operation: Operation) -> list[str]:
    names = ["X-Request-Id", "API-Version"]
    if operation.scope:
        names += ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
    return [*names, "ETag"] if operation.is_tagged else names


def _errors(operation: Operation, rule: str, method: str, has_tag: bool) -> list[int]:
    statuses = {400, 429}
    if "<" in rule:
        # An id that is none makes it another path, which may not have this method.
        statuses |= {404, 405}
    if operation.offers:
        statuses.add(406)
    if operation.scope:
        # Also what query and body name may belong to somebody else.
        statuses |= {401, 403, 404}
    if operation.is_for_services:
        statuses |= {401, 403}
    if operation.reads_body:
        statuses |= {413, 415, 422}
    if method in WRITES and operation.scope:
        statuses |= {409, 422} if method == "POST" else {409}
    if has_tag and method in _CHANGES:
        statuses.add(412)
    return sorted(statuses)
