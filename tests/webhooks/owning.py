"""The owners of assets, portfolios and values, answering their internal API on a real port."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.webhooks.telling import card, portfolio_card


class OwnersServer:
    """All owners behind one port.

    Attributes:
        answers: path → what it answers; any other is 404.
        asked: the paths that were asked for.
        meanwhile: is done while somebody waits for an answer; its error is a 503.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self.down = False
        self.meanwhile: Callable[[], object] = lambda: None
        handler = type("Bound", (_Handler,), {"at": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def asset(
        self,
        asset: int,
        closes: dict[str, str] | None = None,
        *,
        sequence: int = 1,
        owner: int | None = None,
        splits: dict[str, str] | None = None,
    ) -> None:
        """Have an asset with these closes."""
        closes = closes or {}
        newest = max(closes, default=None)
        price = closes[newest] if newest else None
        self.answers[f"assets/{asset}/prices/"] = {
            "asset": card(asset, price, owner=owner, day=newest or ""),
            "sequence": sequence,
            "dates": sorted(closes),
            "close": [closes[day] for day in sorted(closes)],
            **dict.fromkeys(("open", "high", "low", "volume")),
            "splits": [{"date": day, "ratio": ratio} for day, ratio in (splits or {}).items()],
        }

    def portfolio(
        self,
        owner: int,
        portfolio: int = 1,
        transactions: list[dict[str, Any]] | None = None,
        *,
        sequence: int = 1,
        **values: str,
    ) -> None:
        """Have a portfolio with this ledger."""
        self.answers[f"portfolios/{portfolio}/"] = {
            "portfolio": portfolio_card(owner, portfolio, **values),
            "sequence": sequence,
            "transactions": transactions or [],
        }

    def values(self, before: str, *closes: str | None, portfolio: int = 1) -> None:
        """Have these values of a portfolio before a day, the newest first."""
        path = f"portfolios/{portfolio}/closes/?before={before}"
        self.answers[path] = {"closes": list(closes)}

    def lists(self) -> None:
        """List what there is, in one page."""
        answers = self.answers.values()
        assets = [
            {**one["asset"], "sequence": one["sequence"]} for one in answers if "asset" in one
        ]
        portfolios = [{**one["portfolio"], "sequence": 1} for one in answers if "portfolio" in one]
        self.answers["assets/?after_id=0"] = {"assets": assets, "next_after_id": None}
        ids = "%2C".join(str(one["id"]) for one in assets)
        self.answers[f"assets/by-ids/?ids={ids}"] = {"assets": assets, "next_after_id": None}
        self.answers["portfolios/?after_id=0"] = {
            "portfolios": portfolios,
            "next_after_id": None,
        }

    def empty(self) -> None:
        self.answers.clear()
        self.asked.clear()
        self.down = False
        self.meanwhile = lambda: None

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    at: OwnersServer

    def do_GET(self) -> None:
        path = self.path.removeprefix("/internal/v1/")
        self.at.asked.append(path)
        answer = self.at.answers.get(path)
        status = 503 if self._fails() else 404 if answer is None else 200
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _fails(self) -> bool:
        try:
            self.at.meanwhile()
        except Exception:
            return True
        return self.at.down

    def log_message(self, *_: object) -> None:
        pass
