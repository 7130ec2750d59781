"""The licences of all that the product installs; `make lint` prints them and fails on others."""

import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

LOCKS: Final = ("base", "analytics", "local")
_PINNED: Final = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==", re.MULTILINE)
# They let anyone run, change and pass on a program that uses what they cover. The weak copyleft
# among them (LGPL, MPL) asks only that changes to the covered files themselves are passed on.
_FREE: Final = re.compile(
    r"MIT|BSD|Apache|PSF|ISC|Zlib|CC0|LGPL|MPL|Mozilla Public License", re.IGNORECASE
)
_STRONG_COPYLEFT: Final = re.compile(r"(?<!L)GPL|GNU (?:Affero )?General Public", re.IGNORECASE)


def packages(folder: Path) -> list[str]:
    """Return the names of all packages that the lock files in ``folder`` pin."""
    texts = [(folder / f"{lock}.txt").read_text() for lock in LOCKS]
    return sorted({name for text in texts for name in _PINNED.findall(text)})


def licence(package: str) -> str | None:
    """Return what an installed package says of its licence; None where this Python has it not."""
    try:
        fields = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return None
    stated = [entry for entry in fields.get_all("Classifier", []) if entry.startswith("License ::")]
    named = fields["License-Expression"] or ", ".join(entry.split(" :: ")[-1] for entry in stated)
    return named or (fields["License"] or "none stated").splitlines()[0]


def is_free(text: str) -> bool:
    """Say whether a licence puts no conditions on the programs that use what it covers."""
    return bool(_FREE.search(text)) and not _STRONG_COPYLEFT.search(text)


def main() -> int:
    """Print each licence with the packages under it; return 1 where one is not free enough."""
    under: dict[str, list[str]] = {}
    for package in packages(Path("requirements")):
        text = licence(package)
        if text is not None:
            under.setdefault(text, []).append(package)
    for text, names in sorted(under.items()):
        print(f"{text}: {', '.join(names)}")
    refused = sorted(text for text in under if not is_free(text))
    for text in refused:
        print(f"error: replace {', '.join(under[text])}: the licence is '{text}'", file=sys.stderr)
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())
