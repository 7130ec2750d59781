"""Every named crash point is met by a test."""

import re

from tests.e2e.conftest import ROOT
from tests.faults.faults.processes import CRASH_POINTS

# Points that a client who posts transactions does not come to.
ELSEWHERE = {
    "after_rollback_before_one_by_one": "tests/shared/bus/test_killers.py",
    "before_import_is_taken_back": "tests/portfolio/test_taking_back.py",
    "job_begun": "tests/shared/jobs/test_runners.py",
    "job_committed": "tests/shared/jobs/test_runners.py",
}


def test_a_process_is_crashed_at_each_point() -> None:
    sources = [file for name in ("shared", "services") for file in (ROOT / name).rglob("*.py")]
    points = {
        name
        for source in sources
        for name in re.findall(r'crash_point\("(\w+)"\)', source.read_text(encoding="utf-8"))
    }
    assert points == {*CRASH_POINTS, *ELSEWHERE}


def test_the_others_are_crashed_at_where_it_is_said() -> None:
    for point, place in ELSEWHERE.items():
        assert f'"{point}"' in (ROOT / place).read_text(encoding="utf-8"), point
