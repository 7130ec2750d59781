"""The copies that portfolio, analytics and webhooks make of assets and prices, in any order."""

from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from werkzeug.test import TestResponse

from tests.machines.hearing import Hearing

_FIRST: Final = date(2024, 1, 1)
_DAYS: Final = st.integers(0, 4).map(lambda n: (_FIRST + timedelta(days=n)).isoformat())
_CLOSES: Final = st.decimals("0.0001", "99", places=4).map(str)
# A stock, a pair that portfolio keeps closes of, and what becomes one.
_KINDS: Final = (("AAPL", "STOCK"), ("EURUSD", "CURRENCY"), ("GBPUSD", "OTHER"))


class Quotations(Hearing):
    """The administrator changes assets and their prices, and listeners hear of it."""

    def __init__(self) -> None:
        super().__init__()
        self.stand.empty()
        self.client = self.stand.client(user=9, staff=True)
        self.assets: list[int] = []

    @initialize()
    def begin(self) -> None:
        """Make an asset of each kind."""
        for symbol, kind in _KINDS:
            self.assets.append(self._made(symbol, kind))

    @rule(data=st.data(), day=_DAYS, close=_CLOSES)
    def price(self, data: st.DataObject, day: str, close: str) -> None:
        """Tell one price, of a day that may have one."""
        path = f"/api/assets/{self._asset(data)}/update_price/"
        self._done(self.client.post(path, json={"price": close, "date": day}))

    @rule(data=st.data(), closes=st.dictionaries(_DAYS, _CLOSES, min_size=1))
    def history(self, data: st.DataObject, closes: dict[str, str]) -> None:
        """Tell the prices of several days at once."""
        path = f"/api/assets/{self._asset(data)}/price_history/bulk/"
        prices = [{"date": day, "close": close} for day, close in closes.items()]
        self._done(self.client.post(path, json={"prices": prices}))

    @rule(data=st.data(), name=st.sampled_from(["Old", "New"]))
    def rename(self, data: st.DataObject, name: str) -> None:
        """Give an asset another name."""
        self._change(self._asset(data), name=name)

    @rule(data=st.data(), kind=st.sampled_from(["OTHER", "CURRENCY"]))
    def become(self, data: st.DataObject, kind: str) -> None:
        """Make a currency pair of an asset that was none, or the other way round."""
        pairs = st.sampled_from(self.assets[1:])
        self._change(data.draw(pairs), asset_type=kind)

    @rule()
    def replace(self) -> None:
        """Retire the stock, and make another one."""
        self._done(self.client.delete(f"/api/assets/{self.assets[0]}/"))
        self.assets[0] = self._made(f"S{len(self.stand.events())}", "STOCK")

    def _asset(self, data: st.DataObject) -> int:
        return int(data.draw(st.sampled_from(self.assets)))

    def _made(self, symbol: str, kind: str) -> int:
        body = {"symbol": symbol, "name": symbol, "asset_type": kind, "currency": "USD"}
        return int(self._done(self.client.post("/api/assets/", json=body))["id"])

    def _change(self, asset: int, **fields: str) -> None:
        tag = self.client.get(f"/api/assets/{asset}/").headers["ETag"]
        path = f"/api/assets/{asset}/"
        self._done(self.client.patch(path, json=fields, headers={"If-Match": tag}))

    def _done(self, answer: TestResponse) -> dict[str, Any]:
        assert answer.status_code < 300, answer.text
        return dict(answer.get_json(silent=True) or {})
