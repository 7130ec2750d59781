"""The delivery states of webhooks, against the specification of the schedule."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.webhooks.app import create_app
from tests.conftest import MakeStand
from tests.machines.deliveries import Deliveries
from tests.machines.running import run


def test_whatever_receivers_and_couriers_do_nothing_is_lost_and_nobody_is_flooded(
    make_stand: MakeStand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "webhooks.secret"
    key.write_bytes(Fernet.generate_key())
    told = {"WEBHOOKS_SECRET_KEY_FILE": str(key), "WEBHOOKS_ALLOW_PRIVATE": "1"}
    stand = make_stand("webhooks", create_app, **told)
    monkeypatch.setattr(Deliveries, "stand", stand, raising=False)
    run(Deliveries, sequences=15, steps=30)
