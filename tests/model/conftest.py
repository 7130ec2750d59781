"""One installation for all cases."""

from collections.abc import Iterator

import pytest

from tests.conftest import MakeStand
from tests.model.installation import Installation, installed


@pytest.fixture(scope="session")
def installation(make_stand: MakeStand) -> Iterator[Installation]:
    with installed(make_stand) as installation:
        yield installation
