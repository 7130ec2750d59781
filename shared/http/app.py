"""The web process of a service: one unit of work a request."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import orjson
from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api
from werkzeug.exceptions import BadRequest as MalformedRequest
from werkzeug.routing import BaseConverter, IntegerConverter

from shared import db, observability, spans
from shared.errors import BadRequest, ServiceError, Unauthorized, UnsupportedMediaType
from shared.faults import crash_point
from shared.http import etag, health, idempotency, jobs, operations, shortcut
from shared.http.blueprint import Blueprint
from shared.http.context import current, service_app, session
from shared.http.contract import API_VERSION, apply_contract
from shared.http.examples import with_examples
from shared.http.openapi import SchemaPlugin, register_components
from shared.http.operations import JSON_BODY
from shared.http.proxies import BehindProxies
from shared.http.schemas import MAX_ID, Error
from shared.http.service import ServiceApp
from shared.http.told import Told, described
from shared.http.turns import Turn
from shared.identity import Quota
from shared.settings import ServiceSettings

COMPACT: Final = {"separators": (",", ":")}
_LIKE_JSON: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


class JsonProvider(DefaultJSONProvider):
    """Exact numbers in, the schema's own order out."""

    sort_keys = False
    ensure_ascii = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return `obj` as JSON; half a character, in a client's name for a field, becomes `?`."""
        if kwargs == COMPACT:
            # The same text in a tenth of the time, of all that it does not leave to `json`.
            with suppress(TypeError):
                return orjson.dumps(obj, self.default, _LIKE_JSON).decode()
        return super().dumps(obj, **kwargs).encode(errors="replace").decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the JSON in `s`, its numbers as Decimal or int, never as float."""
        try:
            return _exactly(s, parse_float=Decimal, parse_constant=Decimal, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def _exactly(text: str | bytes, **kwargs: Any) -> Any:
    try:
        return json.loads(text, **kwargs)
    except ValueError:
        # Perhaps Python refuses an integer, of more than 4300 digits. To look at each integer
        # beforehand would take as long as to read all else.
        return json.loads(text, parse_int=_bounded_int, **kwargs)


def _bounded_int(digits: str) -> int | Decimal:
    # 40 are already too many for us.
    return int(digits) if len(digits) <= 40 else Decimal(digits)


class IdConverter(IntegerConverter):
    """`<id:portfolio_id>`: 1 to 2^63−1; anything else is a page that doesn't exist."""

    def __init__(self, map: Any) -> None:
        super().__init__(map, min=1, max=MAX_ID)


class JobConverter(BaseConverter):
    """`<job:job_id>`: "portfolio-17", or a number alone."""

    regex = r"(?:[a-z]+-)?[1-9][0-9]{0,17}"


class PublicApi(Api):  # type: ignore[misc]  # the library is untyped
    """flask-smorest with our errors instead of its own."""

    ERROR_SCHEMA = Error
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave the errors to `shared.http.errors`."""


class UnitOfWorkApp(ServiceApp):
    """A service whose every request is one unit of work."""

    json_provider_class = JsonProvider

    def dispatch_request(self) -> Any:
        """Answer in one transaction: returning commits, raising rolls back."""
        with self._turn():
            response = db.retried(self._unit_of_work)
        # Only what is committed can be done by another process, and waited for.
        return jobs.as_it_stands(response) if jobs.is_accepted(response) else response

    def _turn(self) -> AbstractContextManager[None]:
        if current.identity is None or request.method not in operations.WRITES:
            return nullcontext()
        return Turn(current.identity.user_id)

    def _unit_of_work(self) -> Any:
        try:
            response = self.make_response(self._dispatch_once())
            if current.unit:
                current.unit.commit()
            if request.method == "POST":
                crash_point("after_commit_before_answer")
            return response
        except ServiceError as error:
            if error.keeps_work and current.unit:
                current.unit.commit()
            raise
        finally:
            if current.unit:
                current.unit.close()
            current.unit = None

    def _dispatch_once(self) -> Any:
        if run := jobs.running():
            response = self.make_response(super().dispatch_request())
            jobs.finish(session, run, response)
            return response
        has_key = request.method == "POST" and idempotency.HEADER in request.headers
        if current.identity is None or self.idempotency_table is None or not has_key:
            return super().dispatch_request()
        return idempotency.once(
            self,
            session,
            current.identity.user_id,
            lambda: self.make_response(super(UnitOfWorkApp, self).dispatch_request()),
        )


def create_service_app(
    settings: ServiceSettings,
    *,
    public: Sequence[Blueprint],
    internal: Sequence[Blueprint],
    idempotency_table: type[Any] | None,
    title: str,
    job_table: type[Any] | None = None,
    messages: Mapping[str, Told] | None = None,
) -> ServiceApp:
    """Return the web application of a service.

    Args:
        settings: the service's configuration.
        public: blueprints with `/api/…` routes, documented for everybody.
        internal: blueprints with `/internal/v1/…` routes, documented for the teams.
        idempotency_table: the service's `IdempotencyMixin` class.
        title: of the documentation.
        job_table: the service's `JobMixin` class, if it has long work.
        messages: type → what is sent to subscribers, if it has any.
    """
    observability.configure_logging(settings.name, settings.log_level)
    observability.introduce(settings.name)
    spans.begin(settings.name, is_traced=settings.is_traced)
    app = UnitOfWorkApp(settings, idempotency_table, job_table)
    app.config["MAX_CONTENT_LENGTH"] = JSON_BODY
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["job"] = JobConverter
    app.wsgi_app = BehindProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    app.before_request(_identify)
    app.before_request(_limit_body)
    app.before_request(_refuse_unknown_query)
    app.after_request(shortcut.keep)
    apply_contract(app, settings.name)
    app.after_request(etag.apply)
    register_api(app, "", title, public, messages or {})
    register_api(app, "INTERNAL_", f"{title}: internal", internal)
    app.register_blueprint(health.blueprint(app.database, settings.name))
    app.wsgi_app = shortcut.Shortcut(app)  # type: ignore[method-assign]
    return app


def register_api(
    app: Flask,
    prefix: str,
    title: str,
    blueprints: Sequence[Blueprint],
    messages: Mapping[str, Told] = MappingProxyType({}),
) -> None:
    """Register `blueprints` and their OpenAPI document.

    Args:
        app: what they are registered on.
        prefix: "" for the public document, "INTERNAL_" for the internal one.
        title: of the document.
        blueprints: with the routes.
        messages: see `create_service_app`.
    """
    options: Mapping[str, Any] = {
        "API_TITLE": title,
        "API_VERSION": API_VERSION,
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": None,
    }
    app.config.update({prefix + name: value for name, value in options.items()})
    api = PublicApi(
        config_prefix=prefix,
        spec_kwargs={"marshmallow_plugin": SchemaPlugin()},
    )
    api.register_converter(IdConverter, _id_parameter)
    api.register_converter(JobConverter, _job_parameter)
    api.init_app(app)
    api.spec.components.security_scheme(
        "token",
        {
            # What pages and generated clients know how to send with nothing but the key.
            "type": "http",
            "scheme": "bearer",
            "description": "The key alone. `Token <key>` means the same as `Bearer <key>`.",
        },
    )
    register_components(api.spec)
    api.spec.components.security_scheme("service", {"type": "http", "scheme": "bearer"})
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    webhooks = described(api.spec, messages)
    document = with_examples(api.spec.to_dict())
    if webhooks:
        document["webhooks"] = webhooks
    app.extensions.setdefault("openapi", {})["internal" if prefix else "public"] = document


def _id_parameter(_: IdConverter) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": MAX_ID}


def _job_parameter(_: JobConverter) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{JobConverter.regex}$"}


def _identify() -> None:
    if run := jobs.running():
        current.identity = run.identity
        return
    # Before all else, so that a refusal of any kind tells what is left of the quota. Where
    # nobody is known the view answers 401, or needs no user.
    with suppress(Unauthorized):
        current.identity = service_app.verifier.identity(request.headers.get("X-Identity"))
        current.quota = Quota.told(request.headers.get("X-Quota"))


def _limit_body() -> None:
    operation = operations.of_request()
    request.max_content_length = operation.body_limit if operation else JSON_BODY
    packed = request.headers.get("Content-Encoding", "identity")
    if packed.lower() not in {"", "identity"}:
        raise UnsupportedMediaType(
            f"The body is packed ({packed}): send it as it is, without Content-Encoding."
        )
    if request.method in {"POST", "PUT", "PATCH"} and request.mimetype == "application/json":
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if charset not in {"utf-8", "utf8"}:
            raise MalformedRequest


def _refuse_unknown_query() -> None:
    operation = operations.of_request()
    # What is no operation of ours reads its own.
    if request.args and operation and not operation.reads_query:
        raise BadRequest(f"Query parameter '{next(iter(request.args))}': Unknown field.")
