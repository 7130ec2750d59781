"""More than five weekdays old is stale."""

from datetime import date

import pytest

from shared.finance.days import oldest_fresh


@pytest.mark.parametrize(
    ("day", "oldest"),
    [
        ("2024-01-12", "2024-01-05"),  # Friday to Friday: five weekdays
        ("2024-01-10", "2024-01-03"),  # Wednesday to Wednesday, over a weekend
        ("2024-01-14", "2024-01-06"),  # Sunday: Monday to Friday lie between
        ("2024-01-15", "2024-01-06"),  # Monday: the same week lies between
    ],
)
def test_a_price_is_fresh_for_five_weekdays(day: str, oldest: str) -> None:
    assert oldest_fresh(date.fromisoformat(day)) == date.fromisoformat(oldest)
