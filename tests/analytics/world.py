"""The owners of portfolios and assets: what they have, what they say, and their internal API."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from shared.events import Event, catalogue
from shared.identity import Verifier

Json = dict[str, Any]

PAGE = 2  # ids a page, so that every list has more than one
MOMENT = "2024-01-01T00:00:00Z"


@dataclass
class OwnedPortfolio:
    card: Json
    sequence: int = 0
    transactions: dict[int, Json] = field(default_factory=dict)

    def answer(self) -> Json:
        rows = sorted(
            self.transactions.values(), key=lambda row: (row["date"], row["position_in_day"])
        )
        return {"portfolio": self.card, "sequence": self.sequence, "transactions": rows}


@dataclass
class OwnedAsset:
    card: Json
    sequence: int = 0
    prices: dict[str, Json] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)
    trade_days: set[str] = field(default_factory=set)

    def answer(self) -> Json:
        days = sorted(self.prices)
        return {
            "asset": self.card,
            "sequence": self.sequence,
            "dates": days,
            "close": [self.prices[day]["close"] for day in days],
            **{name: self._column(name, days) for name in ("open", "high", "low", "volume")},
            "trade_days": sorted(self.trade_days),
            "splits": [{"date": day, "ratio": ratio} for day, ratio in self.splits.items()],
        }

    def _column(self, name: str, days: list[str]) -> list[Any] | None:
        values = [self.prices[day][name] for day in days]
        return None if all(value is None for value in values) else values


class World:
    """Portfolios and assets whose every change is an event, said in order.

    Attributes:
        said: events that nobody has taken yet.
        asked: paths of the internal APIs that were asked.
        url: where both owners listen; they believe analytics alone.
    """

    def __init__(self, keys: Path) -> None:
        self.portfolios: dict[int, OwnedPortfolio] = {}
        self.assets: dict[int, OwnedAsset] = {}
        self.said: list[Event] = []
        self.asked: list[str] = []
        self._ids = 0
        verifiers = {name: Verifier(keys, name) for name in ("portfolio", "assets")}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, verifiers))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def empty(self) -> None:
        """Forget everything; ids are never used again."""
        for kept in (self.portfolios, self.assets, self.said, self.asked):
            kept.clear()

    def take(self) -> list[Event]:
        """Return what was said since the last time."""
        taken, self.said = self.said, []
        return taken

    def portfolio(self, *, owner: int = 1, currency: str = "USD", name: str = "Growth") -> int:
        number = self._next()
        card = {
            "id": number,
            "owner": owner,
            "name": name,
            "currency": currency,
            "cost_basis_method": "AVERAGE",
            "is_active": True,
        }
        self.portfolios[number] = OwnedPortfolio(card)
        self._say_portfolio("portfolio-created", number, {"portfolio": card})
        return number

    def change_portfolio(self, portfolio: int, **values: Any) -> None:
        owned = self.portfolios[portfolio]
        owned.card = owned.card | values
        self._say_portfolio("portfolio-updated", portfolio, {"portfolio": owned.card})

    def delete_portfolio(self, portfolio: int) -> None:
        card = self.portfolios[portfolio].card
        self._say_portfolio("portfolio-deleted", portfolio, {"portfolio": card})
        del self.portfolios[portfolio]

    def record(
        self,
        portfolio: int,
        kind: str,
        date: str,
        *,
        asset: int | None = None,
        quantity: str | None = None,
        price: str | None = None,
        amount: str | None = None,
        currency: str = "USD",
        exchange_rate: str | None = None,
        ratio: str | None = None,
    ) -> int:
        """Record an entry; money moves as its amount says, or quantity × price for BUY and SELL."""
        number = self._next()
        row = {
            "id": number,
            "portfolio": portfolio,
            "asset": asset,
            "symbol": self.assets[asset].card["symbol"] if asset in self.assets else None,
            "transaction_type": kind,
            "date": date,
            "quantity": quantity,
            "price": price,
            "amount": amount,
            "fees": "0",
            "taxes": "0",
            "currency": currency,
            "exchange_rate": exchange_rate,
            "ratio": ratio,
            "cash_effect": amount or _traded(kind, quantity, price),
            "position_in_day": number,
            "notes": None,
            "external_id": None,
            "import_id": None,
            "created": MOMENT,
            "modified": MOMENT,
        }
        self.portfolios[portfolio].transactions[number] = row
        self._say_transaction("transaction-created", row)
        return number

    def announced(self, portfolio: int, *changes: Callable[[], object]) -> None:
        """Let several changes of entries be one commit."""
        place = len(self.said)
        for change in changes:
            change()
        touched = [event.data["transaction"]["date"] for event in self.said[place:]]
        owned = self.portfolios[portfolio]
        data = {"portfolio": portfolio, "owner": owned.card["owner"]}
        data |= {"first_date": min(touched), "count": len(touched)}
        catalogue.check("ledger-changed", data)
        subject = f"portfolios/{portfolio}"
        event = Event.now("portfolio", "ledger-changed", subject, owned.sequence, data)
        self.said.insert(place, event)

    def change_transaction(self, portfolio: int, number: int, **values: Any) -> None:
        rows = self.portfolios[portfolio].transactions
        rows[number] = rows[number] | values
        self._say_transaction("transaction-updated", rows[number])

    def delete_transaction(self, portfolio: int, number: int) -> None:
        row = self.portfolios[portfolio].transactions.pop(number)
        self._say_transaction("transaction-deleted", row)

    def asset(
        self,
        symbol: str,
        prices: Mapping[str, str] | None = None,
        *,
        asset_type: str = "STOCK",
        currency: str = "USD",
        owner: int | None = None,
        sector: str | None = "Technology",
        country: str | None = None,
    ) -> int:
        """Make an asset with a history of closes."""
        number = self._next()
        card = {
            "id": number,
            "symbol": symbol,
            "name": f"{symbol} itself",
            "asset_type": asset_type,
            "currency": currency,
            "isin": None,
            "exchange": None,
            "sector": sector,
            "industry": None,
            "country": country,
            "visibility": "PRIVATE" if owner else "PUBLIC",
            "owner": owner,
            "is_active": True,
            "current_price": None,
            "previous_close": None,
            "price_date": None,
            "price_source": None,
            "split_dates": [],
        }
        self.assets[number] = OwnedAsset(card)
        self._say_asset("asset-created", number, {})
        if prices:
            self.import_prices(number, prices)
        return number

    def import_prices(self, asset: int, prices: Mapping[str, str]) -> None:
        owned = self.assets[asset]
        owned.prices |= {day: _price(day, close) for day, close in prices.items()}
        owned.trade_days -= prices.keys()
        self._say_rewritten(asset, min(prices), max(prices), len(prices))

    def trade_prices(self, asset: int, prices: Mapping[str, str]) -> None:
        """Have closes that are merely the prices of trades."""
        owned = self.assets[asset]
        owned.prices |= {day: _price(day, close) for day, close in prices.items()}
        owned.trade_days |= prices.keys()
        self._say_rewritten(asset, min(prices), max(prices), len(prices), "trade")

    def split(self, asset: int, day: str, ratio: str) -> None:
        self.assets[asset].splits[day] = ratio
        self._say_rewritten(asset, day, day, 0)

    def price(self, asset: int, day: str, close: str, **more: Any) -> None:
        """Record one day's price."""
        owned = self.assets[asset]
        owned.prices[day] = _price(day, close, **more)
        owned.trade_days.discard(day)
        self._say_asset(
            "price-updated", asset, {"price": owned.prices[day], "previous_price": None}
        )

    def retire(self, asset: int) -> None:
        self.assets[asset].card["is_active"] = False
        self._say_asset("asset-deleted", asset, {})

    def _say_rewritten(
        self, asset: int, first: str, last: str, count: int, source: str = "import"
    ) -> None:
        touched = {"first_date": first, "last_date": last, "count": count, "source": source}
        self._say_asset("price-history-imported", asset, touched)

    def _say_asset(self, kind: str, asset: int, data: Json) -> None:
        owned = self.assets[asset]
        owned.sequence += 1
        card = dict(owned.card)
        self._say("assets", kind, f"assets/{asset}", owned.sequence, {"asset": card, **data})

    def _say_transaction(self, kind: str, row: Json) -> None:
        owner = self.portfolios[row["portfolio"]].card["owner"]
        self._say_portfolio(kind, row["portfolio"], {"owner": owner, "transaction": row})

    def _say_portfolio(self, kind: str, portfolio: int, data: Json) -> None:
        owned = self.portfolios[portfolio]
        owned.sequence += 1
        self._say("portfolio", kind, f"portfolios/{portfolio}", owned.sequence, data)

    def _say(self, source: str, kind: str, subject: str, sequence: int, data: Json) -> None:
        catalogue.check(kind, data)
        self.said.append(Event.now(source, kind, subject, sequence, data))

    def _next(self) -> int:
        self._ids += 1
        return self._ids


def _price(day: str, close: str, **more: Any) -> Json:
    return {"date": day, "open": None, "high": None, "low": None, "volume": None, **more} | {
        "close": close
    }


def _traded(kind: str, quantity: str | None, price: str | None) -> str:
    if kind not in {"BUY", "SELL"}:
        return "0"
    moved = Decimal(quantity or 0) * Decimal(price or 0)
    return f"{-moved if kind == 'BUY' else moved:f}"


def _handler(world: World, verifiers: Mapping[str, Verifier]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """`/internal/v1/{portfolios,assets}/…` as the contract between the services says."""

        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
            kind, *rest = path.removeprefix("/internal/v1/").strip("/").split("/")
            token = self.headers["Authorization"].removeprefix("Bearer ")
            owner = "portfolio" if kind == "portfolios" else "assets"
            assert verifiers[owner].caller(token).name == "analytics"
            world.asked.append(path)
            owned: Mapping[int, Any] = world.portfolios if kind == "portfolios" else world.assets
            if rest == ["by-symbols"]:
                self._answer(_by_symbols(world.assets, query["symbols"][0], int(query["user"][0])))
            elif not rest:
                self._answer(_page(kind, owned, int(query["after_id"][0])))
            elif int(rest[0]) in owned:
                self._answer(owned[int(rest[0])].answer())
            else:
                self.send_error(404)

        def _answer(self, body: Json) -> None:
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _by_symbols(assets: Mapping[int, OwnedAsset], symbols: str, user: int) -> Json:
    seen = [owned for owned in assets.values() if owned.card["owner"] in (None, user)]
    named = [owned for owned in seen if owned.card["symbol"] in symbols.upper().split(",")]
    own_first = sorted(
        named, key=lambda owned: (not owned.card["is_active"], owned.card["owner"] is None)
    )
    return {"assets": [owned.card | {"sequence": owned.sequence} for owned in own_first]}


def _page(kind: str, owned: Mapping[int, Any], after: int) -> Json:
    ids = sorted(key for key in owned if key > after)
    rows = [owned[key].card | {"sequence": owned[key].sequence} for key in ids[:PAGE]]
    return {kind: rows, "next_after_id": rows[-1]["id"] if len(ids) > PAGE else None}
