"""Many assets or prices in one call."""

from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.testing import Stand
from tests.assets.build import APPLE, Assets, body, fields

MICROSOFT = APPLE | {"symbol": "MSFT", "name": "Microsoft"}
NAMELESS = {**APPLE, "symbol": "NAMELESS", "name": None}


def test_many_assets_are_made_at_once(stand: Stand, ann: Assets) -> None:
    answer = ann.post("assets/bulk/", {"assets": [APPLE, MICROSOFT]})
    assert answer.status_code == 201
    assert body(answer) == {
        "created": 2,
        "failed": 0,
        "results": [{"index": 0, "status": 201, "id": 1}, {"index": 1, "status": 201, "id": 2}],
    }
    assert [event.subject for event in stand.events()] == ["assets/1", "assets/2"]
    assert [asset["symbol"] for asset in ann.found("assets/search/", q="microsoft")] == ["MSFT"]


def test_one_wrong_row_refuses_all_and_every_wrong_row_is_named(stand: Stand, ann: Assets) -> None:
    rows = [APPLE, NAMELESS, APPLE, MICROSOFT, 7]
    wrong = fields(ann.post("assets/bulk/", {"assets": rows}))["assets"]
    assert wrong == {
        "1": {"name": ["Field may not be null."]},
        "2": {"_schema": ["The symbol AAPL is taken by another row."]},
        "4": {"_schema": ["Invalid input type."]},
    }
    assert ann.found("assets/") == []
    assert stand.events() == []


def test_sound_rows_stand_alone_if_one_asks_for_that(stand: Stand, ann: Assets) -> None:
    ann.make()
    answer = ann.post("assets/bulk/", {"assets": [NAMELESS, MICROSOFT, APPLE], "atomic": False})
    assert answer.status_code == 207
    found = body(answer)
    assert (found["created"], found["failed"]) == (1, 2)
    assert [result["status"] for result in found["results"]] == [422, 201, 409]
    assert found["results"][0]["error"]["fields"] == {"name": ["Field may not be null."]}
    assert found["results"][1]["id"] == 2
    assert found["results"][2]["error"] == {
        "code": "conflict",
        "message": "The symbol AAPL is taken by the asset 1.",
    }
    assert len(stand.events()) == 2


def test_a_bulk_with_a_key_happens_once(ann: Assets) -> None:
    answers = [
        ann.post("assets/bulk/", {"assets": [APPLE]}, **{"Idempotency-Key": "bulk"})
        for _ in range(2)
    ]
    assert [body(answer)["results"][0]["id"] for answer in answers] == [1, 1]


@pytest.mark.parametrize("rows", [[], {}, None, [APPLE] * 10_001])
def test_a_bulk_has_one_to_ten_thousand_rows(ann: Assets, rows: Any) -> None:
    assert list(fields(ann.post("assets/bulk/", {"assets": rows}))) == ["assets"]


def send(user: Assets, rows: Any, *, atomic: bool = True, **query: str) -> TestResponse:
    given = {"prices": rows} if atomic else {"prices": rows, "atomic": False}
    return user.client.post("/api/assets/1/price_history/bulk/", json=given, query_string=query)


def send_csv(user: Assets, text: str | bytes, **query: Any) -> TestResponse:
    return user.client.post(
        "/api/assets/1/price_history/bulk/",
        data=text,
        content_type="text/csv; charset=utf-8",
        query_string=query,
    )


def records(user: Assets, *names: str) -> list[tuple[Any, ...]]:
    found = user.found("assets/1/price_history/", ordering="date")
    return [tuple(record[name] for name in names) for record in found]


def test_a_history_is_recorded_and_moves_the_current_price(ann: Assets) -> None:
    ann.make()
    answer = send(
        ann,
        [
            {"date": "2024-01-19", "close": "175.5", "high": "176", "low": 174, "volume": 9},
            {"date": "2024-01-18", "close": "173"},
        ],
    )
    assert body(answer) == {
        "import_id": body(answer)["import_id"],
        "asset": 1,
        "count": 2,
        "first_date": "2024-01-18",
        "last_date": "2024-01-19",
        "warnings": [],
    }
    asset = body(ann.get("assets/1/"))
    names = ("current_price", "previous_close", "day_high", "volume", "last_price_update")
    assert [asset[name] for name in names] == [
        "175.50",
        "173.00",
        "176.00",
        9,
        "2024-01-19T00:00:00Z",
    ]
    assert records(ann, "source") == [("import",), ("import",)]


def test_a_day_that_has_a_price_gets_the_new_one(ann: Assets) -> None:
    ann.make()
    ann.price(1, "100", date="2024-01-18", volume=5)
    ann.price(1, "101", date="2024-01-19")
    send(ann, [{"date": "2024-01-18", "close": "99"}])
    assert records(ann, "date", "close", "volume") == [
        ("2024-01-18", "99.00", None),
        ("2024-01-19", "101.00", None),
    ]
    assert body(ann.get("assets/1/"))["previous_close"] == "99.00"


def test_an_import_is_told_once(stand: Stand, ann: Assets) -> None:
    ann.make()
    send(ann, [{"date": "2024-01-18", "close": "1"}, {"date": "2024-01-19", "close": "2"}])
    event = stand.events()[-1]
    assert (event.type, event.sequence) == ("price-history-imported", 2)
    assert event.data["asset"]["current_price"] == "2.00"
    assert {name: event.data[name] for name in ("first_date", "last_date", "count")} == {
        "first_date": "2024-01-18",
        "last_date": "2024-01-19",
        "count": 2,
    }


def test_a_history_comes_as_csv(ann: Assets) -> None:
    ann.make()
    empty = "\r\n,,,\r\n, ,\r\n"
    text = f"\ufeffDate,Close,Volume,Low\r\n2024-01-18,173.25,1000,\r\n{empty}"
    text += "2024-01-19,175.5,,174\r\n"
    assert send_csv(ann, text).status_code == 200
    assert records(ann, "date", "close", "low", "volume") == [
        ("2024-01-18", "173.25", None, 1000),
        ("2024-01-19", "175.50", "174.00", None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"2024-01-18,173\n",
        b"date,open\n2024-01-18,173\n",
        b"date,close,close\n2024-01-18,173,174\n",
        b"date,close\n2024-01-20,1,2\n",
        b"symbol,date,close\nAAPL,2024-01-18,173\nMSFT,2024-01-18,390\n",
    ],
)
def test_what_is_no_file_of_prices_is_refused_as_a_whole(ann: Assets, text: bytes) -> None:
    ann.make()
    assert list(fields(send_csv(ann, text))) == ["file"]


def test_wrong_rows_of_a_file_are_counted_as_a_person_counts_them(ann: Assets) -> None:
    ann.make()
    text = (
        "date,close,high\n2024-01-18,173,\n\n2024-01-19,nothing,1.5.2\n2024-01-18,174,\n"
        "2024-01-20,10,9\n"
    )
    no_number = ["Not a decimal number. Write it as 1234.50 or 1234,50."]
    assert fields(send_csv(ann, text))["prices"] == {
        "4": {"close": no_number, "high": no_number},
        "5": {"date": ["Another row has this date too."]},
        "6": {"high": ["Must not be below another price of the day."]},
    }
    assert records(ann, "date") == []


def test_another_kind_of_body_is_refused(ann: Assets) -> None:
    ann.make()
    path = "/api/assets/1/price_history/bulk/"
    answer = ann.client.post(path, data="x", content_type="text/plain")
    assert answer.status_code == 415
    assert "with Content-Type: text/csv; this one says text/plain" in answer.text


def test_adjusted_prices_are_turned_back(ann: Assets) -> None:
    ann.make()
    ann.post("assets/1/splits/", {"date": "2020-08-31", "ratio": "4:1"})
    send(ann, [{"date": "2020-08-28", "close": "124.81"}], basis="split_adjusted")
    assert records(ann, "close", "adjusted_close") == [("499.24", "124.81")]


@pytest.mark.parametrize(
    ("ratio", "row", "wrong"),
    [
        ("1:999999999", {"close": "1"}, {"close": ["As traded: Must be greater than 0."]}),
        (
            "999999999:1",
            {"close": "1001", "high": "2000"},
            {
                name: ["As traded: At most 12 digits before the point."]
                for name in ("high", "close")
            },
        ),
        (
            "1:999999999",
            {"close": "999999999", "volume": 2**63 - 1},
            {"volume": [f"As traded: At most {2**63 - 1}."]},
        ),
    ],
)
def test_what_adjusted_prices_become_as_traded_must_be_a_price_too(
    stand: Stand, ann: Assets, ratio: str, row: dict[str, Any], wrong: dict[str, list[str]]
) -> None:
    ann.make()
    ann.post("assets/1/splits/", {"date": "2020-08-31", "ratio": ratio})
    rows = [{"date": "2020-09-01", "close": "1"}, {"date": "2020-08-28"} | row]
    assert fields(send(ann, rows, basis="split_adjusted")) == {"prices": {"1": wrong}}
    assert records(ann, "date") == []


def test_prices_in_pence_are_kept_in_pounds(ann: Assets) -> None:
    ann.make(currency="GBP")
    answer = send(ann, [{"date": "2024-01-18", "close": "71.5"}], currency="GBX")
    assert [warning["code"] for warning in body(answer)["warnings"]] == ["minor_unit_converted"]
    assert records(ann, "close") == [("0.715",)]
    assert list(fields(send(ann, [{"date": "2024-01-18", "close": "1"}], currency="USD"))) == [
        "currency"
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"close": "0"}, "close"),
        ({"close": None}, "close"),
        ({"close": "1e400"}, "close"),
        ({"high": "9"}, "high"),
        ({"low": "11"}, "low"),
        ({"volume": -1}, "volume"),
        ({"date": "2999-01-01"}, "date"),
        ({"date": "2024-01-18"}, "date"),  # the first row's day
        ({"price": "10"}, "price"),
    ],
)
def test_one_wrong_price_refuses_all(
    stand: Stand, ann: Assets, row: dict[str, Any], field: str
) -> None:
    ann.make()
    rows = [{"date": "2024-01-18", "close": "10"}, {"date": "2024-01-19", "close": "10"} | row]
    wrong = fields(send(ann, rows))["prices"]
    assert {index: list(found) for index, found in wrong.items()} == {"1": [field]}
    assert records(ann, "date") == []
    assert len(stand.events()) == 1


def test_sound_prices_stand_alone_if_one_asks_for_that(stand: Stand, ann: Assets) -> None:
    ann.make()
    ann.price(1, "9", date="2024-01-19")
    rows = [
        {"date": "2024-01-20", "close": "11"},
        {"date": "2024-01-18", "close": "none"},
        {"date": "2024-01-19", "close": "10"},
        {"date": "2024-01-19", "close": "10.5"},
        {"date": "2024-01-21", "close": "12", "high": "11"},
        7,
    ]
    answer = send(ann, rows, atomic=False)
    assert answer.status_code == 207
    found = body(answer)
    assert (found["created"], found["failed"]) == (2, 4)
    assert found["results"][0] == {"index": 0, "status": 201, "id": 2}
    assert found["results"][2] == {"index": 2, "status": 201, "id": 1}
    assert {row["index"]: row["error"]["fields"] for row in found["results"] if "error" in row} == {
        1: {"close": ["Not a valid decimal number."]},
        3: {"date": ["Another row has this date too."]},
        4: {"high": ["Must not be below another price of the day."]},
        5: {"_schema": ["Invalid input type."]},
    }
    assert records(ann, "date", "close") == [("2024-01-19", "10.00"), ("2024-01-20", "11.00")]
    assert body(ann.get("assets/1/"))["current_price"] == "11.00"
    event = stand.events()[-1]
    assert (event.type, event.data["count"]) == ("price-history-imported", 2)


def test_adjusted_prices_stand_alone_too(ann: Assets) -> None:
    ann.make()
    ann.post("assets/1/splits/", {"date": "2020-08-31", "ratio": "1:999999999"})
    rows = [{"date": "2020-08-28", "close": "1"}, {"date": "2020-09-01", "close": "2"}]
    found = body(send(ann, rows, atomic=False, basis="split_adjusted"))
    assert [row["status"] for row in found["results"]] == [422, 201]
    assert records(ann, "close") == [("2.00",)]


def test_where_no_price_is_sound_nothing_changes(stand: Stand, ann: Assets) -> None:
    ann.make()
    before = stand.events()
    found = body(send(ann, [{"close": "1"}], atomic=False))
    assert (found["created"], found["failed"]) == (0, 1)
    assert stand.events() == before


def test_an_import_has_one_to_fifty_thousand_rows(ann: Assets) -> None:
    ann.make()
    assert list(fields(send(ann, []))) == ["prices"]
    assert list(fields(send(ann, [1] * 50_001))) == ["prices"]
    day = {"date": "2024-01-18", "close": "1"}
    assert fields(send(ann, [day] * 50_001)) == {"body": ["It has more than 50000 rows."]}


def test_ten_years_arrive_in_one_call(ann: Assets) -> None:
    ann.make()
    first = date(2014, 1, 1)
    text = "".join(f"{first + timedelta(days)},{days + 1}.25\n" for days in range(3650))
    assert body(send_csv(ann, f"date,close\n{text}"))["count"] == 3650
    page = body(ann.get("assets/1/price_history/", page_size=1))
    assert (page["count"], page["results"][0]["close"]) == (3650, "3650.25")


def test_bulk_is_for_who_may_change(stand: Stand, admin: Assets, ann: Assets, bob: Assets) -> None:
    ann.make()
    day = [{"date": "2024-01-18", "close": "1"}]
    assert send(bob, day).status_code == 404
    reader = stand.client(user=1, scopes=("read",))
    assert send(Assets(reader), day).status_code == 403
    assert reader.post("/api/assets/bulk/", json={"assets": [APPLE]}).status_code == 403
    admin.make()
    path = "/api/assets/2/price_history/bulk/"
    assert ann.client.post(path, json={"prices": day}).status_code == 403
