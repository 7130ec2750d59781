"""Strong ETags that say two things: the revision of the row and the hash of the answer.

`"12.9f86d081884c7d65"`: If-None-Match compares the whole (a new price is a new answer); If-Match
compares the revision alone, because a client that wants to rename its portfolio doesn't care that
a price moved meanwhile.

What is expensive to compute is tagged by what it is computed from instead, so that a 304 costs
nothing.

Such answers and those of the market a client may use for a minute without asking again.
"""

import hashlib
import re
from collections.abc import Hashable, Mapping
from functools import wraps
from typing import Any, Final

from flask import Response, abort, request

from shared.db import noted
from shared.http import operations
from shared.http.context import current, identity, service_app
from shared.http.operations import View
from shared.http.service import Grounds, Rendered

_FOR_A_MINUTE: Final = "private, max-age=60"
_JSON: Final = "application/json"
_READS: Final = frozenset({"GET", "HEAD"})
_REVISION: Final = re.compile(r"[0-9]{1,18}")  # more digits than any row's revision has


def tagged(view: View) -> View:
    """Give the answer of `view` a tag; the innermost decorator, it sees the row's `revision`."""
    operations.of(view).is_tagged = True

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        result = view(*args, **kwargs)
        if not isinstance(result, Response):
            current.revision = result.get("revision", 0) if isinstance(result, Mapping) else 0
        return result

    return wrapper


def computed(view: View) -> View:
    """Let clients keep the answer of `view`, which calls `unless_known` before it computes."""
    operation = operations.of(view)
    operation.is_tagged = operation.is_computed = True

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with noted() as readings:
            current.readings = readings
            return view(*args, **kwargs)

    return kept_for_a_minute(wrapper)


def unless_known(basis: Hashable) -> None:
    """Tag the answer by what it is computed from, and end with it where it is known already.

    Where the client has it, that is 304; where this process computed it before, it is kept.
    Otherwise the request takes its place in its lane.

    Args:
        basis: whatever tells two answers of one URL apart; the same in every process.
    """
    if current.unit is None or not current.unit.in_transaction():
        # What was read by a session is not noted.
        current.grounds = Grounds([*current.readings])
    current.basis = hashlib.sha256(repr(basis).encode()).hexdigest()[:16]
    if request.if_none_match.contains_weak(current.basis):
        abort(Response(status=304))
    answer = service_app.rendered.get(_question(), current.basis)
    if answer is not None:
        abort(Response(answer.body, mimetype=_JSON))
    current.take_place()


def kept_for_a_minute(view: View) -> View:
    """Let clients use the answer of `view` for a minute."""
    operations.of(view).is_kept_for_a_minute = True
    return view


def expected_revisions() -> frozenset[int] | None:
    """Return the revisions that `If-Match` allows, or None when it allows any.

    A command compares them under the row's lock: a check before it would be a race.
    """
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    # werkzeug reads an empty tag, `""`, as None; no revision of ours is empty.
    revisions = ((tag or "").partition(".")[0] for tag in request.if_match.as_set())
    return frozenset(int(revision) for revision in revisions if _REVISION.fullmatch(revision))


def apply(response: Response) -> Response:
    """Set the tag of a tagged answer, and make it a 304 when the client has it already."""
    operation = operations.of_request()
    is_read = request.method in _READS and response.status_code in {200, 304}
    if operation and operation.is_kept_for_a_minute and is_read:
        response.headers["Cache-Control"] = _FOR_A_MINUTE
        # What is used without asking must be what this client would get: its own, in this type.
        response.vary.update(("Accept", "Authorization"))
    if current.basis is not None and is_read:
        response.set_etag(current.basis)
        cache, question = service_app.rendered, _question()
        if response.status_code == 200 and cache.get(question, current.basis) is None:
            cache.put(question, current.basis, Rendered(0, response.get_data()))
    elif current.revision is not None and _is_whole(response):
        response.headers["ETag"] = of_body(current.revision, response.get_data())
        if request.method in _READS and "If-None-Match" in request.headers:
            response.make_conditional(request)
    return response


def of_body(revision: int, body: bytes) -> str:
    """Return the tag of an answer that shows a row of this revision."""
    return f'"{revision}.{hashlib.sha256(body).hexdigest()[:16]}"'


def _question() -> Hashable:
    # Whose it is: one user's symbols are not another's.
    return identity.user_id, request.full_path


def _is_whole(response: Response) -> bool:
    return response.status_code in {200, 201} and not response.is_streamed
