"""One OpenAPI document out of many. Pure: documents in, a document out."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

Document = Mapping[str, Any]
Component = tuple[str, str]  # section and name: ("schemas", "Error")

_OPERATIONS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_PREFIX: Final = "#/components/"


def merge(documents: Mapping[str, Document], info: Document) -> dict[str, Any]:
    """Return one document with the paths and webhooks of all.

    Components with the same name and content are one; with the same name and another content (or
    one that refers to such) each gets its service's name before its own: `Position` →
    `AnalyticsPosition`.

    Args:
        documents: service → its OpenAPI document.
        info: of the result.
    """
    conflicts = _conflicts(documents)
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    webhooks: dict[str, Any] = {}
    tags: dict[str, Any] = {}
    for service, document in documents.items():
        renamed = _rewrite(document, partial(_renamed, service, conflicts))
        paths |= renamed.get("paths", {})
        webhooks |= renamed.get("webhooks", {})
        tags |= {tag["name"]: tag for tag in renamed.get("tags", [])}
        for (section, name), content in _components(renamed):
            component = _renamed(service, conflicts, (section, name))
            components.setdefault(section, {})[component[1]] = content
    _drop_unused_security(components, paths)
    return {
        "openapi": "3.1.0",
        "info": dict(info),
        "servers": [{"url": "/"}],
        "tags": [tags[name] for name in sorted(tags)],
        "paths": dict(sorted(paths.items())),
        "webhooks": webhooks,
        "components": {
            section: dict(sorted(named.items())) for section, named in components.items()
        },
    }


def _conflicts(documents: Mapping[str, Document]) -> frozenset[Component]:
    """Return the components that don't mean the same in every document that has them."""
    versions: dict[Component, list[Any]] = {}
    for document in documents.values():
        for component, content in _components(document):
            versions.setdefault(component, []).append(content)
    conflicts = {
        name for name, contents in versions.items() if any(c != contents[0] for c in contents)
    }
    shared = {name: contents[0] for name, contents in versions.items() if len(contents) > 1}
    while dependents := {
        name
        for name, content in shared.items()
        if name not in conflicts and not conflicts.isdisjoint(_references(content))
    }:
        conflicts |= dependents
    return frozenset(conflicts)


def _components(document: Document) -> Iterator[tuple[Component, Any]]:
    for section, named in document.get("components", {}).items():
        for name, content in named.items():
            yield (section, name), content


def _renamed(service: str, conflicts: frozenset[Component], component: Component) -> Component:
    section, name = component
    return (section, f"{service.title()}{name}") if component in conflicts else component


def _references(node: Any) -> Iterator[Component]:
    if isinstance(node, Mapping):
        if component := _target(node.get("$ref")):
            yield component
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _rewrite(node: Any, rename: Callable[[Component], Component]) -> Any:
    if isinstance(node, Mapping):
        rewritten = {key: _rewrite(value, rename) for key, value in node.items()}
        if component := _target(node.get("$ref")):
            rewritten["$ref"] = _PREFIX + "/".join(rename(component))
        return rewritten
    return [_rewrite(value, rename) for value in node] if isinstance(node, list) else node


def _target(reference: Any) -> Component | None:
    if not isinstance(reference, str) or not reference.startswith(_PREFIX):
        return None
    section, _, name = reference.removeprefix(_PREFIX).partition("/")
    return section, name


def _drop_unused_security(components: dict[str, dict[str, Any]], paths: Document) -> None:
    """Leave out the schemes that no public operation takes: how services talk is their own."""
    used = {
        scheme
        for operations in paths.values()
        for method, operation in operations.items()
        if method in _OPERATIONS
        for requirement in operation.get("security", [])
        for scheme in requirement
    }
    schemes = components.get("securitySchemes", {})
    components["securitySchemes"] = {name: schemes[name] for name in schemes if name in used}
