"""Configuration: everything from the environment, read once, typed, checked at the start."""

import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypedDict

from environs import Env
from marshmallow import ValidationError, validate

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SERVICES: Final = ("auth", "portfolio", "assets", "analytics", "webhooks")
_PROTOCOL: Final = "http/protobuf"
_COLLECTOR: Final = re.compile(r"https?://[^\s\"']+")
_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# `DATABASE_URL_FILE` names a file that holds what DATABASE_URL would say.
FILE_SUFFIX: Final = "_FILE"

# How much one user may have of what a service keeps; `MOST_<NOUN>` sets another number.
_CAPS: Final[Mapping[str, Mapping[str, int]]] = {
    "auth": {"personal tokens": 50},
    "portfolio": {"portfolios": 200},
    "assets": {"private assets": 5_000, "private prices": 5_000_000},
    "analytics": {},
    "webhooks": {"webhooks": 20, "alert rules": 500},
}
_EVERYWHERE: Final = {"open jobs": 5}


class ChosenValues(TypedDict):
    """What whoever starts an installation chooses for all of its services."""

    log_level: str
    is_traced: bool
    caps: Mapping[str, int]
    internal_readers: Sequence[str]
    trusted_proxies: Sequence[Network]


class SettingsValues(ChosenValues):
    """The values that every service has, ready for its own settings class."""

    name: str
    database_url: str
    database_direct_url: str
    event_bus_url: str
    keys_dir: Path
    service_key_file: Path
    urls: Mapping[str, str]
    metrics_host: str
    metrics_port: int
    threads: int
    grace: int


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What every service is told.

    Attributes:
        name: the service: "portfolio".
        database_url: `postgresql://role:password@host:port/database`; may be a pooler's.
        database_direct_url: the same past the pooler, for what a session of the server holds.
        event_bus_url: `amqp://…` or `nats://…`.
        keys_dir: folder with `<service>.public.pem` of every service.
        service_key_file: the service's own Ed25519 private key.
        urls: base URL of each service's internal door.
        metrics_host, metrics_port: where the worker shows health and metrics; port 0 is off.
        threads: request threads of one web process; sizes the connection pool.
        grace: seconds in which what is under way may end after SIGTERM.
        is_traced: whether somebody collects traces.
        internal_readers: further callers that may read the internal API, by their keys.
        trusted_proxies: before the gateway; who asks them is the client.
        caps: noun → how many of them one user may have in this service; more are refused.
    """

    name: str
    database_url: str
    database_direct_url: str
    event_bus_url: str
    keys_dir: Path
    service_key_file: Path
    urls: Mapping[str, str]
    log_level: str = "INFO"
    is_traced: bool = False
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    threads: int = 8
    grace: int = 8
    caps: Mapping[str, int] = field(default_factory=dict)
    internal_readers: Sequence[str] = ()
    trusted_proxies: Sequence[Network] = ()


class _Environment(Env):
    """Reads variables, and files that others name; mistakes of files are collected, too."""

    def _get_value(self, env_key: str, default: Any) -> Any:
        variable = env_key + FILE_SUFFIX
        if not (name := os.environ.get(variable)):
            return super()._get_value(env_key, default)
        if os.environ.get(env_key):
            self._errors[variable].append(f"{env_key} is given as well; leave one of them out.")
        try:
            return Path(name).read_text("utf-8").strip()
        except OSError as error:
            self._errors[variable].append(f"{name} cannot be read: {error.strerror}.")
        except UnicodeDecodeError:
            self._errors[variable].append(f"{name} is no text.")
        return default


def environment() -> Env:
    """Return a reader that collects every mistake; call `seal()` to raise them together.

    What `<VARIABLE>` would say may lie in a file that `<VARIABLE>_FILE` names.
    """
    return _Environment(eager=False)


def read_chosen(env: Env, name: str) -> ChosenValues:
    """Return what whoever starts an installation chooses, as far as the service `name` reads it."""
    return ChosenValues(
        log_level=read_log_level(env),
        is_traced=read_tracing(env),
        internal_readers=env.list("INTERNAL_READERS", []),
        trusted_proxies=read_trusted_proxies(env),
        caps={
            noun: env.int(cap_variable(noun), most, validate=validate.Range(min=1))
            for noun, most in {**_EVERYWHERE, **_CAPS.get(name, {})}.items()
        },
    )


def read_log_level(env: Env) -> str:
    """Return the level of the log."""
    return env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(_LOG_LEVELS))


def read_tracing(env: Env) -> bool:
    """Return whether traces are collected: where, the exporter reads in the same variables."""
    endpoint = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "", validate=_collector)
    env.str("OTEL_EXPORTER_OTLP_PROTOCOL", _PROTOCOL, validate=validate.OneOf([_PROTOCOL]))
    return bool(endpoint) and not env.bool("OTEL_SDK_DISABLED", False)


def _collector(address: str) -> None:
    if address and not _COLLECTOR.fullmatch(address):
        raise ValidationError("Must be http://host:port or https://…")


def read_trusted_proxies(env: Env) -> Sequence[Network]:
    """Return the networks of the proxies before the gateway."""
    return parse_networks(env.str("TRUSTED_PROXIES", "", validate=_require_networks) or "")


def _require_networks(text: str) -> None:
    try:
        parse_networks(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def parse_networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a list with commas.

    Raises:
        ValueError: one of them is none; the text says how it is written.
    """
    return tuple(_network(part.strip()) for part in text.split(",") if part.strip())


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"{text!r} is no network: write 10.0.0.0/8, 2001:db8::/32 or one address."
        ) from error


def read_grace(env: Env) -> int:
    """Return how many seconds what is under way may take after SIGTERM."""
    return env.int("GRACE", 8, validate=validate.Range(1, 3600))


def read_common(env: Env, name: str) -> SettingsValues:
    """Return the common values for the service `name`."""
    database_url = env.str("DATABASE_URL")
    return SettingsValues(
        name=name,
        database_url=database_url,
        database_direct_url=env.str("DATABASE_DIRECT_URL", "") or database_url,
        event_bus_url=env.str("EVENT_BUS_URL"),
        keys_dir=env.path("KEYS_DIR"),
        service_key_file=env.path("SERVICE_KEY_FILE"),
        urls={service: env.str(f"{service.upper()}_URL") for service in SERVICES},
        metrics_host=env.str("METRICS_HOST", "127.0.0.1"),
        metrics_port=env.int("METRICS_PORT", 0),
        threads=env.int("THREADS", 8),
        grace=read_grace(env),
        **read_chosen(env, name),
    )


def cap_variable(noun: str) -> str:
    """Return the variable that says how many of `noun` one user may have."""
    return f"MOST_{noun.upper().replace(' ', '_')}"


def load(name: str) -> ServiceSettings:
    """Return the settings of a service that has none of its own.

    Raises:
        environs.EnvValidationError: a variable is missing or malformed; names all of them.
    """
    env = environment()
    values = read_common(env, name)
    env.seal()
    return ServiceSettings(**values)
