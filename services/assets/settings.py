"""What assets is told besides the common settings."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from marshmallow import ValidationError, validate

from shared import settings

_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, kw_only=True)
class Settings(settings.ServiceSettings):
    """Assets' configuration.

    Attributes:
        data_source: where prices come from: `yfinance`; an `https://…{symbol}…` that answers CSV;
            the path of a CSV file with a column for each symbol; empty is nowhere.
        source_seconds: seconds that a client waits for it; what takes longer becomes a job.
        refresh_every: how often each public asset is refreshed unasked.
    """

    data_source: str
    source_seconds: float
    refresh_every: timedelta


def load() -> Settings:
    """Return the settings from the environment.

    Raises:
        environs.EnvValidationError: names every missing or malformed variable.
    """
    env = settings.environment()
    common = settings.read_common(env, "assets")
    data_source = env.str("DATA_SOURCE", "", validate=_known_source)
    seconds = env.float("DATA_SOURCE_SECONDS", 5.0, validate=validate.Range(min=0.1, max=20))
    hours = env.float("DATA_REFRESH_HOURS", 24.0, validate=validate.Range(min=0.1))
    env.seal()
    return Settings(
        **common,
        data_source=data_source,
        source_seconds=seconds,
        refresh_every=timedelta(hours=hours),
    )


def _known_source(configured: str) -> None:
    if "://" not in configured:
        return  # a name, a path, or nothing
    parts = urlsplit(configured)
    is_safe = parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in _THIS_MACHINE
    )
    if not is_safe or "{symbol}" not in configured:
        raise ValidationError("Must be yfinance, https://…{symbol}…, or the path of a CSV file.")
