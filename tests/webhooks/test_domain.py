"""The rules as plain functions: schedule, signatures, closes, holdings."""

import base64
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from standardwebhooks import Webhook

from services.webhooks.domain import schedule, signatures
from services.webhooks.domain.closes import Closes, change_percentage
from services.webhooks.domain.holdings import held
from shared.finance.figures import LONGEST_WINDOW
from tests.webhooks.telling import transaction

NOW = datetime(2024, 1, 19, 21, 0, tzinfo=UTC)
ID = UUID("0197f3a2-b4c8-7d10-a2b3-c4d5e6f70812")


def exact(low: float, high: float) -> float:
    """Return the middle: no spread."""
    return (low + high) / 2


def test_the_waits_between_the_attempts_are_the_promised_ones() -> None:
    due = [schedule.next_attempt(attempts, NOW, exact) for attempts in range(1, 9)]
    waits = [moment and (moment - NOW).total_seconds() for moment in due]
    assert waits == [5, 300, 1800, 7200, 18000, 36000, 36000, None]


@pytest.mark.parametrize(("end", "seconds"), [(0, 4), (1, 6)])
def test_a_wait_is_spread_by_a_fifth(end: int, seconds: int) -> None:
    due = schedule.next_attempt(1, NOW, lambda *ends: ends[end])
    assert due == NOW + timedelta(seconds=seconds)


def test_a_receiver_may_ask_for_more_time_but_not_for_less() -> None:
    later, sooner = NOW + timedelta(hours=1), NOW + timedelta(seconds=1)
    assert schedule.next_attempt(1, NOW, exact, later) == later
    assert schedule.next_attempt(1, NOW, exact, sooner) == NOW + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("120", timedelta(minutes=2)),
        ("Fri, 19 Jan 2024 22:00:00 GMT", timedelta(hours=1)),
        ("99999999999999999999", timedelta(hours=24)),
        ("Fri, 19 Jan 2034 22:00:00 GMT", timedelta(hours=24)),
        ("-5", None),
        ("soon", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("٣", None),
        ("Fri, 19 Jan 2024 22:00:00 -0000", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read(header: str | None, after: timedelta | None) -> None:
    assert schedule.retry_time(header, NOW) == (NOW + after if after else None)


def test_a_pause_begins_with_the_tenth_failure_and_doubles_to_an_hour() -> None:
    pauses = {failures: schedule.pause(failures) for failures in (9, 10, 11, 12, 16, 100)}
    minutes = {
        failures: pause and pause / timedelta(minutes=1) for failures, pause in pauses.items()
    }
    assert minutes == {9: None, 10: 1, 11: 2, 12: 4, 16: 60, 100: 60}


def test_a_secret_is_made_of_thirty_two_random_bytes() -> None:
    one, other = signatures.new_secret(), signatures.new_secret()
    assert one != other
    assert len(base64.b64decode(one.removeprefix("whsec_"), validate=True)) == 32


def test_signatures_are_those_of_the_public_library() -> None:
    keys = [signatures.new_secret(), signatures.new_secret()]
    made = signatures.headers(keys, ID, int(NOW.timestamp()), b'{"a": 1}')
    assert made["webhook-id"] == "msg_0197f3a2b4c87d10a2b3c4d5e6f70812"
    expected = [Webhook(key).sign(made["webhook-id"], NOW, '{"a": 1}') for key in keys]
    assert made["webhook-signature"] == " ".join(expected)


def closes(*prices: str, splits: dict[date, str] | None = None) -> Closes:
    """Return closes from 2024-01-01 on, one a day."""
    days = {date(2024, 1, 1 + place): Decimal(price) for place, price in enumerate(prices)}
    return Closes.of(days, splits)


def test_a_change_is_measured_against_the_closes_before_its_day_newest_first() -> None:
    assert closes("80", "100", "90").bases(date(2024, 1, 8)) == [90, 100, 80]


def test_the_close_of_the_day_itself_is_not_one_before_it() -> None:
    assert closes("80", "100").bases(date(2024, 1, 2)) == [80]


def test_closes_before_a_split_are_adjusted_and_those_after_it_are_not() -> None:
    kept = closes("100", "25", splits={date(2024, 1, 2): "4:1", date(2024, 2, 1): "2:1"})
    # 25 the day before; 100 / 4 = 25 the day before that; the split of February is to come
    assert kept.bases(date(2024, 1, 3)) == [25, 25]


def test_only_the_last_closes_are_kept() -> None:
    days = {date(2020, 1, 1) + timedelta(days=day): Decimal(day + 1) for day in range(600)}
    kept = Closes.of(days)
    assert len(kept.closes) == LONGEST_WINDOW + 1
    assert max(kept.closes) == max(days)
    assert Closes.from_json(kept.to_json()) == kept


def test_there_is_no_change_from_nothing() -> None:
    assert change_percentage(Decimal(1), Decimal(0)) is None
    assert change_percentage(Decimal(1), None) is None
    assert change_percentage(Decimal(-50), Decimal(-100)) == 50


def test_a_ledger_leaves_what_it_adds_up_to() -> None:
    ledger = [
        transaction(quantity="10"),
        transaction(transaction_type="SPLIT", quantity=None, ratio="1:3"),
        transaction(transaction_type="TRANSFER_IN", quantity="0.5"),
        transaction(transaction_type="SELL", quantity="1"),
        transaction(transaction_type="FEE", quantity=None),
        transaction(asset=6, transaction_type="ADJUSTMENT", quantity="7"),
        transaction(asset=None, transaction_type="DEPOSIT", quantity=None),
    ]
    # 10 ÷ 3 = 3.33333333; + 0.5 − 1
    assert held(ledger) == {5: Decimal("2.83333333"), 6: Decimal(7)}
