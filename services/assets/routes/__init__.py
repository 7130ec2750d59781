"""The public routes of assets, one file a resource."""

from services.assets.routes import assets, prices

BLUEPRINTS = (assets.blueprint, prices.blueprint)
