"""Who may do what: every operation of the schema as owner, other user, reader, expired, nobody.

The operations come from the document that the gateway answers, so a new route is tried too; one
with a parameter that `Belongings` doesn't know fails here.
"""

from collections.abc import Collection, Iterable, Iterator

import requests

from tests.attacks.product.conftest import ABSENT, Cast
from tests.attacks.product.operations import Operation


def test_without_a_valid_token_every_operation_for_users_is_refused(
    cast: Cast, open_door: Cast, operations: list[Operation]
) -> None:
    secured = [one for one in operations if one.is_secured]
    assert len(list(_done_for_nobody(open_door, secured))) == 2 * len(secured)
    assert list(_done_for_nobody(cast, secured)) == []


def _done_for_nobody(cast: Cast, operations: Iterable[Operation]) -> Iterator[str]:
    for operation in operations:
        for who in (cast.nobody, cast.expired):
            answer = cast.ask(who, operation)
            if (answer.status_code, _code(answer)) != (401, "unauthorized"):
                yield f"{operation.name}: {answer.status_code}"


def test_a_reading_token_may_not_write(
    cast: Cast, open_door: Cast, operations: list[Operation]
) -> None:
    writing = [one for one in operations if one.is_secured and one.method != "GET"]
    assert len(list(_written(open_door, writing))) == len(writing)
    assert list(_written(cast, writing)) == []


def _written(cast: Cast, operations: Iterable[Operation]) -> Iterator[str]:
    for operation in operations:
        answer = cast.ask(cast.reader, operation)
        if answer.status_code != 403:
            yield f"{operation.name}: {answer.status_code}"


def test_somebody_elses_things_do_not_exist(
    cast: Cast, open_door: Cast, operations: list[Operation]
) -> None:
    secured = [one for one in operations if one.is_secured]
    assert len(list(_seen_by_another(open_door, secured))) == len(secured)
    assert list(_seen_by_another(cast, secured)) == []


def _seen_by_another(cast: Cast, operations: Iterable[Operation]) -> Iterator[str]:
    for operation in operations:
        answer = cast.ask(cast.other, operation)
        allowed = _allowed_to_another(operation)
        # What is refused may repeat what was sent; nothing else may know the owner's names.
        is_told = answer.status_code < 400 and cast.belongings.mark in answer.text
        if answer.status_code not in allowed or is_told:
            yield f"{operation.name}: {answer.status_code} {answer.text}"


def _allowed_to_another(operation: Operation) -> Collection[int]:
    if operation.method == "GET" and "{" in operation.path:
        return {403} if operation.is_for_staff else {404}
    if "{" in operation.path or operation.needs_portfolio:
        return {403, 404, 422}
    return range(200, 500)


def test_what_the_owner_was_answered_is_not_there_for_another_who_names_its_tag(
    cast: Cast, operations: list[Operation]
) -> None:
    tagged = {}
    for operation in (one for one in operations if one.method == "GET" and "{" in one.path):
        tag = cast.ask(cast.owner, operation).headers.get("ETag")
        if tag:
            tagged[operation.name] = [
                cast.ask(who, operation, headers={"If-None-Match": tag}).status_code
                for who in (cast.owner, cast.other)
            ]
    assert tagged["GET /api/portfolios/{portfolio_id}/"] == [304, 404]
    assert {statuses[1] for statuses in tagged.values()} == {404}


def test_a_list_in_csv_has_nobody_elses_rows(cast: Cast, operations: list[Operation]) -> None:
    csv = {"Accept": "text/csv"}
    asset = {"asset_id": cast.belongings.ids["asset_id"]}  # else all prices that there are
    told = {
        operation.name: [
            cast.belongings.mark
            in cast.ask(
                who, operation, headers=csv, params=asset if "asset_id" in operation.query else {}
            ).text
            for who in (cast.owner, cast.other)
        ]
        for operation in operations
        if operation.method == "GET" and "page" in operation.query and "{" not in operation.path
    }
    assert told["GET /api/portfolios/"] == [True, False]
    assert not any(to_other for _, to_other in told.values())


def test_the_owner_sees_every_thing_of_theirs(cast: Cast, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.method == "GET" and operation.is_secured and not operation.is_for_staff:
            answer = cast.ask(cast.owner, operation)
            # Search needs its word, and some computations theirs: 400 names the parameter.
            absent = str(ABSENT) in cast.belongings.path(operation)
            expected = {404} if absent else {200, 400}
            assert answer.status_code in expected, (operation.name, answer.text)


def _code(answer: requests.Response) -> str | None:
    code: str | None = answer.json().get("details", {}).get("code")
    return code
