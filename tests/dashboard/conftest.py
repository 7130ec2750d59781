"""A browser before one whole installation with the demo's data.

A page that says anything in its console, asks another origin or is not served under the policy
fails its test.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from gateway.portal.dashboard import CONTENT_SECURITY_POLICY
from tests.dashboard.declarations import packages
from tests.e2e.conftest import CHOSEN, Client, Product, started

ENOUGH: Final = 60_000  # milliseconds, for a machine that is busy with other things
DESKTOP: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 390, "height": 844}

PASSWORD: Final = "a long password"

APPEARANCES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")

EVERY_SIZE: Final = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])

OpenPage = Callable[..., Page]
Shown = Callable[[Page, str], Path]
Violations = Callable[[Page], list[str]]
Faultless = Callable[[Page, str], None]

expect.set_options(timeout=ENOUGH)


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Start everything with the demo data."""
    with started(tmp_path_factory.mktemp("run"), **CHOSEN) as product:
        yield product


@pytest.fixture(scope="package")
def node_packages() -> Iterator[Path]:
    """Return a folder with the packages that check the page."""
    with tempfile.TemporaryDirectory() as folder:
        packages(Path(folder))
        yield Path(folder)


def find_chromium() -> str | None:
    """Return the path of Chromium, if it is installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="package")
def chromium() -> str:
    """Return the path of Chromium; where there is none the test says so and skips.

    Under CI=true that is a failure.
    """
    if path := find_chromium():
        return path
    message = "NO Chromium: install the package `chromium`"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Run Playwright's driver."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(chromium: str, playwright: Playwright) -> Iterator[Browser]:
    """Return a browser of this run alone."""
    # Its sandbox wants rights that a container does not give; it is shown nothing but our own page.
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[OpenPage]:
    """Return what opens the login in a window of its own: `open_page(locale="de-DE")`.

    `refusals` are what a test does on purpose, which the browser notes in its console.
    """
    complaints: list[str] = []
    contexts = []

    def open_page(refusals: Sequence[str] = (), **told: Any) -> Page:
        context = browser.new_context(
            **{"viewport": DESKTOP, "locale": "en-US", "base_url": product.url, **told}
        )
        context.set_default_timeout(ENOUGH)
        contexts.append(context)
        page = context.new_page()
        _watch(page, product.url, refusals, complaints)
        page.goto("/dashboard/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _watch(page: Page, origin: str, refusals: Sequence[str], complaints: list[str]) -> None:
    def said(text: str) -> None:
        if not any(refusal in text for refusal in refusals):
            complaints.append(f"console: {text}")

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" != origin:
            complaints.append(f"another origin: {url}")

    page.on("console", lambda message: said(message.text))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("request", lambda request: asked(request.url))
    page.on("response", lambda response: _look_at_policy(response, complaints))


def _look_at_policy(response: Any, complaints: list[str]) -> None:
    is_page = response.request.resource_type == "document"
    if is_page and response.headers.get("content-security-policy") != CONTENT_SECURITY_POLICY:
        complaints.append(f"another policy: {response.url}")


@pytest.fixture(scope="package")
def token(product: Product) -> str:
    """Return a token of the demo's user: a login is dear, and tested by itself."""
    return str(product.client().token)


@pytest.fixture
def name(product: Product) -> str:
    """Return the name of a user who is new."""
    name = f"reader-{secrets.token_hex(4)}"
    user = {"username": name, "password": PASSWORD}
    assert product.client("admin", "admin").post("/api/users/", user).status_code == 201
    return name


@pytest.fixture
def newcomer(product: Product, name: str) -> Client:
    """Return the client of a new user: what a test records for it is in nobody else's totals."""
    return product.client(name, PASSWORD)


@pytest.fixture
def enter(open_page: OpenPage, token: str) -> OpenPage:
    """Return what opens a window like `open_page`, logged in as `user` or else the demo's."""

    def enter(user: Client | None = None, **told: Any) -> Page:
        page = open_page(**told)
        key = user.token if user else token
        page.evaluate("token => sessionStorage.setItem('token', token)", key)
        page.reload()
        return page

    return enter


@pytest.fixture
def page(enter: OpenPage) -> Page:
    """Return a page on which the demo's user is logged in."""
    return enter()


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    """Return what makes a picture of a whole page, in the folder that SCREENSHOTS names."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))

    def shown(page: Page, name: str) -> Path:
        page.locator(".loading").first.wait_for(state="detached")
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{name}.png"
        page.screenshot(path=file, full_page=True)
        return file

    return shown


@pytest.fixture
def violations(node_packages: Path) -> Violations:
    """Return what looks for faults of accessibility, by axe."""
    axe = (node_packages / "node_modules" / "axe-core" / "axe.min.js").read_text()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def violations(page: Page) -> list[str]:
        page.evaluate(axe)  # by the debugger, which no policy of the page binds
        found = page.evaluate("tags => axe.run({runOnly: tags})", tags)
        return [
            f"{violation['id']}: {node['html']} {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return violations


@pytest.fixture
def faultless(violations: Violations, shown: Shown) -> Faultless:
    """Return what looks at a page, light and dark: axe finds nothing, and it fits its window."""

    def faultless(page: Page, name: str) -> None:
        size = page.viewport_size
        assert size
        for appearance in APPEARANCES:
            page.emulate_media(color_scheme=appearance)
            shown(page, f"{name}-{appearance}-{size['width']}")
            assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]

    return faultless


def log_in(page: Page, username: str = "demo", password: str = "demo") -> None:
    """Log in as a user does, in either language."""
    page.locator("#username").fill(username)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")
    page.locator(".frame").wait_for()
