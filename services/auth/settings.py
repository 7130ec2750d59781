"""What auth is told besides the common settings."""

from dataclasses import dataclass

from limits import RateLimitItem
from limits import parse as parse_limit

from shared import settings


@dataclass(frozen=True, kw_only=True)
class Settings(settings.ServiceSettings):
    """Auth's configuration.

    Attributes:
        quota_storage_url: where the moving windows are kept: `memory://` of the one web process,
            or `redis://…` shared by all.
        quota_namespace: what their names there begin with; another installation's are its own.
        limits: False lifts every quota (load tests).
        quotas: quota class → limit, one per user; `login` is per address.
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
    quota_namespace = env.str("QUOTA_NAMESPACE", "finance")
    are_limited = env.bool("LIMITS", True)
    quotas = {
        "standard": env.str("QUOTA_STANDARD", "1000/hour"),
        "analytics": env.str("QUOTA_ANALYTICS", "100/hour"),
        "market_data": env.str("QUOTA_MARKET_DATA", "50/hour"),
        "login": env.str("QUOTA_LOGIN", "10/minute"),
    }
    env.seal()
    return Settings(
        **common,
        quota_storage_url=quota_storage_url,
        quota_namespace=quota_namespace,
        limits=are_limited,
        quotas={name: parse_limit(text) for name, text in quotas.items()},
    )
