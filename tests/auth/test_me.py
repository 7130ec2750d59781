"""A user's own profile and password."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient

from services.auth import commands
from shared.testing import Stand, wait_until
from tests.auth.conftest import PASSWORD, Gateway, log_in, make_token, sign_up, try_login

ME = "/api/users/me/"
NEW = "battery staple"


@pytest.fixture
def client(stand: Stand) -> FlaskClient:
    return stand.client(sign_up(stand))


def test_a_profile_has_the_fields_of_the_contract(client: FlaskClient) -> None:
    profile = client.get(ME).get_json()
    date_joined = profile.pop("date_joined")
    assert profile == {
        "id": 1,
        "username": "anna",
        "email": "",
        "first_name": "",
        "last_name": "",
        "base_currency": "USD",
        "is_staff": False,
        "last_login": None,
    }
    assert date_joined.endswith("Z")


def test_patch_changes_what_is_given(client: FlaskClient) -> None:
    answer = client.patch(ME, json={"email": "anna@example.com", "base_currency": "EUR"})
    assert answer.status_code == 200
    profile = client.get(ME).get_json()
    assert (profile["email"], profile["base_currency"]) == ("anna@example.com", "EUR")
    assert client.patch(ME, json={"first_name": "Anna"}).get_json()["base_currency"] == "EUR"


def test_put_replaces_what_is_writable(client: FlaskClient) -> None:
    client.patch(ME, json={"first_name": "Anna", "base_currency": "EUR"})
    answer = client.put(ME, json={"last_name": "Meier"})
    assert answer.status_code == 200
    profile = answer.get_json()
    assert (profile["first_name"], profile["last_name"]) == ("", "Meier")
    assert profile["base_currency"] == "USD"


def test_get_change_put_works_and_read_only_fields_stay(client: FlaskClient) -> None:
    profile = client.get(ME).get_json()
    changed = {**profile, "first_name": "Anna", "username": "root", "is_staff": True, "id": 9}
    answer = client.put(ME, json=changed)
    assert answer.status_code == 200
    assert answer.get_json() == {**profile, "first_name": "Anna"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"base_currency": "GBX"}, "base_currency"),
        ({"base_currency": "dollars"}, "base_currency"),
        ({"base_currency": None}, "base_currency"),
        ({"email": "nowhere"}, "email"),
        ({"email": "a@example.com" + "x" * 250}, "email"),
        ({"first_name": "x" * 151}, "first_name"),
        ({"first_name": "a\x00"}, "first_name"),
        ({"is_active": False}, "is_active"),
        ({"password": NEW}, "password"),
    ],
)
def test_a_change_that_cannot_be_names_the_field(
    client: FlaskClient, change: dict[str, object], field: str
) -> None:
    before = client.get(ME).get_json()
    answer = client.patch(ME, json=change)
    assert answer.status_code == 422
    assert list(answer.get_json()["details"]["fields"]) == [field]
    assert client.get(ME).get_json() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_of_what_has_changed_meanwhile_is_refused(
    client: FlaskClient, method: str
) -> None:
    tag = client.get(ME).headers["ETag"]
    assert client.patch(ME, json={"first_name": "Anna"}).status_code == 200
    stale = client.open(ME, method=method, json={"last_name": "M"}, headers={"If-Match": tag})
    assert stale.status_code == 412
    assert client.get(ME).get_json()["last_name"] == ""
    fresh = {"If-Match": client.get(ME).headers["ETag"]}
    assert client.open(ME, method=method, json={"last_name": "M"}, headers=fresh).status_code == 200


def test_a_login_does_not_refuse_a_change(stand: Stand, client: FlaskClient) -> None:
    """It changes `last_login`, which nobody wrote."""
    tag = client.get(ME).headers["ETag"]
    log_in(stand)
    answer = client.patch(ME, json={"first_name": "Anna"}, headers={"If-Match": tag})
    assert answer.status_code == 200


def test_what_is_known_already_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get(ME).headers["ETag"]
    assert client.get(ME, headers={"If-None-Match": tag}).status_code == 304


def test_a_read_token_changes_nothing(stand: Stand) -> None:
    reader = stand.client(sign_up(stand), scopes=("read",))
    assert reader.get(ME).status_code == 200
    assert reader.patch(ME, json={"first_name": "Anna"}).status_code == 403
    assert reader.put(ME, json={}).status_code == 403
    passwords = {"current_password": PASSWORD, "new_password": NEW}
    assert reader.post(f"{ME}password/", json=passwords).status_code == 403


def test_nobody_has_no_profile(stand: Stand) -> None:
    assert stand.client(None).get(ME).status_code == 401


def test_a_new_password_takes_the_place_of_the_old_one(stand: Stand, client: FlaskClient) -> None:
    answer = client.post(f"{ME}password/", json={"current_password": PASSWORD, "new_password": NEW})
    assert (answer.status_code, answer.data) == (204, b"")
    assert try_login(stand).status_code == 400
    assert try_login(stand, password=NEW).status_code == 200


def test_a_new_password_ends_all_tokens_but_the_one_that_asks(
    stand: Stand, gateway: Gateway
) -> None:
    sign_up(stand)
    asking, other = log_in(stand), log_in(stand)
    phone = make_token(gateway.client(other))
    sign_up(stand, "bob")
    bobs = log_in(stand, "bob")
    answer = gateway.client(asking).post(
        f"{ME}password/", json={"current_password": PASSWORD, "new_password": NEW}
    )
    assert answer.status_code == 204
    codes = [gateway.authorize(key).status_code for key in (asking, other, phone, bobs)]
    assert codes == [200, 401, 401, 200]
    told = [(event.type, event.data["token"], event.sequence) for event in stand.events()[-2:]]
    assert told == [("token-revoked", 2, 2), ("token-revoked", 3, 3)]


def test_a_login_during_the_change_gets_no_token_from_the_old_password(stand: Stand) -> None:
    user = sign_up(stand)
    with ThreadPoolExecutor(1) as pool, stand.database.sessions.begin() as session:
        commands.change_password(session, user, PASSWORD, NEW, kept_token=None)
        login = pool.submit(try_login, stand)
        wait_until(stand.waiters)
        session.commit()
        assert login.result().status_code == 400


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong", NEW, "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "aaaaaaaaaa", "new_password"),
        (PASSWORD, "", "new_password"),
        (PASSWORD, "x" * 257, "new_password"),
    ],
)
def test_a_password_that_cannot_be_changes_nothing(
    stand: Stand, client: FlaskClient, current: str, new: str, field: str
) -> None:
    key = log_in(stand)
    answer = client.post(f"{ME}password/", json={"current_password": current, "new_password": new})
    assert answer.status_code == 422
    assert list(answer.get_json()["details"]["fields"]) == [field]
    assert Gateway(stand).authorize(key).status_code == 200
    assert try_login(stand).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "again"}])
def test_whoever_has_a_token_cannot_go_on_guessing_the_password(
    stand: Stand, client: FlaskClient, headers: dict[str, str]
) -> None:
    for attempt in range(5):
        key = {name: f"{value}{attempt}" for name, value in headers.items()}
        wrong = {"current_password": f"wrong{attempt}", "new_password": NEW}
        assert client.post(f"{ME}password/", json=wrong, headers=key).status_code == 422
    right = {"current_password": PASSWORD, "new_password": NEW}
    answer = client.post(f"{ME}password/", json=right)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    # Logins count by themselves, so that whoever has a token does not lock the owner out.
    assert try_login(stand).status_code == 200


def test_a_right_password_ends_the_count_of_wrong_ones(stand: Stand, client: FlaskClient) -> None:
    wrong = {"current_password": "wrong", "new_password": NEW}
    for _ in range(4):
        assert client.post(f"{ME}password/", json=wrong).status_code == 422
    change = {"current_password": PASSWORD, "new_password": NEW}
    assert client.post(f"{ME}password/", json=change).status_code == 204
    for _ in range(5):
        assert client.post(f"{ME}password/", json=wrong).status_code == 422


def test_guesses_at_a_login_do_not_refuse_a_change_of_the_password(
    stand: Stand, client: FlaskClient
) -> None:
    for attempt in range(6):
        try_login(stand, password="wrong", address=f"198.51.100.{attempt}")
    change = {"current_password": PASSWORD, "new_password": NEW}
    assert client.post(f"{ME}password/", json=change).status_code == 204


def test_the_username_is_no_password(stand: Stand) -> None:
    client = stand.client(sign_up(stand, "annabellemeier"))
    answer = client.post(
        f"{ME}password/", json={"current_password": PASSWORD, "new_password": "AnnabelleMeier"}
    )
    assert answer.status_code == 422
    assert list(answer.get_json()["details"]["fields"]) == ["new_password"]
