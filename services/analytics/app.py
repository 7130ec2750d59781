"""Analytics' web application."""

from services.analytics import internal, settings
from services.analytics.answers.memory.market import Market
from services.analytics.answers.memory.portfolios import Portfolios
from services.analytics.outside.owners import Owners
from services.analytics.replicas import Replicas
from services.analytics.routes import BLUEPRINTS
from services.analytics.settings import Settings
from shared.http import ServiceApp, create_service_app


def create_app(configuration: Settings | None = None) -> ServiceApp:
    """Return the application; its configuration comes from the environment by default."""
    configuration = configuration or settings.load()
    app = create_service_app(
        configuration,
        title="Performance and risk",
        public=BLUEPRINTS,
        internal=[internal.blueprint],
        idempotency_table=None,  # there is nothing to post here
    )
    owners = Owners(configuration.urls, app.signer)
    replicas = Replicas(app.database, owners)
    market = Market(app.database, replicas.assets, owners, configuration.benchmark_aliases)
    app.extensions["portfolios"] = Portfolios(replicas.portfolios, market)
    return app
