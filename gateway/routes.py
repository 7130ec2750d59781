"""`routes.yml`, typed, and compared with what the services say they offer."""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

import yaml
from marshmallow import Schema, ValidationError, fields, post_load, validate

from shared import settings

Access = Literal["public", "user"]
Quota = Literal["standard", "analytics", "market_data"]

SERVICES: Final = (*settings.SERVICES, "portal")
QUOTAS: Final[tuple[Quota, ...]] = get_args(Quota)
ROUTES_FILE: Final = Path(__file__).with_name("routes.yml")

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Segments that end in a slash, or a file ("/api/docs/swagger-ui.css").
_PATH: Final = r"^/api/(([a-z0-9_-]+|([a-z]+-)?\{[a-z_]+\})/)*([a-z0-9-]+\.[a-z0-9.-]+)?$"
_PARAMETER: Final = re.compile(r"\{[^/}]*\}")
_SEGMENT: Final = re.compile(r"[^/{]*\{[^/}]*\}")


class RoutesError(ValueError):
    """`routes.yml` breaks its own rules; the text says where."""


@dataclass(frozen=True)
class Route:
    """One public path.

    Attributes:
        path: as clients see it: "/api/assets/{id}/".
        service: who answers.
        methods: the HTTP methods it has, HEAD and OPTIONS not counted.
        access: who may call.
        quota: the hourly limit it counts against (users only).
        body_limit_mib: the largest body, in MiB.
    """

    path: str
    service: str
    methods: tuple[str, ...]
    access: Access
    quota: Quota
    body_limit_mib: int

    @property
    def takes_a_body(self) -> bool:
        """Whether some method of it has a body."""
        return not set(self.methods).isdisjoint({"POST", "PUT", "PATCH"})


class _RouteSchema(Schema):
    methods = fields.List(
        fields.String(validate=validate.OneOf(_METHODS)),
        required=True,
        validate=validate.Length(min=1),
    )
    access = fields.String(load_default="user", validate=validate.OneOf(get_args(Access)))
    quota = fields.String(load_default="standard", validate=validate.OneOf(QUOTAS))
    body_limit_mib = fields.Integer(
        load_default=1, strict=True, validate=validate.Range(min=1, max=64)
    )

    @post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "methods": tuple(data["methods"])}


_FILE: Final = fields.Dict(
    keys=fields.String(validate=validate.OneOf(SERVICES)),
    values=fields.Dict(
        keys=fields.String(validate=validate.Regexp(_PATH, error="Not a path of the API.")),
        values=fields.Nested(_RouteSchema),
    ),
)


def load_routes(file: Path = ROUTES_FILE) -> tuple[Route, ...]:
    """Return the routes of `file`.

    Raises:
        RoutesError: it is not YAML, has unknown words, or names a path twice.
    """
    try:
        content = yaml.load(file.read_text("utf-8"), _StrictLoader)  # noqa: S506  # nosec B506
        services = _FILE.deserialize(content) or {}
    except yaml.YAMLError as error:
        raise RoutesError(f"{file}: {error}") from error
    except ValidationError as error:
        raise RoutesError("\n".join(_sentences(str(file), error.messages))) from error
    routes = tuple(
        Route(path=path, service=service, **options)
        for service, paths in services.items()
        for path, options in paths.items()
    )
    _refuse_doubles(file, routes)
    return routes


def differences(
    routes: Sequence[Route], documents: Mapping[str, Mapping[str, Any]]
) -> tuple[str, ...]:
    """Return what `routes` and the services' documents say differently, a sentence each.

    Compared are paths, methods, and whether an operation needs a user. Files ("…/setup.js") are no
    operations.

    Args:
        routes: of `routes.yml`; those of services that have no document are left out.
        documents: service → its OpenAPI document of public routes.
    """
    ours = {
        (route.service, template(route.path), method): route.access == "user"
        for route in routes
        if route.service in documents and route.path.endswith("/")
        for method in route.methods
    }
    theirs = {
        (service, template(path), method.upper()): bool(operation.get("security"))
        for service, document in documents.items()
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method.upper() in _METHODS
    }
    return (
        *(f"routes.yml lacks {_spoken(key)}" for key in sorted(theirs.keys() - ours.keys())),
        *(f"No service has {_spoken(key)} of routes.yml" for key in sorted(ours.keys() - theirs)),
        *(
            f"{_spoken(key)} is for {_who(ours[key])} in routes.yml, for {_who(theirs[key])} there"
            for key in sorted(ours.keys() & theirs)
            if ours[key] != theirs[key]
        ),
    )


def template(path: str) -> str:
    """Return `path` with a parameter for each segment that has one, as a service's document has it.

    Names are left out: two names mean the same place.
    """
    return _SEGMENT.sub("{}", path)


def _spoken(operation: tuple[str, str, str]) -> str:
    service, path, method = operation
    return f"{service}: {method} {path}"


def _who(needs_user: bool) -> str:
    return "users" if needs_user else "everybody"


def _refuse_doubles(file: Path, routes: Sequence[Route]) -> None:
    seen: dict[str, Route] = {}
    for route in routes:
        other = seen.setdefault(_PARAMETER.sub("{}", route.path), route)
        if other is not route:
            raise RoutesError(
                f"{file}: {route.path} of {route.service} is {other.path} of {other.service}"
            )


def _sentences(place: str, messages: Any) -> Iterator[str]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            # marshmallow says "key" and "value" of dictionaries; the name of the entry says enough.
            yield from _sentences(place if name in {"key", "value"} else f"{place}: {name}", inner)
    else:
        yield from (f"{place}: {message}" for message in messages)


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key stands once: the second would silently replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping of `node`.

        Raises:
            yaml.constructor.ConstructorError: a key stands twice.
        """
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} stands twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)
