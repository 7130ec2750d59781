"""Keys that are replaced while everything runs."""

import time
from pathlib import Path

import pytest
from cryptography.fernet import InvalidToken

from deploy.local import keys
from services.webhooks.outside.sealing import Seal
from shared.errors import Unauthorized
from shared.identity import Identity, Signer, UserId, Verifier
from shared.keyfiles import LOOK

SERVICES = ("auth", "portfolio")
USER = Identity(UserId(7), frozenset({"read"}), is_staff=False, currency="EUR")


class Running:
    """What goes on over the change: auth and portfolio sign, portfolio and auth verify."""

    def __init__(self, folder: Path) -> None:
        self.auth = Signer("auth", keys.private_key(folder, "auth"))
        self.portfolio = Signer("portfolio", keys.private_key(folder, "portfolio"))
        self.verifier = Verifier(folder, "assets")
        self.seal = Seal(keys.secret_key(folder))
        self.signed = [self.auth.identity(USER)]
        self.sealed = self.seal.close("secret")

    def wait(self, _: float) -> None:
        """Wait until key files are looked at again; all that is signed meanwhile is believed."""
        time.sleep(LOOK + 0.1)
        self.check()

    def check(self) -> None:
        self.signed.append(self.auth.identity(USER))
        assert self.verifier.identity(self.signed[-1]) == USER
        assert self.verifier.caller(self.portfolio.service_token("assets")).name == "portfolio"
        assert self.seal.open(self.seal.close("more")) == "more"
        assert self.seal.open(self.sealed) == "secret"

    def seal_again(self) -> None:
        self.sealed = self.seal.again(self.sealed)


def test_new_keys_take_the_place_of_old_ones_and_nothing_is_refused(tmp_path: Path) -> None:
    folder, said = tmp_path / "keys", list[str]()
    keys.make(folder, SERVICES)
    before = keys.private_key(folder, "auth").read_bytes(), keys.secret_key(folder).read_bytes()
    running = Running(folder)
    unchanged = running.sealed

    keys.replace(
        folder, SERVICES, say=said.append, seal_again=running.seal_again, wait=running.wait
    )

    running.check()
    assert len(said) == 3
    after = keys.private_key(folder, "auth").read_bytes(), keys.secret_key(folder).read_bytes()
    assert before[0] != after[0]
    assert before[1] != after[1]
    # What an old key made is worth nothing any more.
    fresh = Verifier(folder, "assets")
    with pytest.raises(Unauthorized):
        fresh.identity(running.signed[0])
    assert fresh.identity(running.signed[-1]) == USER
    with pytest.raises(InvalidToken):
        Seal(keys.secret_key(folder)).open(unchanged)
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


@pytest.mark.parametrize("pause", [0, 1])
def test_a_change_that_was_interrupted_leaves_what_works(tmp_path: Path, pause: int) -> None:
    folder = tmp_path / "keys"
    keys.make(folder, SERVICES)
    running, pauses = Running(folder), list[float]()

    def stop(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) > pause:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keys.replace(folder, SERVICES, say=print, seal_again=running.seal_again, wait=stop)
    running.wait(0)
    keys.replace(folder, SERVICES, say=print, seal_again=running.seal_again, wait=running.wait)
    running.check()


def test_a_key_file_that_is_just_being_changed_is_read_later(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys.make(folder, SERVICES)
    running = Running(folder)
    private = keys.private_key(folder, "auth")
    whole = private.read_bytes()
    private.write_bytes(whole[:40])
    running.wait(0)
    private.write_bytes(whole)
    running.wait(0)
