"""The receivers that the documentation shows take what we send."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from services.webhooks.outside.network import Network
from services.webhooks.outside.sealing import Seal
from shared.testing import Stand, wait_until
from tests.node import install
from tests.webhooks.calling import User, body
from tests.webhooks.receiving import delivering

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "webhooks"


@pytest.fixture(scope="module")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the packages of receiver.js."""
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(EXAMPLES / name, folder)
    install(folder)
    return folder / "node_modules"


@pytest.fixture(params=["python", "node"])
def command(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the command of an example."""
    if request.param == "python":
        return [sys.executable, str(EXAMPLES / "receiver.py")]
    monkeypatch.setenv("NODE_PATH", str(request.getfixturevalue("node_modules")))
    return ["node", str(EXAMPLES / "receiver.js")]


@pytest.fixture
def port() -> int:
    """Return a free port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, secret: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": secret}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: _listens(port))
        yield process
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_the_example_takes_a_delivery_once_and_refuses_a_forged_one(
    command: list[str], port: int, stand: Stand, ann: User, network: Network, seal: Seal
) -> None:
    webhook = ann.subscribe(f"http://127.0.0.1:{port}/")
    with running(command, port, webhook["secret"]) as receiver, delivering(stand, network, seal):
        delivery = ann.send_test(webhook)
        wait_until(lambda: ann.log(webhook)[0]["response_status"] == 204)
        ann.post(f"webhooks/deliveries/{delivery['id']}/redeliver/")
        wait_until(lambda: ann.log(webhook)[0]["status"] == "DELIVERED")
        forged = network.post(f"http://127.0.0.1:{port}/", b"{}", {"webhook-id": "msg_1"})
        assert forged.status == 400
        receiver.kill()
        said, _ = receiver.communicate()
    assert said.count("webhook.test") == 1


@pytest.mark.parametrize("known", ["old", "new"])
def test_while_secrets_are_rotated_the_example_may_know_either(
    known: str,
    command: list[str],
    port: int,
    stand: Stand,
    ann: User,
    network: Network,
    seal: Seal,
) -> None:
    webhook = ann.subscribe(f"http://127.0.0.1:{port}/")
    rotated = body(ann.post(f"webhooks/{webhook['id']}/rotate_secret/"))
    secret = webhook["secret"] if known == "old" else rotated["secret"]
    with running(command, port, secret), delivering(stand, network, seal):
        ann.send_test(webhook)
        wait_until(lambda: ann.log(webhook)[0]["attempts"] == 1)
    assert ann.log(webhook)[0]["response_status"] == 204
