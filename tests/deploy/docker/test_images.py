"""The Dockerfile, and the checks of the images: what must not be in one is seen."""

import io
import os
import sysconfig
import tarfile
from pathlib import Path
from typing import Any

import pytest

from deploy import keys
from deploy.docker import __main__ as docker
from deploy.docker import checks, engine
from deploy.local.programs import Plan
from deploy.local.rundir import RunDir, State
from deploy.local.settings import load

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = (ROOT / "deploy" / "docker" / "Dockerfile").read_text("utf-8")


def test_hadolint_likes_the_dockerfile() -> None:
    if not (Path(sysconfig.get_path("scripts")) / "hadolint").exists():
        message = "NOT TESTED: the Dockerfile by hadolint, which requirements/dev.txt installs"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    docker.lint()


def test_memory_is_as_make_run_has_it(tmp_path: Path) -> None:
    environment = Plan(load(), RunDir(tmp_path), State()).marked_environment()
    names = [name for name in environment if name.startswith("MALLOC_")]
    assert len(names) == 2
    assert [name for name in names if f"{name}={environment[name]} " not in DOCKERFILE] == []


def test_only_what_is_named_goes_to_the_builder() -> None:
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()[1:]
    assert rules[0] == "*"
    named = [rule[1:] for rule in rules if rule.startswith("!")]
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert not {"tests", "docs", ".git", "requirements", "deploy/local"} & set(named)


GOOD: dict[str, Any] = {
    "User": "10001:10001",
    "Entrypoint": ["python", "-m", "shared.container"],
    "StopSignal": "SIGTERM",
    "Env": ["PATH=/venv/bin", "HOME=/tmp"],
    "Labels": {
        f"org.opencontainers.image.{name}": "something"
        for name in ("title", "description", "licenses", "version", "revision")
    },
}


def test_a_good_image_has_no_faults() -> None:
    assert list(checks.described({"Config": GOOD})) == []
    assert list(checks.held(["app/shared/a.py", "app/shared/__pycache__/a.cpython-311.pyc"])) == []
    assert list(checks.held(["etc/ssl/certs/Some_CA.pem", "usr/bin/python3", "usr/bin/perl"])) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"User": ""}, "the user is root"),
        ({"User": "0:0"}, "the user is 0:0"),
        ({"Entrypoint": None}, "the entry point is None"),
        ({"StopSignal": "SIGKILL"}, "it is stopped by SIGKILL"),
        ({"Labels": {}}, "the label title is missing"),
        ({"Env": ["DATABASE_URL=postgresql://a@b/c"]}, "the variable DATABASE_URL of"),
    ],
)
def test_what_an_image_says_of_itself_is_looked_at(changed: dict[str, Any], fault: str) -> None:
    assert next(checks.described({"Config": {**GOOD, **changed}})).startswith(fault)


@pytest.mark.parametrize(
    "name",
    [
        "app/tests/shared/test_db.py",
        "app/.git/config",
        "venv/lib/python3.11/site-packages/pandas/tests/__init__.py",
        "usr/bin/gcc-12",
        "usr/bin/x86_64-linux-gnu-gcc",
        "app/auth.pem",
        "app/keys/webhooks.secret",
        "tmp/id_ed25519",
        "app/shared/db.py",  # without its bytecode
    ],
)
def test_what_must_not_be_in_an_image_is_found(name: str) -> None:
    assert [fault for fault in checks.held([name]) if name in fault]


def test_a_secret_in_our_files_is_found(tmp_path: Path) -> None:
    held = {"app/shared/good.py": "a = 1\n", "app/shared/bad.py": f"KEY = '''{keys.new_key()}'''\n"}
    archive = tmp_path / "image.tar"
    with tarfile.open(archive, "w") as image:
        for name, text in held.items():
            one = tarfile.TarInfo(name)
            one.size = len(text)
            image.addfile(one, io.BytesIO(text.encode()))
    with tarfile.open(archive) as image:
        faults = list(checks.told(image, tmp_path / "app"))
    assert faults == ["app/shared/bad.py:1 holds a secret (Private Key)"]


def test_without_an_engine_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(engine.EngineError, match=r"No docker or podman answers.*apt install"):
        engine.find("", [])
