"""What analytics is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared import settings


@dataclass(frozen=True, kw_only=True)
class Settings(settings.ServiceSettings):
    """The common settings and those of analytics.

    Attributes:
        benchmark_aliases: requested symbol → the symbol that stands for it, upper case.
    """

    benchmark_aliases: Mapping[str, str]


def load() -> Settings:
    """Return the settings from the environment.

    Raises:
        environs.EnvValidationError: names every missing or malformed variable.
    """
    env = settings.environment()
    common = settings.read_common(env, "analytics")
    aliases = env.list("BENCHMARK_ALIASES", ["SPY:SP500"])
    env.seal()
    return Settings(**common, benchmark_aliases=dict(_alias(alias) for alias in aliases if alias))


def _alias(text: str) -> tuple[str, str]:
    requested, _, symbol = text.upper().partition(":")
    return requested.strip(), symbol.strip()
