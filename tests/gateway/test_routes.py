from pathlib import Path
from typing import Any

import pytest

from gateway.routes import Route, RoutesError, differences, load_routes


def _load(tmp_path: Path, text: str) -> tuple[Route, ...]:
    file = tmp_path / "routes.yml"
    file.write_text(text)
    return load_routes(file)


def test_defaults_are_a_user_the_standard_quota_and_one_mebibyte(tmp_path: Path) -> None:
    assert _load(tmp_path, "assets:\n  /api/assets/: {methods: [GET]}\n") == (
        Route("/api/assets/", "assets", ("GET",), "user", "standard", 1),
    )


def test_our_own_file_loads() -> None:
    assert {route.service for route in load_routes()} >= {"auth", "portfolio", "assets", "portal"}


def test_only_login_and_the_portal_are_public() -> None:
    public = {route.path for route in load_routes() if route.access == "public"}
    pages = {route.path for route in load_routes() if route.service == "portal"}
    assert public == {"/api/auth-token/", *pages}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("assets: {/api/x/: {methods: [FETCH]}}", "assets: /api/x/: methods: 0: Must be one of"),
        ("assets: {/api/x/: {}}", "assets: /api/x/: methods: Missing data for required field"),
        ("assets: {/api/x/: {methods: [GET], quota: big}}", "assets: /api/x/: quota: Must be one"),
        (
            "assets: {/api/x/: {methods: [GET], color: red}}",
            "assets: /api/x/: color: Unknown field",
        ),
        ("stocks: {/api/x/: {methods: [GET]}}", "stocks: Must be one of"),
        ("assets: {/internal/x/: {methods: [GET]}}", "/internal/x/: Not a path of the API"),
        ("assets: {/api/../x/: {methods: [GET]}}", "/api/../x/: Not a path of the API"),
        ("assets: {/api/x: {methods: [GET]}}", "/api/x: Not a path of the API"),
        (
            "assets:\n  /api/x/: {methods: [GET]}\n  /api/x/: {methods: [GET]}",
            "/api/x/ stands twice",
        ),
        (
            "assets: {'/api/{id}/': {methods: [GET]}}\nauth: {'/api/{pk}/': {methods: [GET]}}",
            "/api/{pk}/ of auth is /api/{id}/ of assets",
        ),
        ("assets: [", "expected the node content"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(RoutesError) as caught:
        _load(tmp_path, text)
    assert complaint in str(caught.value)


def test_differences_are_found_in_both_directions_and_in_who_may_call() -> None:
    routes = (
        Route("/api/assets/", "assets", ("GET", "POST"), "user", "standard", 1),
        Route("/api/assets/{id}/", "assets", ("GET",), "user", "standard", 1),
        Route("/api/docs/setup.js", "portal", ("GET",), "public", "standard", 1),
        Route("/api/portfolios/", "portfolio", ("GET",), "user", "standard", 1),
    )
    for_users: dict[str, Any] = {"security": [{"token": []}]}
    document = {
        "paths": {
            "/api/assets/": {"get": for_users, "parameters": []},
            "/api/assets/{asset_id}/": {"get": {}, "delete": for_users},
        }
    }
    assert differences(routes, {"assets": document, "portal": {"paths": {}}}) == (
        "routes.yml lacks assets: DELETE /api/assets/{}/",
        "No service has assets: POST /api/assets/ of routes.yml",
        "assets: GET /api/assets/{}/ is for users in routes.yml, for everybody there",
    )
