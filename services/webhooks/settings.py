"""What webhooks is told besides the common settings."""

from dataclasses import dataclass
from pathlib import Path

from environs import Env

from shared import settings


@dataclass(frozen=True, kw_only=True)
class Settings(settings.ServiceSettings):
    """Webhooks' configuration.

    Attributes:
        secret_key_file: the Fernet key that encrypts the subscribers' secrets.
        allow_private: deliver to http and to private addresses too (development only).
    """

    secret_key_file: Path
    allow_private: bool


def load() -> Settings:
    """Return the settings from the environment.

    Raises:
        environs.EnvValidationError: names every missing or malformed variable.
    """
    env = settings.environment()
    common = settings.read_common(env, "webhooks")
    secret_key_file = env.path("WEBHOOKS_SECRET_KEY_FILE")
    allow_private = read_chosen(env)
    env.seal()
    return Settings(**common, secret_key_file=secret_key_file, allow_private=allow_private)


def read_chosen(env: Env) -> bool:
    """Return whether private addresses are delivered to."""
    return env.bool("WEBHOOKS_ALLOW_PRIVATE", False)
