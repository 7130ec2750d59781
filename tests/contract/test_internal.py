"""What teams may read of the services stays: `docs/internal-apis.md` promises it."""

from typing import Any

import pytest

Document = dict[str, Any]

READS = {
    "portfolio /internal/v1/portfolios/": "portfolios next_after_id",
    "portfolio /internal/v1/portfolios/{portfolio_id}/": "portfolio sequence transactions",
    "portfolio /internal/v1/portfolios/{portfolio_id}/private_trades/": (
        "portfolio sequence transactions"
    ),
    "assets /internal/v1/assets/": "assets next_after_id",
    "assets /internal/v1/assets/by-ids/": "assets",
    "assets /internal/v1/assets/by-symbols/": "assets",
    "assets /internal/v1/assets/by-isins/": "assets",
    "assets /internal/v1/assets/of-imports/": "assets",
    "assets /internal/v1/assets/{asset_id}/": "id symbol name currency current_price sequence",
    "assets /internal/v1/assets/{asset_id}/prices/": (
        "asset sequence dates close open high low volume trade_days splits"
    ),
    "assets /internal/v1/jobs/": "jobs",
    "analytics /internal/v1/portfolios/{portfolio_id}/closes/": "closes",
    "webhooks /internal/v1/alerts/assets/": "assets",
}
PARAMETERS = {
    "portfolio /internal/v1/portfolios/": "after_id",
    "assets /internal/v1/assets/": "after_id",
    "assets /internal/v1/assets/by-ids/": "ids",
    "assets /internal/v1/assets/by-symbols/": "symbols user",
    "assets /internal/v1/assets/by-isins/": "isins user",
    "assets /internal/v1/assets/of-imports/": "ids user",
    "assets /internal/v1/jobs/": "user",
    "analytics /internal/v1/portfolios/{portfolio_id}/closes/": "before",
    "webhooks /internal/v1/alerts/assets/": "ids user",
}


@pytest.mark.parametrize("call", READS)
def test_a_call_that_teams_read_keeps_its_parameters_and_fields(
    described: dict[str, dict[str, Document]], call: str
) -> None:
    service, path = call.split()
    document = described[service]["internal"]
    operation = document["paths"][path]["get"]
    taken = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
    assert taken == set(PARAMETERS.get(call, "").split())
    content = operation["responses"]["200"]["content"]["application/json"]
    component = content["schema"]["$ref"].rpartition("/")[2]
    shown = document["components"]["schemas"][component]["properties"]
    assert set(READS[call].split()) - shown.keys() == set()


def test_every_call_that_reads_is_promised(described: dict[str, dict[str, Document]]) -> None:
    reads = {
        f"{service} {path}"
        for service, documents in described.items()
        for path, methods in documents.get("internal", {"paths": {}})["paths"].items()
        if {"service": []} in methods.get("get", {}).get("security", ())
    }
    assert reads == READS.keys()
