"""Node and the packages of its examples."""

import os
import subprocess
from pathlib import Path

import pytest


def install(folder: Path) -> None:
    """Install the packages of `folder`; where there are none the test says so and skips.

    Under CI=true that is a failure.
    """
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as error:
        message = f"NO Node with its packages: `npm ci` failed ({error})"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
