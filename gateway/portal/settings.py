"""What the portal is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.settings import SERVICES, environment, read_log_level, read_tracing


@dataclass(frozen=True, kw_only=True)
class PortalSettings:
    """The portal's configuration.

    Attributes:
        urls: base URL of each service: "http://127.0.0.1:9001".
        workers: base URL of the workers that are asked whether events flow.
    """

    urls: Mapping[str, str]
    workers: Mapping[str, str] = field(default_factory=dict)
    log_level: str = "INFO"
    is_traced: bool = False


def load() -> PortalSettings:
    """Return the settings of the environment.

    Raises:
        environs.EnvValidationError: a variable is missing or malformed; names all of them.
    """
    env = environment()
    urls = {service: env.str(f"{service.upper()}_URL") for service in SERVICES}
    workers = {service: env.str(f"{service.upper()}_WORKER_URL", "") for service in SERVICES}
    log_level, is_traced = read_log_level(env), read_tracing(env)
    env.seal()
    known = {service: url for service, url in workers.items() if url}
    return PortalSettings(urls=urls, workers=known, log_level=log_level, is_traced=is_traced)
