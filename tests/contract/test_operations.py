"""Every call that the contract promises is there, with the parameters and fields it names."""

from typing import Any

import pytest

from gateway.routes import template

Document = dict[str, Any]

RESOURCE = "GET PUT PATCH DELETE"
CALLS = {
    # Authentication and users
    "/api/auth-token/": "POST",
    "/api/tokens/": "GET POST",
    "/api/tokens/{}/": "DELETE",
    "/api/service-tokens/": "GET POST",
    "/api/service-tokens/{}/": "DELETE",
    "/api/users/": "GET POST",
    "/api/users/{}/": RESOURCE,
    "/api/users/me/": "GET PUT PATCH",
    "/api/users/me/password/": "POST",
    # Portfolios, positions, transactions, snapshots
    "/api/portfolios/": "GET POST",
    "/api/portfolios/{}/": RESOURCE,
    "/api/portfolios/{}/allocation/": "GET",
    "/api/portfolios/{}/performance_metrics/": "GET",
    "/api/portfolios/{}/historical_performance/": "GET",
    "/api/positions/": "GET POST",
    "/api/positions/{}/": RESOURCE,
    "/api/transactions/": "GET POST",
    "/api/transactions/{}/": RESOURCE,
    "/api/transactions/bulk/": "POST",
    "/api/transactions/import/": "POST",
    "/api/transactions/import/formats/": "GET",
    "/api/transactions/imports/{}/": "DELETE",
    "/api/transactions/export/": "GET",
    "/api/portfolio-snapshots/": "GET",
    "/api/portfolio-snapshots/{}/": "GET",
    # Assets and prices
    "/api/assets/": "GET POST",
    "/api/assets/{}/": RESOURCE,
    "/api/assets/search/": "GET",
    "/api/assets/bulk/": "POST",
    "/api/assets/{}/performance_metrics/": "GET",
    "/api/assets/{}/technical_indicators/": "GET",
    "/api/assets/{}/price_history/": "GET",
    "/api/assets/{}/price_history/bulk/": "POST",
    "/api/assets/{}/splits/": "GET POST",
    "/api/assets/{}/splits/{}/": "DELETE",
    "/api/assets/{}/update_price/": "POST",
    "/api/assets/{}/refresh_data/": "POST",
    "/api/price-history/": "GET",
    "/api/price-history/{}/": "GET DELETE",
    "/api/price-history/imports/{}/": "DELETE",
    "/api/data-sources/": "GET",
    "/api/data-sources/{}/search/": "GET",
    "/api/exchange-rates/": "GET",
    # Analytics
    "/api/analytics/market_data/": "GET",
    "/api/analytics/correlation_matrix/": "GET",
    "/api/analytics/risk_metrics/": "GET",
    "/api/analytics/asset_allocation_analysis/": "GET",
    "/api/analytics/scenario_analysis/": "GET",
    "/api/analytics/scenario_analysis/scenarios/": "GET",
    # Webhooks and alerts
    "/api/webhooks/": "GET POST",
    "/api/webhooks/{}/": RESOURCE,
    "/api/webhooks/{}/test/": "POST",
    "/api/webhooks/{}/rotate_secret/": "POST",
    "/api/webhooks/{}/deliveries/": "GET",
    "/api/webhooks/deliveries/{}/redeliver/": "POST",
    "/api/alerts/": "GET POST",
    "/api/alerts/{}/": RESOURCE,
    "/api/alerts/{}/firings/": "GET",
    # Documentation, health, jobs
    "/api/schema/": "GET",
    "/api/events/": "GET",
    "/api/docs/": "GET",
    "/api/health/": "GET",
    "/api/jobs/": "GET",
    "/api/jobs/{}/": "GET DELETE",
}

FIELDS = {
    "GET /api/portfolios/{}/": (
        "id name description currency cost_basis_method is_active created modified total_value"
        " total_cost_basis total_return total_return_percentage position_count cash_balance"
        " realized_gain_loss income total_profit warnings"
    ),
    "GET /api/positions/{}/": (
        "id portfolio portfolio_name asset quantity average_cost first_purchase_date"
        " total_cost_basis current_value unrealized_gain_loss unrealized_return_percentage"
        " currency realized_gain_loss income base"
    ),
    "GET /api/transactions/{}/": (
        "id portfolio asset symbol transaction_type date quantity price amount fees taxes currency"
        " exchange_rate notes external_id created modified"
    ),
    "GET /api/portfolio-snapshots/{}/": (
        "id portfolio date total_value total_cost_basis cash_balance net_flow total_return"
        " total_return_percentage position_count created"
    ),
    "GET /api/assets/{}/": (
        "id symbol name asset_type currency exchange current_price previous_close price_change"
        " price_change_percentage day_high day_low volume market_cap sector industry"
        " last_price_update isin country is_active visibility"
    ),
    "GET /api/price-history/{}/": (
        "id asset symbol date open high low close adjusted_close volume source"
    ),
    "GET /api/portfolios/{}/performance_metrics/": (
        "total_return total_return_percentage annualized_return volatility sharpe_ratio"
        " max_drawdown var_95 beta alpha sortino_ratio calmar_ratio start_date end_date"
        " days_analyzed benchmark currency observations risk_free_rate money_weighted_return"
        " cvar_95 var_95_percentage tracking_error information_ratio r_squared"
        " max_drawdown_peak max_drawdown_trough max_drawdown_recovery warnings"
    ),
    "GET /api/users/me/": (
        "id username email first_name last_name base_currency is_staff date_joined last_login"
    ),
    "GET /api/alerts/{}/": (
        "id name kind asset portfolio metric operator threshold window_days cooldown_seconds"
        " is_active last_fired created modified"
    ),
    "GET /api/webhooks/{}/": "id url description events is_active created disabled_reason",
    "GET /api/exchange-rates/": "from to date rate rate_date via",
    "GET /api/jobs/{}/": "id kind status progress result error created started finished",
}

PARAMETERS = {
    "/api/portfolios/": "is_active search page page_size ordering",
    "/api/positions/": "portfolio_id asset_id asset_type search include_closed",
    "/api/transactions/": (
        "portfolio_id asset_id symbol transaction_type start_date end_date search import_id"
    ),
    "/api/portfolio-snapshots/": "portfolio_id start_date end_date",
    "/api/assets/": "asset_type exchange sector industry currency country is_active search",
    "/api/assets/search/": "q asset_type exchange limit",
    "/api/price-history/": "asset_id symbol start_date end_date",
    "/api/assets/{}/price_history/": "start_date end_date interval",
    "/api/assets/{}/technical_indicators/": "indicators start_date end_date",
    "/api/portfolios/{}/performance_metrics/": "start_date end_date benchmark risk_free_rate",
    "/api/portfolios/{}/historical_performance/": "start_date end_date interval benchmark",
    "/api/portfolios/{}/allocation/": "group_by",
    "/api/analytics/correlation_matrix/": "portfolio_id symbols assets min_observations method",
    "/api/analytics/risk_metrics/": "portfolio_id confidence benchmark start_date end_date",
    "/api/analytics/asset_allocation_analysis/": "portfolio_id targets",
    "/api/analytics/scenario_analysis/": (
        "portfolio_id type scenario method market_shock sector_shock asset_shock fx_shock"
        " horizon_days simulations model seed target_loss"
    ),
    "/api/data-sources/{}/search/": "q",
    "/api/exchange-rates/": "from to date",
    "/api/jobs/": "status page page_size ordering",
    "/api/schema/": "format",
    "/api/events/": "format",
}


@pytest.fixture(scope="module")
def paths(schema: Document) -> dict[str, Document]:
    """Return path → its operations, the names of parameters left out."""
    return {template(path): operations for path, operations in schema["paths"].items()}


@pytest.mark.parametrize("path", CALLS)
def test_a_promised_call_is_there(paths: dict[str, Document], path: str) -> None:
    methods = {method.upper() for method in paths[path]}
    assert set(CALLS[path].split()) <= methods


@pytest.mark.parametrize("call", FIELDS)
def test_an_answer_has_the_promised_fields(
    schema: Document, paths: dict[str, Document], call: str
) -> None:
    method, path = call.split()
    content = paths[path][method.lower()]["responses"]["200"]["content"]["application/json"]
    component = content["schema"]["$ref"].rpartition("/")[2]
    properties = schema["components"]["schemas"][component]["properties"]
    assert set(FIELDS[call].split()) - set(properties) == set()


@pytest.mark.parametrize("path", PARAMETERS)
def test_a_call_takes_the_promised_parameters(paths: dict[str, Document], path: str) -> None:
    known = {one.get("name") for one in paths[path]["get"].get("parameters", [])}
    assert set(PARAMETERS[path].split()) - known == set()


def test_every_list_has_pages_and_an_order(paths: dict[str, Document]) -> None:
    for path, operations in paths.items():
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
        if reference.endswith("Page"):
            names = {one.get("name") for one in operations["get"]["parameters"]}
            assert {"page", "page_size"} <= names, path
            assert "text/csv" in content, path


@pytest.mark.parametrize(
    "path",
    [
        "/api/transactions/bulk/",
        "/api/transactions/import/",
        "/api/assets/bulk/",
        "/api/assets/{}/price_history/bulk/",
        "/api/assets/{}/refresh_data/",
    ],
)
def test_what_may_be_long_takes_a_preference_and_may_answer_a_job(
    paths: dict[str, Document], path: str
) -> None:
    operation = paths[path]["post"]
    assert {"$ref": "#/components/parameters/Prefer"} in operation["parameters"]
    assert {"Location", "Preference-Applied"} <= operation["responses"]["202"]["headers"].keys()


def test_every_creation_takes_an_idempotency_key(paths: dict[str, Document]) -> None:
    for path, operations in paths.items():
        if "post" in operations and operations["post"].get("security"):
            references = [one.get("$ref", "") for one in operations["post"]["parameters"]]
            assert "#/components/parameters/Idempotency-Key" in references, path
