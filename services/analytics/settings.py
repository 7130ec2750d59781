"""What analytics is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from environs import Env
from marshmallow import ValidationError

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
    aliases = read_chosen(env)
    env.seal()
    return Settings(**common, benchmark_aliases=dict(_alias(alias) for alias in aliases))


def read_chosen(env: Env) -> list[str]:
    """Return the aliases of benchmarks that the environment names: "SPY:SP500"."""
    named = env.str("BENCHMARK_ALIASES", "SPY:SP500", validate=_require_aliases)
    return _split(named or "")


def _split(named: str) -> list[str]:
    return [alias for alias in (part.strip() for part in named.split(",")) if alias]


def _require_aliases(named: str) -> None:
    if not all(all(_alias(alias)) for alias in _split(named)):
        raise ValidationError("Must be symbols with a colon between: SPY:SP500,QQQ:NDX.")


def _alias(text: str) -> tuple[str, str]:
    requested, _, symbol = text.upper().partition(":")
    return requested.strip(), symbol.strip()
