"""Files that nobody should send: refused with line, cell and mend, or read right; nothing is left.

What they are stands in `nasty`.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.testing import Stand
from tests.portfolio.build import User, answered, refused
from tests.portfolio.filing import send
from tests.portfolio.nasty import JSON_REFUSED, READ, REFUSED, TABLE, Read, Refused, ghostfolio
from tests.portfolio.owning import Assets

JSON = {"format": "ghostfolio", "content_type": "application/json"}


@dataclass(frozen=True)
class Door:
    """A user with one portfolio, to whom every file of this module is sent.

    Attributes:
        stands: the services that a file may leave something in.
    """

    user: User
    portfolio: int
    stands: tuple[Stand, ...]

    def send(self, content: str | bytes, **query: Any) -> TestResponse:
        return send(self.user, self.portfolio, content, create_missing=True, **query)

    def rows(self) -> list[dict[str, int]]:
        """Return how many rows each table of each service has."""
        return [stand.rows() for stand in self.stands]


@pytest.fixture(scope="module")
def door(asking: Stand, assets_server: Assets) -> Door:
    stands = (asking, assets_server.stand)
    for stand in stands:
        stand.empty()
    user = User(asking.client(user=1))
    return Door(user, user.portfolio(), stands)


@pytest.fixture(autouse=True)
def nothing_is_left(door: Door) -> Iterator[None]:
    before = door.rows()
    yield
    assert door.rows() == before


def require_refused(answer: TestResponse, file: Refused) -> None:
    fields = refused(answer)
    if file.line is None:
        assert list(fields) == [file.cell]
        [message] = fields[file.cell]
    else:
        assert list(fields) == ["rows"]
        assert str(file.line) in fields["rows"]
        [message] = fields["rows"][str(file.line)][file.cell]
    assert file.reason in message


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.name)
def test_it_is_refused_and_says_where_and_why(door: Door, file: Refused) -> None:
    require_refused(door.send(file.content, **file.query), file)


@pytest.mark.parametrize("file", JSON_REFUSED, ids=lambda file: file.name)
def test_json_is_refused_and_says_where_and_why(door: Door, file: Refused) -> None:
    require_refused(door.send(file.content, **JSON, **file.query), file)


@pytest.mark.parametrize("file", READ, ids=lambda file: file.name)
def test_it_is_read_right(door: Door, file: Read) -> None:
    found = answered(door.send(file.content, dry_run=True, **file.query), 200)
    shown = [
        {name: row[name] for name in of_interest}
        for row, of_interest in zip(found["rows"], file.rows, strict=True)
    ]
    assert shown == file.rows
    assert [warning["code"] for warning in found["warnings"]] == list(file.codes)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip"])
def test_a_packed_body_is_not_unpacked(door: Door, coding: str) -> None:
    bomb = gzip.compress(bytes(16 * 1024**2))
    answer = door.user.client.post(
        f"/api/transactions/import/?portfolio_id={door.portfolio}",
        data=bomb,
        content_type="text/csv",
        headers={"Content-Encoding": coding},
    )
    message = answered(answer, 415)["details"]["message"]
    assert message == f"The body is packed ({coding}): send it as it is, without Content-Encoding."


def test_more_than_16_mebibytes_are_not_read(door: Door) -> None:
    answered(door.send(b"x" * (16 * 1024**2 + 1)), 413)


def test_names_in_json_that_cannot_be_stored_are_read_without_what_cannot(door: Door) -> None:
    account = {"name": "Ba\0nk\ud800", "id": "\ud800\0", "currency": "USD", "balance": 3}
    balances = [{"date": "2022-03-01", "value": 100}]
    export = ghostfolio(accountId="\ud800\0") | {"accounts": [account | {"balances": balances}]}
    found = answered(door.send(json.dumps(export), dry_run=True, **JSON), 200)
    assert [row["transaction_type"] for row in found["rows"]] == ["BUY", "DEPOSIT"]


@pytest.mark.parametrize(
    "query",
    [
        {"columns": '{"date": "\\ud800"}'},
        {"columns": "[" * 100_000},
        {"columns": '{"date": "nowhere"}', "types": '{"\\ud800": "BUY", "": "SELL"}'},
        {"mapping": '{"NINE": 1e999}'},
        {"date_format": "DD\0MM\0YYYY\0" * 99},
        {"encoding": "rot13"},
        {"skip_lines": 999},
    ],
)
def test_what_is_said_of_a_file_is_refused_too(door: Door, query: dict[str, Any]) -> None:
    answer = door.send(TABLE, **query)
    assert answer.status_code in {400, 422}
    assert next(iter(query)) in answer.text or "no header" in answer.text
