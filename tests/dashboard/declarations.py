"""The types of the web page's client, as they follow from the API's document.

`python -m tests.dashboard.declarations http://localhost:8000` writes them anew from a running API.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import requests

from tests.node import install

ROOT: Final = Path(__file__).resolve().parents[2]
NODE: Final = Path(__file__).parent / "node"
PAGE: Final = ROOT / "gateway" / "dashboard"
DECLARATIONS: Final = PAGE / "types" / "api.d.ts"

_FIRST_LINE: Final = "// Made by `python -m tests.dashboard.declarations`; edit the API.\n"


def packages(folder: Path) -> None:
    """Install into `folder` what makes and checks the types; tests skip where there is no Node."""
    for file in NODE.iterdir():
        shutil.copy(file, folder)
    install(folder)


def declared(document: Mapping[str, Any], folder: Path) -> str:
    """Return the declarations of `document`.

    Args:
        folder: with the packages.
    """
    file = folder / "schema.json"
    file.write_text(json.dumps(_used(document)))
    command = ["npx", "openapi-typescript", str(file), "--default-non-nullable", "false"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, timeout=120
    )
    lines = [line for line in done.stdout.splitlines() if not _is_remark(line)]
    return _FIRST_LINE + "\n".join(lines) + "\n"


def _used(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page reads: answers that are no errors, and no webhooks."""
    paths = {
        path: {method: _without_errors(operation) for method, operation in operations.items()}
        for path, operations in document["paths"].items()
    }
    return {name: part for name, part in document.items() if name != "webhooks"} | {"paths": paths}


def _without_errors(operation: Any) -> Any:
    if not isinstance(operation, Mapping):
        return operation  # parameters of the path
    responses = {
        status: {name: part for name, part in answer.items() if name != "headers"}
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    }
    return {**operation, "responses": responses}


def _is_remark(line: str) -> bool:
    return line.strip().startswith(("/**", "*")) or not line.strip()


def main() -> None:
    """Write the declarations anew."""
    document = requests.get(f"{sys.argv[1]}/api/schema/", timeout=30).json()
    with tempfile.TemporaryDirectory() as folder:
        packages(Path(folder))
        DECLARATIONS.write_text(declared(document, Path(folder)))


if __name__ == "__main__":
    main()
