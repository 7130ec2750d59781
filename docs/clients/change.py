"""Rename a portfolio, through a client that was generated from the API's own document.

API_URL=http://localhost:8000 API_TOKEN=… python change.py
"""

import os

from personal_finance_api_client import AuthenticatedClient
from personal_finance_api_client.api.portfolios import change_portfolio, list_portfolios
from personal_finance_api_client.models import Portfolio, PortfolioPage, PortfolioPatch

client = AuthenticatedClient(os.environ["API_URL"], token=os.environ["API_TOKEN"])

page = list_portfolios.sync(client=client, search="growth")
if not isinstance(page, PortfolioPage):
    raise SystemExit(page)  # an Error says in words what is wrong
portfolio = page.results[0]

# What is not set is not sent, and stays as it is.
changed = change_portfolio.sync(
    portfolio.id, client=client, body=PortfolioPatch(name="Growth, renamed")
)
if not isinstance(changed, Portfolio):
    raise SystemExit(changed)
print(f"{changed.name}: {changed.description}")  # noqa: T201
