"""Every overlay and component, built once by the kustomize that is in kubectl."""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

Document = dict[str, Any]

FOLDER: Final = Path(__file__).resolve().parents[3] / "deploy" / "kubernetes"
OVERLAYS: Final = ("small", "production", "external")
COMPONENTS: Final = tuple(
    sorted(file.parent.name for file in FOLDER.glob("components/*/kustomization.yaml"))
)
# What a component changes, and so needs.
NEEDS: Final[Mapping[str, Sequence[str]]] = {"restore": ["postgres-cnpg"]}


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads YAML in C where there is that."""


@functools.cache
def build(folder: Path) -> tuple[Document, ...]:
    """Return the objects of a kustomization."""
    kubectl = shutil.which("kubectl", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert kubectl, "kubectl is missing: it comes with requirements/dev.txt"
    made = subprocess.run(
        [kubectl, "kustomize", str(folder)], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    assert "deprecated" not in made.stderr.lower(), made.stderr
    return tuple(yaml.load_all(made.stdout, Loader))


@pytest.fixture(scope="session")
def overlays() -> Mapping[str, Sequence[Document]]:
    """Return overlay → its objects."""
    return {name: build(FOLDER / "overlays" / name) for name in OVERLAYS}


def on_base(name: str, place: Path) -> Sequence[Document]:
    """Return the objects of the base with a component, built in a folder."""
    copy = place / "kubernetes"
    if not copy.exists():
        shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py"))
    names = [*NEEDS.get(name, []), name]
    kustomization = {
        "resources": ["../kubernetes/base"],
        "components": [f"../kubernetes/components/{one}" for one in names],
    }
    (place / name).mkdir()
    (place / name / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return build(place / name)


@pytest.fixture(scope="session")
def components(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[Document]]:
    """Return component → the objects of the base with it."""
    place = tmp_path_factory.mktemp("components")
    return {name: on_base(name, place) for name in COMPONENTS}


@pytest.fixture(scope="session")
def everything(
    overlays: Mapping[str, Sequence[Document]], components: Mapping[str, Sequence[Document]]
) -> Mapping[str, Sequence[Document]]:
    """Return the objects of every overlay and of the base with every component."""
    return {**overlays, **{f"components/{name}": of for name, of in components.items()}}


def of_kind(documents: Sequence[Document], *kinds: str) -> list[Document]:
    """Return the objects of some kinds."""
    return [document for document in documents if document["kind"] in kinds]


def named(document: Document) -> str:
    """Return kind and name of an object."""
    return f"{document['kind']}/{document['metadata']['name']}"


def pods(documents: Sequence[Document]) -> dict[str, Document]:
    """Return workload → its template of pods."""
    workloads = of_kind(documents, "Deployment", "StatefulSet", "Job")
    return {named(one): one["spec"]["template"] for one in workloads}


def containers(template: Document) -> list[Document]:
    """Return all containers of a template, those that run first too."""
    spec = template["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]
