"""The page of log events and metrics says what the code says."""

from deploy import signals


def test_the_page_is_made_from_this_code() -> None:
    assert signals.PAGE.read_text(encoding="utf-8") == signals.page(), (
        "run `.venv/bin/python -m deploy.signals`"
    )


def test_it_knows_the_line_of_each_request_and_the_metrics_of_the_bus() -> None:
    requests = [event for event in signals.log_events() if event.name == "request"]
    assert {"method", "path", "status"} <= set(requests[0].keywords)
    labels = {metric.name: metric.labels for metric in signals.metrics()}
    assert labels["http_requests_total"] == ("service", "method", "route", "status")


def test_one_event_has_one_level() -> None:
    levels: dict[str, set[str]] = {}
    for event in signals.log_events():
        levels.setdefault(event.name, set()).add(event.level)
    assert {name for name, of in levels.items() if len(of) > 1} == set()
