"""What auth is told besides the common settings."""

from dataclasses import dataclass
from typing import Final

from environs import Env
from limits import RateLimitItem
from limits import parse as parse_limit
from marshmallow import ValidationError

from shared import settings

_QUOTAS: Final = {
    "standard": "1000/hour",
    "analytics": "100/hour",
    "market_data": "50/hour",
    "login": "10/minute",
    "exchange": "120/minute",
}


@dataclass(frozen=True, kw_only=True)
class Settings(settings.ServiceSettings):
    """Auth's configuration.

    Attributes:
        quota_storage_url: where the moving windows are kept: `memory://` of the one web process,
            or `redis://…` shared by all.
        quota_namespace: what their names there begin with; another installation's are its own.
        limits: False lifts every quota (load tests).
        quotas: quota class → limit, one per user; `login` and `exchange` are per address.
    """

    quota_storage_url: str
    quota_namespace: str
    limits: bool
    quotas: dict[str, RateLimitItem]


def load() -> Settings:
    """Return the settings from the environment.

    Raises:
        environs.EnvValidationError: names every missing or malformed variable.
    """
    env = settings.environment()
    common = settings.read_common(env, "auth")
    quota_storage_url = env.str("QUOTA_STORAGE_URL", "memory://")
    env.int("WORKERS", 1, validate=lambda workers: _require_shared(quota_storage_url, workers))
    quota_namespace = env.str("QUOTA_NAMESPACE", "finance")
    are_limited = env.bool("LIMITS", True)
    quotas = read_chosen(env)
    env.seal()
    return Settings(
        **common,
        quota_storage_url=quota_storage_url,
        quota_namespace=quota_namespace,
        limits=are_limited,
        quotas={name: parse_limit(text) for name, text in quotas.items()},
    )


def _require_shared(quota_storage_url: str, workers: int) -> None:
    if quota_storage_url.startswith("memory:") and workers > 1:
        raise ValidationError(
            "Each would count for itself and let a user pass as often as all shall together:"
            " name a Redis in QUOTA_STORAGE_URL, or have one."
        )


def read_chosen(env: Env) -> dict[str, str]:
    """Return the quotas that the environment names: class → "1000/hour"."""
    return {
        name: env.str(f"QUOTA_{name.upper()}", usual, validate=_require_limit)
        for name, usual in _QUOTAS.items()
    }


def _require_limit(text: str) -> None:
    try:
        parse_limit(text)
    except ValueError as error:
        raise ValidationError("Must be a number and a time: 1000/hour or 10/minute.") from error
