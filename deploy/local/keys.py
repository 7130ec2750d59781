"""The run's keys: each service signs with its own Ed25519 key, everybody knows the public ones.

Webhooks has one more, with which it encrypts the secrets of its subscribers.
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet

from deploy.keys import new_key, public_part
from deploy.local.rundir import write_private
from shared.identity import LEEWAY, LIFETIME
from shared.keyfiles import LOOK

# What an old key signed last is over by then, also for a clock that is late.
_OVER_AFTER: Final = LOOK + LIFETIME + LEEWAY


def private_key(folder: Path, service: str) -> Path:
    """Return the file of the private key of `service`."""
    return folder / f"{service}.pem"


def public_key(folder: Path, service: str) -> Path:
    """Return the file of the public keys of `service`."""
    return folder / f"{service}.public.pem"


def secret_key(folder: Path) -> Path:
    """Return the file of the key with which webhooks encrypts its subscribers' secrets."""
    return folder / "webhooks.secret"


def make(folder: Path, services: Iterable[str]) -> None:
    """Make the keys that are missing in `folder`, which only the owner may open."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if not secret_key(folder).exists():
        write_private(secret_key(folder), Fernet.generate_key().decode("ascii"))
    for service in services:
        private = private_key(folder, service)
        if not private.exists():
            write_private(private, new_key())
        if not public_key(folder, service).exists():
            _publish(folder, service, public_part(private.read_text("ascii")))


def replace(
    folder: Path,
    services: Iterable[str],
    *,
    say: Callable[[str], None],
    seal_again: Callable[[], None],
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Give the services new keys while they run; nothing that they sign or seal is refused.

    Everybody learns the new keys before they are used, and forgets the old ones when all that they
    signed is over. Interrupted, it leaves what works, and is begun anew.

    Args:
        seal_again: has webhooks seal all that it has sealed with the newest key.
        wait: for some seconds.
    """
    secret = secret_key(folder)
    # More than one, where an earlier change was interrupted.
    old_secrets, new_secret = secret.read_text("ascii").split(), Fernet.generate_key().decode()
    new = {service: new_key() for service in services}
    for service, key in new.items():
        _publish(folder, service, public_key(folder, service).read_text("ascii"), public_part(key))
    write_private(secret, "\n".join([*old_secrets, new_secret]))
    say("The new keys are known.")
    wait(2 * LOOK)
    for service, key in new.items():
        write_private(private_key(folder, service), key)
    write_private(secret, "\n".join([new_secret, *old_secrets]))
    say(f"The new keys are in use; in {_OVER_AFTER:.0f} seconds the old ones go …")
    wait(_OVER_AFTER)
    seal_again()
    for service, key in new.items():
        _publish(folder, service, public_part(key))
    write_private(secret, new_secret)
    say("The old keys are gone.")


def _publish(folder: Path, service: str, *keys: str) -> None:
    write_private(public_key(folder, service), "".join(keys))
