"""How many sequences a machine makes: a few that are always the same, or as many as one wants."""

import os
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

_ASKED: Final = os.environ.get("MACHINES")


def run(machine: type[RuleBasedStateMachine], *, sequences: int, steps: int) -> None:
    """Run a machine; a failure shows the shortest sequence of steps that leads to it."""
    chosen = settings(
        max_examples=int(_ASKED or sequences),
        stateful_step_count=steps,
        derandomize=_ASKED is None,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)
