"""What assets is told besides the common settings."""

import importlib.util
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from environs import Env
from marshmallow import ValidationError, validate

from shared import settings

YAHOO: Final = "yahoo"
# Sources that we know, and where they answer; Yahoo's library knows that itself.
ADDRESSES: Final = {
    "ecb": "https://data-api.ecb.europa.eu/service/data/EXR",
    "stooq": "https://stooq.com/q/d/l/",
    "coingecko": "https://api.coingecko.com/api/v3",
}
PLACEHOLDERS: Final = frozenset({"symbol", "currency", "since"})

_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,19}")
_PATH: Final = re.compile(r"[/.]")
_PLACEHOLDER: Final = re.compile(r"\{([^}]*)\}?")
# `source` of a price says who recorded it; DATA_SOURCE_SECONDS is no address, and DATA_SOURCE_FILE
# is where DATA_SOURCE lies.
_TAKEN: Final = frozenset({"manual", "import", "trade", "none", "seconds", "file"})


@dataclass(frozen=True)
class NamedSource:
    """A price source that is switched on.

    Attributes:
        address: of one of `ADDRESSES` where it answers; else `https://…{symbol}…`, or the path of a
            CSV file with a column for each symbol. Yahoo has none.
    """

    name: str
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Settings(settings.ServiceSettings):
    """Assets' configuration.

    Attributes:
        data_sources: where prices come from; who names none is served by the first that has its
            kind.
        source_seconds: seconds that a client waits for one; what takes longer becomes a job.
        refresh_every: how often each asset is refreshed unasked.
    """

    data_sources: Sequence[NamedSource]
    source_seconds: float
    refresh_every: timedelta


def load() -> Settings:
    """Return the settings from the environment.

    Raises:
        environs.EnvValidationError: names every missing or malformed variable.
    """
    env = settings.environment()
    common = settings.read_common(env, "assets")
    chosen = read_chosen(env)
    env.seal()
    return Settings(
        **common,
        data_sources=chosen.sources,
        source_seconds=chosen.seconds,
        refresh_every=timedelta(hours=chosen.hours),
    )


class Chosen(NamedTuple):
    """What the environment says of price sources, which stand in its order."""

    sources: Sequence[NamedSource]
    seconds: float
    hours: float


def read_chosen(env: Env) -> Chosen:
    """Return what the environment says of price sources."""
    return Chosen(
        sources=list(_sources(env)),
        seconds=env.float("DATA_SOURCE_SECONDS", 5.0, validate=validate.Range(min=0.1, max=20)),
        hours=env.float("DATA_REFRESH_HOURS", 24.0, validate=validate.Range(min=0.1)),
    )


def _sources(env: Env) -> Iterator[NamedSource]:
    names = [name.strip() for name in env.str("DATA_SOURCES", "").split(",") if name.strip()]
    env.str("DATA_SOURCES", "", validate=lambda _: _require_names(names))
    for name in names:
        variable = f"DATA_SOURCE_{name.upper()}"
        if name in ADDRESSES:
            yield NamedSource(name, env.str(variable, ADDRESSES[name], validate=_require_safe))
        elif name == YAHOO:
            yield NamedSource(name)
        elif _is_name(name):
            yield NamedSource(name, env.str(variable, validate=_require_address))
    # One without a name, as it was before there could be several.
    alone = env.str("DATA_SOURCE", "", validate=lambda it: _require_alone(it, names))
    if alone == "yfinance":
        yield NamedSource(YAHOO)
    elif alone:
        yield NamedSource("web" if "://" in alone else "file", alone)


def _is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and name not in _TAKEN


def _require_names(names: Sequence[str]) -> None:
    for name in names:
        if not _is_name(name):
            raise ValidationError(
                f"{name!r} is no source: write yahoo, {', '.join(ADDRESSES)}, or a name of your own"
                " in small letters, whose address DATA_SOURCE_<NAME> says."
            )
    if len(set(names)) < len(names):
        raise ValidationError("A name stands twice.")
    if YAHOO in names:
        _require_library()


def _require_alone(address: str, names: Sequence[str]) -> None:
    if address and names:
        raise ValidationError("DATA_SOURCES names the sources: leave DATA_SOURCE out.")
    if address == "yfinance":
        _require_library()
    elif address:
        _require_address(address)


def _require_library() -> None:
    if importlib.util.find_spec("yfinance") is None:
        raise ValidationError(
            "Yahoo needs a library that is not installed. `make run DATA_SOURCES=…` installs it,"
            " and so does pip install --require-hashes -r requirements/yahoo.txt."
        )


def _require_safe(address: str) -> None:
    parts = urlsplit(address)
    is_near = parts.scheme == "http" and parts.hostname in _THIS_MACHINE
    if not parts.hostname or not (parts.scheme == "https" or is_near):
        raise ValidationError("Must be https://…; http is for this machine alone.")


def _require_address(address: str) -> None:
    if "://" not in address:
        if not _PATH.search(address):
            raise ValidationError(
                "Must be yfinance, https://…{symbol}…, or the path of a CSV file."
            )
        return
    _require_safe(address)
    parts = urlsplit(address)
    names = set(_PLACEHOLDER.findall(f"{parts.path}?{parts.query}"))
    if "symbol" not in names or not names <= PLACEHOLDERS or "{" in parts.netloc + parts.fragment:
        raise ValidationError(
            "Must be https://…{symbol}…: {symbol}, {currency} and {since} are filled into its path"
            " or query, and nothing else may stand in braces."
        )
