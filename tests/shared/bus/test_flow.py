"""Whether events flow is told by whoever sends and takes them, on both brokers."""

import pytest
from prometheus_client import REGISTRY

from shared.bus import flow
from shared.testing import wait_until
from tests.shared.bus.proxy import Proxy
from tests.shared.bus.receiving import consuming

SERVICE = "ledger"


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "PATIENCE", 0.0)
    # What other tests of this process stopped, stopped for good.
    monkeypatch.setattr(flow, "_stopped", {})


def told(direction: str) -> float | None:
    return REGISTRY.get_sample_value("bus_flows", {"service": SERVICE, "direction": direction})


def test_a_consumer_tells_that_the_broker_went_and_came_back(
    proxied_url: str, proxy: Proxy
) -> None:
    with consuming(proxied_url, print):
        wait_until(lambda: told("in") == 1)
        assert not flow.has_stopped()
        proxy.refuse()
        wait_until(flow.has_stopped)
        assert told("in") == 0
        proxy.refuse(False)
        wait_until(lambda: not flow.has_stopped())
        assert told("in") == 1
