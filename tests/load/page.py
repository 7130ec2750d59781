"""What the web page weighs and costs the browser: three portfolios of eighteen years, 500 holdings.

    .venv/bin/python -m tests.load.page

Needs Chromium and nothing that runs: it starts the whole product with the demo's market data, and
makes a user's portfolios there. A task is what the browser does without looking at the reader, who
notices from 100 ms on; Chromium tells of those from 50 ms on.
"""

import gzip
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from shared.testing import wait_until
from tests.dashboard.conftest import ENOUGH, find_chromium
from tests.dashboard.declarations import PAGE
from tests.e2e.conftest import CHOSEN, Client, Product, started

HOLDINGS: Final = 500
PORTFOLIOS: Final = 3
PART: Final = 100  # assets at once, which are answered at once
FIRST_DAY: Final = "2005-01-03"  # of the demo's prices
WATCH: Final = """
    window.tasks = [];
    const note = list => window.tasks.push(...list.getEntries().map(task => task.duration));
    new PerformanceObserver(note).observe({type: "longtask", buffered: true});
"""
PAINT: Final = """
    performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0
"""
SCROLL: Final = """
    async region => {
        for (let top = 0; top < region.scrollHeight; top += 120) {
            region.scrollTop = top;
            await new Promise(requestAnimationFrame);
        }
    }
"""


def main() -> None:
    """Measure and print."""
    weight = sum(
        len(gzip.compress(file.read_bytes()))
        for file in PAGE.rglob("*")
        if file.is_file() and file.suffix in {".css", ".html", ".js", ".svg"}
    )
    print(f"weight: {weight / 1000:.1f} kB gzip (150)")
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), **CHOSEN) as product:
        token = _fill(product.client())
        with _browser() as browser:
            _measure(browser, product, token)


def _fill(client: Client) -> str:
    """Give the demo's user three old portfolios and one of many holdings; return a token."""
    symbols = ("AAPL", "MSFT", "JPM")
    for number, symbol in enumerate(symbols[:PORTFOLIOS]):
        [asset] = client.get("/api/assets/", symbol=symbol).json()["results"]
        portfolio = client.post("/api/portfolios/", {"name": f"Old {number}"}).json()["id"]
        _record(client, [_buy(portfolio, asset["id"], FIRST_DAY)])
    portfolio = client.post("/api/portfolios/", {"name": "Many"}).json()["id"]
    numbers = range(HOLDINGS)
    assets = [
        {"symbol": f"MANY{n}", "name": f"Holding {n}", "asset_type": "STOCK", "currency": "USD"}
        for n in numbers
    ]
    made = [
        row["id"]
        for first in range(0, HOLDINGS, PART)
        for row in _make_assets(client, assets[first : first + PART])
    ]
    _record(client, [_buy(portfolio, asset, "2022-01-03") for asset in made])
    path = "/api/portfolios/?page_size=100"
    wait_until(lambda: all(one["total_value"] for one in client.get(path).json()["results"]))
    return str(client.token)


def _make_assets(client: Client, assets: list[dict[str, str]]) -> Any:
    return client.post("/api/assets/bulk/", {"assets": assets}).json()["results"]


def _buy(portfolio: int, asset: int, day: str) -> dict[str, object]:
    return {
        "portfolio": portfolio,
        "asset": asset,
        "transaction_type": "BUY",
        "date": day,
        "quantity": "10",
        "price": "1.50",
    }


def _record(client: Client, transactions: list[dict[str, object]]) -> None:
    answer = client.post("/api/transactions/bulk/", {"transactions": transactions})
    if answer.status_code >= 300:
        sys.exit(f"error: {answer.text[:300]}")


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = find_chromium()
        if not path:
            sys.exit("error: there is no Chromium: install the package `chromium`.")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _measure(browser: Browser, product: Product, token: str) -> None:
    page = _open(browser, product, token, "")
    expect(page.locator(".legend")).to_be_visible()
    print(f"overview of all, first paint: {page.evaluate(PAINT):.0f} ms (1000)")
    _print_tasks(page, "overview of all")
    page = _open(browser, product, token, "holdings/")
    table = page.get_by_role("region", name="Holdings")
    expect(table).to_be_visible()
    _print_tasks(page, f"holdings, {page.get_by_role('table').get_attribute('aria-rowcount')} rows")
    page.evaluate("window.tasks = []")
    table.evaluate(SCROLL)
    _print_tasks(page, "the same, scrolled to its end")


def _open(browser: Browser, product: Product, token: str, path: str) -> Page:
    """Open a page in a window that knows nothing yet but its login."""
    context = browser.new_context(locale="en-US", base_url=product.url)
    context.set_default_timeout(ENOUGH)
    context.add_init_script(f"sessionStorage.setItem('token', '{token}'); {WATCH}")
    page = context.new_page()
    _watched(page)
    page.goto(f"/dashboard/{path}")
    return page


def _print_tasks(page: Page, name: str) -> None:
    longest = max(page.evaluate("window.tasks"), default=0)
    told = f"{longest:.0f}" if longest else "under 50"
    print(f"{name}: longest task {told} ms (100), script {_script(page) * 1000:.0f} ms so far")


def _script(page: Page) -> float:
    """Return the seconds that the page's own code has taken."""
    metrics = _watched(page).send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "ScriptDuration"))


@cache
def _watched(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    return session


if __name__ == "__main__":
    main()
