"""Answers in front of Flask: the same to the last byte, whoever asks and however."""

from typing import Final

import pytest

from shared.testing import Stand
from shared.testing.ways import LONG_WAY, answers, requests_of_flask, sent
from tests.portfolio.build import AAPL, User

PATHS: Final = ("/api/portfolios/?page_size=1", "/api/portfolios/1/", "/api/positions/1/")
QUESTIONS: Final[dict[str, dict[str, str]]] = {
    "plain": {},
    "of a browser": {"Accept": "text/html,application/json;q=0.9", "Accept-Encoding": "gzip"},
    "with another's tag": {"If-None-Match": '"1.0000000000000000"'},
    "of version 1": {"X-Replaced-Path": "/api/v1/portfolios/"},
    "to a public name": {"X-Forwarded-Host": "api.example", "X-Forwarded-Proto": "https"},
}


@pytest.fixture
def owner(ann: User) -> User:
    """Return a user with two portfolios, the first of which has a position."""
    mine, _ = ann.portfolio(), ann.portfolio(name="Second")
    ann.record(mine, "BUY", "2024-01-02", asset=AAPL, quantity="10", price="5")
    return ann


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_both_ways_answer_alike(owner: User, path: str, question: str) -> None:
    headers = QUESTIONS[question]
    owner.client.get(path, headers=headers)
    short, long = answers(owner.client, path, **headers)
    assert short.status_code == 200
    assert sent(short) == sent(long)


@pytest.mark.parametrize("path", PATHS[1:])
def test_what_the_client_has_is_304_both_ways(owner: User, path: str) -> None:
    tag = {"If-None-Match": owner.client.get(path).headers["ETag"]}
    owner.client.get(path, headers=tag)
    short, long = answers(owner.client, path, **tag)
    assert (short.status_code, short.data) == (304, b"")
    assert sent(short) == sent(long)


def test_each_answer_tells_what_is_left_of_the_quota_now(owner: User) -> None:
    owner.client.get("/api/portfolios/1/")
    owner.client.environ_base["HTTP_X_QUOTA"] = "1000 7 60"
    short, long = answers(owner.client, "/api/portfolios/1/")
    assert short.headers["RateLimit-Remaining"] == "7"
    assert sent(short) == sent(long)
    del owner.client.environ_base["HTTP_X_QUOTA"]
    short, long = answers(owner.client, "/api/portfolios/1/")
    assert "RateLimit-Remaining" not in short.headers
    assert sent(short) == sent(long)


def test_each_answer_is_counted_both_ways(stand: Stand, owner: User) -> None:
    labels = 'method="GET",route="/api/positions/<id:position_id>/",service="portfolio"'

    def counted(status: int) -> int:
        return stand.sample(f'http_requests_total{{{labels},status="{status}"}}')

    tag = {"If-None-Match": owner.client.get("/api/positions/1/").headers["ETag"]}
    owner.client.get("/api/positions/1/", headers=tag)
    before = counted(200), counted(304)
    answers(owner.client, "/api/positions/1/")
    answers(owner.client, "/api/positions/1/", **tag)
    assert (counted(200), counted(304)) == (before[0] + 2, before[1] + 2)


@pytest.mark.parametrize(
    ("who", "status"),
    [({"user": 2}, 404), ({"user": None}, 401), ({"scopes": ("write",)}, 403)],
)
def test_what_is_kept_is_for_nobody_else(
    stand: Stand, owner: User, who: dict[str, object], status: int
) -> None:
    path = "/api/portfolios/1/"
    owner.client.get(path)
    other = stand.client(**who)  # type: ignore[arg-type]
    assert [other.get(path).status_code for _ in range(2)] == [status] * 2


@pytest.mark.parametrize(
    "unusual",
    [LONG_WAY, {"If-Match": '"1"'}, {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}],
)
def test_what_is_unusual_goes_through_flask(owner: User, unusual: dict[str, str]) -> None:
    for _ in range(2):
        with requests_of_flask(owner.client.application) as requests:
            owner.client.get("/api/portfolios/1/", headers=unusual)
        assert len(requests) == 1


def test_other_methods_and_other_formats_go_through_flask(owner: User) -> None:
    owner.client.get("/api/portfolios/")
    with requests_of_flask(owner.client.application) as requests:
        assert owner.client.head("/api/portfolios/").data == b""
        assert (
            "id,name" in owner.client.get("/api/portfolios/", headers={"Accept": "text/csv"}).text
        )
    assert len(requests) == 2
