import numpy as np

from services.analytics.domain.joining import complete, joined_returns
from services.analytics.domain.series import EMPTY, Series
from tests.analytics.domain.build import calendar, dated, day, floats, series

NAN = np.nan


def test_series_on_the_same_days_share_every_span() -> None:
    days, matrix = joined_returns([series("2024-01-01", 10, 11, 22), series("2024-01-01", 5, 4, 4)])
    np.testing.assert_array_equal(days, [day("2024-01-02"), day("2024-01-03")])
    np.testing.assert_allclose(matrix, [[0.1, -0.2], [1.0, 0.0]])


def test_two_days_of_one_are_never_set_against_one_day_of_another() -> None:
    gappy = dated(d20240101=10.0, d20240103=20.0, d20240104=30.0)
    days, matrix = joined_returns([gappy, series("2024-01-01", 1, 2, 4, 5)])
    np.testing.assert_allclose(complete(matrix), [[0.5, 0.25]])
    assert np.isnan(matrix).sum() == 3
    assert (np.diff(days.astype(np.int64)) >= 0).all()


def test_two_series_with_the_same_gap_share_the_span_over_it() -> None:
    first = dated(d20240101=10.0, d20240103=20.0)
    second = dated(d20240101=1.0, d20240103=3.0)
    full = series("2024-01-01", 1, 2, 4)
    _, matrix = joined_returns([first, second, full])
    np.testing.assert_allclose(complete(matrix[:, :2]), [[1.0, 2.0]])


def test_beside_a_stock_a_coin_runs_from_friday_to_monday() -> None:
    stock = series("2024-01-05", 10, 11)  # Friday and Monday
    coin = Series(calendar(4, "2024-01-05"), floats(100, 50, 60, 120))
    _, matrix = joined_returns([stock, coin])
    np.testing.assert_allclose(matrix, [[0.1, 0.2]])


def test_coins_alone_keep_their_weekends() -> None:
    coin = Series(calendar(4, "2024-01-05"), floats(100, 50, 60, 120))
    _, matrix = joined_returns([coin, coin])
    np.testing.assert_allclose(matrix[:, 0], [-0.5, 0.2, 1.0])


def test_a_series_without_returns_has_an_empty_column() -> None:
    _, matrix = joined_returns([EMPTY, series("2024-01-01", 1, 2), series("2024-01-01", 7)])
    np.testing.assert_array_equal(matrix, [[NAN, 1.0, NAN]])
    assert joined_returns([])[1].shape == (0, 0)
