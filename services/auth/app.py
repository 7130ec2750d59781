"""Auth's web application."""

from services.auth import internal, settings
from services.auth.models import IdempotencyKey
from services.auth.quotas import Quotas
from services.auth.routes import BLUEPRINTS
from services.auth.settings import Settings
from shared.http import ServiceApp, create_service_app


def create_app(configuration: Settings | None = None) -> ServiceApp:
    """Return the application; its configuration comes from the environment by default."""
    configuration = configuration or settings.load()
    app = create_service_app(
        configuration,
        title="Authentication and users",
        public=BLUEPRINTS,
        internal=[internal.blueprint],
        idempotency_table=IdempotencyKey,
    )
    app.extensions["quotas"] = Quotas(configuration)
    app.wsgi_app = internal.Door(app)  # type: ignore[method-assign]
    return app
