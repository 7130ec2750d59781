"""The table of outcomes, printed and kept in `docs/reliability.md`."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.e2e.conftest import ROOT
from tests.faults.scene import Outcome

PAGE: Final = ROOT / "docs" / "reliability.md"
HEAD: Final = (
    *(
        "fault",
        "broker",
        "kept",
        "attempted",
        "acknowledged",
        "refused",
        "lost",
        "twice",
        "unexpected",
    ),
    *("out of order", "money error", "published twice", "5xx", "plain text", "no answer"),
    *("recovery p50, p95 s", "seen on", "beside"),
)
_PART: Final = re.compile(r"(?<=<!-- faults -->\n).*?(?=<!-- /faults -->)", re.DOTALL)


def line(what: str, broker: str, outcome: Outcome, seed: int) -> list[str]:
    """Return the cells of an outcome."""
    verdict, tally = outcome.verdict, outcome.tally
    lists = (verdict.lost, verdict.twice, verdict.unexpected, verdict.out_of_order)
    return [
        what,
        broker,
        "yes" if outcome.is_kept else "no",
        str(verdict.attempted),
        str(verdict.acknowledged),
        str(verdict.refused),
        *(str(len(one)) for one in lists),
        f"{float(verdict.money_error):g}",
        str(verdict.published_twice),
        str(tally.server_errors),
        str(tally.plain.total()),
        str(tally.silent),
        f"{_seconds(outcome.recovery(50))}, {_seconds(outcome.recovery(95))}",
        f"{datetime.now(UTC):%Y-%m-%d}, seed {seed}",
        "; ".join(
            [*outcome.complaints, *outcome.notes, *(f"plain: `{text}`" for text in tally.plain)]
        ),
    ]


def without_outcome(what: str, broker: str, kept: str, reason: str) -> list[str]:
    """Return the cells of what has no figures, for a reason."""
    return [what, broker, kept, *[""] * (len(HEAD) - 4), reason]


def markdown(lines: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    rows = [HEAD, ["---"] * len(HEAD), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def keep(new: Sequence[Sequence[str]], page: Path = PAGE) -> None:
    """Write lines into the page; those of the same fault and broker make room."""
    text = page.read_text(encoding="utf-8")
    part = _PART.search(text)
    assert part, f"{page} has no place for the table"
    old = [_cells(line) for line in part[0].splitlines()[2:] if line.startswith("|")]
    # Of a broker's releases each major one has its own.
    lines = {(row[0], row[1].partition(".")[0]): row for row in [*old, *new]}
    table = markdown(lines[key] for key in sorted(lines))
    page.write_text(text[: part.start()] + table + text[part.end() :], encoding="utf-8")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
