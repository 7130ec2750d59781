"""Search: what comes first, and one typing error forgiven."""

from typing import Any

import pytest

from tests.assets.build import Assets, body


@pytest.fixture
def market(admin: Assets) -> Assets:
    for symbol, name, more in [
        ("AAPL", "Apple Inc.", {"isin": "US0378331005"}),
        ("APLE", "Apple Hospitality REIT", {"asset_type": "REAL_ESTATE", "exchange": "NYSE"}),
        ("MSFT", "Microsoft Corporation", {}),
        ("APP", "AppLovin Corporation", {}),
        ("OR.PA", "L'Oréal S.A.", {"currency": "EUR"}),
        ("PINE", "Pineapple Energy", {}),
    ]:
        admin.make(symbol=symbol, name=name, **more)
    return admin


def found(user: Assets, q: str, **query: Any) -> list[str]:
    return [asset["symbol"] for asset in user.found("assets/search/", q=q, **query)]


def test_the_exact_symbol_comes_before_its_beginnings_and_names(market: Assets) -> None:
    # APP itself; no symbol begins so; then the names with words that begin so, by symbol.
    assert found(market, "app") == ["APP", "AAPL", "APLE"]


def test_symbols_that_begin_so_come_before_names(market: Assets, admin: Assets) -> None:
    admin.make(symbol="APPLEX", name="Something else")
    assert found(market, "apple") == ["APPLEX", "AAPL", "APLE"]


def test_a_word_in_the_middle_of_a_word_is_no_match(market: Assets) -> None:
    assert "PINE" not in found(market, "apple")


@pytest.mark.parametrize(
    "misspelt",
    ["microsft", "microsoftt", "micrasoft", "mircosoft", "icrosoft", "MICROSOF", "microsoft corp"],
)
def test_one_typing_error_is_forgiven(market: Assets, misspelt: str) -> None:
    assert found(market, misspelt) == ["MSFT"]


@pytest.mark.parametrize("misspelt", ["mikrasoft", "micoft", "microsoft apple"])
def test_two_errors_are_too_many(market: Assets, misspelt: str) -> None:
    assert found(market, misspelt) == []


def test_an_isin_is_an_exact_hit(market: Assets) -> None:
    assert found(market, "us0378331005") == ["AAPL"]


def test_accents_and_suffixes_do_not_hide(market: Assets) -> None:
    assert found(market, "oreal") == ["OR.PA"]
    assert found(market, "or.pa") == ["OR.PA"]


def test_words_of_a_name_come_in_any_order(market: Assets) -> None:
    assert found(market, "hospitality apple") == ["APLE"]


def test_filters_and_the_limit_hold(market: Assets) -> None:
    assert found(market, "apple", asset_type="REAL_ESTATE") == ["APLE"]
    assert found(market, "apple", exchange="NYSE") == ["APLE"]
    assert found(market, "apple", limit=1) == ["AAPL"]


def test_only_what_one_sees_is_found(market: Assets, ann: Assets, bob: Assets) -> None:
    ann.make(symbol="HOUSE", name="My house")
    assert found(ann, "house") == ["HOUSE"]
    assert found(bob, "house") == []


def test_a_new_name_is_found_and_the_old_one_is_not(market: Assets) -> None:
    market.client.patch("/api/assets/3/", json={"name": "Contoso", "symbol": "CONT"})
    assert found(market, "contoso") == ["CONT"]
    assert found(market, "microsoft") == []


def test_the_answer_counts_its_results(market: Assets) -> None:
    answer = body(market.get("assets/search/", q="apple"))
    assert list(answer) == ["count", "results"]
    assert answer["count"] == len(answer["results"]) == 2


@pytest.mark.parametrize("q", ["%", "_", "'", "\\", "--", "🍏", "a" * 100])
def test_odd_texts_find_nothing_and_break_nothing(market: Assets, q: str) -> None:
    assert found(market, q) == []


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "   "}, "q"),
        ({"q": "a" * 101}, "q"),
        ({"q": "a", "limit": "0"}, "limit"),
        ({"q": "a", "limit": "101"}, "limit"),
        ({"q": "a", "asset_type": "HORSE"}, "asset_type"),
        ({"q": "a", "page": "2"}, "page"),
    ],
)
def test_a_wrong_parameter_is_named(ann: Assets, query: dict[str, str], named: str) -> None:
    answer = ann.get("assets/search/", **query)
    assert answer.status_code == 400
    assert f"'{named}'" in body(answer)["details"]["message"]
