"""Ledgers of other programs are imported; the assets are the real assets service's."""

import json
from hashlib import sha256
from typing import Any

import pytest

from services.assets.domain.access import Actor
from services.portfolio.commands import imports
from services.webhooks.domain.transactions import public
from shared.testing import Stand, today
from tests.portfolio.build import User, adopt_pair, answered, codes, refused
from tests.portfolio.filing import HEADER, bad_rows, imported, listed, send
from tests.portfolio.owning import Assets

ANN, BOB = Actor(user_id=1), Actor(user_id=2)
SHOWN = ("form", "title_lines", "columns", "missing", "rows", "call")
FUND = "IE00B3RBWM25"
APPLE = "US0378331005"


@pytest.fixture
def stand(knowing_nothing: Stand) -> Stand:
    return knowing_nothing


@pytest.fixture
def apple(assets: Assets) -> int:
    return assets.make("AAPL", isin=APPLE)


@pytest.fixture
def portfolio(ann: User) -> int:
    return ann.portfolio()


def of_fund(**texts: str) -> str:
    """Return a file with one purchase of a fund, known by what is given."""
    return (
        f"date,transaction_type,quantity,price,{','.join(texts)}\n"
        f"2024-01-02,BUY,1,10,{','.join(texts.values())}\n"
    )


def test_what_subscribers_are_told_of_a_row_is_what_its_own_get_answers(
    stand: Stand, ann: User, portfolio: int, apple: int
) -> None:
    import_id = imported(ann, portfolio, HEADER + "2024-01-02,BUY,AAPL,4,5,,a\n")["import_id"]
    [event] = [event for event in stand.events() if event.type == "transaction-created"]
    told = public(event.data["transaction"])
    assert told["import_id"] == import_id
    assert told == ann.get(f"/api/transactions/{told['id']}/")


def asset_of(user: User, portfolio: int, text: str, **query: Any) -> int:
    """Import a file with one row; return the asset that it was found to mean."""
    imported(user, portfolio, text, **query)
    [row] = listed(user, f"portfolio_id={portfolio}")
    return int(row["asset"])


def test_a_file_is_recorded_with_the_import_it_came_by(
    stand: Stand, ann: User, portfolio: int, apple: int
) -> None:
    text = HEADER + "2024-01-03,SELL,aapl,1,7,,b\n2024-01-02,BUY,AAPL,4,5,,a\n"
    found = imported(ann, portfolio, text)
    import_id = found.pop("import_id")
    lists: dict[str, Any] = {"unresolved": [], "new_assets": [], "warnings": []}
    assert found == {"created": 2, "skipped": 0, **lists}
    ann.record(portfolio, "DEPOSIT", "2024-01-04", amount="1")
    rows = listed(ann)
    names = ("external_id", "asset", "import_id")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("a", apple, import_id),
        ("b", apple, import_id),
        (None, None, None),
    ]
    assert [row["id"] for row in listed(ann, f"import_id={import_id}")] == [1, 2]
    assert ann.position(portfolio, apple)["quantity"] == "3.00000000"
    assert [event.sequence for event in stand.events() if "portfolios" in event.subject] == [
        1, 3, 2, 3, 4,
    ]  # fmt: skip


def test_the_same_file_twice_adds_nothing(
    stand: Stand, ann: User, portfolio: int, apple: int
) -> None:
    text = (
        HEADER + "2024-01-02,BUY,AAPL,4,5,,\n2024-01-02,BUY,AAPL,4,5,,\n2024-01-03,DEPOSIT,,,,9,x\n"
    )
    assert imported(ann, portfolio, text)["created"] == 3
    before = stand.events()
    again = imported(ann, portfolio, text)
    assert (again["import_id"], again["created"], again["skipped"]) == (None, 0, 3)
    assert len(listed(ann)) == 3
    assert stand.events() == before


def test_a_longer_file_adds_what_is_new(ann: User, portfolio: int, apple: int) -> None:
    text = HEADER + "2024-01-02,BUY,AAPL,4,5,,\n"
    first = imported(ann, portfolio, text)
    second = imported(ann, portfolio, text + "2024-01-02,BUY,AAPL,4,5,,\n")
    assert (second["created"], second["skipped"]) == (1, 1)
    assert second["import_id"] != first["import_id"]


def test_equal_content_recorded_by_hand_drops_no_row(ann: User, portfolio: int, apple: int) -> None:
    imported(ann, portfolio, HEADER + "2024-01-02,BUY,AAPL,4,5,,\n")
    ann.record(portfolio, "BUY", "2024-01-02", asset=apple, quantity="4", price="5")
    other = HEADER + "2024-01-02,BUY,AAPL,4,5,,of-the-file\n"
    assert imported(ann, portfolio, other)["created"] == 1
    assert ann.position(portfolio, apple)["quantity"] == "12.00000000"


def test_every_bad_row_is_named_by_its_line_and_none_is_recorded(
    stand: Stand, ann: User, portfolio: int, apple: int
) -> None:
    before = stand.events()
    text = HEADER + (
        "2024-01-02,BUY,AAPL,4,5,,\n"
        "2024-01-02,BUY,AAPL,four,5,,\n"
        "2999-01-02,DEPOSIT,,,,1,\n"
        "2024-01-02,BUY,NOBODY,4,5,,\n"
        "2024-01-03,SELL,AAPL,5,5,,\n"
        "2024-01-03,DEPOSIT,,,,-1,\n"
    )
    rows = bad_rows(ann, portfolio, text)
    assert {line: list(fields) for line, fields in rows.items()} == {
        "3": ["quantity"],
        "4": ["date"],
        "5": ["asset"],
        "6": ["quantity"],
        "7": ["amount"],
    }
    assert rows["6"]["quantity"] == ["Only 4 are held on 2024-01-03; 5 cannot be taken from it."]
    assert listed(ann) == []
    assert stand.events() == before


def test_an_isin_and_its_currency_find_the_asset_before_the_symbol(
    ann: User, assets: Assets
) -> None:
    pounds = assets.make("VWRL.L", "GBP", isin=FUND)
    euros = assets.make("VWRL.AS", "EUR", isin=FUND)
    other = assets.make("VWRL", "USD")
    for currency, expected in (("GBP", pounds), ("GBX", pounds), ("EUR", euros), ("USD", other)):
        text = of_fund(isin=FUND, asset_currency=currency, symbol="VWRL", exchange_rate="1.1",
                       currency=currency)  # fmt: skip
        text = text if currency != "USD" else text.replace("1.1", "1")
        assert asset_of(ann, ann.portfolio(), text) == expected, currency


def test_of_several_assets_with_the_isin_and_currency_the_symbol_decides(
    ann: User, portfolio: int, assets: Assets
) -> None:
    assets.make("VWCE.DE", isin=FUND)
    milan = assets.make("VWCE.MI", isin=FUND)
    named = of_fund(isin=FUND, asset_currency="USD", symbol="VWCE.MI")
    assert asset_of(ann, portfolio, named) == milan
    unnamed = of_fund(isin=FUND, asset_currency="USD")
    message = (
        f"2 assets have the ISIN {FUND}: VWCE.DE (USD), VWCE.MI (USD). Say which one is meant:"
        f' asset_currency, or mapping={{"{FUND}": 1}}.'
    )
    assert bad_rows(ann, portfolio, unnamed) == {"2": {"asset": [message]}}
    # Nor is a third one made.
    assert list(bad_rows(ann, portfolio, unnamed, create_missing=True)) == ["2"]


def test_a_symbol_of_another_paper_is_no_match(ann: User, portfolio: int, apple: int) -> None:
    text = of_fund(isin=FUND, symbol="AAPL")
    assert list(bad_rows(ann, portfolio, text)) == ["2"]
    [missing] = imported(ann, portfolio, text, dry_run=True)["unresolved"]
    assert [candidate["id"] for candidate in missing["candidates"]] == [apple]


def test_ones_own_asset_is_meant_before_a_public_one_and_nobody_elses(
    ann: User, bob: User, assets: Assets
) -> None:
    public = assets.make("FUND", isin=FUND)
    own = assets.make("FUND", isin=FUND, by=ANN)
    for text in (of_fund(symbol="FUND"), of_fund(isin=FUND, asset_currency="USD")):
        assert asset_of(ann, ann.portfolio(), text) == own
        assert asset_of(bob, bob.portfolio(), text) == public


def test_a_retired_asset_is_a_candidate(ann: User, portfolio: int, assets: Assets) -> None:
    gone = assets.make("GONE", is_active=False)
    text = of_fund(symbol="GONE")
    assert list(bad_rows(ann, portfolio, text)) == ["2"]
    [missing] = imported(ann, portfolio, text, dry_run=True)["unresolved"]
    assert [(row["id"], row["is_active"]) for row in missing["candidates"]] == [(gone, False)]
    # What happened may be recorded; a new position of one's own may not.
    assert asset_of(ann, portfolio, text, mapping=json.dumps({"GONE": gone})) == gone
    row = {"asset": gone, "quantity": "1", "price": "1"}
    assert list(ann.refuse(ann.portfolio(), "BUY", "2024-01-02", **row)) == ["asset"]


def test_a_symbol_that_was_handed_on_means_the_asset_of_the_name(ann: User, assets: Assets) -> None:
    old = assets.make("OLDCO", name="Old Co", is_active=False)
    new = assets.make("OLDCO", name="New Co")
    for name, expected in (("Old Co", old), ("New Co", new)):
        text = of_fund(symbol="OLDCO", asset_name=name, asset_currency="USD")
        assert asset_of(ann, ann.portfolio(), text) == expected
    other = of_fund(symbol="OLDCO", asset_name="Other Co", asset_currency="USD")
    [missing] = imported(ann, ann.portfolio(), other, dry_run=True)["unresolved"]
    assert [candidate["id"] for candidate in missing["candidates"]] == [new, old]


def test_a_mapping_goes_before_everything(ann: User, assets: Assets, apple: int) -> None:
    fund = assets.make("FUND", by=ANN)
    texts = {
        "AAPL": of_fund(symbol="AAPL"),
        APPLE: of_fund(isin=APPLE),
        "X": of_fund(asset_name="X"),
    }
    for name, text in texts.items():
        mapping = json.dumps({name: fund, "OTHER": 4711})
        assert asset_of(ann, ann.portfolio(), text, mapping=mapping) == fund


def test_a_mapping_leads_to_no_asset_of_somebody_else(
    ann: User, portfolio: int, assets: Assets
) -> None:
    for asset in (assets.make("HOUSE", by=BOB), 4711):
        mapping = json.dumps({"AAPL": asset})
        rows = bad_rows(ann, portfolio, of_fund(symbol="AAPL"), mapping=mapping)
        assert rows == {"2": {"asset": ["There is no such asset."]}}


@pytest.mark.parametrize(
    "query",
    [
        {"mapping": "{"},
        {"mapping": "[1]"},
        {"mapping": '{"A": "1"}'},
        {"mapping": '{"A": true}'},
        {"mapping": '{"A": 0}'},
        {"columns": '{"date": 1}'},
        {"types": '{"Kauf": "KAUF"}'},
        {"delimiter": "x"},
        {"decimal": "'"},
        {"date_format": "DD"},
        {"encoding": "ascii"},
        {"skip_lines": "-1"},
        {"format": "excel"},
        {"dry_run": "perhaps"},
        {"colour": "red"},
    ],
)
def test_a_malformed_query_is_refused_by_name(
    ann: User, portfolio: int, query: dict[str, str]
) -> None:
    message = answered(send(ann, portfolio, HEADER, **query), 400)["details"]["message"]
    assert f"'{next(iter(query))}'" in message


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    stand: Stand, ann: User, portfolio: int, assets: Assets, apple: int
) -> None:
    fund = assets.make("VWRL.L", "GBP", isin=FUND)
    before = stand.events()
    text = (
        "date,transaction_type,symbol,isin,asset_name,asset_currency,quantity,price,amount\n"
        f"2024-01-02,BUY,VWRL,{FUND},All-World,EUR,1,10,\n"
        "2024-01-02,BUY,AAPL,,,,1,10,\n"
        f"2024-01-03,SELL,VWRL,{FUND},All-World,EUR,1,10,\n"
        "2024-01-04,DEPOSIT,,,,,,,5\n"
    )
    found = imported(ann, portfolio, text, dry_run=True)
    shown = {name: found.pop(name) for name in SHOWN}
    assert shown["form"]["delimiter"] == ","
    assert [(row["line"], row["symbol"], row["quantity"]) for row in shown["rows"]] == [
        (2, "VWRL", "1"),
        (3, "AAPL", "1"),
        (4, "VWRL", "1"),
        (5, None, None),
    ]
    assert [title["column"] for title in shown["columns"]] == text.splitlines()[0].split(",")
    path = f"/api/transactions/import/?portfolio_id={portfolio}"
    assert shown["call"] == f"POST {path}&create_missing=true"
    assert found == {
        "import_id": None,
        "created": 2,
        "skipped": 0,
        "new_assets": [],
        "unresolved": [
            {
                "isin": FUND,
                "symbol": "VWRL",
                "name": "All-World",
                "currency": "EUR",
                "lines": [2, 4],
                "data_source": None,
                "data_symbol": None,
                "candidates": [
                    {
                        "id": fund,
                        "symbol": "VWRL.L",
                        "name": "VWRL.L",
                        "currency": "GBP",
                        "isin": FUND,
                        "is_active": True,
                    }
                ],
            }
        ],
        "warnings": [],
    }
    assert listed(ann) == []
    assert ann.get("/api/positions/?include_closed=true")["count"] == 0
    assert ann.totals(portfolio)["cash_balance"] == "0.00"
    assert stand.events() == before
    assert len(assets.stand.events()) == 2


def test_a_dry_run_shows_the_assets_that_it_would_make(
    stand: Stand, ann: User, portfolio: int, assets: Assets
) -> None:
    text = (
        "date,transaction_type,symbol,isin,asset_name,asset_currency,quantity,price\n"
        f"2024-01-02,BUY,VWRL,{FUND},All-World,EUR,1,10\n2024-01-03,SELL,VWRL,{FUND},,EUR,1,10\n"
    )
    text = text.replace(",,EUR", ",All-World,EUR")
    before = stand.events()
    found = imported(ann, portfolio, text, dry_run=True, create_missing=True)
    fund = {"id": None, "symbol": "VWRL", "name": "All-World", "currency": "EUR", "isin": FUND}
    fund |= {"asset_type": "OTHER", "data_source": None, "data_symbol": None}
    assert found["new_assets"] == [{**fund, "lines": [2, 3]}]
    assert (found["created"], found["import_id"]) == (2, None)
    assert stand.events() == before
    assert assets.stand.events() == []
    [created] = imported(ann, portfolio, text, create_missing=True)["new_assets"]
    assert created == {**fund, "id": listed(ann)[0]["asset"], "lines": [2, 3]}


@pytest.mark.parametrize("name", ["symbol", "isin"])
def test_an_asset_whose_file_says_no_currency_is_kept_in_that_of_its_rows(
    ann: User, assets: Assets, name: str
) -> None:
    portfolio = ann.portfolio(currency="EUR")
    text = (
        f"date,transaction_type,{name},quantity,price,amount,currency\n"
        f"2024-01-02,BUY,{FUND},10,75,,GBX\n2024-01-03,DIVIDEND,{FUND},,,1.50,GBP\n"
    )
    [made] = imported(ann, portfolio, text, create_missing=True)["new_assets"]
    assert made["currency"] == "GBP"
    [position] = ann.get(f"/api/positions/?portfolio_id={portfolio}")["results"]
    assert (position["currency"], position["total_cost_basis"]) == ("GBP", "7.50")


def test_a_paper_whose_rows_are_in_several_currencies_is_one_asset_in_the_first(
    stand: Stand, ann: User, assets: Assets
) -> None:
    adopt_pair(stand, assets.make("EURUSD"), "EURUSD", {"2024-01-01": "1.25"})
    portfolio = ann.portfolio(currency="EUR")
    text = (
        "date,transaction_type,isin,quantity,price,amount,currency\n"
        f"2024-01-02,BUY,{FUND},10,50,,USD\n2024-01-03,DIVIDEND,{FUND},,,4,EUR\n"
    )
    [made] = imported(ann, portfolio, text, create_missing=True)["new_assets"]
    assert (made["currency"], made["lines"]) == ("USD", [2, 3])
    [position] = ann.get(f"/api/positions/?portfolio_id={portfolio}")["results"]
    assert (position["total_cost_basis"], position["income"]) == ("500.00", "5.00")


def test_a_dry_run_refuses_what_the_real_call_would(
    ann: User, portfolio: int, assets: Assets
) -> None:
    assets.make("OTHER", "EUR", by=ANN)
    files = [
        of_fund(symbol="FUND", isin="IE00B3RBWM26"),
        of_fund(symbol="OTHER", asset_currency="USD"),
        HEADER + "2024-01-02,BUY,FUND,1,5,,\n2024-01-03,SELL,FUND,2,5,,\n",
        of_fund(asset_name="—"),
    ]
    for text in files:
        refused_dry = bad_rows(ann, portfolio, text, dry_run=True, create_missing=True)
        assert refused_dry == bad_rows(ann, portfolio, text, create_missing=True)
    assert len(assets.stand.events()) == 1


def test_a_dry_run_names_the_bad_rows_too(ann: User, portfolio: int, apple: int) -> None:
    text = HEADER + "2024-01-02,SELL,AAPL,1,5,,\n"
    assert list(bad_rows(ann, portfolio, text, dry_run=True)) == ["2"]


def test_missing_assets_are_made_private_and_found_the_next_time(ann: User, assets: Assets) -> None:
    texts = [
        of_fund(symbol="fund", asset_name="A fund", asset_currency="EUR", isin=FUND),
        of_fund(isin=APPLE),
        of_fund(asset_name="My house (old)", asset_currency="GBX"),
    ]
    for text in texts:
        assert imported(ann, ann.portfolio(), text, create_missing=True)["created"] == 1
        assert imported(ann, ann.portfolio(), text, create_missing=True)["created"] == 1
        assert imported(ann, ann.portfolio(), text)["created"] == 1
    made = [event.data["asset"] for event in assets.stand.events()]
    names = ("symbol", "name", "currency", "isin", "asset_type", "owner")
    assert [tuple(asset[name] for name in names) for asset in made] == [
        ("FUND", "A fund", "EUR", FUND, "OTHER", 1),
        (APPLE, APPLE, "USD", APPLE, "OTHER", 1),
        ("MY HOUSE OLD", "My house (old)", "GBP", None, "OTHER", 1),
    ]


def made(assets: Assets) -> list[tuple[str, str, str | None]]:
    """Return symbol, name and ISIN of the assets there are, in the order of their creation."""
    cards = [event.data["asset"] for event in assets.stand.events()]
    return [(asset["symbol"], asset["name"], asset["isin"]) for asset in cards]


def test_two_names_that_begin_alike_are_two_assets(
    ann: User, portfolio: int, assets: Assets
) -> None:
    name = "Vanguard FTSE All-World UCITS ETF USD"
    text = (
        "date,transaction_type,asset_name,quantity,price\n"
        f"2024-01-02,BUY,{name} Dist,1,10\n2024-01-02,BUY,{name} Acc,2,20\n"
    )
    imported(ann, portfolio, text, create_missing=True)
    # The second one's symbol ends with the beginning of its name's SHA-256.
    digest = sha256(f"{name} Acc".encode()).hexdigest()[:8].upper()
    assert made(assets) == [
        ("VANGUARD FTSE ALL-WORLD UCITS ET", f"{name} Dist", None),
        (f"VANGUARD FTSE ALL-WORLD {digest[:8]}", f"{name} Acc", None),
    ]
    assert len({row["asset"] for row in listed(ann)}) == 2
    # And both are found the next time.
    again = imported(ann, portfolio, text + f"2024-01-03,BUY,{name} Acc,1,9\n")
    assert (again["created"], again["skipped"]) == (1, 2)
    assert [row["asset"] for row in listed(ann)][1:] == [listed(ann)[1]["asset"]] * 2


def test_one_symbol_with_two_isins_is_two_assets(ann: User, portfolio: int, assets: Assets) -> None:
    header = "date,transaction_type,symbol,isin,quantity,price\n"
    rows = f"2024-01-02,BUY,ABC,{APPLE},1,10\n2024-01-02,BUY,ABC,{FUND},2,20\n"
    imported(ann, portfolio, header + rows, create_missing=True)
    assert made(assets) == [("ABC", "ABC", APPLE), (f"ABC {FUND}", "ABC", FUND)]
    assert len({row["asset"] for row in listed(ann)}) == 2
    assert imported(ann, portfolio, header + rows)["skipped"] == 2


def test_a_row_without_isin_between_them_takes_neither_into_itself(
    ann: User, portfolio: int, assets: Assets
) -> None:
    text = (
        "date,transaction_type,symbol,isin,quantity,price\n"
        f"2024-01-02,BUY,ABC,,3,1\n2024-01-02,BUY,ABC,{APPLE},1,10\n"
        f"2024-01-02,BUY,ABC,{FUND},2,20\n"
    )
    imported(ann, portfolio, text, create_missing=True)
    assert made(assets) == [("ABC", "ABC", APPLE), (f"ABC {FUND}", "ABC", FUND)]


def test_an_asset_without_isin_is_not_two_papers_at_once(
    ann: User, portfolio: int, assets: Assets
) -> None:
    own = assets.make("ABC", by=ANN)
    one = f"2024-01-02,BUY,ABC,{APPLE},1,10\n"
    text = f"date,transaction_type,symbol,isin,quantity,price\n{one}2024-01-02,BUY,ABC,{FUND},2,9\n"
    unresolved = imported(ann, portfolio, text, dry_run=True)["unresolved"]
    assert [[found["id"] for found in row["candidates"]] for row in unresolved] == [[own], [own]]
    imported(ann, portfolio, text, create_missing=True)
    assert {row["asset"] for row in listed(ann)} & {own} == set()
    assert made(assets)[1:] == [(f"ABC {APPLE}", "ABC", APPLE), (f"ABC {FUND}", "ABC", FUND)]


def test_a_symbol_in_another_currency_than_the_files_is_a_candidate(
    ann: User, portfolio: int, assets: Assets
) -> None:
    own = assets.make("AMD", "EUR", by=ANN)
    text = (
        "date,transaction_type,symbol,asset_name,asset_currency,quantity,price\n"
        '2024-01-02,BUY,AMD,"Advanced Micro Devices, Inc.",USD,10,100\n'
    )
    assert list(bad_rows(ann, portfolio, text)) == ["2"]
    [missing] = imported(ann, portfolio, text, dry_run=True)["unresolved"]
    assert [candidate["id"] for candidate in missing["candidates"]] == [own]


def test_a_row_is_in_the_currency_of_the_files_asset_unless_it_says_another(
    ann: User, assets: Assets
) -> None:
    portfolio = ann.portfolio(currency="GBP")
    assets.make("VOD.L", "GBP")
    text = of_fund(symbol="VOD.L", asset_currency="GBX")
    found = imported(ann, portfolio, text)
    assert codes(found) == [("currency", "minor_unit_converted")]
    [row] = listed(ann)
    assert (row["currency"], row["amount"]) == ("GBP", "-0.10")


def test_nothing_is_made_for_a_file_with_other_faults(
    ann: User, portfolio: int, assets: Assets
) -> None:
    text = HEADER + "2024-01-02,BUY,FUND,1,5,,\n2024-01-02,BUY,FUND,one,5,,\n"
    assert list(bad_rows(ann, portfolio, text, create_missing=True)) == ["3"]
    assert assets.stand.events() == []


def test_nothing_is_made_for_rows_that_the_ledger_refuses(
    stand: Stand, ann: User, portfolio: int, assets: Assets
) -> None:
    before = stand.events()
    text = HEADER + "2024-01-02,BUY,FUND,1,5,,\n2024-01-03,SELL,FUND,2,5,,\n"
    assert list(bad_rows(ann, portfolio, text, create_missing=True)) == ["3"]
    no_rate = "date,transaction_type,symbol,asset_currency,currency,quantity,price\n"
    no_rate += "2024-01-02,BUY,FUND,THB,EUR,1,5\n"
    assert list(bad_rows(ann, portfolio, no_rate, create_missing=True)) == ["2"]
    assert assets.stand.events() == []
    assert stand.events() == before


def test_what_the_owner_of_assets_refuses_to_make_is_a_bad_row(
    ann: User, portfolio: int, assets: Assets
) -> None:
    wrong_digit = of_fund(symbol="FUND", isin="IE00B3RBWM26")
    rows = bad_rows(ann, portfolio, wrong_digit, create_missing=True)
    assert list(rows["2"]) == ["isin"]
    mine = assets.make("FUND", "EUR", by=ANN)
    other_currency = HEADER.replace("symbol", "symbol,asset_currency")
    other_currency += "2024-01-02,BUY,FUND,USD,1,5,,\n"
    rows = bad_rows(ann, portfolio, other_currency, create_missing=True)
    message = "Your asset FUND is in EUR, not in USD: say which is meant by"
    mend = f'mapping={{"FUND": {mine}}}, or give yours another symbol.'
    assert rows == {"2": {"asset": [f"{message} {mend}"]}}


def test_another_paper_of_the_symbol_in_another_currency_gets_its_isin_behind_it(
    ann: User, portfolio: int, assets: Assets
) -> None:
    assets.make("FUND", "EUR", by=ANN, isin=APPLE)
    text = of_fund(symbol="FUND", isin=FUND, asset_currency="USD")
    [made] = imported(ann, portfolio, text, create_missing=True)["new_assets"]
    assert (made["symbol"], made["currency"]) == (f"FUND {FUND}", "USD")
    assert imported(ann, portfolio, text)["created"] == 0


def test_the_list_of_transactions_as_csv_is_a_file_too(
    ann: User, portfolio: int, apple: int
) -> None:
    ann.record(portfolio, "BUY", "2024-01-02", asset=apple, quantity="2", price="5")
    path = f"/api/transactions/?portfolio_id={portfolio}"
    text = ann.client.get(path, headers={"Accept": "text/csv"}).text
    assert asset_of(ann, ann.portfolio(), text) == apple


def test_a_file_of_ghostfolio(ann: User, portfolio: int, apple: int) -> None:
    activity = {"type": "BUY", "quantity": 2, "unitPrice": 7.5, "fee": 1, "currency": "USD"}
    activity |= {"id": "g-1", "date": "2024-01-02T00:00:00.000Z", "symbol": "AAPL"}
    export = json.dumps({"activities": [activity, {**activity, "id": "l", "type": "LIABILITY"}]})
    found = imported(ann, portfolio, export, format="ghostfolio", content_type="application/json")
    assert (found["created"], found["skipped"]) == (1, 1)
    assert codes(found) == [("skipped", "rows_skipped")]
    [row] = listed(ann)
    assert (row["external_id"], row["amount"]) == ("g-1", "-16.00")


def test_a_mapping_of_what_ghostfolio_writes(ann: User, assets: Assets, apple: int) -> None:
    made_up = "7e91b7d4-1430-4212-8380-289a06c9bbc1"
    activity = {"type": "BUY", "quantity": 2, "unitPrice": 7.5, "fee": 1, "currency": "USD"}
    activity |= {"date": "2024-01-02T00:00:00.000Z", "dataSource": "MANUAL"}
    query = {"format": "ghostfolio", "content_type": "application/json"}
    for symbol in ("bitcoin", made_up):
        export = json.dumps({"activities": [{**activity, "symbol": symbol}]})
        found = imported(ann, ann.portfolio(), export, dry_run=True, **query)
        assert [missing["symbol"] for missing in found["unresolved"]] == [symbol]
        mapping = json.dumps({symbol: apple})
        assert asset_of(ann, ann.portfolio(), export, mapping=mapping, **query) == apple
        assert asset_of(ann, ann.portfolio(), export, create_missing=True, **query) != apple
    assert made(assets)[1:] == [
        ("BITCOIN", "BITCOIN", None),
        ("MANUAL ASSET 7E91B7D4", "Manual asset 7e91b7d4", None),
    ]


def test_both_german_files_of_portfolio_performance(
    ann: User, portfolio: int, assets: Assets
) -> None:
    fund = assets.make("VGWL.DE", isin=FUND)
    header = (
        "Datum;Typ;Wert;Buchungswährung;Bruttobetrag;Währung Bruttobetrag;Wechselkurs;Gebühren;"
        "Steuern;Stück;ISIN;WKN;Ticker-Symbol;Wertpapiername;Notiz\r\n"
    )
    paper = f"{FUND};A1JX52;VGWL.DE;Vanguard;"
    trades = header + f"2024-01-02T00:00;Kauf;1.005,00;USD;;;;5,00;;10;{paper}\r\n"
    cash = header + (
        "2024-01-01T00:00;Einlage;2.000,00;USD;;;;;;;;;;;\r\n"
        f"2024-01-02T00:00;Kauf;-1.005,00;USD;;;;5,00;;10;{paper}\r\n"
    )
    of_trades = imported(ann, portfolio, trades.encode("cp1252"), format="portfolio_performance")
    of_cash = imported(ann, portfolio, cash, format="portfolio_performance")
    assert [found["created"] for found in (of_trades, of_cash)] == [1, 1]
    assert (of_cash["skipped"], codes(of_cash)) == (1, [("skipped", "rows_skipped")])
    assert of_cash["warnings"][0]["message"].startswith("1 row skipped: Trades in a cash")
    assert ann.totals(portfolio)["cash_balance"] == "995.00"
    assert ann.position(portfolio, fund)["total_cost_basis"] == "1005.00"


def test_pence_are_kept_in_pounds_with_a_warning(ann: User, assets: Assets) -> None:
    portfolio = ann.portfolio(currency="GBP")
    fund = assets.make("VOD.L", "GBP")
    found = imported(ann, portfolio, of_fund(symbol="VOD.L", currency="GBX"))
    assert codes(found) == [("currency", "minor_unit_converted")]
    assert ann.position(portfolio, fund)["total_cost_basis"] == "0.10"


def test_a_file_that_is_none_is_refused_as_a_whole(ann: User, portfolio: int) -> None:
    assert list(refused(send(ann, portfolio, "date,fee\n"))) == ["file"]
    assert list(refused(send(ann, portfolio, b"\xff"))) == ["file"]
    json_type = "application/json"
    answer = send(ann, portfolio, "{", format="ghostfolio", content_type=json_type)
    assert list(refused(answer)) == ["file"]


@pytest.mark.parametrize(
    ("format_", "content_type"),
    [
        ("generic", "application/json"),
        ("generic", "multipart/form-data"),
        ("portfolio_performance", "text/plain"),
        ("ghostfolio", "text/csv"),
    ],
)
def test_a_file_says_what_it_is(ann: User, portfolio: int, format_: str, content_type: str) -> None:
    answer = send(ann, portfolio, HEADER, format=format_, content_type=content_type)
    message = answered(answer, 415)["details"]["message"]
    expected = "application/json" if format_ == "ghostfolio" else "text/csv"
    assert message.startswith(f"The file is the body itself, with Content-Type: {expected}; this")


def test_a_file_has_a_bounded_number_of_rows(
    ann: User, portfolio: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_ROWS", 2)  # 20,000 take seconds
    text = "date,transaction_type,amount\n" + "2024-01-02,DEPOSIT,1\n" * 2
    assert imported(ann, portfolio, text)["created"] == 2
    assert list(refused(send(ann, portfolio, text + "2024-01-03,DEPOSIT,1\n"))) == ["file"]


def test_an_empty_file_records_nothing(ann: User, portfolio: int) -> None:
    assert imported(ann, portfolio, HEADER)["import_id"] is None


def test_only_the_owner_of_the_portfolio_imports_into_it(
    stand: Stand, bob: User, portfolio: int
) -> None:
    assert send(bob, portfolio, HEADER).status_code == 404
    reader = User(stand.client(scopes=("read",)))
    assert send(reader, portfolio, HEADER).status_code == 403
    assert send(User(stand.client(None)), portfolio, HEADER).status_code == 401


def test_an_import_with_a_key_happens_once(ann: User, portfolio: int) -> None:
    text = f"date,transaction_type,amount\n{today()},DEPOSIT,1\n"
    answers = [
        ann.client.post(
            f"/api/transactions/import/?portfolio_id={portfolio}",
            data=text,
            content_type="text/csv",
            headers={"Idempotency-Key": "import"},
        )
        for _ in range(2)
    ]
    assert [answer.get_json()["created"] for answer in answers] == [1, 1]
    assert len(listed(ann)) == 1


def test_an_owner_of_assets_that_does_not_answer_is_a_503(migrated: Stand) -> None:
    migrated.empty()
    ann = User(migrated.client())
    portfolio = ann.portfolio()
    assert send(ann, portfolio, of_fund(symbol="AAPL")).status_code == 503
    # What names no asset goes on.
    assert imported(ann, portfolio, HEADER + "2024-01-02,DEPOSIT,,,,1,\n")["created"] == 1


def take_back(user: User, import_id: int) -> Any:
    return user.client.delete(f"/api/transactions/imports/{import_id}/")


def test_an_import_is_taken_back_whole(stand: Stand, ann: User, portfolio: int, apple: int) -> None:
    ann.record(portfolio, "DEPOSIT", "2024-01-01", amount="7")
    text = (
        HEADER + "2024-01-02,BUY,AAPL,4,5,,\n2024-01-03,SELL,AAPL,1,5,,\n2024-01-03,DEPOSIT,,,,9,\n"
    )
    import_id = imported(ann, portfolio, text)["import_id"]
    assert take_back(ann, import_id).status_code == 204
    assert [row["transaction_type"] for row in listed(ann)] == ["DEPOSIT"]
    assert ann.totals(portfolio)["cash_balance"] == "7.00"
    assert [event.type for event in stand.events()[-4:]] == [
        *["transaction-deleted"] * 3,
        "position-changed",
    ]
    assert take_back(ann, import_id).status_code == 404
    # And it can come again.
    assert imported(ann, portfolio, text)["created"] == 3


def test_what_rests_on_an_import_stands_in_its_way(ann: User, portfolio: int, apple: int) -> None:
    import_id = imported(ann, portfolio, HEADER + "2024-01-02,BUY,AAPL,4,5,,\n")["import_id"]
    sold = ann.record(portfolio, "SELL", "2024-01-05", asset=apple, quantity="3", price="5")
    details = answered(take_back(ann, import_id), 409)["details"]
    assert details["code"] == "conflict"
    assert f"transaction {sold['id']}: Only 0 are held on 2024-01-05" in details["message"]
    assert len(listed(ann)) == 2
    assert ann.position(portfolio, apple)["quantity"] == "1.00000000"


def test_an_import_of_somebody_else_is_not_there(ann: User, bob: User, portfolio: int) -> None:
    import_id = imported(ann, portfolio, HEADER + "2024-01-02,DEPOSIT,,,,1,\n")["import_id"]
    for answer in (take_back(bob, import_id), take_back(ann, 4711)):
        assert answered(answer, 404)["error"] == "Import not found"
    assert len(listed(ann)) == 1


def test_editing_a_transaction_leaves_its_import(ann: User, portfolio: int) -> None:
    import_id = imported(ann, portfolio, HEADER + "2024-01-02,DEPOSIT,,,,1,\n")["import_id"]
    [row] = listed(ann)
    assert ann.put(f"/api/transactions/{row['id']}/", row)["import_id"] == import_id
    assert take_back(ann, import_id).status_code == 204
