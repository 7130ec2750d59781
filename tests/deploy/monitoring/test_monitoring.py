"""Dashboards and rules speak of metrics that there are, and every alert says what to do."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import signals
from deploy.monitoring.boards import BOARDS, FOLDER, text

ROOT = Path(__file__).resolve().parents[3]
RULES = ROOT / "deploy" / "monitoring" / "rules" / "finance.yml"
# What Prometheus says of its targets itself.
OF_PROMETHEUS = {"up"}
_STRINGS = re.compile(r'"[^"]*"')
_GROUPED_BY = re.compile(r"\bby\s*\([^)]*\)")
_SELECTORS = re.compile(r"\{[^}]*\}")
_NAME = re.compile(r"[a-z_][a-z0-9_:]*(?![a-z0-9_:]*\s*\()")
_WORDS = {"and", "or", "by", "on", "m", "h"}


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        yield from group["rules"]


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def named(expression: str) -> set[str]:
    """Return the metrics that an expression names."""
    for noise in (_STRINGS, _SELECTORS, _GROUPED_BY):
        expression = noise.sub(" ", expression)
    return set(_NAME.findall(re.sub(r"\[[^]]*\]", " ", expression))) - _WORDS


def exposed() -> set[str]:
    """Return the name of every series of every metric."""
    series: set[str] = set()
    for metric in signals.metrics():
        endings = ("_bucket", "_sum", "_count") if metric.kind == "histogram" else ("",)
        series |= {f"{metric.name}{ending}" for ending in endings}
    return series


def recorded() -> set[str]:
    return {rule["record"] for rule in rules() if "record" in rule}


def test_names_are_found_in_expressions() -> None:
    expression = (
        'histogram_quantile(0.95, sum by (service, le) (rate(a_bucket{route!~"/x/.*"}[5m])))'
        " / max(b:c:rate5m) > 0.5 or absent(d)"
    )
    assert named(expression) == {"a_bucket", "b:c:rate5m", "d"}


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_is_made_from_its_source(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text() == text(name), (
        "run `.venv/bin/python -m deploy.monitoring`"
    )


def test_no_dashboard_lies_there_without_a_source() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(BOARDS)


def test_every_panel_asks_for_metrics_that_there_are() -> None:
    asked = [
        named(expression)
        for board in BOARDS.values()
        for panel in board.panels
        for expression in panel.queries.values()
    ]
    assert len(asked) > 40
    assert all(asked)
    assert set().union(*asked) - exposed() - recorded() == set()


def test_every_rule_rests_on_metrics_that_there_are() -> None:
    asked = set().union(*(named(rule["expr"]) for rule in rules()))
    assert asked - exposed() - recorded() - OF_PROMETHEUS == set()


def test_every_metric_is_seen_somewhere() -> None:
    """What nobody looks at is measured for nobody."""
    asked = set().union(
        *(named(rule["expr"]) for rule in rules()),
        *(named(e) for b in BOARDS.values() for p in b.panels for e in p.queries.values()),
    )
    unseen = {
        metric.name
        for metric in signals.metrics()
        if not asked & {metric.name, *(f"{metric.name}{end}" for end in ("_bucket", "_count"))}
    }
    assert unseen == set()


def test_every_alert_has_its_section_and_every_section_its_alert() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    _, _, after = page.partition("\n## Alerts\n")
    sections = re.findall(r"^### (\w+)\n\n(\S.*)", after.partition("\n## ")[0], re.MULTILINE)
    assert [name for name, _ in sections] == [alert["alert"] for alert in alerts()]
    for alert in alerts():
        assert alert["annotations"]["runbook"] == f"docs/operations.md#{alert['alert'].lower()}"


def test_every_alert_is_proved_silent_and_loud() -> None:
    cases = yaml.safe_load((Path(__file__).parent / "rules.yml").read_text())["tests"]
    proved = [test for case in cases for test in case.get("alert_rule_test", [])]
    loud = {test["alertname"] for test in proved if test["exp_alerts"]}
    assert loud == {alert["alert"] for alert in alerts()}


def test_promtool_agrees() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        message = "NO promtool: apt install prometheus, or put its promtool on the PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    cases = Path(__file__).parent / "rules.yml"
    command: list[str | Path] = [promtool, "test", "rules", cases]
    tested = subprocess.run(command, check=False, capture_output=True, text=True)
    assert tested.returncode == 0, tested.stdout + tested.stderr
