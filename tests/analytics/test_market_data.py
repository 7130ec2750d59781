"""GET /api/analytics/market_data/: what everybody sees of the last market day."""

from typing import Any

from tests.analytics.conftest import Desk
from tests.analytics.test_portfolio_metrics import codes

PATH = "/api/analytics/market_data/"


def two(first: str, last: str) -> dict[str, str]:
    """Return the closes of a Thursday and a Friday."""
    return {"2024-01-04": first, "2024-01-05": last}


def symbols(rows: list[dict[str, Any]]) -> list[str]:
    return [row["symbol"] for row in rows]


def test_indices_currencies_sectors_and_movers_of_the_last_day(desk: Desk) -> None:
    world = desk.world
    index = world.asset("SP500", two("4000", "4040.5"), asset_type="INDEX", sector=None)
    world.asset("EURUSD", two("1.1", "1.0945"), asset_type="CURRENCY", sector=None)
    world.asset("UP", two("100", "110"), sector="Technology")
    world.asset("DOWN", two("100", "96"), sector="Technology")
    world.asset("OIL", two("50", "50"), sector="Energy")
    desk.hear()
    answer = desk.get(PATH)
    assert list(answer) == ["as_of", "indices", "sectors", "currencies", "movers", "warnings"]
    assert answer["as_of"] == "2024-01-05"
    assert answer["indices"] == [
        {
            "id": index,
            "symbol": "SP500",
            "name": "SP500 itself",
            "date": "2024-01-05",
            "value": "4040.50",
            "change": "40.50",
            "change_percentage": "1.01",  # 1.0125
        }
    ]
    assert answer["currencies"] == [
        {
            "symbol": "EURUSD",
            "date": "2024-01-05",
            "rate": "1.0945",
            "change": "-0.0055",
            "change_percentage": "-0.50",
        }
    ]
    energy, technology = answer["sectors"]
    assert (energy["sector"], energy["change_percentage"]) == ("Energy", "0.00")
    assert (technology["asset_count"], technology["change_percentage"]) == (2, "3.00")
    assert (technology["best"]["symbol"], technology["worst"]["symbol"]) == ("UP", "DOWN")
    assert symbols(answer["movers"]["gainers"]) == ["UP"]
    assert symbols(answer["movers"]["losers"]) == ["DOWN"]
    assert answer["warnings"] == []


def test_five_that_rose_most_lead_the_movers(desk: Desk) -> None:
    for rise in range(1, 8):
        desk.world.asset(f"R{rise}", two("100", str(100 + rise)))
    desk.hear()
    movers = desk.get(PATH)["movers"]
    assert symbols(movers["gainers"]) == ["R7", "R6", "R5", "R4", "R3"]
    assert movers["losers"] == []


def test_the_two_days_may_lie_in_two_years(desk: Desk) -> None:
    desk.world.asset("IDX", {"2023-12-29": "100", "2024-01-02": "101"}, asset_type="INDEX")
    desk.hear()
    assert desk.get(PATH)["indices"][0]["change"] == "1.00"


def test_a_split_between_the_two_days_is_no_move(desk: Desk) -> None:
    asset = desk.world.asset("SPLIT", two("100", "26"))
    desk.world.split(asset, "2024-01-05", "4:1")
    desk.hear()
    [row] = desk.get(PATH)["movers"]["gainers"]
    assert (row["change"], row["change_percentage"]) == ("1.00", "4.00")


def test_what_was_not_traded_lately_is_no_mover(desk: Desk) -> None:
    desk.world.asset("OLD", {"2023-06-01": "10", "2023-06-02": "20"}, sector="Energy")
    desk.world.asset("NEW", two("10", "11"), sector="Technology")
    desk.hear()
    answer = desk.get(PATH)
    assert symbols(answer["movers"]["gainers"]) == ["NEW"]
    assert [sector["sector"] for sector in answer["sectors"]] == ["Technology"]


def test_private_and_retired_assets_are_not_the_market(desk: Desk) -> None:
    desk.world.asset("MINE", two("10", "11"), owner=1)
    retired = desk.world.asset("GONE", two("10", "11"))
    desk.world.retire(retired)
    desk.hear()
    answer = desk.get(PATH)
    assert (answer["as_of"], answer["movers"]["gainers"]) == (None, [])
    assert codes(answer, "as_of") == ["no_public_prices"]


def test_one_price_alone_has_no_change(desk: Desk) -> None:
    desk.world.asset("IDX", {"2024-01-05": "100"}, asset_type="INDEX")
    desk.hear()
    answer = desk.get(PATH)
    assert (answer["indices"][0]["value"], answer["indices"][0]["change"]) == ("100.00", None)
    assert codes(answer, "indices") == ["no_earlier_price"]
