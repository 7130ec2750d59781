"""The overview says what the API says."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import EVERY_SIZE, Faultless, OpenPage, log_in
from tests.e2e.conftest import Product

# Range → the day whose close it begins with, of data that end on 2022-12-28.
RANGES = {
    "1M": "2022-11-28",
    "3M": "2022-09-28",
    "YTD": "2021-12-31",
    "1Y": "2021-12-28",
    "3Y": "2019-12-28",
    "Max": None,
}


@pytest.fixture
def growth(page: Page) -> Page:
    """Return the page of the first portfolio."""
    page.get_by_label("Portfolio", exact=True).select_option(label="Growth Portfolio")
    expect(page.get_by_role("heading", name="Growth Portfolio")).to_be_visible()
    expect(page.locator(".legend")).to_contain_text("SP500")
    return page


def test_value_day_profit_income_and_cash_are_those_of_the_portfolio(growth: Page) -> None:
    # 345,196.62 − 348,915.29; 0.9908 / 1.0015 of the curve's two last days
    headline = growth.locator(".headline")
    expect(headline).to_contain_text("$345,196.62")
    expect(headline).to_contain_text("-$3,718.67 (-1.07%)")
    figures = growth.get_by_role("region", name="Figures")
    for text in ("+$279,196.62", "+$56,868.68 of it realised", "$154.58", "$20,272.78"):
        expect(figures).to_contain_text(text)


def test_a_range_has_the_return_that_the_api_computes_for_it(
    growth: Page, product: Product
) -> None:
    client = product.client()
    for name, base in RANGES.items():
        start = {"start_date": base} if base else {}
        metrics = client.get("/api/portfolios/1/performance_metrics/", **start).json()
        value = float(metrics["total_return_percentage"])
        growth.get_by_role("radio", name=name).check(force=True)
        legend = growth.locator(".entry", has_text="Growth Portfolio").locator("strong")
        expect(legend).to_have_text(f"{value:+.2f}%")


def test_the_chart_shows_values_too_and_is_read_off_by_arrow_keys(growth: Page) -> None:
    growth.get_by_role("radio", name="Value").check(force=True)
    chart = growth.get_by_role("slider", name="Value, since the beginning")
    expect(chart).to_have_attribute(
        "aria-valuetext", "Dec 28, 2022: Value $345,196.62, Paid in $66,000.00"
    )
    chart.press("ArrowLeft")
    expect(chart).to_have_attribute(
        "aria-valuetext", "Dec 27, 2022: Value $348,915.29, Paid in $66,000.00"
    )


def test_a_pointer_reads_off_a_day(growth: Page) -> None:
    box = growth.locator(".plot").bounding_box()
    assert box
    growth.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(growth.locator(".legend .day")).not_to_have_text("Dec 28, 2022")
    expect(growth.locator(".legend .day")).to_contain_text("20")


def test_what_the_chart_shows_is_there_as_a_table(growth: Page) -> None:
    growth.get_by_role("radio", name="1M").check(force=True)
    growth.get_by_text("Show as a table").click()
    table = growth.get_by_role("table", name="Return, one month")
    expect(table.get_by_role("row").nth(1)).to_contain_text("Dec 28, 2022")


def test_of_a_long_table_only_the_rows_that_are_seen_are_drawn(growth: Page) -> None:
    growth.get_by_text("Show as a table").click()
    rows = growth.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Dec 28, 2022")
    assert rows.count() < 60
    growth.get_by_role("region", name="Return, since the beginning").evaluate(
        "region => region.scrollTo(0, region.scrollHeight)"
    )
    expect(growth.get_by_role("cell", name="Jan 14, 2013")).to_be_visible()
    assert rows.count() < 60


def test_another_benchmark_is_compared_with_and_remembered(growth: Page) -> None:
    growth.get_by_label("Compare with").fill("mtum")
    growth.get_by_role("button", name="Compare").click()
    expect(growth.locator(".legend")).to_contain_text("MTUM")
    growth.reload()
    expect(growth.locator(".legend")).to_contain_text("MTUM")


def test_an_unknown_benchmark_leaves_the_rest(enter: OpenPage) -> None:
    page = enter(refusals=["status of 400"])
    page.evaluate("localStorage.setItem('benchmark', 'NOPE')")
    page.reload()
    expect(page.locator(".legend")).to_contain_text("Growth Portfolio")
    expect(page.locator(".legend")).not_to_contain_text("NOPE")


def test_the_value_is_divided_by_five_groups(growth: Page) -> None:
    rows = {
        "Kind": "Stocks72.8%$251,348.79",
        "Sector": "Healthcare",
        "Currency": "US Dollar94.1%$324,923.84",
        "Country": "United States",
        "Asset": "UnitedHealth",
    }
    for group, row in rows.items():
        growth.get_by_role("tab", name=group).click()
        expect(growth.get_by_role("tabpanel")).to_contain_text(row)


def test_what_is_doubtful_is_told_with_the_way_to_mend_it(growth: Page) -> None:
    doubts = growth.locator(".doubts")
    expect(doubts.get_by_role("heading", level=3)).to_have_text("Prices or rates are out of date")
    expect(doubts).to_contain_text("Switch on a price source")
    doubts.get_by_text("Details (7)").click()
    expect(doubts).to_contain_text("The last price or rate of AAPL is from 2022-12-28")


def test_all_portfolios_are_added_up_in_the_readers_currency(page: Page) -> None:
    # 345,196.62 + 113,982.11 + 85,869.01 € at 1.0666
    expect(page.locator(".headline")).to_contain_text("$550,766.62")
    table = page.get_by_role("table", name="Portfolios")
    expect(table.get_by_role("row").nth(1)).to_contain_text("Growth Portfolio")
    table.get_by_role("button", name="Name").click()
    table.get_by_role("button", name="Name").click()
    expect(table.get_by_role("row").nth(1)).to_contain_text("World in Euro")
    expect(table.get_by_role("row").nth(1)).to_contain_text("€85,869.01")
    table.get_by_role("link", name="World in Euro").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("World in Euro")


def test_looking_at_everything_costs_few_requests(open_page: OpenPage) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    log_in(page)
    for label in ("Growth Portfolio", "World in Euro", "Retirement", "All portfolios"):
        page.get_by_label("Portfolio", exact=True).select_option(label=label)
        expect(page.get_by_role("heading", level=1)).to_have_text(label)
        for group in ("Sector", "Currency", "Country", "Asset", "Kind"):
            page.get_by_role("tab", name=group).click()
            expect(page.get_by_role("tabpanel")).to_contain_text("%")
    asked = [url for url in asked if "/api/" in url]
    assert [url for url in asked if "/api/analytics/" in url] == []
    # the login, who, which, a rate; of each portfolio its curve and five groups
    assert len(asked) == 4 + 3 * 6
    assert len(set(asked)) == len(asked)


@EVERY_SIZE
def test_the_overview_has_no_fault_of_accessibility(
    enter: OpenPage, faultless: Faultless, viewport: dict[str, int]
) -> None:
    page = enter(viewport=viewport)
    for name in ("All portfolios", "Growth Portfolio"):
        page.get_by_label("Portfolio", exact=True).select_option(label=name)
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page.get_by_role("tabpanel")).to_contain_text("Stocks")
        faultless(page, f"overview-{name.split()[0].lower()}")
