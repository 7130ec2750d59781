"""Sources of prices other than the web: a file, Yahoo's tables, and what may be configured."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from environs import EnvValidationError

from services.assets import settings
from services.assets.domain.feeds import DataSourceError
from services.assets.domain.price_files import price_bars
from services.assets.domain.quotes import Bar
from services.assets.domain.splits import Split
from services.assets.outside.sources import source
from services.assets.outside.sources.web import Web
from services.assets.outside.sources.yahoo import delivery
from shared.testing import environment
from shared.testing.stand import set_environment


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text("date,AAPL,MSFT\n2024-01-18,173,\n2024-01-19,175.5,390\n")
    return path


def test_a_file_has_a_column_for_each_symbol(file: Path) -> None:
    found = source(str(file), price_bars).history("AAPL", None, 1)
    assert found.bars == [
        Bar(date(2024, 1, 18), Decimal(173)),
        Bar(date(2024, 1, 19), Decimal("175.5")),
    ]
    assert (found.basis, found.splits) == ("as_traded", ())


def test_a_file_leaves_out_empty_cells_and_earlier_days(file: Path) -> None:
    msft = source(str(file), price_bars).history("MSFT", None, 1)
    late = source(str(file), price_bars).history("AAPL", date(2024, 1, 19), 1)
    assert [bar.date.day for bar in msft.bars] == [19]
    assert [bar.date.day for bar in late.bars] == [19]


def test_a_file_that_lacks_a_symbol_or_is_broken_fails(file: Path, tmp_path: Path) -> None:
    with pytest.raises(DataSourceError, match="knows no GOOG"):
        source(str(file), price_bars).history("GOOG", None, 1)
    with pytest.raises(DataSourceError, match="cannot be read"):
        source(str(tmp_path / "missing.csv"), price_bars).history("AAPL", None, 1)
    file.write_text("date,AAPL\n2024-01-18,much\n")
    with pytest.raises(DataSourceError, match="cannot be read"):
        source(str(file), price_bars).history("AAPL", None, 1)


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
    "configured",
    [
        "",
        "yfinance",
        "/data/prices.csv",
        "https://quotes.example/{symbol}?key=1",
        "http://localhost:1/{symbol}",
    ],
)
def test_a_source_that_can_be_is_accepted(tmp_path: Path, configured: str) -> None:
    assert configured_source(tmp_path, configured) == configured


@pytest.mark.parametrize(
    "configured",
    ["http://quotes.example/{symbol}", "https://quotes.example/", "ftp://quotes.example/{symbol}"],
)
def test_a_source_that_is_not_safe_is_refused_at_the_start(tmp_path: Path, configured: str) -> None:
    with pytest.raises(EnvValidationError, match="DATA_SOURCE"):
        configured_source(tmp_path, configured)


def configured_source(folder: Path, configured: str) -> str:
    own = environment("assets", database_url="postgresql://x", keys=folder, DATA_SOURCE=configured)
    with set_environment(own):
        return settings.load().data_source


def test_an_address_nobody_listens_at_fails() -> None:
    with pytest.raises(DataSourceError, match="does not answer"):
        Web("http://127.0.0.1:9/{symbol}", price_bars).history("AAPL", None, 1)
