"""Which symbols stand for others."""

from pathlib import Path

import pytest

from services.analytics import settings
from shared.testing import environment
from shared.testing.stand import set_environment


@pytest.mark.parametrize(
    ("more", "aliases"),
    [
        ({}, {"SPY": "SP500"}),
        ({"BENCHMARK_ALIASES": "spy:sp500, dia:DJIA"}, {"SPY": "SP500", "DIA": "DJIA"}),
        ({"BENCHMARK_ALIASES": ""}, {}),
    ],
)
def test_aliases_come_from_the_environment(
    keys: Path, more: dict[str, str], aliases: dict[str, str]
) -> None:
    values = environment("analytics", database_url="postgresql://nowhere/", keys=keys, **more)
    with set_environment(values):
        assert settings.load().benchmark_aliases == aliases
