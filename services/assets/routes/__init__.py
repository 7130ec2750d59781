"""The public routes of assets, one file a resource."""

from services.assets.routes import assets, bulk, prices, rates, refresh, sources, splits
from shared.jobs import routes as jobs

BLUEPRINTS = (
    assets.blueprint,
    prices.blueprint,
    splits.blueprint,
    rates.blueprint,
    bulk.blueprint,
    refresh.blueprint,
    sources.blueprint,
    jobs.blueprint,
)
