"""Values in memory: with exactly one basis, and no more than they may weigh."""

from shared.cache import BasisCache


def test_a_value_is_found_under_its_own_version_alone() -> None:
    cache = BasisCache[str]("texts", capacity=10, weigh=len)
    cache.put(1, 7, "seven")
    assert (cache.get(1, 7), cache.get(1, 8), cache.get(2, 7)) == ("seven", None, None)
    cache.put(1, 8, "eight")
    assert (cache.get(1, 7), cache.get(1, 8)) == (None, "eight")


def test_the_least_used_go_when_all_together_weigh_too_much() -> None:
    cache = BasisCache[str]("texts", capacity=10, weigh=len)
    for key in (1, 2):
        cache.put(key, 0, "four")
    cache.get(1, 0)
    cache.put(3, 0, "four")
    assert [cache.get(key, 0) for key in (1, 2, 3)] == ["four", None, "four"]


def test_a_replaced_value_no_longer_weighs_anything() -> None:
    cache = BasisCache[str]("texts", capacity=10, weigh=len)
    cache.put(1, 0, "four")
    for basis in range(5):
        cache.put(2, basis, "fives")
    assert cache.get(1, 0) == "four"


def test_one_value_that_is_too_heavy_for_all_is_held_alone() -> None:
    cache = BasisCache[str]("texts", capacity=3, weigh=len)
    cache.put(1, 0, "four")
    assert cache.get(1, 0) == "four"
    cache.put(2, 0, "fives")
    assert (cache.get(1, 0), cache.get(2, 0)) == (None, "fives")
