"""What the documentation says of an operation: all of it follows from its decorators.

A view carries its traits as attributes: `scope` (of a user), `is_for_services`, `reads_query`,
`reads_body`, `is_tagged`, `is_listing`; `functools.wraps` hands them on from one decorator to the
next. What has a tag is changed under `If-Match`.
"""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Final

from shared.http import negotiation
from shared.http.openapi import error_name

View = Callable[..., Any]

_PARAMETER: Final = re.compile(r"<id:(?P<name>\w+)>")
_WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_CHANGES: Final = frozenset({"PUT", "PATCH", "DELETE"})


def documented(view: View, rule: str, method: str, *, has_tag: bool) -> View:
    """Return `view` with its whole documentation.

    Args:
        rule: its path.
        has_tag: whether the GET of this path answers an `ETag`.
    """
    docs = deepcopy(getattr(view, "_apidoc", {}))
    arguments = docs.setdefault("arguments", {})
    arguments.pop("responses", None)
    arguments.setdefault("parameters", []).extend(_header_parameters(view, method, has_tag))
    responses = docs.setdefault("response", {}).setdefault("responses", {})
    for answers in responses.values():
        for answer in answers:
            answer["headers"] = {name: name for name in _headers(view)}
    if has_tag and method == "GET":
        responses[304] = [{"description": "You have it already.", "content_type": None}]
    for status in _errors(view, rule, method, has_tag):
        responses.setdefault(status, [error_name(status)])
    responses["5XX"] = ["ServerError"]
    docs.setdefault("manual_doc", {})["operationId"] = view.__name__
    view._apidoc = docs  # type: ignore[attr-defined]  # where flask-smorest looks for it
    return view


def path_parameters(rule: str) -> list[Mapping[str, Any]]:
    """Return the descriptions of the ids in `rule`."""
    return [
        {"in": "path", "name": name, "description": f"Id of the {_spoken(name)}.", "example": 1}
        for name in _PARAMETER.findall(rule)
    ]


def _spoken(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ")


def _header_parameters(view: View, method: str, has_tag: bool) -> list[str]:
    if method == "POST" and hasattr(view, "scope"):
        return ["Idempotency-Key"]
    if has_tag and method == "GET":
        return ["If-None-Match"]
    return ["If-Match"] if has_tag and method in _CHANGES else []


def _headers(view: View) -> list[str]:
    names = ["X-Request-Id", "API-Version"]
    if hasattr(view, "scope"):
        names += ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
    return [*names, "ETag"] if getattr(view, "is_tagged", False) else names


def _errors(view: View, rule: str, method: str, has_tag: bool) -> list[int]:
    statuses = {400, 429}
    if "<" in rule:
        # An id that is none makes it another path, which may not have this method.
        statuses |= {404, 405}
    if negotiation.offered(view):
        statuses.add(406)
    if hasattr(view, "scope"):
        # Also what query and body name may belong to somebody else.
        statuses |= {401, 403, 404}
    if hasattr(view, "is_for_services"):
        statuses.add(401)
    if getattr(view, "reads_body", False):
        statuses |= {413, 415, 422}
    if method in _WRITES and hasattr(view, "scope"):
        statuses |= {409, 422} if method == "POST" else {409}
    if has_tag and method in _CHANGES:
        statuses.add(412)
    return sorted(statuses)
