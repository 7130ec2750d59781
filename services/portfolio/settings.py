"""The portfolio service is told only what every service is told."""

from shared import settings
from shared.settings import ServiceSettings


def load() -> ServiceSettings:
    """Return the settings from the environment.

    Raises:
        environs.EnvValidationError: names every missing or malformed variable.
    """
    return settings.load("portfolio")
