"""`make manifests`: what checkov and trivy find in every overlay and component."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from tests.deploy.kubernetes.conftest import COMPONENTS, FOLDER, OVERLAYS, Document, build, on_base

_SKIPPED: Final = Path(__file__).with_name("skipped.yml")


def main(tools: Path) -> int:
    """Print the number of objects and what is found in them; return 1 where it is not skipped."""
    skipped: dict[str, str] = yaml.safe_load(_SKIPPED.read_text("utf-8"))
    unused = set(skipped)
    found_any = False
    with tempfile.TemporaryDirectory() as folder:
        for name, documents in _built(Path(folder)):
            file = Path(folder) / f"{name.replace('/', '-')}.yaml"
            file.write_text(yaml.safe_dump_all(documents))
            found = sorted({*_checkov(tools, file), *_trivy(tools, file)})
            unused -= {rule for rule, _ in found}
            wrong = [f"  {rule}: {what}" for rule, what in found if rule not in skipped]
            print(f"{name}: {len(documents)} objects, {len(wrong)} errors", *wrong, sep="\n")
            found_any |= bool(wrong)
    print("Skipped:", *(f"  {rule}: {reason}" for rule, reason in skipped.items()), sep="\n")
    if unused:
        print(f"error: {_SKIPPED.name} lists what nothing finds: {', '.join(sorted(unused))}")
    return int(found_any or bool(unused))


def _built(place: Path) -> Iterator[tuple[str, Sequence[Document]]]:
    for name in OVERLAYS:
        yield name, build(FOLDER / "overlays" / name)
    for name in COMPONENTS:
        yield f"components/{name}", on_base(name, place)


def _checkov(tools: Path, file: Path) -> Iterator[tuple[str, str]]:
    options = ("--framework", "kubernetes", "--quiet", "--compact", "--output", "json")
    told = _json([tools / "checkov", "--file", file, *options])
    assert told["summary"]["passed"] > 500, told["summary"]
    for check in told["results"]["failed_checks"]:
        yield check["check_id"], f"{check['resource']}: {check['check_name']}"


def _trivy(tools: Path, file: Path) -> Iterator[tuple[str, str]]:
    options = ("config", "--quiet", "--format", "json", "--skip-check-update")
    told = _json([tools / "trivy", *options, file])
    results = told["Results"]
    assert sum(result["MisconfSummary"]["Successes"] for result in results) > 50
    for result in results:
        for one in result.get("Misconfigurations", []):
            yield one["ID"], one["Message"]


def _json(command: Sequence[str | Path]) -> Any:
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(made.stdout)
    except json.JSONDecodeError as error:
        raise SystemExit(f"{command[0]}: {made.stderr or made.stdout}") from error


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
