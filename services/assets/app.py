"""Assets' web application."""

from services.assets import internal, settings
from services.assets.domain.price_files import price_bars, row_bars
from services.assets.models import IdempotencyKey, Job
from services.assets.outside.proposer import Proposer
from services.assets.outside.sources import Readers, Sources
from services.assets.routes import BLUEPRINTS
from services.assets.routes.refresh import Asked
from services.assets.settings import Settings
from shared.http import ServiceApp, create_service_app
from shared.jobs import routes as jobs


def create_app(configuration: Settings | None = None) -> ServiceApp:
    """Return the application; its configuration comes from the environment by default."""
    configuration = configuration or settings.load()
    app = create_service_app(
        configuration,
        title="Assets and prices",
        public=BLUEPRINTS,
        internal=[internal.blueprint, jobs.internal],
        idempotency_table=IdempotencyKey,
        job_table=Job,
    )
    sources = Sources(configuration.data_sources, Readers(price_bars, row_bars))
    app.extensions["proposer"] = Proposer(sources, configuration.source_seconds)
    app.extensions["data_sources"] = Asked(sources, configuration.source_seconds)
    return app
