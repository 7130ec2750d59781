"""What the person who starts the run may choose, read once from the environment."""

import ipaddress
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from environs import Env, EnvValidationError
from marshmallow import ValidationError, validate

from deploy.local import strangers
from deploy.local.errors import RunError
from gateway.origins import parse_origins
from services.analytics import settings as analytics
from services.assets import settings as assets
from services.auth import settings as auth
from services.webhooks import settings as webhooks
from shared import settings as every_service

ROOT: Final = Path(__file__).resolve().parents[2]
# Of the person's own environment the processes see only this: a PGOPTIONS or a
# GUNICORN_CMD_ARGS that stands there for something else must not change how they run.
PASSED_ON: Final = (
    *("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
    *("LOG_LEVEL", "BENCHMARK_ALIASES", "WEBHOOKS_ALLOW_PRIVATE"),
    *("FAULT_AT", "FAULT_ONCE"),
    *("DATA_SOURCES", "DATA_SOURCE", "DATA_REFRESH_HOURS", "INTERNAL_READERS"),
    "TRUSTED_PROXIES",
    *("QUOTA_STANDARD", "QUOTA_ANALYTICS", "QUOTA_MARKET_DATA", "QUOTA_LOGIN"),
    "QUOTA_EXCHANGE",
)
# What is wrong with what services alone read is said before anything starts.
READ_BY_SERVICES: Final[Sequence[Callable[[Env], object]]] = (
    *(partial(every_service.read_chosen, name=name) for name in every_service.SERVICES),
    analytics.read_chosen,
    assets.read_chosen,
    auth.read_chosen,
    webhooks.read_chosen,
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One run.

    Attributes:
        host: address on which the gateway listens.
        port: TCP port of the gateway.
        run_dir: folder of everything that the run keeps; absolute.
        bus: URL of a broker that exists, instead of the embedded NATS.
        bus_accounts: service → URL of the same broker with an account of its own.
        database: superuser's URL of a PostgreSQL that exists, instead of the embedded one.
        quota_storage: `memory://` or `redis://…`.
        demo: load the demo data once, when only this machine can reach the gateway.
        workers: gunicorn worker processes of each web process.
        limits: whether quotas are enforced.
        cors_origins: whose pages may call from a browser, with commas.
        traces: where the gateway sends its part of traces; "" where nobody collects them.
        trace_ratio: how many traces it keeps.
        trusted_proxies: networks of the proxies before the gateway.
    """

    host: str
    port: int
    run_dir: Path
    bus: str | None
    bus_accounts: Mapping[str, str]
    database: str | None
    quota_storage: str
    demo: bool
    workers: int
    limits: bool
    cors_origins: str
    traces: str
    trace_ratio: float
    trusted_proxies: Sequence[every_service.Network]

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the gateway."""
        return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback

    @property
    def auth_workers(self) -> int:
        """Workers of auth's web process: one where it counts quotas in its own memory."""
        return 1 if self.quota_storage.startswith("memory:") else self.workers

    @property
    def entrypoint(self) -> str:
        """The gateway's `host:port`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def load() -> Settings:
    """Return the settings from the environment.

    Raises:
        RunError: names every variable that is malformed, or that nobody would read.
    """
    env = every_service.environment()
    settings = Settings(
        host=env.str("HOST", "127.0.0.1", validate=_address),
        port=env.int("PORT", 8000, validate=validate.Range(1, 65535)),
        run_dir=env.path("RUN_DIR", Path(".run")).absolute(),
        bus=env.str("BUS", "", validate=_BROKERS) or None,
        bus_accounts=_bus_accounts(env),
        database=env.str("DATABASE", "", validate=_scheme("postgresql", "postgres")) or None,
        quota_storage=env.str(
            "QUOTA_STORAGE", "memory://", validate=_scheme("memory", "redis", "rediss")
        ),
        demo=env.bool("DEMO", True),
        workers=env.int("WORKERS", 1, validate=validate.Range(1, 32)),
        limits=env.bool("LIMITS", True),
        cors_origins=env.str("CORS_ORIGINS", "", validate=_origins),
        traces=_traces(env),
        trace_ratio=env.float("OTEL_TRACES_SAMPLER_ARG", 1.0, validate=validate.Range(0, 1)),
        trusted_proxies=every_service.read_trusted_proxies(env),
    )
    for read_chosen in READ_BY_SERVICES:
        read_chosen(env)
    try:
        env.seal()
    except EnvValidationError as error:
        raise RunError(_sentence(error.error_messages)) from error
    if settings.bus_accounts and not settings.bus:
        raise RunError("BUS: must name the broker whose accounts the others are.")
    known = {*env.dump(), *PASSED_ON}
    files = {name + every_service.FILE_SUFFIX for name in known}
    if unread := strangers.mistakes(os.environ, known | files):
        raise RunError(_sentence(unread))
    return settings


def _traces(env: Env) -> str:
    is_traced = every_service.read_tracing(env)
    collector = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "").rstrip("/")
    return f"{collector}/v1/traces" if is_traced else ""


def _bus_accounts(env: Env) -> Mapping[str, str]:
    names = {service: f"BUS_{service.upper()}" for service in every_service.SERVICES}
    chosen = {service: env.str(name, "", validate=_BROKERS) for service, name in names.items()}
    return {service: url for service, url in chosen.items() if url}


def _address(host: str) -> None:
    if host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError as error:
            raise ValidationError("Not an IP address or localhost.") from error


def _origins(text: str) -> None:
    try:
        parse_origins(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _scheme(*schemes: str) -> validate.Regexp:
    expected = " or ".join(f"{scheme}://…" for scheme in schemes)
    return validate.Regexp(rf"^(({'|'.join(schemes)})://[^\"'\s]*)?$", error=f"Must be {expected}")


_BROKERS: Final = _scheme("amqp", "amqps", "nats", "tls")


def _sentence(mistakes: list[str] | Mapping[str, list[str]]) -> str:
    if isinstance(mistakes, list):
        return "; ".join(mistakes)
    # What several services read is wrong for each of them.
    return "; ".join(
        f"{variable}: {' '.join(dict.fromkeys(words))}" for variable, words in mistakes.items()
    )
