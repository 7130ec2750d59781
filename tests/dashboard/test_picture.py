"""The picture in the README is of this page; `SCREENSHOTS=docs` makes it anew."""

from playwright.sync_api import expect

from tests.dashboard.conftest import OpenPage, Shown
from tests.dashboard.declarations import ROOT

NAME = "web-page"


def test_the_readme_shows_the_overview(enter: OpenPage, shown: Shown) -> None:
    page = enter()
    page.goto("/dashboard/?portfolio=1")
    expect(page.locator(".headline")).to_contain_text("$345,196.62")
    expect(page.get_by_role("tabpanel")).to_contain_text("Stocks")
    assert shown(page, NAME).read_bytes()[:4] == b"\x89PNG"
    assert f"](docs/{NAME}.png)" in (ROOT / "README.md").read_text()
    assert (ROOT / "docs" / f"{NAME}.png").exists()
