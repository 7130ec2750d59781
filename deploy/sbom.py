"""The software bill of materials: what the lock files pin, with digests and licences, in CycloneDX.

`python -m deploy.sbom` writes it to stdout. The embedded servers (PostgreSQL, NATS, Traefik) are
packages among the others.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from deploy.licences import LOCKS, licence

_PINNED: Final = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!-]+)", re.MULTILINE)
_DIGEST: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(root: Path) -> Bom:
    """Return what a checkout needs to run."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    packages = _packages(root / "requirements")
    product = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        licenses=[DisjunctiveLicense(id=project["license"])],
    )
    bom = Bom(components=packages)
    bom.metadata.component = product
    bom.register_dependency(product, packages)
    return bom


def _packages(folder: Path) -> list[Component]:
    """Return the packages of all lock files, each once."""
    texts = ((folder / f"{lock}.txt").read_text() for lock in LOCKS)
    packages = {part.bom_ref.value: part for text in texts for part in _pinned(text)}
    return list(packages.values())


def _pinned(text: str) -> Iterator[Component]:
    starts = list(_PINNED.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    for start, end in zip(starts, ends, strict=True):
        name, version = start.groups()
        address = PackageURL("pypi", name=name, version=version)
        named = licence(name)
        yield Component(
            name=name,
            version=version,
            purl=address,
            bom_ref=str(address),
            licenses=[DisjunctiveLicense(name=named)] if named else (),
            hashes=[
                HashType(alg=HashAlgorithm.SHA_256, content=digest)
                for digest in _DIGEST.findall(text, start.end(), end)
            ],
        )


def main() -> None:
    """Print the bill of this checkout."""
    sys.stdout.write(JsonV1Dot6(bill(Path())).output_as_string(indent=2) + "\n")


if __name__ == "__main__":
    main()
