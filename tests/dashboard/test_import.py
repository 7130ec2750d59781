"""The import, by the steps of somebody who moves in."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import EVERY_SIZE, Faultless, OpenPage
from tests.e2e.conftest import Client

# Titles and words that nobody knows; of the papers one is misspelt, and nobody has the other.
BANK: Final = """When;What;Paper;How many;Each
04.01.2021;In;APPL;10;112,50
05.01.2021;In;GARAGE NINE;4;25,00
05.04.2022;Out;APPL;4;115,00
"""
AMBIGUOUS: Final = """date,type,symbol,quantity,price
05/01/2021,Buy,AAPL,10,"1,250"
06/01/2021,Sell,AAPL,10,"1,300"
"""
REFUSED: Final = ["status of 422"]


@pytest.fixture
def portfolio(newcomer: Client) -> int:
    """Return a portfolio of the new user."""
    made = newcomer.post("/api/portfolios/", {"name": "Savings", "currency": "USD"})
    return int(made.json()["id"])


def transactions(client: Client, portfolio: int) -> list[dict[str, Any]]:
    """Return what is recorded, the oldest first."""
    answer = client.get("/api/transactions/", portfolio_id=portfolio, ordering="date").json()
    return list(answer["results"])


def choose(page: Page, tmp_path: Path, content: str) -> None:
    """Choose a file with this content."""
    file = tmp_path / "file.csv"
    file.write_text(content)
    page.locator("input[type=file]").set_input_files(file)


def drop(page: Page, content: str) -> None:
    """Drop a file with this content."""
    data = page.evaluate_handle(
        "content => {const data = new DataTransfer();"
        " data.items.add(new File([content], 'bank.csv')); return data}",
        content,
    )
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": data})


def test_a_strangers_table_is_read_as_one_says_recorded_and_taken_back(
    enter: OpenPage, newcomer: Client
) -> None:
    page = enter(user=newcomer, refusals=REFUSED)
    page.goto("/dashboard/import/")
    page.get_by_label("Name of the portfolio").fill("Savings")
    page.get_by_role("button", name="Create the portfolio").click()
    expect(page.get_by_label("Into the portfolio")).to_contain_text("Savings (USD)")
    portfolio = newcomer.get("/api/portfolios/").json()["results"][0]["id"]

    drop(page, BANK)
    expect(page.get_by_text("Say which column has: Date, Kind.")).to_be_visible()
    columns = {"When": "date", "What": "transaction_type", "Paper": "symbol"}
    for title, column in (columns | {"How many": "quantity", "Each": "price"}).items():
        page.get_by_label(title, exact=True).select_option(column)
    page.get_by_role("button", name="Read again").click()
    page.get_by_label("In", exact=True).select_option("BUY")
    page.get_by_label("Out", exact=True).select_option("SELL")
    page.get_by_role("button", name="Read again").click()

    table = page.get_by_role("table", name="As it would be recorded")
    expect(table.get_by_role("row").nth(1)).to_contain_text("Jan 4, 2021BuyAPPL10112.5")
    page.get_by_label("Asset for APPL").select_option("search")
    page.get_by_label("Search the asset for APPL").press_sequentially("apple")
    expect(page.get_by_role("option", name="AAPL")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Record 3 transactions").click()
    expect(page.get_by_role("heading", name="Recorded: 3, skipped: 0")).to_be_focused()
    expect(page.get_by_text("New assets of your own: GARAGE NINE.")).to_be_visible()
    recorded = [(one["symbol"], one["amount"]) for one in transactions(newcomer, portfolio)]
    assert recorded == [("AAPL", "-1125.00"), ("GARAGE NINE", "-100.00"), ("AAPL", "460.00")]

    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The import was taken back.")).to_be_visible()
    assert transactions(newcomer, portfolio) == []


def test_what_can_be_read_in_two_ways_is_asked(
    enter: OpenPage, newcomer: Client, portfolio: int, tmp_path: Path
) -> None:
    page = enter(user=newcomer, refusals=REFUSED)
    page.goto("/dashboard/import/")
    choose(page, tmp_path, AMBIGUOUS)
    expect(page.get_by_text("“05/01/2021” can be read in two ways.")).to_be_visible()
    page.get_by_label("Dates").select_option("DD/MM/YYYY")
    page.get_by_label("Numbers").select_option("1,234.50")
    page.get_by_role("button", name="Read again").click()
    page.get_by_role("button", name="Record 2 transactions").click()
    expect(page.get_by_role("heading", name="Recorded: 2")).to_be_visible()
    recorded = [(one["date"], one["amount"]) for one in transactions(newcomer, portfolio)]
    assert recorded == [("2021-01-05", "-12500.00"), ("2021-01-06", "13000.00")]


def test_a_long_file_is_read_and_recorded_with_its_progress(
    enter: OpenPage, newcomer: Client, portfolio: int, tmp_path: Path
) -> None:
    page = enter(user=newcomer)
    page.goto("/dashboard/import/")
    rows = "".join(f"2021-01-04,DEPOSIT,1,row-{number}\n" for number in range(2500))
    choose(page, tmp_path, f"date,transaction_type,amount,external_id\n{rows}")
    expect(page.get_by_role("progressbar", name="The file is being read …")).to_be_visible()
    page.get_by_role("button", name="Record 2,500 transactions").click()
    expect(page.get_by_text("The first 1,000 rows are shown.")).to_be_visible()
    assert page.get_by_role("row").count() < 60
    expect(page.get_by_role("progressbar", name=re.compile("recorded"))).to_be_visible()
    expect(page.get_by_role("heading", name="Recorded: 2,500, skipped: 0")).to_be_visible()
    cash = newcomer.get(f"/api/portfolios/{portfolio}/").json()["cash_balance"]
    assert cash == "2500.00"


@EVERY_SIZE
@pytest.mark.usefixtures("portfolio")
def test_the_import_has_no_fault_of_accessibility(
    enter: OpenPage,
    newcomer: Client,
    tmp_path: Path,
    faultless: Faultless,
    viewport: dict[str, int],
) -> None:
    page = enter(user=newcomer, refusals=REFUSED, viewport=viewport, locale="de-DE")
    page.goto("/dashboard/import/")
    steps = {
        "strange": (BANK, "Sagen Sie, welche Spalte das enthält: Datum, Art."),
        "refused": (AMBIGUOUS, "So kann die Datei nicht eingetragen werden"),
        "preview": (
            "Datum;Typ;Symbol;Stück;Kurs\n04.01.2021;Kauf;NEUN;10;112,50\n",
            "1 Buchung eintragen",
        ),
    }
    for step, (content, words) in steps.items():
        choose(page, tmp_path, content)
        expect(page.get_by_text(words, exact=True)).to_be_visible()
        faultless(page, f"import-{step}")
