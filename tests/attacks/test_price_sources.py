"""What a price source answers, or an asset is called there, leads nowhere and fills nothing."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache

import pytest
import requests

from services.assets.domain.feeds import DataSourceError
from services.assets.outside.sources.fetching import encoded, fetched, joined
from tests.gateway import backends
from tests.gateway.backends import Answer, Backend, Seen

MIB = 1024**2
UNPACKED = 200 * MIB


@cache
def _bomb() -> bytes:
    """Return much, packed small."""
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packing.compress(bytes(MIB)) for _ in range(UNPACKED // MIB)) + packing.flush()


def _answer(seen: Seen) -> Answer:
    if seen.path == "/redirect":
        return Answer(302, {"Location": "/inside"})
    if seen.path == "/packed":
        return Answer(200, {"Content-Encoding": "gzip"}, body=_bomb())
    if seen.path == "/packed-twice":
        return Answer(200, {"Content-Encoding": "gzip, gzip"}, body=gzip.compress(_bomb()))
    return Answer()


@pytest.fixture
def source() -> Iterator[Backend]:
    with backends.running(_answer) as source:
        yield source


def _peak(read: Callable[[], object]) -> int:
    """Return how many bytes reading takes at most."""
    tracemalloc.start()
    with suppress(DataSourceError):
        read()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("path", ["/packed", "/packed-twice"])
def test_a_packed_answer_is_not_unpacked_beyond_its_bound(source: Backend, path: str) -> None:
    url = source.url + path
    with pytest.raises(DataSourceError, match="more than 8 MiB"):
        fetched(url, within=60)
    assert _peak(lambda: fetched(url, within=60)) < 40 * MIB
    assert _peak(lambda: requests.get(url, timeout=60).content) > UNPACKED  # unbounded, it is so


def test_a_redirect_is_not_followed(source: Backend) -> None:
    url = f"{source.url}/redirect"
    with pytest.raises(DataSourceError, match="302"):
        fetched(url, within=60)
    assert [seen.path for seen in source.seen] == ["/redirect"]
    requests.get(url, timeout=60)
    assert source.seen[-1].path == "/inside"


@pytest.mark.parametrize(
    "symbol",
    [
        *("../admin", "..%2fadmin", "a/../../b", "@evil.example", "//evil.example", "x?key=1"),
        *("x#y", "a\r\nHost: evil", "\\evil", "http://evil.example/", "{currency}", "％２ｅ"),
    ],
)
def test_a_symbol_stays_in_its_place_of_the_address(symbol: str) -> None:
    for url in (
        joined("https://prices.example/v1", symbol, "chart"),
        "https://prices.example/v1/{symbol}/chart".format_map({"symbol": encoded(symbol)}),
    ):
        address = requests.Request("GET", url).prepare().url or ""
        host, *segments = address.removeprefix("https://").split("/")
        assert (host, segments[0], segments[2:]) == ("prices.example", "v1", ["chart"])
        assert not set("?#\\ \r\n") & set(address)


@pytest.mark.parametrize("symbol", [".", "..", "..."])
def test_points_alone_are_no_symbol(symbol: str) -> None:
    with pytest.raises(DataSourceError):
        encoded(symbol)
