"""What a running product exposes is what the one table says."""

from collections.abc import Iterator

import pytest
import requests
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from deploy import signals
from deploy.local.rundir import RunDir, State
from shared.settings import SERVICES
from tests.e2e.conftest import Product

OF_THE_INTERPRETER = ("process_", "python_")


@pytest.fixture(scope="module")
def families(product: Product) -> list[Metric]:
    """Return all that the processes of a product expose, after some requests."""
    client = product.client()
    for path in ("/api/portfolios/", "/api/assets/", "/api/portfolios/", "/api/health/"):
        assert client.get(path).status_code == 200
    return list(exposed(product))


def exposed(product: Product) -> Iterator[Metric]:
    ports = State.load(RunDir(product.run_dir).state).ports
    doors = [ports[f"{service}-web"] for service in SERVICES]
    doors += [ports[f"{service}-worker"] for service in SERVICES]
    for port in [*doors, ports["portal"]]:
        text = requests.get(f"http://127.0.0.1:{port}/metrics/", timeout=60).text
        for family in text_string_to_metric_families(text):
            if not family.name.startswith(OF_THE_INTERPRETER) and family.type != "unknown":
                yield family


def name_of(family: Metric) -> str:
    return f"{family.name}_total" if family.type == "counter" else family.name


def is_creation(family: Metric) -> bool:
    """Return whether it is the time at which the library made a counter or histogram."""
    return family.name.endswith("_created")


def test_the_product_exposes_what_the_table_says(families: list[Metric]) -> None:
    table = {(metric.name, metric.kind) for metric in signals.metrics()}
    found = {(name_of(each), each.type) for each in families if not is_creation(each)}
    assert found == table


def test_each_series_has_the_labels_of_the_table(families: list[Metric]) -> None:
    table = {metric.name: set(metric.labels) for metric in signals.metrics()}
    wrong = {
        sample.name: set(sample.labels)
        for family in families
        for sample in family.samples
        if not is_creation(family) and set(sample.labels) - {"le"} != table[name_of(family)]
    }
    assert wrong == {}
    seen = {name_of(family) for family in families if family.samples}
    assert {"http_requests_total", "cache_lookups_total", "outbox_unpublished"} <= seen


def test_every_process_says_which_release_it_is(families: list[Metric]) -> None:
    told = [
        sample.labels["service"]
        for family in families
        for sample in family.samples
        if sample.name == "build_info"
    ]
    assert sorted(told) == sorted([*SERVICES, *SERVICES, "portal"])
