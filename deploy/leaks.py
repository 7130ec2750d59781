"""Secrets in the files of the repository; `make lint` fails on what is not listed here."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

# What looks like a secret and is none: reason → texts.
HARMLESS: Final[Mapping[str, frozenset[str]]] = {
    "what the demo's users log in with, on a machine that is one's own": frozenset({"demo"}),
    "RabbitMQ's own user, whom it lets in from the same machine alone": frozenset({"guest"}),
    "users and servers that tests make, and that end with them": frozenset(
        {"correct horse", "AnnabelleMeier", "a long password", "hunter2"}
        | {"secret", "peer", "faults", "of-all", "of-the-team", "a-secret-of-a-query"}
    ),
    "what tests are refused with": frozenset(
        {"wrong", "short", "not the password", "not the right one"}
    ),
    "a word in place of a password, in examples of addresses and of programs": frozenset(
        {"password", "your_password"}
    ),
    "examples in the documentation, which open nothing": frozenset(
        {
            "6Jd8t4nQ0mYwVxq3cE5rKs1uPz7aBfHg",
            "whsec_bm90IGEgc2VjcmV0LCBvbmx5IGFuIGV4YW1wbGUhISE=",
            "pfa_0123456789abcdefghijklmnopqrstuv000000",
        }
    ),
    "names of Secrets in manifests": frozenset(
        {"analytics", "assets", "auth", "portfolio", "webhooks", "public-keys", "bus-owner"}
        | {"postgres", "rabbitmq", "redis", "gateway-tls"}
    ),
    "with what a webhook's secret begins": frozenset({"whsec_"}),
    "names of columns: gains, highs, signals": frozenset({"ghs"}),
    "ids of a trace and a span, from W3C Trace Context": frozenset(
        {"0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"}
    ),
    "the SHA-256 of abc, from FIPS 180-4": frozenset(
        {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
    ),
}
# Prices, and the digests of packages: all of them look like keys.
_NOT_READ: Final = (".csv", ".txt")
_WORDS: Final = "gateway/dashboard/words/"  # "Password" beside a field
# What detect-secrets, which goes by quotes and entropy, finds by luck only: kind → its form.
_OURS: Final = {
    "Key of a token": re.compile(r"pf[as]_[0-9A-Za-z]{38}"),
    "Secret of a webhook": re.compile(r"whsec_[0-9A-Za-z+/]{32,}=*"),
    "Password that begins with a dash": re.compile(
        r"""(?:passw(?:or)?d|pwd|secret)\w*["']?\s*[:=]\s*["'](-[^"'{}]+)["']""", re.IGNORECASE
    ),
}
_LISTED: Final = frozenset[str]().union(*HARMLESS.values())


class Leak(NamedTuple):
    """What looks like a secret, and where it stands."""

    file: str
    line: int
    kind: str
    text: str


def found(files: Iterable[Path]) -> list[Leak]:
    """Return all that looks like a secret in some files, the harmless too."""
    secrets = SecretsCollection()
    ours: list[Leak] = []
    with default_settings():
        for file in files:
            secrets.scan_file(str(file))
            ours.extend(_ours(file))
    theirs = [
        Leak(name, it.line_number, it.type, (it.secret_value or "").strip()) for name, it in secrets
    ]
    return ours + theirs


def _ours(file: Path) -> Iterator[Leak]:
    for number, line in enumerate(file.read_text(errors="replace").split("\n"), start=1):
        for kind, form in _OURS.items():
            for match in form.finditer(line):
                yield Leak(str(file), number, kind, match[match.lastindex or 0])


def unlisted(files: Iterable[Path]) -> list[Leak]:
    """Return what looks like a secret in some files, and is not known to be harmless."""
    return [leak for leak in found(filter(_is_read, files)) if leak.text not in _LISTED]


def main() -> int:
    """Print what looks like a secret in any file under version control, and is not listed."""
    names = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=False)
    if names.returncode:
        print(
            "Left out: the search for secrets, which looks at what git has, and this is no clone."
        )
        return 0
    files = [Path(name) for name in names.stdout.split("\0") if name and Path(name).is_file()]
    leaks = found(filter(_is_read, files))
    texts = {leak.text for leak in leaks}
    for leak in leaks:
        if leak.text not in _LISTED:
            print(f"error: {leak.file}:{leak.line}: {leak.kind}", file=sys.stderr)
    for text in sorted(_LISTED - texts):
        print(f"error: deploy/leaks.py lists {text!r}, which stands nowhere", file=sys.stderr)
    return int(texts != _LISTED)


def _is_read(file: Path) -> bool:
    return file.suffix not in _NOT_READ and _WORDS not in file.as_posix()


if __name__ == "__main__":
    sys.exit(main())
