"""A server that answers as Yahoo Finance, the ECB's data portal and CoinGecko's search do."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from shared.testing import ENOUGH

_DAY = timedelta(days=1)
# A market in London, so that its days are those of UTC but for an hour in summer.
_OPENS = timedelta(hours=9)


@dataclass(frozen=True)
class Paper:
    """Something that is quoted each weekday.

    Attributes:
        close: of a day; None is none.
        split_on: the day of a split 4:1, for which earlier closes are adjusted.
    """

    symbol: str
    isin: str
    close: Callable[[date], float | None]
    currency: str = "USD"
    kind: str = "EQUITY"
    split_on: date | None = None


def _set() -> Event:
    event = Event()
    event.set()
    return event


@dataclass
class Exchange:
    """What is quoted, and what was asked.

    Attributes:
        rates: currency → units of it for one euro, of each weekday.
        coins: what the search for coins finds, whatever it is for.
        status: of all answers.
        seconds_before: that each answer waits.
        may_answer: for which each answer waits, too.
    """

    port: int = 0
    papers: Sequence[Paper] = ()
    rates: dict[str, Callable[[date], float]] = field(default_factory=dict)
    coins: Sequence[dict[str, str]] = ()
    status: int = 200
    seconds_before: float = 0
    may_answer: Event = field(default_factory=_set)
    asked: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ecb(self) -> str:
        return f"{self.root}/service/data/EXR"

    @property
    def coingecko(self) -> str:
        return f"{self.root}/api/v3"

    def start_anew(
        self, papers: Sequence[Paper], rates: dict[str, Callable[[date], float]]
    ) -> None:
        """Quote these from now on, and have been asked nothing."""
        vars(self).update(vars(Exchange(port=self.port, papers=papers, rates=rates)))

    def searches(self) -> list[str]:
        """Return what Yahoo was searched for."""
        parts = [urlsplit(path) for path in self.asked if path.startswith("/v1/finance/search?")]
        return sorted(parse_qs(part.query)["q"][0] for part in parts)

    def answer(self, path: str) -> str:
        """Return the body for a path."""
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        name = parts.path.rpartition("/")[2]
        if parts.path.startswith("/v1/finance/search"):
            return json.dumps({"quotes": [_quote(it) for it in self._found(query["q"])]})
        if parts.path.startswith("/v8/finance/chart/"):
            return json.dumps({"chart": self._chart(name, query)})
        if parts.path.startswith("/service/data/EXR/"):
            return self._rates(name.split(".")[1], query)
        return json.dumps({"coins": list(self.coins)})

    def _found(self, text: str) -> list[Paper]:
        return [paper for paper in self.papers if text in (paper.isin, paper.symbol)]

    def _chart(self, symbol: str, query: dict[str, str]) -> dict[str, Any]:
        papers = [paper for paper in self.papers if paper.symbol == symbol]
        if not papers:
            missing = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
            return {"result": None, "error": missing}
        [paper] = papers
        since = datetime.fromtimestamp(int(query.get("period1", "0")), UTC).date()
        days = [day for day in _weekdays(since) if paper.close(day) is not None]
        times = [_moment(day) for day in days]
        closes = [_adjusted(paper, day) for day in days]
        quote = dict.fromkeys(("open", "high", "low", "close"), closes)
        result = {
            "meta": _meta(paper),
            "timestamp": times,
            "indicators": {
                "quote": [{**quote, "volume": [100] * len(days)}],
                "adjclose": [{"adjclose": closes}],
            },
        }
        if paper.split_on:
            moment = _moment(paper.split_on)
            split = {"date": moment, "numerator": 4.0, "denominator": 1.0, "splitRatio": "4:1"}
            result["events"] = {"splits": {str(moment): split}}
        return {"result": [result], "error": None}

    def _rates(self, currency: str, query: dict[str, str]) -> str:
        since = date.fromisoformat(query.get("startPeriod", "2020-01-01"))
        rate = self.rates[currency]
        rows = [f"{day},{rate(day)}" for day in _weekdays(since)]
        return "\n".join(["TIME_PERIOD,OBS_VALUE", *rows])


def last_weekday() -> date:
    """Return the last day that is quoted: before today, so that no hour of the day matters."""
    day = datetime.now(UTC).date() - _DAY
    while day.weekday() > 4:
        day -= _DAY
    return day


def _weekdays(since: date) -> list[date]:
    first = max(since, date(2020, 1, 1))
    count = (last_weekday() - first).days + 1
    days = (first + timedelta(days=number) for number in range(count))
    return [day for day in days if day.weekday() < 5]


def _moment(day: date) -> int:
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC) + _OPENS).timestamp())


def _adjusted(paper: Paper, day: date) -> float:
    close = paper.close(day)
    assert close is not None
    return close / 4 if paper.split_on and day < paper.split_on else close


def _quote(paper: Paper) -> dict[str, Any]:
    return {
        "symbol": paper.symbol,
        "longname": f"{paper.symbol} plc",
        "quoteType": paper.kind,
        "exchDisp": "London",
        "isYahooFinance": True,
    }


def _meta(paper: Paper) -> dict[str, Any]:
    last = _moment(last_weekday())
    period = {"timezone": "GMT", "start": last, "end": last, "gmtoffset": 0}
    return {
        "currency": paper.currency,
        "symbol": paper.symbol,
        "exchangeName": "LSE",
        "instrumentType": paper.kind,
        "firstTradeDate": _moment(date(2020, 1, 1)),
        "regularMarketTime": last,
        "gmtoffset": 0,
        "timezone": "GMT",
        "exchangeTimezoneName": "UTC",
        "priceHint": 2,
        "currentTradingPeriod": dict.fromkeys(("pre", "regular", "post"), period),
        "dataGranularity": "1d",
        "range": "max",
        "validRanges": ["1d", "1y", "max"],
    }


@contextmanager
def exchange() -> Iterator[Exchange]:
    """Yield an exchange that listens."""
    exchange = Exchange()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            exchange.asked.append(self.path)
            time.sleep(exchange.seconds_before)
            exchange.may_answer.wait(ENOUGH)
            self.send_response(exchange.status)
            self.end_headers()
            works = exchange.status == 200
            self.wfile.write((exchange.answer(self.path) if works else "Sorry").encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def handle(self) -> None:
            """Let clients hang up."""
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    exchange.port = server.server_port
    Thread(target=server.serve_forever, daemon=True).start()
    yield exchange
    server.shutdown()
