"""The public routes of the portfolio service, one file a resource."""

from services.portfolio.routes import files, portfolios, positions, transactions

BLUEPRINTS = (portfolios.blueprint, positions.blueprint, transactions.blueprint, files.blueprint)
