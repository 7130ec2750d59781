"""Assets' web application."""

from services.assets import internal, settings
from services.assets.models import IdempotencyKey
from services.assets.routes import BLUEPRINTS
from shared.http import ServiceApp, create_service_app
from shared.settings import ServiceSettings


def create_app(configuration: ServiceSettings | None = None) -> ServiceApp:
    """Return the application; its configuration comes from the environment by default."""
    return create_service_app(
        configuration or settings.load(),
        title="Assets and prices",
        public=BLUEPRINTS,
        internal=[internal.blueprint],
        idempotency_table=IdempotencyKey,
    )
