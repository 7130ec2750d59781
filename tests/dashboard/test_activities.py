"""The activities: found, added up, entered, changed and deleted."""

from decimal import Decimal

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import EVERY_SIZE, Faultless, OpenPage
from tests.e2e.conftest import Client, Product

CSV = "date,transaction_type,amount,external_id\n"


@pytest.fixture
def portfolio(newcomer: Client) -> int:
    """Return a portfolio of the new user, in euros."""
    made = newcomer.post("/api/portfolios/", {"name": "Savings", "currency": "EUR"})
    return int(made.json()["id"])


def add(client: Client, portfolio: int, content: str) -> int:
    """Import a file; return the import's id."""
    answer = requests.post(
        f"{client.url}/api/transactions/import/",
        params={"portfolio_id": portfolio},
        headers={"Authorization": f"Token {client.token}", "Content-Type": "text/csv"},
        data=content,
        timeout=60,
    )
    return int(answer.json()["import_id"])


def test_transactions_are_filtered_and_added_up_exactly(page: Page, product: Product) -> None:
    page.goto("/dashboard/activities/?portfolio=1")
    page.get_by_label("Kind").select_option("BUY")
    page.get_by_label("From").fill("2015-01-01")
    rows = product.client().get(
        "/api/transactions/",
        portfolio_id=1,
        transaction_type="BUY",
        start_date="2015-01-01",
        page_size=500,
    )
    amounts = [Decimal(row["amount"]) for row in rows.json()["results"]]
    expect(page.get_by_role("status").get_by_text(f"{len(amounts)} transactions")).to_be_visible()
    total = f"USD: amounts -${-sum(amounts):,.2f}, fees"
    expect(page.get_by_role("list", name="What is shown adds up to")).to_contain_text(total)
    page.get_by_label("Search").fill("AAPL")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").nth(1)).to_contain_text("BuyAAPL")
    assert "search=AAPL" in page.url
    page.reload()
    expect(page.get_by_label("Search")).to_have_value("AAPL")


def test_a_transaction_is_entered_changed_and_deleted(
    enter: OpenPage, newcomer: Client, portfolio: int
) -> None:
    page = enter(user=newcomer, locale="de-DE", refusals=["status of 422"])
    page.goto("/dashboard/activities/")
    page.get_by_role("button", name="Neue Buchung").click()
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("combobox", name="Anlage")).to_be_focused()
    page.keyboard.type("apple")
    expect(page.get_by_role("option", name="AAPL")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("Datum").fill("2021-01-05")
    page.get_by_label("Stück", exact=True).fill("1.250")
    page.get_by_label("Preis je Stück").fill("0,1")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Bitte eine Zahl ohne Tausendertrennzeichen")).to_be_visible()
    page.get_by_label("Stück", exact=True).fill("3")
    page.get_by_label("Gebühren").fill("0,20")
    expect(page.get_by_text("Sie zahlen 0,50\u00a0$")).to_be_visible()
    page.get_by_role("button", name="Speichern").click()
    row = page.get_by_role("row").nth(1)
    expect(row).to_contain_text("05.01.2021KaufAAPL3")

    row.get_by_role("button", name="Ändern: Kauf, AAPL, 05.01.2021").click()
    expect(page.get_by_label("Stück", exact=True)).to_have_value("3")
    page.get_by_label("Preis je Stück").fill("0,2")
    page.get_by_role("button", name="Speichern").click()
    expect(row).to_contain_text("-0,80\u00a0$")
    stored = newcomer.get("/api/transactions/", portfolio_id=portfolio).json()["results"][0]
    assert (stored["amount"], stored["fees"]) == ("-0.80", "0.20")

    row.get_by_role("button", name="Ändern").click()
    page.get_by_role("dialog").get_by_label("Art").select_option("SELL")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Only 0 are held on 2021-01-05")).to_be_visible()
    page.get_by_role("button", name="Löschen").click()
    page.get_by_role("dialog").get_by_role("button", name="Löschen").click()
    expect(page.get_by_text("Eine solche Buchung gibt es nicht.")).to_be_visible()


def test_of_a_long_ledger_a_window_is_drawn_and_an_import_is_undone(
    enter: OpenPage, newcomer: Client, portfolio: int
) -> None:
    add(newcomer, portfolio, CSV + "2021-01-04,DEPOSIT,10,first\n")
    rows = "".join(f"2021-01-05,DEPOSIT,0.1,row-{number}\n" for number in range(600))
    number = add(newcomer, portfolio, CSV + rows)
    page = enter(user=newcomer)
    page.goto("/dashboard/activities/")
    expect(page.get_by_text("The newest 500 of 601 transactions")).to_be_visible()
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_text("EUR: amounts €70.00, fees €0.00")).to_be_visible()
    assert page.get_by_role("row").count() < 60
    page.goto(f"/dashboard/activities/?import={number}")
    expect(page.get_by_text("The newest 500 of 600 transactions")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("1 transaction", exact=True)).to_be_visible()


@EVERY_SIZE
def test_the_activities_have_no_fault_of_accessibility(
    enter: OpenPage, faultless: Faultless, viewport: dict[str, int]
) -> None:
    page = enter(viewport=viewport)
    page.goto("/dashboard/activities/")
    for step in ("list", "editor"):
        if step == "editor":
            page.get_by_role("button", name="Change:").first.click()
            expect(page.get_by_label("Amount")).to_be_visible()
        expect(page.get_by_text("152 transactions")).to_be_attached()
        faultless(page, f"activities-{step}")
