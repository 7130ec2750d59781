"""The two examples that the original API published, run as they stand.

Only the host and the credentials are filled in: a page in a browser would supply the first.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Product

EXAMPLES = Path(__file__).parent / "examples"


def filled_in(example: str, product: Product) -> str:
    text = (EXAMPLES / example).read_text()
    text = text.replace("'/api/", f"'{product.url}/api/")
    return text.replace("your_username", "demo").replace("your_password", "demo")


def run(command: list[str], program: str) -> str:
    done = subprocess.run(
        command, input=program, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_python_example_gets_metrics(product: Product) -> None:
    program = filled_in("original.py", product)
    program += "\nprint(portfolios.status_code, metrics.status_code, sorted(metrics.json())[:3])"
    assert run([sys.executable, "-"], program) == (
        "200 200 ['alpha', 'annualized_return', 'benchmark']"
    )


def test_the_javascript_example_creates_a_position(product: Product) -> None:
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("NO NODE: the JavaScript example cannot run")
        pytest.skip("NO NODE: the JavaScript example cannot run")
    program = filled_in("original.js", product)
    program += (
        "\nconst made = await newPosition.json();"
        "\nconsole.log(portfolios.status, newPosition.status);"
        "\nconsole.log(made.quantity, made.total_cost_basis);"
    )
    output = run([node, "--input-type=module", "-"], program)
    assert output == "200 201\n100.00000000 15000.00"
