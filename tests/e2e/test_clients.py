"""Clients that generators make of the running API's document do what their user says, no more.

Those of openapi-python-client and of openapi-typescript with openapi-fetch, and the examples of
docs/clients.md. `GENERATORS=all` takes hey-api's as well.
"""

import importlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.conftest import ROOT, Client, Product
from tests.node import install

DOCS: Final = ROOT / "docs" / "clients"
SCRIPTS: Final = Path(__file__).parent / "clients"
PACKAGE: Final = "personal_finance_api_client"
PASSWORD: Final = "a long password"


@dataclass(frozen=True)
class Change:
    """A PATCH of one field.

    Attributes:
        path: of the resource, with its id where the braces are.
        operation, schema: how the document names the call, and its body.
        follows: fields that are derived from the one that is changed.
        by_admin: whether only administrators may.
    """

    path: str
    operation: str
    schema: str
    values: Mapping[str, str]
    follows: frozenset[str] = frozenset()
    by_admin: bool = False


CHANGES: Final = {
    "portfolio": Change(
        "/api/portfolios/{}/", "portfolios.change_portfolio", "PortfolioPatch", {"name": "Renamed"}
    ),
    "transaction": Change(
        "/api/transactions/{}/",
        "transactions.change_transaction",
        "TransactionPatch",
        {"price": "151"},
        frozenset({"amount"}),
    ),
    "position": Change(
        "/api/positions/{}/",
        "positions.change_position",
        "PositionPatch",
        {"quantity": "11"},
    ),
    "asset": Change("/api/assets/{}/", "assets.change_asset", "AssetPatch", {"name": "Renamed"}),
    "webhook": Change(
        "/api/webhooks/{}/", "webhooks.change_webhook", "WebhookPatch", {"description": "Renamed"}
    ),
    "alert": Change("/api/alerts/{}/", "alerts.change_alert", "AlertPatch", {"name": "Renamed"}),
    "me": Change("/api/users/me/", "profile.change_me", "UserPatch", {"first_name": "Renamed"}),
    "user": Change(
        "/api/users/{}/",
        "users.change_user",
        "ManagedUserPatch",
        {"email": "renamed@example.com"},
        by_admin=True,
    ),
}


@dataclass(frozen=True)
class Belongings:
    """One of everything that can be changed, no field of it as it is by default."""

    person: Client
    admin: Client
    ids: Mapping[str, int]

    def everything(self) -> dict[str, Any]:
        """Return resource → what of its GET a client may write."""
        schemas = self.person.get("/api/schema/").json()["components"]["schemas"]
        found = {name: self._get(name) for name in CHANGES}
        return {
            name: {field: found[name][field] for field in schemas[change.schema]["properties"]}
            for name, change in CHANGES.items()
        }

    def environment(self) -> dict[str, str]:
        """Return what a program is told."""
        return {
            **os.environ,
            "API_URL": self.person.url,
            "API_TOKEN": str(self.person.token),
            "ADMIN_TOKEN": str(self.admin.token),
            "ID": json.dumps(self.ids),
        }

    def _get(self, name: str) -> Any:
        client = self.admin if CHANGES[name].by_admin else self.person
        answer = client.get(CHANGES[name].path.format(self.ids.get(name)))
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def belongings(product: Product) -> Belongings:
    """Return those of a user who is new."""
    admin = product.client("admin", "admin")

    def made(client: Client, path: str, **values: Any) -> int:
        answer = client.post(f"/api/{path}/", values)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def user(name: str, **values: Any) -> int:
        return made(admin, "users", username=name, password=PASSWORD, **values)

    name = f"client-{secrets.token_hex(4)}"
    user(name, first_name="Anna", last_name="Miller", email="a@example.com", base_currency="EUR")
    person = product.client(name, PASSWORD)
    portfolio = made(
        person,
        "portfolios",
        name="Growth",
        description="For later",
        currency="EUR",
        cost_basis_method="FIFO",
        is_active=False,
    )
    asset, other_asset = (
        made(
            person,
            "assets",
            symbol=symbol,
            name="A house",
            asset_type="REAL_ESTATE",
            currency="EUR",
            sector="Land",
            country="DE",
            market_cap="1000",
        )
        for symbol in ("BARN", "MILL")
    )
    transaction = made(
        person,
        "transactions",
        portfolio=portfolio,
        asset=other_asset,
        date="2024-01-15",
        transaction_type="BUY",
        quantity="10",
        price="150",
        fees="1.50",
        taxes="0.50",
        notes="Of the first mill",
        external_id="mill-1",
    )
    position = made(
        person, "positions", portfolio=portfolio, asset=asset, quantity="10", average_cost="150"
    )
    webhook = made(
        person,
        "webhooks",
        url="http://127.0.0.1:9999/",
        description="Mine",
        events=["price.alert"],
        is_active=False,
    )
    alert = made(
        person,
        "alerts",
        name="Dear",
        kind="PRICE_CHANGE_PERCENTAGE",
        asset=asset,
        threshold="5",
        window_days=3,
        cooldown_seconds=60,
        is_active=False,
    )
    other = user(f"{name}-other", is_staff=True, is_active=False, last_name="Miller")
    ids = {
        "portfolio": portfolio,
        "asset": asset,
        "transaction": transaction,
        "position": position,
        "webhook": webhook,
        "alert": alert,
        "user": other,
    }
    return Belongings(person, admin, ids)


@pytest.fixture(scope="module")
def document(product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of the running API's document: generators wait for no busy machine."""
    file = tmp_path_factory.mktemp("document") / "schema.json"
    file.write_bytes(Client(product.url, None).get("/api/schema/").content)
    return str(file)


@pytest.fixture(scope="module")
def python_client(document: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make the client of docs/clients.md, and return the folder that its package is in."""
    folder = tmp_path_factory.mktemp("python")
    generator = [sys.executable, "-m", "openapi_python_client", "generate"]
    told = ["--config", str(DOCS / "openapi-python-client.yml"), "--fail-on-warning"]
    run([*generator, "--path", document, *told], folder)
    project = folder / "personal-finance-api-client"
    sys.path.insert(0, str(project))
    yield project
    sys.path.remove(str(project))


@pytest.fixture(scope="module")
def fetch_client(document: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the types of docs/clients.md; return the folder of what was compiled with them."""
    folder = tmp_path_factory.mktemp("typescript")
    for name in ("package.json", "package-lock.json", "tsconfig.json", "change.ts"):
        shutil.copy(DOCS / name, folder)
    shutil.copy(SCRIPTS / "every_resource.ts", folder)
    install(folder)
    types = ["npx", "openapi-typescript", document, "--output", "api.d.ts"]
    run([*types, "--default-non-nullable", "false"], folder)
    run(["npx", "tsc"], folder)
    return folder


@pytest.fixture(scope="module")
def hey_api_client(document: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make hey-api's client; return the folder of what was compiled with it."""
    if os.environ.get("GENERATORS") != "all":
        pytest.skip("hey-api's client is made with GENERATORS=all")
    folder = tmp_path_factory.mktemp("hey-api")
    shutil.copytree(SCRIPTS / "hey_api", folder, dirs_exist_ok=True)
    install(folder)
    run(["npx", "openapi-ts", "-i", document, "-o", "client"], folder)
    run(["npx", "tsc"], folder)
    return folder


def run(command: list[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command in `folder` and return what it prints."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def assert_only_what_was_said_has_changed(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Compare all resources, field by field."""
    for name, change in CHANGES.items():
        differing = {field for field, value in after[name].items() if value != before[name][field]}
        assert set(change.values) <= differing, name
        assert differing <= {*change.values, *change.follows}, name


def test_a_generated_python_client_changes_one_field_of_every_resource(
    python_client: Path, belongings: Belongings
) -> None:
    models = importlib.import_module(f"{PACKAGE}.models")
    make = importlib.import_module(PACKAGE).AuthenticatedClient
    before = belongings.everything()
    for name, change in CHANGES.items():
        who = belongings.admin if change.by_admin else belongings.person
        call = importlib.import_module(f"{PACKAGE}.api.{change.operation}").sync_detailed
        ids = [belongings.ids[name]] if name in belongings.ids else []
        body = getattr(models, change.schema)(**change.values)
        answer = call(*ids, client=make(who.url, who.token), body=body)
        assert answer.status_code == 200, answer.content
    assert_only_what_was_said_has_changed(before, belongings.everything())


@pytest.mark.parametrize(
    ("client", "script"),
    [("fetch_client", "every_resource.js"), ("hey_api_client", "out/change.js")],
    ids=["openapi-typescript and openapi-fetch", "hey-api"],
)
def test_a_generated_typescript_client_changes_one_field_of_every_resource(
    client: str, script: str, belongings: Belongings, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(client)
    before = belongings.everything()
    run(["node", script], folder, belongings.environment())
    assert_only_what_was_said_has_changed(before, belongings.everything())


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_the_example_renames_a_portfolio_and_leaves_the_rest(
    language: str, belongings: Belongings, request: pytest.FixtureRequest
) -> None:
    before = belongings.everything()["portfolio"]
    if language == "python":
        folder = request.getfixturevalue("python_client")
        command, told = [sys.executable, str(DOCS / "change.py")], {"PYTHONPATH": str(folder)}
    else:
        folder = request.getfixturevalue("fetch_client")
        command, told = ["node", "change.js"], {}
    printed = run(command, folder, belongings.environment() | told)
    assert printed == "Growth, renamed: For later"
    assert belongings.everything()["portfolio"] == {**before, "name": "Growth, renamed"}


@pytest.mark.parametrize(("name", "fence"), [("change.py", "python"), ("change.ts", "ts")])
def test_the_page_shows_the_examples_that_are_run(name: str, fence: str) -> None:
    page = (ROOT / "docs" / "clients.md").read_text()
    shown = re.findall(rf"^```{fence}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(shown) == 1
    assert shown[0] in (DOCS / name).read_text()
