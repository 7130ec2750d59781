"""Rules and webhooks, made, tried and taken away by a user's steps."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import ENOUGH, EVERY_SIZE, Faultless, OpenPage, Shown, Violations
from tests.e2e.conftest import Client


class _Receiver(BaseHTTPRequestHandler):
    """A program that is told, and refuses what comes to /broken."""

    told: Queue[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.told.put(self.headers["webhook-id"])
        self.send_response(410 if self.path == "/broken" else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def told() -> Queue[str]:
    """Return what holds the ids of all that the receiver is told."""
    return Queue()


@pytest.fixture
def receiver(told: Queue[str]) -> Iterator[str]:
    """Return the address of a program that receives webhooks."""
    handler = type("Receiver", (_Receiver,), {"told": told})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def alerts(enter: OpenPage, newcomer: Client) -> Page:
    """Return the page of a new user's alerts."""
    newcomer.post("/api/portfolios/", {"name": "Savings", "currency": "EUR"})
    page = enter(user=newcomer)
    page.get_by_role("navigation").get_by_role("link", name="Alerts").click()
    expect(page.get_by_text("You have no rule yet.")).to_be_visible()
    return page


def _make_price_rule(page: Page, name: str, symbol: str, threshold: str) -> None:
    page.get_by_role("button", name="New rule").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Asset").fill(symbol)
    dialog.get_by_role("option", name=symbol).first.click()
    dialog.get_by_label("Threshold").fill(threshold)
    dialog.get_by_role("button", name="Create").click()


def test_a_rule_is_made_switched_off_and_deleted(alerts: Page, newcomer: Client) -> None:
    alerts.get_by_role("button", name="New rule").click()
    alerts.get_by_role("button", name="Create").click()
    expect(alerts.get_by_label("Name", exact=True)).to_be_focused()
    alerts.get_by_role("button", name="Close").click()
    _make_price_rule(alerts, "Dear apples", "AAPL", "1,000.50")
    rules = alerts.get_by_role("region", name="Rules")
    expect(rules).to_contain_text("AAPL rises above $1,000.50")
    expect(rules).to_contain_text("Has not fired yet.")
    rules.get_by_role("button", name="Firings: Dear apples").click()
    expect(alerts.get_by_role("dialog")).to_contain_text("Has not fired yet.")
    alerts.keyboard.press("Escape")
    rules.get_by_role("button", name="Switch off: Dear apples").click()
    expect(rules.get_by_role("button", name="Switch on: Dear apples")).to_be_visible()
    assert [rule["is_active"] for rule in newcomer.get("/api/alerts/").json()["results"]] == [False]
    rules.get_by_role("button", name="Delete: Dear apples").click()
    alerts.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(alerts.get_by_text("You have no rule yet.")).to_be_visible()


def test_a_rule_on_a_risk_figure_and_one_on_a_fall(alerts: Page) -> None:
    rules = alerts.get_by_role("region", name="Rules")
    for kind, threshold, condition in (
        (
            "a portfolio's figure crosses",
            "25",
            "Volatility in percent of Savings is greater than 25",
        ),
        ("a portfolio's value moves by", "-10", "Savings falls by 10.00% within a market day"),
    ):
        alerts.get_by_role("button", name="New rule").click()
        alerts.get_by_label("Name", exact=True).fill(condition)
        alerts.get_by_label("Fires when").select_option(label=kind)
        alerts.get_by_label("Threshold").fill(threshold)
        alerts.get_by_role("button", name="Create").click()
        expect(rules.get_by_role("paragraph").filter(has_text=condition)).to_be_visible()


def test_a_firing_is_told_with_what_it_met(alerts: Page, newcomer: Client) -> None:
    asset = {"symbol": "HUT", "name": "A hut", "asset_type": "OTHER", "currency": "EUR"}
    prices = f"/api/assets/{newcomer.post('/api/assets/', asset).json()['id']}/update_price/"
    newcomer.post(prices, {"price": "100", "date": "2024-01-02"})
    _make_price_rule(alerts, "Dear hut", "HUT", "500")
    expect(alerts.get_by_text("HUT rises above €500.00")).to_be_visible()
    newcomer.post(prices, {"price": "600", "date": "2024-01-03"})
    fired = alerts.get_by_text("Fired last on")
    while not fired.count():
        alerts.reload()
        expect(alerts.get_by_text("HUT rises above €500.00")).to_be_visible()
    alerts.get_by_role("button", name="Firings: Dear hut").click()
    row = alerts.get_by_role("dialog").get_by_role("row").nth(1)
    expect(row).to_contain_text("€600.00€500.00")


def _make_webhook(page: Page, address: str, name: str) -> str:
    page.get_by_role("button", name="New webhook").click()
    page.get_by_label("Address").fill(address)
    page.get_by_label("Description").fill(name)
    page.get_by_role("button", name="Create").click()
    secret = page.get_by_role("dialog").get_by_label("Secret").input_value()
    page.keyboard.press("Escape")
    return secret


def test_a_webhook_is_made_tested_given_a_new_secret_and_deleted(
    alerts: Page, receiver: str, told: Queue[str]
) -> None:
    secret = _make_webhook(alerts, receiver, "My program")
    assert secret.startswith("whsec_")
    expect(alerts.get_by_role("dialog")).to_have_count(0)
    assert secret not in alerts.content()
    webhooks = alerts.get_by_role("region", name="Webhooks")
    webhooks.get_by_role("button", name="Test: My program").click()
    dialog = alerts.get_by_role("dialog", name="Deliveries to “My program”")
    expect(dialog.get_by_text("Arrived one attempt, answer 204")).to_be_visible()
    dialog.get_by_role("button", name="Send again").click()
    expect(alerts.get_by_text("It is sent again.")).to_be_visible()
    assert told.get(timeout=ENOUGH / 1000) == told.get(timeout=ENOUGH / 1000)
    expect(dialog.get_by_text("Arrived one attempt, answer 204")).to_be_visible()
    alerts.keyboard.press("Escape")
    webhooks.get_by_role("button", name="New secret: My program").click()
    alerts.get_by_role("dialog").get_by_role("button", name="New secret").click()
    expect(alerts.get_by_role("dialog").get_by_label("Secret")).not_to_have_value(secret)
    alerts.keyboard.press("Escape")
    webhooks.get_by_role("button", name="Delete: My program").click()
    alerts.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(alerts.get_by_text("You have no webhook yet.")).to_be_visible()


@EVERY_SIZE
def test_alerts_have_no_fault_of_accessibility(
    enter: OpenPage,
    newcomer: Client,
    receiver: str,
    faultless: Faultless,
    violations: Violations,
    shown: Shown,
    viewport: dict[str, int],
) -> None:
    page = enter(user=newcomer, viewport=viewport, refusals=["status of 409"])
    page.goto("/dashboard/alerts/")
    _make_price_rule(page, "Dear apples", "AAPL", "1,000.50")
    _make_webhook(page, f"{receiver}/broken", "Broken program")
    page.get_by_role("button", name="Test: Broken program").click()
    expect(page.get_by_role("dialog").get_by_text("Failed one attempt, answer 410")).to_be_visible()
    faultless(page, "deliveries")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("It is switched off. Switch it on first.")).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_text("Switched off:")).to_be_visible()
    page.get_by_role("button", name="New rule").click()
    assert violations(page) == []
    shown(page, f"rule-{viewport['width']}")
    page.keyboard.press("Escape")
    faultless(page, "alerts")
