"""The folder of a run: private, held by one run, and remembering what it must."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import keys, ports
from deploy.local.errors import RunError
from deploy.local.privileges import is_root, server_owner
from deploy.local.rundir import RunDir, State, write_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def folder(tmp_path: Path) -> RunDir:
    folder = RunDir(tmp_path / "run")
    folder.prepare()
    return folder


def test_all_folders_are_for_the_owner_alone(folder: RunDir) -> None:
    folders = [folder.path, *(path for path in folder.path.iterdir() if path.is_dir())]
    assert len(folders) == 5
    assert {mode(path) for path in folders} == {0o700}
    folder.prepare()  # what is there already is no mistake


def test_what_is_secret_is_for_the_owner_alone_whatever_the_umask(folder: RunDir) -> None:
    umask = os.umask(0)
    try:
        State().save(folder.state)
        keys.make(folder.keys, ["auth"])
    finally:
        os.umask(umask)
    secret = [folder.state, keys.private_key(folder.keys, "auth"), keys.secret_key(folder.keys)]
    assert {mode(path) for path in secret} == {0o600}


def test_a_private_file_is_replaced_in_one_step_and_leaves_nothing_else(folder: RunDir) -> None:
    for text in ("first", "second"):
        write_private(folder.config / "file", text)
    assert [path.name for path in folder.config.iterdir()] == ["file"]
    assert (folder.config / "file").read_text() == "second"


def test_a_folder_that_cannot_be_written_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    user = os.geteuid()
    if is_root():
        os.seteuid(server_owner()[0])
    try:
        with pytest.raises(RunError) as caught:
            RunDir(closed / "run").prepare()
    finally:
        os.seteuid(user)
    expected = (
        f"RUN_DIR {closed / 'run'} is not writable (Permission denied): choose another folder."
    )
    assert str(caught.value) == expected


def test_a_file_in_the_place_of_the_folder_is_one_line_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"not writable \(Not a directory\)"):
        RunDir(tmp_path / "file" / "run").prepare()


HOLD = """
import sys
from pathlib import Path
from deploy.local.rundir import RunDir
with RunDir(Path(sys.argv[1])).held():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_held_by_one_run_and_free_again_however_that_ends(folder: RunDir) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunError) as caught, folder.held():
            pass
        assert f"is used by another run (process {other.pid})" in str(caught.value)
        assert "make run RUN_DIR=" in str(caught.value)
        other.kill()
    with folder.held():
        assert (folder.path / "lock").read_text() == str(os.getpid())


def test_the_state_is_the_same_after_a_restart(folder: RunDir) -> None:
    state = State.load(folder.state)
    state.choose_ports(["postgres", "nats"], gateway=8000)
    state.make_passwords(["postgres", "auth"])
    state.note_demo("embedded", "begun", folder.state)
    again = State.load(folder.state)
    assert again == state
    again.choose_ports(["postgres", "nats"], gateway=8000)
    again.make_passwords(["postgres", "auth"])
    assert again == state


def test_a_port_that_somebody_took_meanwhile_is_chosen_anew(folder: RunDir) -> None:
    state = State()
    state.choose_ports(["postgres", "nats"], gateway=8000)
    kept, taken = state.ports["postgres"], state.ports["nats"]
    assert kept != taken
    with _listening(taken):
        state.choose_ports(["postgres", "nats"], gateway=8000)
    assert state.ports["postgres"] == kept
    assert state.ports["nats"] not in {taken, kept}


def test_no_process_gets_the_port_of_the_gateway() -> None:
    state = State(ports={"nats": 8000})
    state.choose_ports(["postgres", "nats"], gateway=8000)
    assert state.ports["nats"] != 8000
    first, *others = range(20_000, 25_000)
    taken = {str(port): port for port in others}
    with pytest.raises(OSError, match="No free TCP port"):
        State(ports=taken).choose_ports(["postgres"], gateway=first)


def test_two_folders_have_nothing_in_common(tmp_path: Path) -> None:
    states = [State(), State()]
    for state in states:
        state.make_passwords(["postgres"])
    assert states[0].instance != states[1].instance
    assert states[0].passwords != states[1].passwords
    assert len(states[0].passwords["postgres"]) == 32  # 24 random bytes


@pytest.mark.parametrize("text", ["", "{", "[]", '{"unknown": 1}'])
def test_a_damaged_state_is_one_line_that_names_the_file(folder: RunDir, text: str) -> None:
    folder.state.write_text(text)
    with pytest.raises(RunError, match=r"state\.json is damaged"):
        State.load(folder.state)


def test_keys_are_made_once_and_the_public_ones_belong_to_them(folder: RunDir) -> None:
    keys.make(folder.keys, ["auth"])
    files = {path.name: path.read_bytes() for path in folder.keys.iterdir()}
    assert set(files) == {"auth.pem", "auth.public.pem", "webhooks.secret"}
    (folder.keys / "auth.public.pem").unlink()
    keys.make(folder.keys, ["auth", "assets"])
    again = {path.name: path.read_bytes() for path in folder.keys.iterdir()}
    assert {name: again[name] for name in files} == files
    assert set(again) - set(files) == {"assets.pem", "assets.public.pem"}


class TestPorts:
    def test_a_free_port_is_below_those_of_outgoing_connections(self) -> None:
        assert all(20_000 <= ports.free() < 25_000 for _ in range(20))

    def test_a_port_on_which_somebody_listens_is_not_free(self) -> None:
        port = ports.free()
        assert ports.is_free(port)
        with _listening(port):
            assert not ports.is_free(port)
        assert ports.is_free(port)

    def test_no_port_is_given_that_is_taken_already(self) -> None:
        assert ports.free(taken=range(20_000, 24_900)) in range(24_900, 25_000)

    def test_none_left_is_an_error(self) -> None:
        with pytest.raises(OSError, match="No free TCP port"):
            ports.free(taken=range(20_000, 25_000))


def _listening(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))
