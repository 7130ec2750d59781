"""Keys and delays, called with plain values."""

from datetime import UTC, datetime, timedelta

import pytest

from services.auth.domain import delays, keys, passwords
from shared.errors import ValidationFailed

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_keys_are_never_twice_the_same_and_always_well_formed() -> None:
    made = {keys.new_key(keys.PERSONAL) for _ in range(1000)}
    assert len(made) == 1000
    assert all(keys.well_formed(key, keys.PERSONAL) for key in made)


def test_a_key_has_its_prefix_and_190_random_bits() -> None:
    """62 ** 32 > 2 ** 190: log2(62) is 5.954."""
    key = keys.new_key(keys.PERSONAL)
    assert key.startswith("pfa_")
    assert len(key.removeprefix("pfa_")) == 32 + 6


def test_one_wrong_letter_anywhere_is_seen_without_the_database() -> None:
    key = keys.new_key(keys.PERSONAL)
    for place in range(len(key)):
        other = "a" if key[place] != "a" else "b"
        assert not keys.well_formed(f"{key[:place]}{other}{key[place + 1 :]}", keys.PERSONAL), place


@pytest.mark.parametrize("text", ["", "pfa_", "pfa_é", "x" * 42, "pfa_" + "0" * 38])
def test_what_is_no_key_is_not_well_formed(text: str) -> None:
    assert not keys.well_formed(text, keys.PERSONAL)


def test_only_the_sha_256_of_a_key_is_kept() -> None:
    """The digest of "abc" is the example of FIPS 180-4."""
    assert keys.digest("abc").hex() == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (10_000, 900)],
)
def test_the_delay_doubles_from_the_fifth_failure_to_a_quarter_of_an_hour(
    failures: int, seconds: int
) -> None:
    assert delays.wait(failures, NOW, NOW) == seconds


def test_the_delay_runs_from_the_last_failure() -> None:
    assert delays.wait(7, NOW - timedelta(seconds=3), NOW) == 1
    assert delays.wait(7, NOW - timedelta(seconds=5), NOW) == 0


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("aaaaaaaaaa", 'Repeats like "aaa" are easy to guess.'),
        ("1234567890", "This is a top-100 common password."),
        ("qwertyuiop", "This is a top-100 common password."),
        ("password123", "This is a very common password."),
        ("abcdefghij", 'Sequences like "abc" or "6543" are easy to guess.'),
        ("annamaria1annamaria1", 'Repeats like "abcabcabc" are only slightly harder to guess'),
    ],
)
def test_a_password_that_is_among_the_first_guesses_is_weak(password: str, reason: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        passwords.require_strong(password, "annamaria1")
    assert str(refused.value.fields["password"][0]).startswith(reason)


@pytest.mark.parametrize("password", ["correct horse", "kq2&Zr9!xw", "ä" * 5 + "ö1x#q" * 40])
def test_a_password_that_is_not_guessed_soon_is_taken(password: str) -> None:
    passwords.require_strong(password, "anna")
