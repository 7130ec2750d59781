"""The portfolio service's web application."""

from services.portfolio import internal, settings
from services.portfolio.models import IdempotencyKey, Job
from services.portfolio.outside.owners import Owners
from services.portfolio.routes import BLUEPRINTS, transactions
from services.portfolio.schemas import TransactionSchema
from shared.http import ServiceApp, create_service_app
from shared.http.direct import Direct
from shared.settings import ServiceSettings


def create_app(configuration: ServiceSettings | None = None) -> ServiceApp:
    """Return the application; its configuration comes from the environment by default."""
    configuration = configuration or settings.load()
    app = create_service_app(
        configuration,
        title="Portfolios, positions and transactions",
        public=BLUEPRINTS,
        internal=[internal.blueprint],
        idempotency_table=IdempotencyKey,
        job_table=Job,
    )
    app.extensions["owners"] = Owners(configuration.urls, app.signer)
    app.wsgi_app = Direct(  # type: ignore[method-assign]
        app, "/api/transactions/", transactions.record_transaction, TransactionSchema
    )
    return app
