"""An asset's page: its price, one's own trades on it, what is held and known."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import EVERY_SIZE, Faultless, OpenPage

CHART = "Price of AAPL, one year"


@pytest.fixture
def apple(page: Page) -> Page:
    """Return the page of an asset, reached from the holdings."""
    page.get_by_role("navigation").get_by_role("link", name="Holdings").click()
    page.get_by_role("link", name="AAPL").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Apple Inc. AAPL")
    expect(page.get_by_role("slider", name=CHART)).to_be_visible()
    return page


def test_the_price_and_its_last_day_are_those_of_the_asset(apple: Page) -> None:
    headline = apple.locator(".headline")
    # 125.674 after 129.652
    for text in ("$125.674", "-$3.98 (-3.07%)", "on Dec 28, 2022"):
        expect(headline).to_contain_text(text)


def test_ones_own_trade_is_told_on_its_day(apple: Page) -> None:
    apple.get_by_role("radio", name="Max").check(force=True)
    chart = apple.get_by_role("slider", name="Price of AAPL, since the beginning")
    chart.press("End")
    # One close a week: the first one from 2022-06-16 on is 28 weeks before the last.
    for _ in range(28):
        chart.press("ArrowLeft")
    expect(apple.locator(".legend")).to_contain_text("Buy 46 at $129.288")
    expect(chart).to_have_attribute(
        "aria-valuetext", "Jun 17, 2022: Price $130.779, Buy 46 at $129.288"
    )


def test_an_indicator_of_choice_is_drawn(apple: Page) -> None:
    apple.get_by_label("Indicator").select_option(label="Moving averages 50 and 200")
    expect(apple.locator(".legend")).to_contain_text("Average of 200 days")
    apple.get_by_label("Indicator").select_option(label="MACD")
    chart = apple.get_by_role("slider", name="MACD")
    # The last of the API's own answer: -4.3912 and -3.1299
    expect(chart).to_have_attribute("aria-valuetext", "Dec 28, 2022: MACD -4.39, Signal -3.13")


def test_what_is_held_and_was_traded_stands_below(apple: Page) -> None:
    held = apple.get_by_role("region", name="What you hold: Growth Portfolio")
    for text in ("332", "⌀ $34.77", "$41,723.77", "+$30,179.68", "Realised gain: +$14,161.82"):
        expect(held).to_contain_text(text)
    trades = apple.get_by_role("table", name="Your transactions")
    expect(trades.get_by_role("row")).to_have_count(1 + 5)
    first = trades.get_by_role("row").nth(1)
    for text in ("Jun 16, 2022", "Buy", "46", "$129.288", "-$5,947.25", "Growth Portfolio"):
        expect(first).to_contain_text(text)


def test_an_asset_that_is_not_there_is_told_in_words(enter: OpenPage) -> None:
    page = enter(refusals=["status of 404"])
    page.goto("/dashboard/assets/999999/")
    expect(page.get_by_role("alert")).to_contain_text("That is not there, or it is not yours.")


@EVERY_SIZE
def test_an_assets_page_has_no_fault_of_accessibility(
    enter: OpenPage, faultless: Faultless, viewport: dict[str, int]
) -> None:
    page = enter(viewport=viewport)
    page.goto("/dashboard/assets/1/")
    expect(page.get_by_role("slider", name=CHART)).to_be_visible()
    expect(page.get_by_role("region", name="Since the first price")).to_contain_text("+31.11%")
    page.get_by_label("Indicator").select_option(label="Relative strength (RSI 14)")
    expect(page.get_by_role("slider", name="Relative strength (RSI 14)")).to_be_visible()
    faultless(page, "asset")
