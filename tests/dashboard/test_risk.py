"""The risk says what the API says, at few of the hour's analytics requests."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import EVERY_SIZE, Faultless, OpenPage

MOST_OF_A_PORTFOLIO = 4
MOST_OF_ALL_PAGES = 15


@pytest.fixture
def risk(page: Page) -> Page:
    """Return the page of the first portfolio's risk, reached as a user does."""
    page.get_by_role("navigation").get_by_role("link", name="Risk").click()
    page.get_by_role("main").get_by_role("link", name="Growth Portfolio").click()
    expect(page.get_by_role("table", name="How holdings move together")).to_be_visible()
    return page


def test_losses_and_falls_are_those_of_the_api(risk: Page) -> None:
    figures = risk.get_by_role("region", name="Figures")
    for text in ("-$6,260.77", "better than -1.81%", "-$9,844.93", "-31.54%", "Risk: high"):
        expect(figures).to_contain_text(text)
    expect(figures).to_contain_text("Feb 19, 2020 to Mar 23, 2020")
    expect(figures.get_by_role("heading", name="Beta to SP500")).to_be_visible()
    falls = risk.get_by_role("table", name="Deepest falls")
    expect(falls.get_by_role("row").nth(1)).to_contain_text("Jun 10, 2020-31.54%")
    expect(falls.get_by_role("row").nth(2)).to_contain_text("not yet-23.72%")


def test_the_curve_under_water_reaches_the_greatest_fall_on_its_day(risk: Page) -> None:
    chart = risk.get_by_role("slider", name="Drawdowns")
    expect(chart).to_have_attribute(
        "aria-valuetext", "Dec 28, 2022: Below the highest level -18.91%"
    )
    risk.get_by_text("Show as a table").click()
    table = risk.get_by_role("region", name="Drawdowns")
    day = table.get_by_role("row", name="Mar 23, 2020")
    for _ in range(60):
        if day.count():
            break
        table.evaluate("region => region.scrollBy(0, 600)")
    expect(day).to_contain_text("-31.54%")


def test_risk_comes_from_the_holdings_and_they_move_together(risk: Page) -> None:
    first = risk.get_by_role("table", name="Where the risk comes from").get_by_role("row").nth(1)
    expect(first).to_contain_text("MSFT24.1%28.3%")
    matrix = risk.get_by_role("table", name="How holdings move together")
    row = matrix.get_by_role("row").filter(has=risk.get_by_role("rowheader", name="MTUM"))
    expect(row.get_by_role("cell")).to_have_text(
        ["0.71", "0.68", "0.60", "0.78", "1.00", "0.89", "0.61"]
    )
    expect(risk.get_by_role("main")).to_contain_text("Closest: MTUM–QUAL (0.89)")


def test_a_crisis_comes_again_and_one_of_ones_own(risk: Page) -> None:
    scenarios = risk.get_by_role("table", name="What if")
    worst = scenarios.get_by_role("row").nth(1)
    expect(worst).to_contain_text("Global financial crisis")
    expect(worst).to_contain_text("-50.76%-$175,225.17")
    expect(risk.get_by_text("2 scenarios lack the prices to say anything.")).to_be_visible()
    risk.get_by_label("The market moves by").fill("-30")
    risk.get_by_role("button", name="Compute").click()
    outcome = risk.get_by_role("status").filter(has_text="afterwards worth")
    expect(outcome).to_contain_text("(-30.13%)")


def test_a_shock_that_cannot_be_is_refused_in_words(enter: OpenPage) -> None:
    page = enter(locale="de-DE")
    page.goto("/dashboard/risk/?portfolio=1")
    shock = page.get_by_label("Der Markt bewegt sich um")
    shock.fill("-150")
    page.get_by_role("button", name="Berechnen").click()
    expect(page.get_by_text("Eine Zahl von -100 bis 1000.")).to_be_visible()
    expect(shock).to_be_focused()


def test_a_click_through_all_pages_costs_few_analytics_requests(enter: OpenPage) -> None:
    page = enter()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    links = page.get_by_role("navigation").get_by_role("link")
    expect(links.first).to_be_visible()
    for name in ("Growth Portfolio", "World in Euro", "Retirement"):
        page.get_by_label("Portfolio", exact=True).select_option(label=name)
        before = len(asked)
        for number in range(links.count()):
            links.nth(number).click()
            expect(page.get_by_role("heading", level=1)).not_to_be_empty()
            if links.nth(number).inner_text() == "Risk":
                expect(page.get_by_role("table", name="What if")).to_be_visible()
                expect(page.get_by_role("table", name="How holdings move together")).to_be_visible()
            expect(page.locator(".loading")).to_have_count(0)
        dear = [url for url in asked[before:] if "/api/analytics/" in url]
        assert 0 < len(dear) <= MOST_OF_A_PORTFOLIO
    dear = [url for url in asked if "/api/analytics/" in url]
    assert len(dear) <= MOST_OF_ALL_PAGES


@EVERY_SIZE
def test_the_risk_has_no_fault_of_accessibility(
    enter: OpenPage, faultless: Faultless, viewport: dict[str, int]
) -> None:
    page = enter(viewport=viewport)
    page.goto("/dashboard/risk/?portfolio=1")
    expect(page.get_by_role("table", name="How holdings move together")).to_be_visible()
    expect(page.get_by_role("table", name="What if")).to_be_visible()
    faultless(page, "risk")
