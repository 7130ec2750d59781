"""The public routes of assets, one file a resource."""

from services.assets.routes import assets, bulk, prices, rates, refresh, splits
from shared.jobs import routes as jobs

BLUEPRINTS = (
    assets.blueprint,
    prices.blueprint,
    splits.blueprint,
    rates.blueprint,
    bulk.blueprint,
    refresh.blueprint,
    jobs.blueprint,
)
