"""Every setting of README's table, started once, and what each of them changes."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from deploy.local.rundir import RunDir, State
from shared.settings import SERVICES
from shared.testing import wait_until
from tests.e2e.conftest import CHOSEN, ROOT, Client, Product, started
from tests.e2e.test_main_job import make_house, wait_for_total

QUOTA = 40
# Servers that exist, in a folder whose name has all that a configuration file may stumble over.
# Auth counts in its memory.
EXISTING = {"HOST": "0.0.0.0", "WORKERS": "2", "QUOTA_MARKET_DATA": f"{QUOTA}/hour"}
# The quotas are shared, so that auth has two workers, too.
SHARED = {
    "DEMO": "0",
    "WORKERS": "2",
    "LIMITS": "on",
    "QUOTA_MARKET_DATA": f"{QUOTA}/hour",
    "QUOTA_STANDARD": "2000/hour",
    "QUOTA_ANALYTICS": "200/hour",
    "QUOTA_LOGIN": "20/minute",
    "QUOTA_EXCHANGE": "60/minute",
    "MOST_OPEN_JOBS": "3",
    "MOST_PORTFOLIOS": "100",
    "MOST_PERSONAL_TOKENS": "20",
    "MOST_WEBHOOKS": "10",
    "MOST_ALERT_RULES": "100",
    "MOST_PRIVATE_ASSETS": "1000",
    "MOST_PRIVATE_PRICES": "100000",
    "INTERNAL_READERS": "reports",
    "CORS_ORIGINS": "https://app.example.com",
    "TRUSTED_PROXIES": "192.0.2.0/24",
    "BENCHMARK_ALIASES": "SPY:SP500",
    "LOG_LEVEL": "DEBUG",
}


@pytest.fixture(scope="module")
def existing(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, nats_url: str
) -> Iterator[Product]:
    """Start everything on servers that are there, reachable from outside."""
    folder = tmp_path_factory.mktemp("existing") / """a 100% "run" of 'ünder;# \\"""
    accounts = {f"BUS_{service.upper()}": nats_url for service in SERVICES}
    with started(folder, DATABASE=postgres_url, BUS=nats_url, **accounts, **EXISTING) as product:
        yield product


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, rabbitmq_url: str, redis_url: str
) -> Iterator[Product]:
    """Start everything with quotas in Redis and events in RabbitMQ."""
    folder = tmp_path_factory.mktemp("shared")
    prices = folder / "prices.csv"
    prices.write_text("date,FEED\n2024-01-18,173\n2024-01-19,175.5\n")
    chosen = {"BUS": rabbitmq_url, "QUOTA_STORAGE": redis_url, "DATA_SOURCES": "ecb,feed"}
    chosen["DATA_SOURCE_FEED"] = str(prices)
    with started(folder / "run", **chosen, **SHARED) as product:
        yield product


def test_every_setting_of_the_table_is_started_here_or_for_all_tests() -> None:
    table = (ROOT / "README.md").read_text().partition("| variable |")[2].partition("\n\n")[0]
    chosen = {"PORT", "RUN_DIR", *CHOSEN, *EXISTING, *SHARED}
    chosen |= {"DATABASE", "BUS", "QUOTA_STORAGE", "DATA_SOURCES"}
    chosen |= {f"BUS_{service.upper()}" for service in SERVICES}
    names = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    documented = set(re.findall(r"\w+", " ".join(names)))
    assert len(documented) == 33
    assert documented <= chosen


def test_servers_that_exist_are_used_and_others_see_no_demo(existing: Product) -> None:
    servers = {"postgres", "nats-server"} & names(existing)
    assert not servers
    refused = requests.post(
        f"{existing.url}/api/auth-token/", {"username": "demo", "password": "demo"}, timeout=60
    )
    assert refused.status_code == 400
    client = existing.administrator("one")
    asset, portfolio = make_house(client, "MINE", "100")
    assert client.post(f"/api/assets/{asset}/update_price/", {"price": "110"}).status_code == 200
    wait_for_total(client, portfolio, "1100.00")


def names(product: Product) -> set[str]:
    return {process.name() for process in product.launcher.children(recursive=True)}


def test_quotas_are_exact_where_auth_counts_in_its_memory(existing: Product) -> None:
    assert workers(existing, "auth") == 1
    assert workers(existing, "portfolio") == 2
    assert passed(existing.administrator("two"), 2 * QUOTA) == QUOTA


def test_quotas_are_exact_where_several_workers_of_auth_count(shared: Product) -> None:
    assert workers(shared, "auth") == 2
    assert passed(shared.administrator("three"), 2 * QUOTA) == QUOTA


def workers(product: Product, service: str) -> int:
    """Return how many processes answer for `service`: the children of gunicorn's master."""
    return len(web(product, service).children())


def web(product: Product, service: str) -> psutil.Process:
    mark = f"services.{service}.app"
    [master] = [
        process
        for process in product.launcher.children(recursive=True)
        if mark in " ".join(process.cmdline())
        and mark not in " ".join(psutil.Process(process.ppid()).cmdline())
    ]
    return master


def passed(client: Client, count: int) -> int:
    """Return how many of `count` requests at once were let through by the quota."""

    def ask(_: int) -> requests.Response:
        return Client(client.url, client.token).get("/api/analytics/market_data/")

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(count)))
    assert not [answer for answer in answers if answer.status_code >= 500]
    # Eight at once are more than a user's share of the computing: that is 429 too, for another
    # reason.
    return count - sum("The limit of" in answer.text for answer in answers)


def test_the_counters_of_several_workers_are_one(shared: Product) -> None:
    """Whichever worker is asked, it knows what all of them have answered."""
    port = State.load(RunDir(shared.run_dir).state).ports["portfolio-web"]
    master = web(shared, "portfolio")
    folder = Path(master.environ()["PROMETHEUS_MULTIPROC_DIR"])
    # Their master, which has read the application before them, has a file, too.
    files = [folder / f"counter_{worker.pid}.db" for worker in master.children()]
    asked = 0

    def both_have_counted() -> bool:
        nonlocal asked
        asked += 1
        absent = requests.get(f"http://127.0.0.1:{port}/internal/openapi/x.json", timeout=60)
        assert absent.status_code == 404
        return all(file.exists() for file in files)

    wait_until(both_have_counted)
    for _ in range(20):
        assert counted(port) == asked


def counted(port: int) -> int:
    text = requests.get(f"http://127.0.0.1:{port}/metrics/", timeout=60).text
    lines = [line for line in text.splitlines() if line.startswith("http_requests_total{")]
    return sum(int(float(line.rpartition(" ")[2])) for line in lines if 'status="404"' in line)


def test_prices_come_from_where_data_sources_say(shared: Product) -> None:
    client = shared.administrator("four")
    asset = client.post(
        "/api/assets/",
        {"symbol": "FEED", "name": "A fund", "asset_type": "OTHER", "currency": "USD"},
    ).json()["id"]
    refreshed = client.post(f"/api/assets/{asset}/refresh_data/", None)
    assert refreshed.status_code == 200, refreshed.text
    assert refreshed.json()["current_price"] == "175.50"
    listed = client.get("/api/data-sources/").json()["results"]
    assert [source["name"] for source in listed] == ["ecb", "feed"]
