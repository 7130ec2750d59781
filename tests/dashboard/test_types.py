"""The page's client is typed by the API's document, and the page keeps to the types."""

import shutil
import subprocess
from pathlib import Path

from tests.dashboard.declarations import DECLARATIONS, PAGE, declared
from tests.e2e.conftest import Client, Product


def test_the_types_are_those_of_the_document(product: Product, node_packages: Path) -> None:
    document = Client(product.url, None).get("/api/schema/").json()
    made = declared(document, node_packages)
    assert made == DECLARATIONS.read_text(), "python -m tests.dashboard.declarations writes them"


def test_the_page_keeps_to_its_types(node_packages: Path) -> None:
    shutil.copytree(PAGE, node_packages / "dashboard", dirs_exist_ok=True)
    done = subprocess.run(
        ["npx", "tsc"],
        cwd=node_packages,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == 0
