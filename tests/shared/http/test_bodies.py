"""The rows of a body are counted without reading it."""

import json
from typing import Any

import pytest

from shared.errors import ValidationFailed
from shared.http import bodies


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"rows": []}, 0),
        ({"rows": [{}, {"a": 1}], "atomic": True}, 2),
        ({"rows": [{"a": '{"[', "b": {"c": [{}]}}]}, 1),  # what is in a row is none
        ({"rows": [{"a": '\\"{'}]}, 1),
        ({"first": [{}], "second": [{}, {}]}, 3),
        ({"rows": [1, "{}", [{}]]}, 0),  # no objects
        ([{}, {}], 0),
    ],
)
def test_the_rows_of_json_are_the_objects_in_its_lists(body: Any, count: int) -> None:
    assert bodies.rows(json.dumps(body).encode()) == count


@pytest.mark.parametrize("body", [b"", b"]" * 1000, b'{"rows": [{}', b'"{', b"\xff{"])
def test_what_is_no_json_is_left_to_who_reads_it(body: bytes) -> None:
    assert bodies.rows(body) <= 1


def test_too_many_values_are_refused_before_they_are_counted() -> None:
    with pytest.raises(ValidationFailed):
        bodies.rows(b'{"rows": [' + b"{}," * 500_001 + b"{}]}")


@pytest.mark.parametrize(
    ("text", "count"),
    [(b"", 0), (b"a\n", 0), (b"a\nb\nc\n", 2), (b"a\r\nb", 1), (b"a\rb\rc", 2)],
)
def test_the_lines_of_a_text_are_those_below_the_first(text: bytes, count: int) -> None:
    assert bodies.lines(text) == count
