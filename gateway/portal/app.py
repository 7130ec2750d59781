"""The web process of the portal."""

from typing import Final

from flask import Flask

from gateway.portal import dashboard, doors, events, pages
from gateway.portal import settings as configuration
from gateway.portal.schema import Schema, SchemaSource
from gateway.portal.services import Cached, Services
from gateway.portal.settings import PortalSettings
from shared import observability, spans
from shared.http.app import JsonProvider, register_api
from shared.http.contract import apply_contract
from shared.http.proxies import BehindProxies

# Seconds. That a service is back is told sooner than that one went.
_HEALTH_FRESH: Final = 2.0
_DOWN_FRESH: Final = 0.5


class Portal(Flask):
    """The portal: no database, no identity."""

    json_provider_class = JsonProvider


def create_app(settings: PortalSettings | None = None) -> Flask:
    """Return the portal's application.

    Args:
        settings: of the environment if not given.
    """
    settings = settings or configuration.load()
    observability.configure_logging("portal", settings.log_level)
    observability.introduce("portal")
    spans.begin("portal", is_traced=settings.is_traced)
    app = Portal(__name__, static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.wsgi_app = BehindProxies(app.wsgi_app)  # type: ignore[method-assign]
    apply_contract(app, "portal")
    register_api(app, "", "Portal", [pages.blueprint])
    app.register_blueprint(doors.blueprint)
    app.register_blueprint(dashboard.blueprint)
    services = Services(settings.urls, settings.workers)
    app.extensions["health"] = Cached(
        services.health, lambda health: _HEALTH_FRESH if health.is_well else _DOWN_FRESH
    )
    app.extensions["schema"] = SchemaSource(services, app.extensions["openapi"]["public"])
    app.extensions["events"] = Schema.of(events.document())
    return app
