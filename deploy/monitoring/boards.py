"""Grafana's dashboards: what each panel asks of Prometheus, and the JSON that comes of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

FOLDER: Final = Path(__file__).resolve().parent / "dashboards"
_WIDTH: Final = 12  # of 24 columns
_HEIGHT: Final = 8  # rows
_DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}


class Panel(NamedTuple):
    """One picture.

    Attributes:
        unit: Grafana's name of it: "s", "reqps", "percentunit", "short".
        queries: legend → PromQL.
    """

    title: str
    unit: str
    queries: Mapping[str, str]


class Board(NamedTuple):
    """One dashboard: a picture beside the other, two in a row."""

    title: str
    panels: Sequence[Panel]


_PROBES: Final = 'route!~"/health/.*|/metrics/"'

BOARDS: Final[Mapping[str, Board]] = {
    "overview": Board(
        "Finance: requests",
        [
            Panel("Requests", "reqps", {"{{service}}": "service:http_requests:rate5m"}),
            Panel("Part with 5xx", "percentunit", {"{{service}}": "service:http_errors:ratio5m"}),
            Panel(
                "Time to answer",
                "s",
                {
                    "{{service}} p50": "service:http_request_seconds:p50_5m",
                    "{{service}} p95": "service:http_request_seconds:p95_5m",
                    "{{service}} p99": "service:http_request_seconds:p99_5m",
                },
            ),
            Panel(
                "Slowest routes (p95)",
                "s",
                {
                    "{{service}} {{method}} {{route}}": "topk(10, histogram_quantile(0.95,"
                    " sum by (service, method, route, le)"
                    f" (rate(http_request_seconds_bucket{{{_PROBES}}}[5m]))))"
                },
            ),
            Panel(
                "Refusals by status",
                "reqps",
                {
                    "{{service}} {{status}}": "sum by (service, status)"
                    ' (rate(http_requests_total{status=~"[45].."}[5m]))'
                },
            ),
            Panel(
                "Beyond a quota, turned away",
                "reqps",
                {
                    "quota {{quota}}": "sum by (quota) (rate(quota_refused_total[5m]))",
                    "turned away by {{instance}}": "sum by (instance)"
                    " (rate(http_turned_away_total[5m]))",
                },
            ),
            Panel(
                "Lanes",
                "short",
                {
                    "{{lane}}: inside": "sum by (lane) (lane_requests)",
                    "{{lane}}: wait": "sum by (lane) (lane_waiting)",
                },
            ),
            Panel(
                "Refused by lanes",
                "reqps",
                {"{{lane}} {{reason}}": "sum by (lane, reason) (rate(lane_refused_total[5m]))"},
            ),
            Panel(
                "Connections to the databases",
                "percentunit",
                {"{{instance}}": "database_pool_used / database_pool_size"},
            ),
            Panel(
                "Waited in vain for a connection",
                "reqps",
                {"{{instance}}": "rate(database_pool_exhausted_total[5m])"},
            ),
            Panel(
                "Found in caches", "percentunit", {"{{cache}}": "cache:cache_lookups:hit_ratio5m"}
            ),
            Panel(
                "Room of caches", "percentunit", {"{{cache}}": "max by (cache) (cache_full_ratio)"}
            ),
            Panel(
                "Processes by release",
                "short",
                {"{{service}} {{version}}": "sum by (service, version) (build_info)"},
            ),
        ],
    ),
    "events": Board(
        "Finance: events",
        [
            Panel(
                "Age of the oldest that waits for the broker",
                "s",
                {"{{service}}": "max by (service) (outbox_oldest_age_seconds)"},
            ),
            Panel(
                "Wait for the broker",
                "short",
                {"{{service}}": "max by (service) (outbox_unpublished)"},
            ),
            Panel(
                "Published",
                "ops",
                {"{{service}}": "sum by (service) (rate(bus_published_total[5m]))"},
            ),
            Panel(
                "Handled", "ops", {"{{service}}": "sum by (service) (rate(bus_consumed_total[5m]))"}
            ),
            Panel("Age when applied (p95)", "s", {"{{service}}": "service:bus_lag_seconds:p95_5m"}),
            Panel(
                "Flow (0: stopped)",
                "short",
                {"{{service}} {{direction}}": "min by (service, direction) (bus_flows)"},
            ),
            Panel(
                "Failed attempts",
                "ops",
                {
                    "{{service}} {{type}} ({{cause}})": "sum by (service, type, cause)"
                    " (rate(bus_handler_failures_total[5m]))"
                },
            ),
            Panel(
                "Dead letters, unroutable",
                "short",
                {
                    "{{service}}: dead letters": "max by (service) (bus_dead_letters)",
                    "{{service}}: {{type}} unroutable": "sum by (service, type)"
                    " (increase(bus_unroutable_total[10m]))",
                },
            ),
            Panel(
                "Handled together",
                "short",
                {
                    "{{service}}": "sum by (service) (rate(bus_batch_messages_sum[5m]))"
                    " / sum by (service) (rate(bus_batch_messages_count[5m]))"
                },
            ),
            Panel(
                "Came twice",
                "ops",
                {"{{service}}": "sum by (service) (rate(bus_duplicates_dropped_total[5m]))"},
            ),
        ],
    ),
    "webhooks": Board(
        "Finance: webhooks",
        [
            Panel(
                "Attempts",
                "ops",
                {"{{outcome}}": "sum by (outcome) (rate(webhook_attempts_total[5m]))"},
            ),
            Panel(
                "Late by (the oldest that is due)",
                "s",
                {"late": "max(webhook_oldest_due_age_seconds)"},
            ),
            Panel("Not done", "short", {"waiting": "max(webhook_deliveries_waiting)"}),
            Panel(
                "Time that receivers take",
                "s",
                {
                    f"p{percent}": f"histogram_quantile({percent / 100}, sum by (le)"
                    " (rate(webhook_attempt_seconds_bucket[5m])))"
                    for percent in (50, 95)
                },
            ),
        ],
    ),
    "jobs": Board(
        "Finance: jobs, imports and price sources",
        [
            Panel("Not done", "short", {"{{lane}}": "max by (lane) (jobs_open)"}),
            Panel(
                "Age of the oldest", "s", {"{{lane}}": "max by (lane) (jobs_oldest_age_seconds)"}
            ),
            Panel(
                "Ended in the last hour",
                "short",
                {"{{lane}} {{status}}": "max by (lane, status) (jobs_ended_last_hour)"},
            ),
            Panel(
                "Failed timers",
                "short",
                {"{{timer}}": "sum by (timer) (increase(timer_failures_total[1h]))"},
            ),
            Panel(
                "Valued and measured portfolios",
                "ops",
                {"{{work}}": "sum by (work) (rate(appraisal_seconds_count[5m]))"},
            ),
            Panel(
                "Time for one (p95)",
                "s",
                {
                    "{{work}}": "histogram_quantile(0.95, sum by (work, le)"
                    " (rate(appraisal_seconds_bucket[5m])))"
                },
            ),
            Panel(
                "Questions to price sources",
                "ops",
                {
                    "{{source}} {{outcome}}": "sum by (source, outcome)"
                    " (rate(data_source_questions_total[5m]))"
                },
            ),
            Panel(
                "Time of price sources (p95)",
                "s",
                {
                    "{{source}}": "histogram_quantile(0.95, sum by (source, le)"
                    " (rate(data_source_seconds_bucket[15m])))"
                },
            ),
            Panel(
                "Left alone (1)", "short", {"{{source}}": "max by (source) (data_source_resting)"}
            ),
        ],
    ),
}


def text(name: str) -> str:
    """Return the file of a dashboard."""
    board = BOARDS[name]
    content = {
        "uid": f"finance-{name}",
        "title": board.title,
        "tags": ["finance"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]
        },
        "panels": list(_panels(board)),
    }
    return json.dumps(content, indent=2) + "\n"


def _panels(board: Board) -> Iterator[dict[str, Any]]:
    for number, panel in enumerate(board.panels):
        row, column = divmod(number, 24 // _WIDTH)
        yield {
            "id": number + 1,
            "type": "timeseries",
            "title": panel.title,
            "datasource": _DATASOURCE,
            "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
            "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
            "targets": [
                {
                    "refId": chr(ord("A") + order),
                    "datasource": _DATASOURCE,
                    "expr": expression,
                    "legendFormat": legend,
                }
                for order, (legend, expression) in enumerate(panel.queries.items())
            ],
        }
