"""Login, navigation, languages, appearances: what is around all pages."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import EVERY_SIZE, Faultless, OpenPage, log_in

OFFLINE: Final = "ERR_INTERNET_DISCONNECTED"


def test_a_wrong_password_is_told_in_words(open_page: OpenPage) -> None:
    page = open_page(refusals=["status of 400"])
    page.get_by_label("Username").fill("demo")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("Username or password is wrong.")


def test_an_empty_login_names_what_is_missing_and_goes_there(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Please fill this in.")).to_have_count(2)
    expect(page.get_by_label("Username")).to_be_focused()
    expect(page.get_by_label("Username")).to_have_attribute("aria-invalid", "true")


def test_the_login_is_for_this_tab_and_outlives_a_reload(page: Page) -> None:
    page.reload()
    expect(page.get_by_role("heading", name="All portfolios")).to_be_visible()
    assert "token" not in page.evaluate("Object.keys(localStorage)")
    other = page.context.new_page()
    other.goto("/dashboard/")
    expect(other.get_by_label("Username")).to_be_visible()


def test_after_the_logout_nothing_is_left(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page)
    expect(page.get_by_text("$550,766.62")).to_be_visible()
    page.get_by_role("button", name="Account of demo").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Username")).to_be_focused()
    expect(page).to_have_title("Log in – Personal Finance")
    assert page.evaluate("sessionStorage.length") == 0
    assert "550" not in page.locator("body").inner_text()


def test_a_token_that_has_ended_leads_to_the_login_with_a_word_why(open_page: OpenPage) -> None:
    page = open_page(refusals=["status of 401"])
    page.evaluate("sessionStorage.setItem('token', 'of yesterday')")
    page.reload()
    expect(page.get_by_role("status")).to_have_text("Your login has ended. Please log in again.")
    log_in(page)
    expect(page.get_by_role("heading", name="All portfolios")).to_be_visible()


def test_everything_is_reached_by_keyboard(page: Page) -> None:
    expect(page.get_by_role("heading", name="Allocation")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Max")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="3Y")).to_be_checked()
    page.get_by_role("tab", name="Kind").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Sector")).to_be_focused()
    expect(page.get_by_role("tabpanel")).to_contain_text("Healthcare")


def test_going_to_another_page_moves_the_focus_and_names_it(page: Page) -> None:
    page.goto("/dashboard/nothing/")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    expect(page).to_have_title("There is no such page – Personal Finance")
    page.get_by_role("link", name="To the overview").click()
    expect(page).to_have_title("Overview – Personal Finance")
    expect(page.locator("#content")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()


def test_a_portfolio_is_chosen_in_the_address_and_in_the_title(page: Page) -> None:
    page.get_by_label("Portfolio", exact=True).select_option(label="Growth Portfolio")
    expect(page.get_by_role("heading", level=1)).to_have_text("Growth Portfolio")
    expect(page).to_have_url("/dashboard/?portfolio=1")
    expect(page).to_have_title("Overview – Growth Portfolio – Personal Finance")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Growth Portfolio")


@pytest.mark.parametrize(
    ("locale", "total", "day"),
    [
        ("en-US", "$550,766.62", "Dec 28, 2022"),
        ("de-DE", "550.766,62 $", "28.12.2022"),
        ("fr-FR", "$550,766.62", "Dec 28, 2022"),
    ],
)
def test_numbers_and_dates_are_in_the_language_of_the_reader(
    enter: OpenPage, locale: str, total: str, day: str
) -> None:
    page = enter(locale=locale)
    expect(page.locator(".headline")).to_contain_text(total.replace(" ", "\u00a0"))
    expect(page.locator(".headline")).to_contain_text(day)


def test_the_language_can_be_chosen_and_stays(page: Page) -> None:
    page.get_by_role("button", name="Account of demo").click()
    page.get_by_label("Language").select_option("de")
    expect(page.get_by_role("heading", name="Aufteilung")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.reload()
    expect(page.get_by_role("heading", name="Aufteilung")).to_be_visible()


def test_the_appearance_can_be_chosen_against_the_system(open_page: OpenPage) -> None:
    page = open_page(color_scheme="light")
    body = page.locator("body")
    light = body.evaluate("body => getComputedStyle(body).backgroundColor")
    page.get_by_label("Appearance").select_option("dark")
    dark = body.evaluate("body => getComputedStyle(body).backgroundColor")
    assert (light, dark) == ("rgb(244, 245, 248)", "rgb(14, 17, 23)")
    page.reload()
    assert body.evaluate("body => getComputedStyle(body).backgroundColor") == dark


def test_without_a_connection_the_page_says_so_and_goes_on_afterwards(enter: OpenPage) -> None:
    page = enter(refusals=[OFFLINE])
    expect(page.get_by_role("heading", name="Allocation")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("tab", name="Country").click()
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("United States")
    expect(page.get_by_text("The server does not answer.")).to_have_count(0)


@EVERY_SIZE
def test_the_login_has_no_fault_of_accessibility(
    open_page: OpenPage, faultless: Faultless, viewport: dict[str, int]
) -> None:
    page = open_page(viewport=viewport)
    faultless(page, "login")
