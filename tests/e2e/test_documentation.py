"""The examples of README and docs/ are run as they stand, and answer what stands under them.

A `sh` block is run by bash; what it prints must contain the `json` block that follows it (a `"…"`
stands for any value, and more fields may be there), or the lines of a following `text` block (a
`…` stands for anything). The blocks of a page share their variables.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from shared.settings import SERVICES
from tests.e2e.conftest import ROOT, Product

# README comes last: its tour puts a house into the demo's portfolio, which other pages show.
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = "--- end of block ---"


@dataclass(frozen=True)
class Example:
    """Commands and what they print, if the page says."""

    commands: str
    shown: str = ""
    kind: str = ""


def examples(page: Path) -> list[Example]:
    """Return the examples of a page that can be run.

    `make run` and its like start what is running already, and blocks of `shell` change the machine.
    """
    text = page.read_text(encoding="utf-8")
    return [one for one in _examples(text) if not one.commands.startswith(("make ", ".venv/"))]


def _examples(text: str) -> Iterator[Example]:
    blocks = list(_FENCE.finditer(text))
    for block, following in zip_longest(blocks, blocks[1:]):
        if block[1] != "sh":
            continue
        is_next = following is not None and not text[block.end() : following.start()].strip()
        if following is not None and is_next and following[1] in {"json", "text"}:
            yield Example(block[2], following[2], following[1])
        else:
            yield Example(block[2])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_do_what_it_says(
    product: Product, page: Path, tmp_path: Path
) -> None:
    found = examples(page)
    script = "".join(f"{one.commands}\necho '\n{_MARK}'\n" for one in found)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("localhost:8000", _host(product))],
        cwd=tmp_path,
        env={**_environment(product), "PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    outputs = done.stdout.split(f"\n{_MARK}\n")
    assert done.returncode == 0, f"after {outputs[-1]}: {done.stderr}"
    for example, output in zip(found, outputs, strict=False):
        if example.kind == "json":
            _assert_contains(json.loads(output), json.loads(example.shown), example.commands)
        for line in example.shown.splitlines() if example.kind == "text" else ():
            pattern = ".*".join(re.escape(part) for part in line.split("…"))
            assert re.search(pattern, output), f"{line!r} is not in {output!r}"


def _host(product: Product) -> str:
    return product.url.removeprefix("http://")


def _environment(product: Product) -> dict[str, str]:
    """Return what the pages say one has: addresses, and a token of the demo user."""
    token = product.client().token
    ports = json.loads((product.run_dir / "state.json").read_text())["ports"]
    inside = {
        f"{service.upper()}_URL": f"http://127.0.0.1:{ports[f'{service}-web']}"
        for service in SERVICES
    }
    return {**inside, "API": f"{product.url}/api", "AUTH": f"Authorization: Token {token}"}


def _assert_contains(actual: Any, shown: Any, place: str) -> None:
    if shown == "…":
        return
    if isinstance(shown, dict):
        assert isinstance(actual, dict), f"{place}: {actual!r}"
        for name, value in shown.items():
            assert name in actual, f"{place}: {name} is not in {actual!r}"
            _assert_contains(actual[name], value, f"{place}: {name}")
    elif isinstance(shown, list):
        assert len(actual) >= len(shown), f"{place}: {actual!r}"
        for found, value in zip(actual, shown, strict=False):
            _assert_contains(found, value, place)
    else:
        assert actual == shown, f"{place}: {actual!r} is not {shown!r}"
