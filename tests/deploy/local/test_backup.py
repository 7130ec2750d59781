"""What a backup refuses before it begins (tests/e2e/test_backup.py makes one)."""

import json
from pathlib import Path

import pytest

from deploy.local import backup, rotation, settings
from deploy.local.errors import RunError
from deploy.local.rundir import RunDir, State
from shared.settings import SERVICES


@pytest.fixture
def folder(tmp_path: Path) -> RunDir:
    """Return the folder of a run whose databases lie on a server of their own."""
    folder = RunDir(tmp_path / "run")
    folder.prepare()
    State(ports={"postgres": 20001}, passwords={"postgres": "secret"}).save(folder.state)
    _let_databases_lie_at(folder, "db.example:5432")
    return folder


def _let_databases_lie_at(folder: RunDir, address: str) -> None:
    told = {"DATABASE_URL": f"postgresql://role@{address}/name?passfile=/keys/role"}
    folder.environments.write_text(json.dumps(dict.fromkeys(SERVICES, told)))


def test_databases_on_another_server_are_saved_by_that(folder: RunDir, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"lie at db\.example:5432, whose own backup saves them"):
        backup.save(folder, tmp_path / "one", print)
    assert not (tmp_path / "one").exists()


def test_keys_are_not_saved_while_they_are_replaced_nor_the_other_way_round(
    folder: RunDir, tmp_path: Path
) -> None:
    _let_databases_lie_at(folder, "127.0.0.1:20001")
    with folder.keys_held():
        with pytest.raises(RunError, match="being replaced or saved"):
            backup.save(folder, tmp_path / "one", print)
        with pytest.raises(RunError, match="being replaced or saved"):
            rotation.rotate(settings.load(), folder, print)


def test_passwords_are_replaced_only_on_the_server_where_the_databases_lie(folder: RunDir) -> None:
    with pytest.raises(RunError, match=r"lie at db\.example:5432: name that server"):
        rotation.rotate(settings.load(), folder, print)


def test_where_nothing_has_run_there_is_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="Nothing has run"):
        backup.save(RunDir(tmp_path), tmp_path / "one", print)


def test_a_folder_that_is_half_written_never_has_the_name_of_a_backup(tmp_path: Path) -> None:
    def write_half() -> None:
        with backup.whole(tmp_path / "one") as unfinished:
            (unfinished / "half").write_text("written")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert list(tmp_path.iterdir()) == []
