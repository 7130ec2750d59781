"""The operations of the document that the gateway answers, and what the owner of things has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests

METHODS: Final = ("get", "post", "put", "patch", "delete")

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of the document.

    Attributes:
        path: with its parameters in braces.
        body: the documented example, if it has a body of JSON.
        query: the names of its parameters there.
        needs_portfolio: whether its query must name one.
        is_secured: whether it needs a user.
        taken: the fields of the body; of a bulk also those of its rows.
        shown: the fields of what it answers.
    """

    method: str
    path: str
    body: Any
    query: tuple[str, ...]
    needs_portfolio: bool
    is_secured: bool
    taken: frozenset[str]
    shown: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_for_staff(self) -> bool:
        is_of_users = self.path.startswith("/api/users/")
        is_of_one = self.path.startswith("/api/users/me/")
        return self.path.startswith("/api/service-tokens/") or (is_of_users and not is_of_one)


@dataclass(frozen=True)
class Belongings:
    """What the owner has: parameter of a path or field of a body → id; `mark` is in its names."""

    mark: str
    ids: dict[str, int | str]

    def path(self, operation: Operation) -> str:
        return operation.path.format(**self.ids)

    def body(self, operation: Operation) -> Any:
        """Return the example body with the owner's things in it, and a name that nobody has."""
        body = self._filled(operation.body)
        has_name = isinstance(body, dict) and "username" in body
        return {**body, "username": self.mark} if has_name else body

    def query(self, operation: Operation) -> dict[str, int | str]:
        """Return what a request cannot do without."""
        query: dict[str, int | str] = {}
        if operation.needs_portfolio:
            query["portfolio_id"] = self.ids["portfolio_id"]
        if operation.path.startswith("/api/data-sources/{"):
            query["q"] = "word"
        return query

    def _filled(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {
                name: self.ids.get(f"{name.removesuffix('_id')}_id", self._filled(value))
                for name, value in node.items()
            }
        return [self._filled(value) for value in node] if isinstance(node, list) else node


def of(url: str) -> list[Operation]:
    """Return the operations of the API at `url`."""
    document = requests.get(f"{url}/api/schema/", timeout=30).json()
    return [
        _operation(document, method, path)
        for path, methods in document["paths"].items()
        for method in METHODS
        if method in methods
    ]


def _operation(document: Schema, method: str, path: str) -> Operation:
    described = document["paths"][path][method]
    content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    parameters = [one for one in described.get("parameters", []) if one.get("in") == "query"]
    answers = [answer for status, answer in described["responses"].items() if status[0] == "2"]
    shown = answers[0].get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        method=method.upper(),
        path=path,
        body=content.get("example"),
        query=tuple(one["name"] for one in parameters),
        needs_portfolio=any(
            one["name"] == "portfolio_id"
            and (one.get("required") or path.startswith("/api/analytics/"))
            for one in parameters
        ),
        is_secured=bool(described.get("security")),
        taken=frozenset(_names(document, content.get("schema", {}))),
        shown=frozenset(_names(document, shown)),
    )


def _names(document: Schema, schema: Schema) -> Iterator[str]:
    """Yield the names of an object's fields, and of the objects in it."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, field in schema.get("properties", {}).items():
        yield name
        yield from _names(document, field.get("items", field))
