"""The output of processes: kept within bounds, and never a reason to wait or to end."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import logs
from deploy.local.logs import Log
from deploy.local.privileges import is_root
from shared.testing import wait_until


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """Return a log whose output is taken by hand."""
    log = Log(tmp_path / "one.log")
    yield log
    log.close()
    os.close(log.exit)


def write(log: Log, text: str) -> None:
    log.entrance.write(text.encode())
    assert log.take()


def test_what_a_process_writes_stands_in_its_file_and_its_end_in_memory(log: Log) -> None:
    write(log, "one\n")
    log.begin()
    write(log, "two\n")
    assert log.path.read_text() == "one\ntwo\n"
    assert (log.tail, log.size) == ("two\n", 8)


def test_old_output_makes_room_for_new(log: Log) -> None:
    line = "x" * 63_999 + "\n"
    for _ in range(700):  # some 45 MB
        write(log, line)
    files = sorted(log.path.parent.iterdir())
    assert [file.name for file in files] == ["one.log", "one.log.1", "one.log.2"]
    assert all(file.stat().st_size <= 10 * 1024**2 + len(line) for file in files)
    assert len(log.tail) == 32 * 1024


def test_a_log_that_somebody_removes_comes_back(log: Log) -> None:
    write(log, "one\n")
    log.path.unlink()
    write(log, "two\n")
    assert log.path.read_text() == "two\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a real file system of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = (
        is_root()
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=False
        ).returncode
    )
    if not mounted:
        pytest.skip("NOT TESTED: the full disk, which only root can mount here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_stops_nobody_and_the_log_says_what_is_missing(small_disk: Path) -> None:
    log = Log(small_disk / "one.log")
    taking = threading.Thread(target=logs.read, args=[[log]])
    taking.start()
    filler = small_disk / "filler"
    fill(filler)
    # Twenty times of what a pipe holds: whoever waits for room in it would wait for ever.
    chatter = "for i in range(20_000): print('a line of 66 bytes' + '.' * 47, flush=True)"
    subprocess.run([sys.executable, "-c", chatter], stdout=log.entrance, check=True)
    wait_until(lambda: log.size == 20_000 * 66)
    filler.unlink()
    log.entrance.write(b"room again\n")
    log.close()
    taking.join()
    *_, missing, last = log.path.read_text().splitlines()
    assert missing.endswith(" bytes are missing: no room]")
    assert last == "room again"


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(b"x" * 4096)
