"""Logging in, and what guessing costs."""

from datetime import UTC, datetime, timedelta

import argon2
import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from services.auth import commands
from services.auth.models import FailedAttempt, LoginAddress, Token, User
from shared.testing import Stand
from tests.auth.conftest import PASSWORD, Gateway, log_in, sign_up, try_login


@pytest.mark.parametrize("kind", ["json", "data"])
def test_a_login_in_json_or_a_form_gives_a_token_that_works(
    stand: Stand, gateway: Gateway, kind: str
) -> None:
    sign_up(stand)
    credentials = {"username": "anna", "password": PASSWORD}
    answer = stand.client(None).post("/api/auth-token/", **{kind: credentials})
    assert answer.status_code == 200
    assert list(answer.get_json()) == ["token"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert gateway.authorize(answer.get_json()["token"]).status_code == 200


def test_a_new_login_leaves_older_tokens_alone(stand: Stand, gateway: Gateway) -> None:
    sign_up(stand)
    first, second = log_in(stand), log_in(stand)
    assert first != second
    assert gateway.authorize(first).status_code == gateway.authorize(second).status_code == 200


def test_a_name_may_be_written_in_any_case(stand: Stand) -> None:
    sign_up(stand, "anna")
    assert try_login(stand, "ANNA").status_code == 200


def test_a_login_is_remembered_in_the_profile(stand: Stand) -> None:
    user = sign_up(stand)
    assert stand.client(user).get("/api/users/me/").get_json()["last_login"] is None
    log_in(stand)
    assert stand.client(user).get("/api/users/me/").get_json()["last_login"] is not None


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(stand: Stand) -> None:
    sign_up(stand)
    wrong, unknown = try_login(stand, "anna", "wrong"), try_login(stand, "nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 400
    assert _without_id(wrong) == _without_id(unknown)
    assert wrong.get_json()["details"]["code"] == "invalid_credentials"


def test_a_user_who_is_not_active_gets_the_same_answer(stand: Stand) -> None:
    user = sign_up(stand)
    unknown = try_login(stand, "nobody")
    stand.database.unit(
        lambda session: session.execute(update(User).where(User.id == user).values(is_active=False))
    )
    assert _without_id(try_login(stand, "anna")) == _without_id(unknown)


@pytest.mark.parametrize("username", ["anna", "nobody"])
def test_a_hash_is_verified_whether_the_user_exists_or_not(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, username: str
) -> None:
    """So that the time tells nothing."""
    sign_up(stand)
    verify, verified = argon2.PasswordHasher.verify, list[str | bytes]()

    def counted(self: argon2.PasswordHasher, hash: str | bytes, password: str | bytes) -> bool:
        verified.append(hash)
        return verify(self, hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    assert try_login(stand, username, "wrong").status_code == 400
    assert len(verified) == 1
    # The same parameters, so the same work.
    assert str(verified[0]).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "anna"}, "password"),
        ({"password": PASSWORD}, "username"),
        ({"username": "anna", "password": PASSWORD, "scope": "admin"}, "scope"),
        ({"username": "anna", "password": ["a"]}, "password"),
        ({"username": "a\0", "password": PASSWORD}, "username"),
    ],
)
def test_a_login_that_is_not_one_names_the_field(
    stand: Stand, body: dict[str, object], field: str
) -> None:
    answer = stand.client(None).post("/api/auth-token/", json=body)
    assert answer.status_code == 422
    assert list(answer.get_json()["details"]["fields"]) == [field]


@pytest.mark.parametrize("kind", ["json", "data"])
def test_whoever_sends_thousands_of_fields_is_not_told_of_each(stand: Stand, kind: str) -> None:
    body = {f"field{n}": "" for n in range(2_001)}
    answer = stand.client(None).post("/api/auth-token/", **{kind: body})
    assert answer.status_code == 422
    fields = answer.get_json()["details"]["fields"]
    assert fields == {"body": ["It has more than 2000 values."]}


def test_half_a_character_is_no_password(stand: Stand) -> None:
    body = r'{"username": "anna", "password": "\ud800"}'
    answer = stand.client(None).post("/api/auth-token/", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.get_json()["details"]["fields"] == {"password": ["Not a valid text in UTF-8."]}


def test_another_content_type_is_refused(stand: Stand) -> None:
    answer = stand.client(None).post("/api/auth-token/", data="a=b", content_type="text/plain")
    assert answer.status_code == 415


@pytest.mark.parametrize("username", ["anna", "nobody"])
def test_after_five_failures_a_name_must_wait_even_with_the_right_password(
    stand: Stand, username: str
) -> None:
    sign_up(stand, "anna")
    for attempt in range(5):
        failed = try_login(stand, username, "wrong", address=f"198.51.100.{attempt}")
        assert failed.status_code == 400
    answer = try_login(stand, username, address="198.51.100.9")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_capitals_make_no_other_name_of_it(stand: Stand) -> None:
    for name in ("anna", "Anna", "ANNA", "aNNa", "annA"):
        try_login(stand, name, "wrong")
    assert try_login(stand, "AnnA", "wrong").status_code == 429


@pytest.mark.parametrize("spelling", ["\u0130r\u0130s", "\u0130RIS", "ir\u0130s"])
def test_no_other_spelling_of_a_name_is_counted_apart(stand: Stand, spelling: str) -> None:
    """PostgreSQL takes the Turkish İ for an i, and so finds the same user."""
    sign_up(stand, "iris")
    assert try_login(stand, spelling).status_code == 200
    for attempt in range(5):
        try_login(stand, "iris", "wrong", address=f"198.51.100.{attempt}")
    assert try_login(stand, spelling, address="198.51.100.9").status_code == 429


def test_a_login_forgets_the_failures_before_it(stand: Stand) -> None:
    sign_up(stand)
    for _ in range(4):
        try_login(stand, "anna", "wrong")
    log_in(stand)
    assert try_login(stand, "anna", "wrong").status_code == 400
    assert try_login(stand).status_code == 200


def test_failures_of_yesterday_are_deleted(stand: Stand) -> None:
    try_login(stand, "old", "wrong")
    yesterday = datetime.now(UTC) - timedelta(days=1, seconds=1)
    with stand.database.sessions.begin() as session:
        session.execute(update(FailedAttempt).values(last_failure=yesterday))
    try_login(stand, "new", "wrong")
    stand.database.unit(commands.forget_old_failures)
    with stand.database.sessions() as session:
        assert session.scalars(select(FailedAttempt.name).distinct()).all() == ["new"]


def test_an_address_may_try_ten_times_a_minute(stand: Stand) -> None:
    sign_up(stand)
    for _ in range(10):
        assert try_login(stand, address="203.0.113.7").status_code == 200
    refused = try_login(stand, address="203.0.113.7")
    assert refused.status_code == 429
    assert refused.get_json()["details"]["code"] == "rate_limited"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert try_login(stand, address="203.0.113.8").status_code == 200


def test_a_stranger_who_guesses_does_not_lock_the_owner_out(stand: Stand) -> None:
    sign_up(stand)
    assert try_login(stand, address="192.0.2.1").status_code == 200
    for attempt in range(5):
        guess = try_login(stand, "anna", "wrong", address=f"198.51.100.{attempt}")
        assert guess.status_code == 400
    assert try_login(stand, address="198.51.100.9").status_code == 429
    assert try_login(stand, address="192.0.2.1").status_code == 200
    # The owner's login gives the stranger nothing.
    assert try_login(stand, address="198.51.100.9").status_code == 429


def test_whoever_guesses_from_the_owners_address_waits_there(stand: Stand) -> None:
    sign_up(stand)
    assert try_login(stand, address="192.0.2.1").status_code == 200
    for _ in range(5):
        assert try_login(stand, "anna", "wrong", address="192.0.2.1").status_code == 400
    assert try_login(stand, address="192.0.2.1").status_code == 429
    assert try_login(stand, address="198.51.100.9").status_code == 200


def test_an_address_is_known_for_its_own_user_only(stand: Stand) -> None:
    sign_up(stand, "anna")
    sign_up(stand, "bob")
    assert try_login(stand, "bob", address="192.0.2.2").status_code == 200
    for attempt in range(5):
        try_login(stand, "anna", "wrong", address=f"198.51.100.{attempt}")
    assert try_login(stand, "anna", address="192.0.2.2").status_code == 429


def test_the_last_twenty_addresses_of_a_user_are_known(stand: Stand) -> None:
    sign_up(stand)
    for host in range(22):
        assert try_login(stand, address=f"192.0.2.{host}").status_code == 200
    with stand.database.sessions() as session:
        known = set(session.scalars(select(LoginAddress.address)))
    assert known == {f"192.0.2.{host}" for host in range(2, 22)}


def test_beyond_fifty_logins_the_one_longest_unused_ends(stand: Stand, gateway: Gateway) -> None:
    user = sign_up(stand)
    first, second = log_in(stand), log_in(stand)
    personal = stand.client(user).post("/api/tokens/", json={"name": "a", "scopes": ["read"]})
    for _ in range(48):
        stand.database.unit(
            lambda session: commands.issue_login(session, session.get_one(User, user))
        )
    assert gateway.authorize(first).status_code == 200  # so that the second is longest unused
    log_in(stand)
    keys = (first, second, personal.get_json()["key"])
    assert [gateway.authorize(key).status_code for key in keys] == [200, 401, 200]
    assert stand.events()[-1].type == "token-revoked"


def test_logins_that_nobody_uses_for_ninety_days_end(stand: Stand, gateway: Gateway) -> None:
    user = sign_up(stand)
    unused, used = log_in(stand), log_in(stand)
    personal = stand.client(user).post("/api/tokens/", json={"name": "a", "scopes": ["read"]})
    long_ago = datetime.now(UTC) - timedelta(days=90, seconds=1)
    with stand.database.sessions.begin() as session:
        session.execute(update(Token).values(created=long_ago))
    assert gateway.authorize(used).status_code == 200
    stand.database.unit(commands.end_unused_logins)
    keys = (unused, used, personal.get_json()["key"])
    assert [gateway.authorize(key).status_code for key in keys] == [401, 200, 200]


def test_a_refused_attempt_is_not_counted_against_the_name(stand: Stand) -> None:
    for attempt in range(10):
        try_login(stand, f"name{attempt}", "wrong", address="203.0.113.7")
    assert try_login(stand, "anna", "wrong", address="203.0.113.7").status_code == 429
    with stand.database.sessions() as session:
        known = select(func.count()).where(FailedAttempt.name == "anna")
        assert session.scalar(known) == 0


def test_an_ipv6_host_has_one_count_for_its_network(stand: Stand) -> None:
    sign_up(stand)
    for host in range(10):
        assert try_login(stand, address=f"2001:db8:1:2::{host:x}").status_code == 200
    assert try_login(stand, address="2001:db8:1:2:ffff::1").status_code == 429
    assert try_login(stand, address="2001:db8:1:3::1").status_code == 200


def _without_id(answer: TestResponse) -> tuple[int, str, str, str]:
    body = answer.get_json()
    details = body["details"]
    return answer.status_code, body["error"], details["code"], details["message"]
