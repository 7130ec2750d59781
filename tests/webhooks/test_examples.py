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

from services.webhooks.network import Network
from services.webhooks.sealing import Seal
from shared.testing import Stand
from tests.webhooks.calling import User
from tests.webhooks.receiving import delivering, wait_until

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "webhooks"


def node() -> list[str]:
    """Return the command of a Node that has the library; without one the test is skipped."""
    has_library = [shutil.which("node") or "false", "-e", "require('standardwebhooks')"]
    if subprocess.run(has_library, capture_output=True, check=False).returncode:
        pytest.skip("needs Node with the npm package standardwebhooks (NODE_PATH)")
    return ["node", str(EXAMPLES / "receiver.js")]


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


@pytest.mark.parametrize("language", ["python", "node"])
def test_the_example_takes_a_delivery_once_and_refuses_a_forged_one(
    language: str, stand: Stand, ann: User, network: Network, seal: Seal
) -> None:
    python = [sys.executable, str(EXAMPLES / "receiver.py")]
    command = python if language == "python" else node()
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
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
