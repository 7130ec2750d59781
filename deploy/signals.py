"""What the processes tell: every log event and every metric, read from the code.

`python -m deploy.signals` writes `docs/signals.md`; a test holds the page against the code.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "signals.md"
_CODE: Final = ("shared", "services", "gateway", "deploy")
_LEVELS: Final = ("debug", "info", "warning", "error", "critical")
_METRICS: Final = ("Counter", "Gauge", "Histogram")
_INTRODUCTION: Final = """\
# Log events and metrics

Logs are one JSON object a line. Besides what the table names, each line has `event`, `level`,
`logger`, `service`, `timestamp` and, where there is one, `request_id` and `trace_id`. Metrics are
in Prometheus' format: of a web process at `/metrics/`, of a worker at `/metrics` on its own port;
those of the interpreter (`process_…`, `python_…`) stand beside ours.

This page is made from the code: `python -m deploy.signals`.
"""


class LogEvent(NamedTuple):
    """One event that is logged; `keywords` vary from line to line."""

    name: str
    level: str
    where: str
    keywords: tuple[str, ...]


class Metric(NamedTuple):
    """One metric with its labels."""

    name: str
    kind: str
    text: str
    labels: tuple[str, ...]


def log_events() -> list[LogEvent]:
    """Return every event that is logged under a constant name, by name and place."""
    return sorted(
        LogEvent(name, node.func.attr, where, tuple(k.arg for k in node.keywords if k.arg))
        for where, node in _calls()
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in _LEVELS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "log"
        and (name := _constant(node, 0))
    )


def metrics() -> list[Metric]:
    """Return every metric, by name."""
    return sorted(
        Metric(_exposed(name, kind), kind.lower(), _constant(node, 1) or "", _texts(node, 2))
        for _, node in _calls()
        if (kind := _called(node)) in _METRICS and (name := _constant(node, 0))
    )


def page() -> str:
    """Return the text of the page."""
    places: defaultdict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for event in log_events():
        places[event.name, event.level, event.keywords].append(event.where)
    events = [
        f"| `{name}` | {level} | {_codes(keywords)} | {_codes(sorted(set(where)))} |"
        for (name, level, keywords), where in places.items()
    ]
    measured = [f"| `{m.name}` | {m.kind} | {_codes(m.labels)} | {m.text} |" for m in metrics()]
    return "\n".join(
        [
            _INTRODUCTION,
            "## Log events\n",
            "| event | level | with | in |",
            "| --- | --- | --- | --- |",
            *events,
            "\n## Metrics\n",
            "| metric | kind | labels | tells |",
            "| --- | --- | --- | --- |",
            *measured,
            "",
        ]
    )


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(log_events())} log events, {len(metrics())} metrics.")
    return 0


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in _CODE:
        for file in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield module, node


def _called(call: ast.Call) -> str:
    """Return the last word of what is called: "Gauge" of `prometheus_client.Gauge`."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _exposed(name: str, kind: str) -> str:
    """Return the name by which Prometheus knows a metric."""
    return f"{name.removesuffix('_total')}_total" if kind == "Counter" else name


def _constant(call: ast.Call, index: int) -> str | None:
    argument = call.args[index] if index < len(call.args) else None
    value = argument.value if isinstance(argument, ast.Constant) else None
    return value if isinstance(value, str) else None


def _texts(call: ast.Call, index: int) -> tuple[str, ...]:
    argument = call.args[index] if index < len(call.args) else None
    elements = argument.elts if isinstance(argument, ast.List | ast.Tuple) else []
    return tuple(str(e.value) for e in elements if isinstance(e, ast.Constant))


def _codes(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    sys.exit(main())
