"""Sources of prices other than the web: a file, Yahoo's tables, and what may be configured."""

import re
import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from environs import EnvValidationError

from services.assets import settings
from services.assets.domain.feeds import DataSourceError, Delivery, Wanted
from services.assets.domain.price_files import price_bars, row_bars
from services.assets.domain.quotes import Bar
from services.assets.domain.splits import Split
from services.assets.outside.sources import Readers, Sources
from services.assets.outside.sources.yahoo import delivery
from services.assets.settings import NamedSource
from shared.testing import environment
from shared.testing.stand import set_environment

OWN = "https://quotes.example/{symbol}?key=1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text("date,AAPL,MSFT\n2024-01-18,173,\n2024-01-19,175.5,390\n")
    return path


def asked(address: str, symbol: str, since: date | None = None) -> Delivery:
    """Return what a source without a name of its own says of a stock."""
    sources = Sources([NamedSource("own", address)], Readers(price_bars, row_bars))
    wanted = Wanted(symbol, "STOCK", "USD", since)
    return sources.serving(None, "STOCK").history(wanted, 1)


def test_a_file_has_a_column_for_each_symbol(file: Path) -> None:
    found = asked(str(file), "AAPL", None)
    assert found.bars == [
        Bar(date(2024, 1, 18), Decimal(173)),
        Bar(date(2024, 1, 19), Decimal("175.5")),
    ]
    assert (found.basis, found.splits) == ("as_traded", ())


def test_a_file_leaves_out_empty_cells_and_earlier_days(file: Path) -> None:
    msft = asked(str(file), "MSFT", None)
    late = asked(str(file), "AAPL", date(2024, 1, 19))
    assert [bar.date.day for bar in msft.bars] == [19]
    assert [bar.date.day for bar in late.bars] == [19]


def test_a_file_that_lacks_a_symbol_or_is_broken_fails(file: Path, tmp_path: Path) -> None:
    with pytest.raises(DataSourceError, match="knows no GOOG"):
        asked(str(file), "GOOG", None)
    with pytest.raises(DataSourceError, match="cannot be read"):
        asked(str(tmp_path / "missing.csv"), "AAPL", None)
    file.write_text("date,AAPL\n2024-01-18,much\n")
    with pytest.raises(DataSourceError, match="cannot be read"):
        asked(str(file), "AAPL", None)


def test_yahoos_table_is_adjusted_for_its_splits() -> None:
    # The shape of Ticker.history(auto_adjust=False) of yfinance 1.7.
    table = pd.DataFrame(
        {
            "Open": [126.0124969482422, 127.58000183105469, float("nan")],
            "High": [126.44249725341797, 131.0, float("nan")],
            "Low": [124.57749938964844, 126.0, float("nan")],
            "Close": [124.80750274658203, 129.0399932861328, float("nan")],
            "Adj Close": [121.3, 125.4, float("nan")],
            "Volume": [187630000, 225702700, 0],
            "Dividends": [0.0, 0.0, 0.0],
            "Stock Splits": [0.0, 4.0, 0.0],
        },
        index=pd.DatetimeIndex(
            ["2020-08-28", "2020-08-31", "2020-09-01"], tz="America/New_York", name="Date"
        ),
    )
    found = delivery(zip(table.index, table.to_dict("records"), strict=True), "USD")  # type: ignore[arg-type]  # pandas names columns by any Hashable
    assert found.bars == [
        Bar(
            date(2020, 8, 28),
            Decimal("124.8075"),
            Decimal("126.0125"),
            Decimal("126.4425"),
            Decimal("124.5775"),
            187_630_000,
        ),
        Bar(
            date(2020, 8, 31),
            Decimal("129.04"),
            Decimal("127.58"),
            Decimal(131),
            Decimal(126),
            225_702_700,
        ),
    ]
    assert found.splits == [Split(date(2020, 8, 31), Fraction(4))]
    assert (found.basis, found.currency) == ("split_adjusted", "USD")


def test_a_reverse_split_of_yahoo_is_the_fraction_it_is() -> None:
    row = {
        "Open": 0.0,
        "High": 3.0,
        "Low": 2.0,
        "Close": 3.0,
        "Volume": 0,
        "Stock Splits": 0.333333,
    }
    found = delivery([(pd.Timestamp("2020-08-31"), row)], None)
    assert found.splits == [Split(date(2020, 8, 31), Fraction(1, 3))]
    assert found.bars == [Bar(date(2020, 8, 31), Decimal(3), None, Decimal(3), Decimal(2))]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, []),
        ({"DATA_SOURCE": ""}, []),
        ({"DATA_SOURCE": "/data/prices.csv"}, [("file", "/data/prices.csv")]),
        ({"DATA_SOURCE": OWN}, [("web", OWN)]),
        ({"DATA_SOURCE": "http://localhost:1/{symbol}"}, [("web", "http://localhost:1/{symbol}")]),
        (
            {"DATA_SOURCES": "stooq, own,ecb", "DATA_SOURCE_OWN": OWN},
            [
                ("stooq", "https://stooq.com/q/d/l/"),
                ("own", OWN),
                ("ecb", "https://data-api.ecb.europa.eu/service/data/EXR"),
            ],
        ),
        (
            {"DATA_SOURCES": "coingecko", "DATA_SOURCE_COINGECKO": "https://pro.example/v3?key=1"},
            [("coingecko", "https://pro.example/v3?key=1")],
        ),
        (
            {
                "DATA_SOURCES": "own",
                "DATA_SOURCE_OWN": "https://x.example/{symbol}/{currency}?{since}",
            },
            [("own", "https://x.example/{symbol}/{currency}?{since}")],
        ),
    ],
)
def test_sources_that_can_be_are_accepted(
    tmp_path: Path, chosen: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    found = configured(tmp_path, **chosen)
    assert [(source.name, source.address) for source in found] == expected


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"DATA_SOURCE": "http://quotes.example/{symbol}"}, "Must be https"),
        ({"DATA_SOURCE": "https://quotes.example/"}, "{symbol}"),
        ({"DATA_SOURCE": "ftp://quotes.example/{symbol}"}, "Must be https"),
        ({"DATA_SOURCE": "yahooo"}, "yfinance"),
        ({"DATA_SOURCES": "ecb,Yahoo!"}, "'Yahoo!' is no source"),
        ({"DATA_SOURCES": "ecb,ecb"}, "twice"),
        ({"DATA_SOURCES": "manual"}, "'manual' is no source"),
        ({"DATA_SOURCES": "ftp://x"}, "'ftp://x' is no source"),
        ({"DATA_SOURCES": "own"}, "DATA_SOURCE_OWN"),
        ({"DATA_SOURCES": "ecb", "DATA_SOURCE_ECB": "ftp://x"}, "DATA_SOURCE_ECB"),
        ({"DATA_SOURCES": "ecb", "DATA_SOURCE": OWN}, "leave DATA_SOURCE out"),
        ({"DATA_SOURCES": "own", "DATA_SOURCE_OWN": "https://{symbol}.example/"}, "{symbol}"),
        ({"DATA_SOURCES": "own", "DATA_SOURCE_OWN": "https://x.example/{symbol}{key}"}, "braces"),
        ({"DATA_SOURCES": "own", "DATA_SOURCE_OWN": "https://x.example/{symbol"}, "{symbol}"),
    ],
)
def test_sources_that_cannot_be_are_refused_at_the_start(
    tmp_path: Path, chosen: dict[str, str], why: str
) -> None:
    with pytest.raises(EnvValidationError, match=re.escape(why)):
        configured(tmp_path, **chosen)


@pytest.mark.parametrize("chosen", [{"DATA_SOURCE": "yfinance"}, {"DATA_SOURCES": "ecb,yahoo"}])
def test_yahoo_needs_its_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: dict[str, str]
) -> None:
    assert configured(tmp_path, **chosen)[-1].name == "yahoo"
    monkeypatch.setitem(sys.modules, "yfinance", None)  # as if it were not installed
    with pytest.raises(EnvValidationError, match=r"requirements/yahoo\.txt"):
        configured(tmp_path, **chosen)


def configured(folder: Path, **chosen: str) -> list[NamedSource]:
    own = environment("assets", database_url="postgresql://x", keys=folder, **chosen)
    with set_environment(own):
        return list(settings.load().data_sources)


def test_an_address_nobody_listens_at_fails() -> None:
    with pytest.raises(DataSourceError, match="does not answer"):
        asked("http://127.0.0.1:9/{symbol}", "AAPL", None)
