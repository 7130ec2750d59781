"""The public routes of the portfolio service, one file a resource."""

from services.portfolio.routes import files, jobs, portfolios, positions, transactions
from shared.jobs import routes as shared_jobs

BLUEPRINTS = (
    portfolios.blueprint,
    positions.blueprint,
    transactions.blueprint,
    files.blueprint,
    jobs.blueprint,
    shared_jobs.blueprint,
)
