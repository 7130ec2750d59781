"""How `make test` spreads the tests over processes: `pytest -p tests.spreading -n logical`."""

import os
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# All of each tuple are for one process, which starts the whole product once.
_TOGETHER: Final = (("tests/e2e/", "tests/attacks/product/"), ("tests/dashboard/",))
# What takes long begins first, so that at the end no process waits for another.
_LONG: Final = (
    *(path for paths in _TOGETHER for path in paths),
    "tests/faults/",
    "tests/model/",
    "tests/machines/",
    "tests/shared/bus/",
    "tests/gateway/",
    "tests/deploy/",
    "tests/shared/jobs/",
    "tests/webhooks/test_worker.py",
)


class Spreading(LoadScopeScheduling):
    """A file is for one process, for its tests share what their first one starts."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # by the number of tests

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((paths[0] for paths in _TOGETHER if file.startswith(paths)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Spreading:
    """Spread by files."""
    return Spreading(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first; the others come as they were collected."""
    items.sort(key=_place)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Say at once what failed: the end may be a quarter of an hour away."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\nFAILED {report.nodeid}\n{report.longreprtext}", flush=True)


def _place(item: pytest.Item) -> int:
    return next((n for n, path in enumerate(_LONG) if item.nodeid.startswith(path)), len(_LONG))
