"""`routes.yml`, the services and the documentation name the same operations."""

from typing import Any

from gateway.routes import differences, load_routes

Document = dict[str, Any]


def test_every_route_of_a_service_stands_in_routes_yml_and_the_reverse(
    documents: dict[str, Document],
) -> None:
    assert differences(load_routes(), documents) == ()


def test_no_internal_route_is_documented_to_the_public(schema: Document) -> None:
    assert [path for path in schema["paths"] if not path.startswith("/api/")] == []


def test_operation_ids_are_unique(schema: Document) -> None:
    ids = [operation["operationId"] for operation in operations(schema)]
    assert len(ids) == len(set(ids))


def operations(schema: Document) -> list[Document]:
    """Return every operation of `schema`."""
    return [
        operation
        for methods in schema["paths"].values()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]
