"""The ledger through its public door, against fractions."""

import pytest

from services.portfolio.app import create_app
from tests.conftest import MakeStand
from tests.machines.ledgers import Ledgers
from tests.machines.running import run


def test_whatever_a_user_does_the_ledger_adds_up(
    make_stand: MakeStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ledgers, "stand", make_stand("portfolio", create_app), raising=False)
    run(Ledgers, sequences=10, steps=20)
