"""Lists: pages with absolute links, or all of it as CSV."""

import csv
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from shared.testing import Stand
from tests.shared.http.notes import Note


def write(stand: Stand, *titles: str, amount: str | None = None, owner: int = 1) -> None:
    """Write notes straight into the table."""
    rows = [{"owner": owner, "title": title, "amount": amount} for title in titles]
    stand.database.unit(lambda session: session.execute(insert(Note), rows))


def page(client: FlaskClient, query: str = "", **headers: str) -> dict[str, Any]:
    answer = client.get(f"/api/notes/?{query}", headers=headers)
    assert answer.status_code == 200
    return dict(answer.json or {})


def csv_rows(client: FlaskClient, query: str = "") -> list[list[str]]:
    answer = client.get(f"/api/notes/?{query}", headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    return list(csv.reader(answer.text.splitlines()))


def test_a_list_is_cut_into_pages_that_neither_repeat_nor_drop(stand: Stand) -> None:
    client = stand.client()
    write(stand, *"abcde")
    pages = [page(client, f"page_size=2&page={number}") for number in (1, 2, 3)]
    found = [[note["title"] for note in one["results"]] for one in pages]
    assert found == [["a", "b"], ["c", "d"], ["e"]]
    assert [one["count"] for one in pages] == [5, 5, 5]


def test_the_links_are_absolute_as_the_client_came_and_keep_the_query(stand: Stand) -> None:
    write(stand, *"abcde")
    forwarded = {"X-Forwarded-Host": "finance.example:8443", "X-Forwarded-Proto": "https"}
    client = stand.client()
    middle = page(client, "page=2&page_size=2&ordering=-title", **forwarded)
    base = "https://finance.example:8443/api/notes/?page_size=2&ordering=-title"
    assert (middle["next"], middle["previous"]) == (f"{base}&page=3", f"{base}&page=1")
    assert (page(client)["next"], page(client)["previous"]) == (None, None)


def test_a_link_leads_to_the_next_page_also_when_the_search_has_signs(stand: Stand) -> None:
    client = stand.client()
    write(stand, "R&D 1", "R&D 2", "other")
    first = page(client, "search=R%26D&page_size=1")
    answer = client.get(first["next"])
    assert [note["title"] for note in answer.json["results"]] == ["R&D 2"]  # type: ignore[index]


def test_an_empty_list_is_a_page_and_a_page_past_the_end_is_404(stand: Stand) -> None:
    client = stand.client()
    assert page(client) == {"count": 0, "next": None, "previous": None, "results": []}
    write(stand, *"abcd")
    assert client.get("/api/notes/?page_size=2&page=3").status_code == 404
    assert client.get("/api/notes/?page_size=500&page=1000000000").status_code == 404


def test_the_links_stay_below_v1_where_the_client_asks_there(stand: Stand) -> None:
    write(stand, *"abcde")
    middle = page(stand.client(), "page=2&page_size=2", **{"X-Replaced-Path": "/api/v1/notes/"})
    base = "http://localhost/api/v1/notes/?page_size=2"
    assert (middle["next"], middle["previous"]) == (f"{base}&page=3", f"{base}&page=1")


@pytest.mark.parametrize("number", ["٣", "１", "+1", "1_0", "1.0", " 1", "1e0", ""])
def test_a_page_is_a_number_in_plain_digits(stand: Stand, number: str) -> None:
    for name in ("page", "page_size"):
        answer = stand.client().get("/api/notes/", query_string={name: number})
        assert answer.status_code == 400, name
        assert f"'{name}'" in answer.json["details"]["message"]  # type: ignore[index]


@pytest.mark.parametrize("query", ["page=1&page=2", "search=a&search=a"])
def test_a_parameter_that_stands_there_twice_is_named(stand: Stand, query: str) -> None:
    answer = stand.client().get(f"/api/notes/?{query}")
    assert answer.status_code == 400
    name = query.partition("=")[0]
    message = f"Query parameter '{name}': It is given more than once."
    assert answer.json["details"]["message"] == message  # type: ignore[index]


def test_a_page_has_50_rows_by_default_and_500_at_most(stand: Stand) -> None:
    client = stand.client()
    write(stand, *(f"{number:03}" for number in range(501)))
    assert len(page(client)["results"]) == 50
    assert len(page(client, "page_size=500")["results"]) == 500


def test_the_order_is_the_one_that_was_asked_for(stand: Stand) -> None:
    client = stand.client()
    write(stand, *"bca")
    for ordering, expected in [("title", "abc"), ("-title", "cba"), ("-id", "acb"), ("id", "bca")]:
        found = [note["title"] for note in page(client, f"ordering={ordering}")["results"]]
        assert "".join(found) == expected, ordering


def test_csv_is_all_pages_of_what_was_asked_for(stand: Stand) -> None:
    write(stand, *(f"mine {number}" for number in range(1201)), amount="1.5")
    write(stand, "not mine", owner=2)
    rows = csv_rows(stand.client(), "search=mine&page_size=10&page=3")
    assert rows[0] == ["id", "amount_of.exact", "title", "amount"]
    assert len(rows) == 1 + 1201
    assert rows[1201] == ["1201", "1.50000000", "mine 1200", "1.50000000"]


def test_the_columns_of_csv_stay_in_place_where_an_object_is_null(stand: Stand) -> None:
    write(stand, "nothing inside")
    assert csv_rows(stand.client())[1] == ["1", "", "nothing inside", ""]


@pytest.mark.parametrize(
    "title",
    [
        "=1+1",
        "+1",
        "@SUM(A1)",
        "-2+3+cmd|' /C calc'!A0",
        "-",
        "\t=1",
        "-1\n=2",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A",
        "\u200b=1",
        "\u00a0=1",
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_shown_as_text(stand: Stand, title: str) -> None:
    write(stand, title)
    answer = stand.client().get("/api/notes/", headers={"Accept": "text/csv"})
    rows = list(csv.reader(answer.text.splitlines(keepends=True)))
    assert rows[1][2] == f"'{title}"


def test_a_negative_number_in_csv_stays_a_number(stand: Stand) -> None:
    write(stand, "-12.5", amount="-3")
    assert csv_rows(stand.client())[1] == ["1", "-3.00000000", "-12.5", "-3.00000000"]


def test_a_csv_that_streams_holds_no_connection_when_the_client_leaves(stand: Stand) -> None:
    write(stand, *(f"{number}" for number in range(2000)))
    for _ in range(30):  # three times as many as the pool has connections
        answer = stand.client().get("/api/notes/", headers={"Accept": "text/csv"})
        assert next(iter(answer.response))
        answer.close()
    assert page(stand.client())["count"] == 2000
