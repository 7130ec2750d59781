"""The list of services stands once: folders, gateway and import rules name the same ones."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.routes import load_routes
from shared.settings import SERVICES

ROOT = Path(__file__).resolve().parents[2]


def lists() -> Iterator[tuple[str, list[str]]]:
    """Yield the lists of import-linter's contracts that name rooms of services."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract: dict[str, Any]
    for contract in configuration["tool"]["importlinter"]["contracts"]:
        for key, value in contract.items():
            words = value if isinstance(value, list) else []
            if rooms := [word for word in words if word.startswith("services.")]:
                yield f"{contract['name']}: {key}", rooms


LISTS = dict(lists())


def test_every_folder_is_a_service() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/app.py")}
    assert folders == set(SERVICES)


def test_the_gateway_leads_to_every_service_and_its_own_portal() -> None:
    assert {route.service for route in load_routes()} == {*SERVICES, "portal"}


def test_the_import_rules_speak_of_services() -> None:
    assert len(LISTS) >= 3


@pytest.mark.parametrize("rooms", LISTS.values(), ids=LISTS.keys())
def test_an_import_rule_that_names_services_names_all_that_have_the_room(
    rooms: list[str],
) -> None:
    named = {room.split(".")[1] for room in rooms}
    inner = {".".join(room.split(".")[2:]) for room in rooms}
    having = {name for name in SERVICES if all(has(name, room) for room in inner)}
    assert named == having or len(named) == 1  # a rule of one service alone


def has(service: str, room: str) -> bool:
    place = ROOT.joinpath("services", service, *room.split(".") if room else ())
    return place.is_dir() or place.with_suffix(".py").exists()
