"""What an image must be: small, nobody's in particular, without tests, compilers and secrets."""

import posixpath
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from deploy import leaks
from deploy.docker.engine import USER

APP: Final = "app/"
_ENTRYPOINT: Final = ["python", "-m", "shared.container"]
_PYTHONS: Final = ("311", "312", "313", "314")
_LABELS: Final = ("title", "description", "licenses", "version", "revision")
# Folders that are nobody's business in an image, as parts of a path.
_FOLDERS: Final = frozenset({".git", "tests", "docs", ".venv", ".run"})
_COMPILERS: Final = re.compile(r"(^|/)bin/(.*-)?(cc|gcc|g\+\+|clang|ld|make|rustc|go)(-\d+)?$")
_KEYS: Final = re.compile(r"\.(pem|key|p12|pfx|secret|database|bus)$|(^|/)(id_\w+|\.env)$")
_PUBLIC: Final = re.compile(r"/(cacert\.pem|ssl/cert\.pem|ca-certificates/.*|ssl/certs/.*)$")


def described(image: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with what an image says of itself."""
    config = image["Config"]
    if config.get("User") != USER:
        yield f"the user is {config.get('User') or 'root'}, not {USER}"
    if config.get("Entrypoint") != _ENTRYPOINT:
        yield f"the entry point is {config.get('Entrypoint')}, not {_ENTRYPOINT}"
    if config.get("StopSignal") not in {"SIGTERM", "15"}:
        yield f"it is stopped by {config.get('StopSignal')}"
    labels = config.get("Labels") or {}
    for name in _LABELS:
        if not labels.get(f"org.opencontainers.image.{name}"):
            yield f"the label {name} is missing"
    for variable in config.get("Env") or ():
        name, _, value = variable.partition("=")
        if re.search(r"PASSWORD|SECRET|TOKEN|://[^/]*@", variable):
            yield f"the variable {name} of {len(value)} letters looks like a secret"


def held(names: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with the files of an image, by their names without `/` before them."""
    files = set(names)
    for name in sorted(files):
        ours = name.startswith((APP, "venv/"))
        if ours and _FOLDERS & set(Path(posixpath.dirname(name)).parts):
            yield f"{name} is in the image"
        elif _COMPILERS.search(name):
            yield f"{name} is a compiler"
        elif _KEYS.search(name) and not _PUBLIC.search(name):
            yield f"{name} looks like a key"
        elif ours and name.endswith(".py") and not _is_compiled(name, files):
            yield f"{name} is not compiled"


def _is_compiled(name: str, files: set[str]) -> bool:
    folder, file = posixpath.split(name)
    start = posixpath.join(folder, "__pycache__", file.removesuffix(".py") + ".cpython-")
    return any(f"{start}{version}.pyc" in files for version in _PYTHONS)


def told(archive: tarfile.TarFile, folder: Path) -> Iterator[str]:
    """Yield the secrets that stand in our own files of an image.

    Args:
        folder: an empty one, for them to be read in.
    """
    own = [one for one in archive.getmembers() if one.name.startswith(APP) and one.isfile()]
    archive.extractall(folder, own, filter="data")
    for leak in leaks.unlisted(Path(folder / one.name) for one in own):
        yield f"{Path(leak.file).relative_to(folder)}:{leak.line} holds a secret ({leak.kind})"


def megabytes(image: Mapping[str, Any]) -> int:
    """Return the size of an image."""
    return int(image["Size"]) // 1_000_000
