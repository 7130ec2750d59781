"""The holdings say what the API says of positions."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import EVERY_SIZE, Faultless, OpenPage


@pytest.fixture
def holdings(page: Page) -> Page:
    """Return the page of all holdings, reached by the navigation."""
    page.get_by_role("navigation").get_by_role("link", name="Holdings").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Holdings")
    expect(page.get_by_role("row")).to_have_count(1 + 22)
    return page


def test_a_holding_has_its_gain_in_its_own_currency_and_the_portfolios(holdings: Page) -> None:
    holdings.get_by_label("Portfolio", exact=True).select_option(label="World in Euro")
    row = holdings.get_by_role("row", name="MSFT")
    # 141 at $233.434 is $32,914.19, $25,965.54 above cost; at 0.937558597412 it is € 30,858.99
    for text in ("141", "⌀ $49.28", "$233.434", "-1.03%", "€30,858.99", "37.1%"):
        expect(row).to_contain_text(text)
    for text in ("+€24,845.69", "+$25,965.54", "+373.68%"):
        expect(row).to_contain_text(text)


def test_all_portfolios_are_added_up_in_the_readers_currency(holdings: Page) -> None:
    figures = holdings.get_by_role("region", name="Figures")
    # 324,923.83 and 115,668.03 $, and 83,233.46 € at 1.0666
    for text in ("$524,138.61", "$200,259.47", "+$323,879.12", "+161.73% of what was paid"):
        expect(figures).to_contain_text(text)
    row = holdings.get_by_role("row", name="AAPL")
    expect(row).to_contain_text("Growth Portfolio")
    expect(row).to_contain_text("+$30,179.68")


def test_holdings_are_sorted_by_any_figure(holdings: Page) -> None:
    first = holdings.get_by_role("row").nth(1)
    expect(first).to_contain_text("$78,433.82")
    holdings.get_by_role("button", name="Return").click()
    expect(first).to_contain_text("+562.00%")
    holdings.get_by_role("button", name="Return").click()
    expect(first).to_contain_text("-7.81%")
    holdings.get_by_role("button", name="Asset").click()
    expect(first).to_contain_text("AAPL")


def test_a_search_stays_in_the_address_and_sums_what_it_finds(holdings: Page) -> None:
    holdings.get_by_label("Search").fill("jpm")
    expect(holdings.get_by_role("row")).to_have_count(1 + 2)
    # 31,098.00 + 2,915.62 € at 1.0666
    expect(holdings.get_by_role("region", name="Figures")).to_contain_text("$34,207.80")
    holdings.reload()
    expect(holdings.get_by_label("Search")).to_have_value("jpm")
    expect(holdings.get_by_role("row")).to_have_count(1 + 2)
    holdings.get_by_label("Search").fill("nothing like that")
    expect(holdings.get_by_text("Nothing is called that.")).to_be_visible()


def test_what_was_sold_is_shown_when_it_is_asked_for(holdings: Page) -> None:
    holdings.get_by_label("Sold ones too").check()
    expect(holdings.get_by_role("row")).not_to_have_count(1 + 22)
    expect(holdings).to_have_url("/dashboard/holdings/?sold=")


@EVERY_SIZE
def test_the_holdings_have_no_fault_of_accessibility(
    enter: OpenPage, faultless: Faultless, viewport: dict[str, int]
) -> None:
    page = enter(viewport=viewport)
    page.goto("/dashboard/holdings/?portfolio=2")
    expect(page.get_by_role("row", name="MSFT")).to_be_visible()
    faultless(page, "holdings")
