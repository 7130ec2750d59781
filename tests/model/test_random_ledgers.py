"""Random ledgers: what the services answer is what the model says, to the printed digit.

RANDOM_LEDGERS=1000 python -m pytest tests/model          # more of them
RANDOM_LEDGERS=seed:17,23 python -m pytest tests/model    # these again
"""

import os
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shared.testing import today
from tests.model import positions, returns, risk
from tests.model.cases import Case
from tests.model.days import Course, window
from tests.model.generator import case
from tests.model.installation import Account, Installation
from tests.model.ledger import Ledger
from tests.model.printing import differences, figures

ASKED = os.environ.get("RANDOM_LEDGERS", "60")
SEEDS = (
    [int(seed) for seed in ASKED[5:].split(",")]
    if ASKED.startswith("seed:")
    else list(range(int(ASKED)))
)
SHOWN = 20  # differences of one case
COMPARED: Counter[str] = Counter()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_ledger_has_the_figures_of_the_model(
    installation: Installation, seed: int
) -> None:
    written = case(seed)
    account = installation.enter(written)
    wrong = []
    for name, expected, came in _answers(written, account):
        COMPARED["figures"] += figures(expected)
        for difference in differences(expected, came):
            if difference.is_at_the_edge:
                COMPARED["at the edge"] += 1
            else:
                wrong.append(f"{name} {difference}")
    assert not wrong, "\n".join([f"{len(wrong)} differ", *wrong[:SHOWN], written.text])


def test_hardly_a_figure_was_passed_over_at_the_edge_of_rounding() -> None:
    assert COMPARED["at the edge"] * 10_000 <= COMPARED["figures"], COMPARED


def _answers(written: Case, account: Account) -> list[tuple[str, Any, Any]]:
    """Return what is expected and what came, by the name of the answer."""
    day = today()
    market = written.market
    ledger = Ledger.of(market, written.currency, written.method, written.entries)
    held = [positions.Position(ledger, symbol, day).printed() for symbol in sorted(ledger.holdings)]
    answers: list[tuple[str, Any, Any]] = [
        ("positions", held, account.positions()),
        ("portfolio", positions.portfolio(ledger, day), account.totals()),
    ]
    return answers + (_analytics(written, Course(ledger), account) if written.entries else [])


def _analytics(written: Case, course: Course, account: Account) -> list[tuple[str, Any, Any]]:
    asked = window(course, *written.window)
    benchmark = None if written.benchmark is None else written.market.assets[written.benchmark]
    curve = returns.curve(asked, written.interval, benchmark)
    answers: list[tuple[str, Any, Any]] = [
        ("snapshots", returns.snapshots(course), account.snapshots()),
        ("curve", curve, account.curve(interval=written.interval)),
    ]
    if asked is not None:
        rate, confidence = Decimal(written.risk_free_rate), Fraction(written.confidence)
        report = risk.Report(asked, benchmark, rate, confidence)
        answers += [
            ("metrics", report.metrics(), account.metrics()),
            ("risk", report.risk(), account.risk()),
        ]
    return answers
