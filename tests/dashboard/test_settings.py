"""The settings: what a reader changes there holds for the API too."""

from playwright.sync_api import expect

from tests.dashboard.conftest import EVERY_SIZE, PASSWORD, Faultless, OpenPage
from tests.e2e.conftest import Client, Product


def test_a_token_is_made_with_a_scope_shown_once_and_revoked(
    enter: OpenPage, newcomer: Client
) -> None:
    page = enter(user=newcomer)
    page.goto("/dashboard/settings/")
    page.get_by_text("New token").click()
    page.get_by_role("button", name="Create the token").click()
    expect(page.get_by_label("Name of the token")).to_be_focused()
    page.get_by_label("Name of the token").fill("spreadsheet")
    page.get_by_label("Last day").fill("2099-12-31")
    page.get_by_role("button", name="Create the token").click()
    key = page.get_by_role("dialog").get_by_label("Token", exact=True).input_value()
    page.get_by_role("button", name="Close").first.click()
    row = page.get_by_role("table", name="Tokens for programs").get_by_role("row").nth(1)
    expect(row).to_contain_text("spreadsheetread")
    expect(row).to_contain_text("2099")
    assert key not in page.content()

    program = Client(newcomer.url, key)
    assert program.get("/api/portfolios/").status_code == 200
    body = {"name": "Savings", "currency": "USD"}
    assert program.post("/api/portfolios/", body).status_code == 403
    row.get_by_role("button", name="Revoke spreadsheet").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The token “spreadsheet” was revoked.")).to_be_visible()
    assert program.get("/api/portfolios/").status_code == 401


def test_another_login_is_ended(
    enter: OpenPage, newcomer: Client, product: Product, name: str
) -> None:
    other = product.client(name, PASSWORD)
    page = enter(user=newcomer)
    page.goto("/dashboard/settings/")
    table = page.get_by_role("table", name="Logins")
    expect(table.get_by_role("row")).to_have_count(3)
    table.get_by_role("row").filter(has_text="never").get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("button", name="End").click()
    expect(table.get_by_role("row")).to_have_count(2)
    assert other.get("/api/users/me/").status_code == 401


def test_password_and_base_currency_are_changed(
    enter: OpenPage, newcomer: Client, product: Product, name: str
) -> None:
    page = enter(user=newcomer, refusals=["status of 422"], locale="de-DE")
    page.goto("/dashboard/settings/")
    page.get_by_label("Währung").fill("eur")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Ihre Basiswährung ist Euro.")).to_be_visible()

    wanted = "another long password"
    page.get_by_label("Bisheriges Passwort").fill("not it")
    page.get_by_label("Neues Passwort", exact=True).fill(wanted)
    page.get_by_label("Neues Passwort noch einmal").fill("something else")
    page.get_by_role("button", name="Passwort ändern").click()
    expect(page.get_by_text("Die beiden sind nicht gleich.")).to_be_visible()
    page.get_by_label("Neues Passwort noch einmal").fill(wanted)
    page.get_by_role("button", name="Passwort ändern").click()
    expect(page.get_by_text("Das ist nicht Ihr bisheriges Passwort.")).to_be_visible()
    page.get_by_label("Bisheriges Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Passwort ändern").click()
    expect(page.get_by_text("Ihr Passwort ist geändert.")).to_be_visible()
    assert newcomer.get("/api/users/me/").json()["base_currency"] == "EUR"
    assert product.client(name, wanted).get("/api/users/me/").status_code == 200


@EVERY_SIZE
def test_the_settings_have_no_fault_of_accessibility(
    enter: OpenPage,
    newcomer: Client,
    faultless: Faultless,
    viewport: dict[str, int],
) -> None:
    newcomer.post("/api/tokens/", {"name": "spreadsheet", "scopes": ["read", "write"]})
    page = enter(user=newcomer, viewport=viewport, locale="de-DE")
    page.goto("/dashboard/settings/")
    page.get_by_text("Neues Token").click()
    expect(page.get_by_role("table", name="Tokens für Programme")).to_be_visible()
    faultless(page, "settings")
