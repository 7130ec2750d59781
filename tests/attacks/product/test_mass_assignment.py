"""What nobody may write is refused by every operation that takes a body, in rows too."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from tests.attacks.product.conftest import Cast
from tests.attacks.product.operations import Operation
from tests.e2e.conftest import Client

# What others have been taken over by, and names of our own columns.
NAMES: Final = frozenset(
    {"id", "owner", "owner_id", "user", "user_id", "is_staff", "is_superuser", "is_admin", "admin"}
    | {"role", "scopes", "scope", "password_hash", "digest", "key", "token", "secret", "created"}
    | {"modified", "revision", "sequence", "visibility", "import_id", "transfer_id", "is_login"}
    | {"__class__", "__proto__", "constructor", "_id", "password", "username", "is_active"}
)
FOREIGN: Final = 999_999


def test_a_field_that_is_not_taken_is_refused_by_name(
    cast: Cast, open_door: Cast, operations: list[Operation]
) -> None:
    # A file of another program has what it has.
    writing = [one for one in operations if one.taken]
    assert len(writing) > 20
    tried = sum(1 for one in writing for _ in _bodies(cast, one))
    assert len(list(_taken(open_door, writing))) == tried > 500
    assert list(_taken(cast, writing)) == []


def _taken(cast: Cast, operations: Iterable[Operation]) -> Iterator[str]:
    for operation in operations:
        for name, body in _bodies(cast, operation):
            answer = cast.ask(cast.whoever_may(operation), operation, json=body)
            fields = answer.json().get("details", {}).get("fields", {})
            if answer.status_code != 422 or name not in _keys(fields):
                yield f"{operation.name} {name}: {answer.status_code} {answer.text}"


def _bodies(cast: Cast, operation: Operation) -> Iterator[tuple[str, Any]]:
    """Yield each name that is not to be taken, and the body with it, at the top and in a row."""
    # Those that a GET answers may be sent back by a PUT; the next test sees that they do nothing.
    returned = operation.shown if operation.method in {"PUT", "PATCH"} else frozenset()
    body = cast.belongings.body(operation)
    for name in sorted((NAMES | operation.shown) - operation.taken - returned):
        yield name, {**body, name: FOREIGN}
        for rows in (field for field, value in body.items() if _is_rows(value)):
            yield name, {**body, rows: [{**body[rows][0], name: FOREIGN}]}


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _keys(node: Any) -> set[str]:
    """Return all names in an error's fields, however deep."""
    if not isinstance(node, dict):
        return set()
    return node.keys() | {key for value in node.values() for key in _keys(value)}


def test_read_only_fields_that_come_back_changed_change_nothing(
    cast: Cast, operations: list[Operation]
) -> None:
    """Prices and values are left out: they move by themselves."""
    by_name = {one.name: one for one in operations}
    paths = [one.path for one in operations if one.method == "PATCH"]
    for path in paths:
        shown = by_name[f"GET {path}"]
        who = cast.whoever_may(shown)
        before = cast.ask(who, shown).json()
        for method in ("PATCH", "PUT"):
            operation = by_name[f"{method} {path}"]
            read_only = before.keys() - operation.taken
            forged = {
                name: FOREIGN if name in read_only else value for name, value in before.items()
            }
            answer = cast.ask(who, operation, json=forged)
            assert answer.status_code == 200, (operation.name, answer.text)
            assert FOREIGN not in answer.json().values(), operation.name
            after = cast.ask(who, shown).json()
            moved = {"modified", "revision", "warnings"}
            assert {k: v for k, v in after.items() if k not in moved} == {
                k: v for k, v in before.items() if k not in moved
            }, operation.name


def test_nobody_becomes_an_administrator_by_the_scope(cast: Cast) -> None:
    scopes = ["read", "write", "admin"]
    answer = cast.owner.post("/api/tokens/", {"name": "all scopes", "scopes": scopes})
    every_scope = Client(cast.url, answer.json()["key"])
    assert every_scope.get("/api/users/me/").json()["is_staff"] is False
    assert every_scope.get("/api/users/").status_code == 403
