"""Users, as administrators manage them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient

from shared.testing import Stand
from tests.auth.conftest import PASSWORD, Gateway, log_in, sign_up, try_login

USERS = "/api/users/"


@pytest.fixture
def admin(stand: Stand) -> FlaskClient:
    """Return the client of the only administrator, who has the id 1."""
    return stand.client(sign_up(stand, "root", is_staff=True), staff=True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", USERS),
        ("POST", USERS),
        ("GET", f"{USERS}1/"),
        ("PUT", f"{USERS}1/"),
        ("PATCH", f"{USERS}1/"),
        ("DELETE", f"{USERS}1/"),
        ("DELETE", f"{USERS}99/"),
    ],
)
def test_who_is_no_administrator_manages_nobody(stand: Stand, method: str, path: str) -> None:
    user = sign_up(stand)
    answer = stand.client(user).open(path, method=method, json={})
    assert answer.status_code == 403
    assert answer.get_json()["details"]["code"] == "forbidden"
    assert stand.client(None).open(path, method=method, json={}).status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_token_that_only_reads_changes_nobody(stand: Stand, method: str) -> None:
    reader = stand.client(sign_up(stand), scopes=("read", "admin"), staff=True)
    path = USERS if method == "POST" else f"{USERS}1/"
    assert reader.open(path, method=method, json={}).status_code == 403
    assert reader.get(USERS).status_code == 200


def test_a_new_user_may_log_in(stand: Stand, admin: FlaskClient) -> None:
    made = admin.post(USERS, json={"username": "anna", "password": PASSWORD, "is_staff": True})
    assert made.status_code == 201
    profile = made.get_json()
    assert "password" not in made.text
    assert (profile["id"], profile["username"]) == (2, "anna")
    assert (profile["is_staff"], profile["is_active"]) == (True, True)
    assert try_login(stand).status_code == 200
    told = stand.events()[-1]
    assert (told.type, told.subject, told.sequence) == ("user-created", "users/2", 1)
    assert told.data == {"user": 2, "username": "anna"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "anna meier"}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"username": None}, "username"),
        ({"password": "short"}, "password"),
        ({"password": None}, "password"),
        ({"base_currency": "XXX"}, "base_currency"),
        ({"is_staff": "perhaps"}, "is_staff"),
        ({"date_joined": "2020-01-01T00:00:00Z"}, "date_joined"),
    ],
)
def test_a_user_that_cannot_be_names_the_field(
    admin: FlaskClient, change: dict[str, object], field: str
) -> None:
    answer = admin.post(USERS, json={"username": "anna", "password": PASSWORD, **change})
    assert answer.status_code == 422
    assert list(answer.get_json()["details"]["fields"]) == [field]
    assert admin.get(USERS).get_json()["count"] == 1


def test_a_username_is_taken_whatever_its_capitals(admin: FlaskClient) -> None:
    assert admin.post(USERS, json={"username": "anna", "password": PASSWORD}).status_code == 201
    again = admin.post(USERS, json={"username": "Anna", "password": PASSWORD})
    assert again.status_code == 409
    assert again.get_json()["details"]["message"] == "This username is taken."


def test_the_list_is_searched_and_ordered(stand: Stand, admin: FlaskClient) -> None:
    for name in ("bob", "anna", "joanna"):
        sign_up(stand, name)
    admin.patch(f"{USERS}2/", json={"last_name": "Annan"})
    assert names(admin, "") == ["root", "bob", "anna", "joanna"]
    assert names(admin, "ordering=-username") == ["root", "joanna", "bob", "anna"]
    assert names(admin, "search=ANNA&ordering=username") == ["anna", "bob", "joanna"]
    assert names(admin, "search=%25") == []
    assert names(admin, "page_size=2&page=2") == ["anna", "joanna"]
    assert admin.get(f"{USERS}?ordering=password_hash").status_code == 400


def test_the_list_shows_no_secrets(stand: Stand, admin: FlaskClient) -> None:
    row = admin.get(USERS).get_json()["results"][0]
    own = stand.client(1).get(f"{USERS}me/").get_json()
    assert set(row) - set(own) == {"is_active"}
    assert set(own) - set(row) == set()


def test_an_administrator_changes_everything_but_the_name(stand: Stand, admin: FlaskClient) -> None:
    user = sign_up(stand, "anna")
    before = admin.get(f"{USERS}{user}/").get_json()
    changed = {**before, "username": "other", "first_name": "Anna", "is_staff": True}
    answer = admin.put(f"{USERS}{user}/", json=changed)
    assert answer.status_code == 200
    assert answer.get_json() == {**before, "first_name": "Anna", "is_staff": True}
    assert admin.patch(f"{USERS}{user}/", json={"is_staff": False}).status_code == 200
    assert admin.get(f"{USERS}{user}/").get_json() == {**before, "first_name": "Anna"}


def test_a_user_who_is_stopped_is_stopped_at_once(
    stand: Stand, admin: FlaskClient, gateway: Gateway
) -> None:
    user = sign_up(stand, "anna")
    key = log_in(stand)
    assert admin.patch(f"{USERS}{user}/", json={"is_active": False}).status_code == 200
    assert gateway.authorize(key).status_code == 401
    assert try_login(stand).status_code == 400
    assert admin.patch(f"{USERS}{user}/", json={"is_active": True}).status_code == 200
    # What they had before stays ended.
    assert gateway.authorize(key).status_code == 401
    assert gateway.authorize(log_in(stand)).status_code == 200


def test_a_deleted_user_is_gone_with_all_tokens(
    stand: Stand, admin: FlaskClient, gateway: Gateway
) -> None:
    user = sign_up(stand, "anna")
    key = log_in(stand)
    assert admin.delete(f"{USERS}{user}/").status_code == 204
    assert gateway.authorize(key).status_code == 401
    assert try_login(stand).status_code == 400
    assert admin.get(f"{USERS}{user}/").status_code == 404
    assert admin.delete(f"{USERS}{user}/").status_code == 404
    told = stand.events()[-1]
    assert (told.type, told.subject, told.sequence) == ("user-deleted", f"users/{user}", 2)


def test_who_is_deactivated_is_told_once(stand: Stand, admin: FlaskClient) -> None:
    path = f"{USERS}{sign_up(stand, 'anna')}/"
    for is_active in (False, False, True):
        admin.patch(path, json={"is_active": is_active})
    told = [event for event in stand.events() if event.type == "user-deactivated"]
    assert [(event.sequence, event.data["username"]) for event in told] == [(2, "anna")]


def test_a_name_is_known_again_in_any_case_and_script(stand: Stand, admin: FlaskClient) -> None:
    for name in ("Ömer", "İstanbul"):
        assert admin.post(USERS, json={"username": name, "password": PASSWORD}).status_code == 201
        assert try_login(stand, name).status_code == 200
    assert try_login(stand, "ÖMER").status_code == 200
    assert admin.post(USERS, json={"username": "ömer", "password": PASSWORD}).status_code == 409


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_change_of_what_has_changed_meanwhile_is_refused(
    stand: Stand, admin: FlaskClient, method: str
) -> None:
    path = f"{USERS}{sign_up(stand, 'anna')}/"
    tag = admin.get(path).headers["ETag"]
    admin.patch(path, json={"first_name": "Anna"})
    stale = admin.open(path, method=method, json={}, headers={"If-Match": tag})
    assert stale.status_code == 412
    assert admin.get(path).status_code == 200


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("DELETE", None),
        ("PATCH", {"is_staff": False}),
        ("PATCH", {"is_active": False}),
        ("PUT", {}),
    ],
)
def test_the_last_administrator_stays(
    stand: Stand, admin: FlaskClient, method: str, body: object
) -> None:
    stopped = sign_up(stand, "stopped", is_staff=True)
    admin.patch(f"{USERS}{stopped}/", json={"is_active": False})
    answer = admin.open(f"{USERS}1/", method=method, json=body)
    assert answer.status_code == 409
    assert answer.get_json()["details"]["message"] == "This is the last administrator."
    sign_up(stand, "second", is_staff=True)
    assert admin.open(f"{USERS}1/", method=method, json=body).status_code in {200, 204}


def test_two_administrators_cannot_dismiss_each_other_at_once(stand: Stand) -> None:
    clients = {sign_up(stand, name, is_staff=True): name for name in ("first", "second")}

    def dismiss(user: int, other: int) -> int:
        path = f"{USERS}{other}/"
        client = stand.client(user, staff=True)
        return client.patch(path, json={"is_staff": False}).status_code

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(dismiss, clients, reversed(clients)))
    assert codes == [200, 409]


def names(admin: FlaskClient, query: str) -> list[str]:
    """Return the usernames of a list."""
    return [row["username"] for row in admin.get(f"{USERS}?{query}").get_json()["results"]]
