"""How a file writes its dates is what its cells show; what none shows is refused."""

from datetime import date, time

import pytest

from shared.files import Days, Moment, parse_time


def read(text: str, *others: str, written: str | None = None) -> Moment:
    return Days([text, *others], written).read(text)


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-01",
        "2021-3-1",
        "2021/03/01",
        "20210301",
        "01.03.2021",
        "1.3.2021",
        "2021-03-01T00:00",
        "2021-03-01T00:00:00.000Z",
        "2021-03-01T00:00:00+00:00",
        "2021-03-01 00:00:00+0200",
        "2021-03-01 00:00:00 UTC",
        "2021-03-01 00:00:00+00",
        "2021-03-01 UTC",
        "2021-03-01+02:00",
    ],
)
def test_a_day_that_can_be_nothing_else_is_that(text: str) -> None:
    assert read(text) == (date(2021, 3, 1), None)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2021-03-01T10:30", time(10, 30)),
        ("2021-03-01 10:30:05", time(10, 30, 5)),
        ("2021-03-01T23:30:00-05:00", time(23, 30)),
        ("01.03.2021, 9:05", time(9, 5)),
        ("20210301;101500", time(10, 15)),
        ("3/31/2021 1:05 PM", time(13, 5)),
    ],
)
def test_the_time_of_day_is_read_as_it_is_written(text: str, at: time) -> None:
    assert read(text).time == at


@pytest.mark.parametrize(
    "text",
    [
        "Jan 04, 2024",
        "January 4, 2024",
        "Jan. 4th, 2024 9:30 PM",
        "4 Jan 2024",
        "04-Jan-2024",
        "4. Januar 2024",
        "04. Jan. 2024, 09:30 Uhr",
        "4 jän 2024",
    ],
)
def test_a_month_by_its_name_is_that(text: str) -> None:
    assert read(text).day == date(2024, 1, 4)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("9:30", time(9, 30)),
        ("09.45", time(9, 45)),
        ("093000", time(9, 30)),
        ("02:30 PM", time(14, 30)),
        ("12:05 am", time(0, 5)),
        ("10:00:01.123Z", time(10, 0, 1)),
        ("10:00+01", time(10)),
        ("10:00 Uhr", time(10)),
        ("00:00", None),
    ],
)
def test_a_time_of_day_may_stand_alone(text: str, at: time | None) -> None:
    assert parse_time(text) == at


@pytest.mark.parametrize("text", ["25:00", "9", "noon", "09:61", "0x0a"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Not a"):
        parse_time(text)


def test_a_number_above_twelve_in_any_row_shows_what_comes_first() -> None:
    assert read("05/01/2021", "31/01/2021").day == date(2021, 1, 5)
    assert read("05/01/2021", "01/31/2021").day == date(2021, 5, 1)
    assert read("05-01-2021", "31-01-2021").day == date(2021, 1, 5)
    assert read("05/05/2021").day == date(2021, 5, 5)


@pytest.mark.parametrize("others", [[], ["06/02/2021"], ["31/01/2021", "01/31/2021"]])
def test_what_no_row_shows_is_ambiguous(others: list[str]) -> None:
    with pytest.raises(ValueError, match=r"05/01/2021 may be 2021-01-05 or 2021-05-01\. Say"):
        read("05/01/2021", *others)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("05/01/2021", "DD/MM/YYYY"),
        ("01/05/2021 10:00", "MM/DD/YYYY"),
        ("05.01.21", "DD.MM.YY"),
        ("Jan 5, 2021", "MMM D, YYYY"),
        ("05-Jan-2021", "DD-MMM-YYYY"),
        ("2021-01-05", "DD/MM/YYYY"),
    ],
)
def test_a_format_says_it(text: str, written: str) -> None:
    assert read(text, written=written).day == date(2021, 1, 5)


@pytest.mark.parametrize("written", ["", "DD/MM", "DD/DD/YYYY", "day", "%d.%m.%Y", "YYYY" * 20])
def test_a_format_has_a_day_a_month_and_a_year(written: str) -> None:
    if written:
        with pytest.raises(ValueError, match="once each"):
            read("05/01/2021", written=written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2024-13-01",
        "2024-02-30",
        "32.01.2024",
        "1899-12-31",
        "01.02.24",
        "202401",
        "2024-01-02T25:00",
        "0000-01-01",
        "9" * 70,
        "4 Foo 2024",
        "31 Feb 2024",
        "Jan 2024",
        "4 Jan 24",
        "Jan 04 2024 09:99",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read(text)
