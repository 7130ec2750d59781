"""Webhooks' web application."""

from services.webhooks import internal, settings
from services.webhooks.models import IdempotencyKey
from services.webhooks.outside.network import Network
from services.webhooks.outside.owners import Owners
from services.webhooks.outside.sealing import Seal
from services.webhooks.replicas import Replicas
from services.webhooks.routes import BLUEPRINTS
from services.webhooks.routes.tools import Tools
from services.webhooks.schemas import TOLD
from services.webhooks.settings import Settings
from shared.http import ServiceApp, create_service_app


def create_app(configuration: Settings | None = None) -> ServiceApp:
    """Return the application; its configuration comes from the environment by default."""
    configuration = configuration or settings.load()
    app = create_service_app(
        configuration,
        title="Webhooks and alerts",
        public=BLUEPRINTS,
        internal=[internal.blueprint],
        idempotency_table=IdempotencyKey,
        messages=TOLD,
    )
    owners = Owners(configuration.urls, app.signer)
    app.extensions["tools"] = Tools(
        network=Network(allow_private=configuration.allow_private),
        owners=owners,
        portfolios=Replicas(app.database, owners).portfolios,
        seal=Seal(configuration.secret_key_file),
    )
    return app
