"""What becomes of deliveries to receivers of every kind."""

import time
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial

import pytest
from sqlalchemy import text
from standardwebhooks.webhooks import WebhookVerificationError

from services.webhooks.outside.network import Network
from services.webhooks.outside.sealing import Seal
from shared.testing import Stand, wait_until
from tests.webhooks.calling import Json, User
from tests.webhooks.receiving import Clock, MakeReceiver, Receiver, answering, claims, delivering
from tests.webhooks.test_fanout import assert_documented


def test_a_delivery_is_verified_by_the_public_library(
    ann: User, stand: Stand, network: Network, seal: Seal, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    ann.send_test(webhook)
    with delivering(stand, network, seal):
        wait_until(lambda: ann.log(webhook)[0]["status"] == "DELIVERED")
    request = receiver.requests[0]
    content = request.verified(webhook["secret"])
    assert content["type"] == "webhook.test"
    assert_documented(stand, content)
    assert content["data"] == {"webhook": webhook["id"], "description": ""}
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Host"] == f"127.0.0.1:{receiver.port}"


def test_both_secrets_sign_for_a_day_after_a_rotation(
    ann: User, stand: Stand, network: Network, seal: Seal, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    new = ann.post(f"webhooks/{webhook['id']}/rotate_secret/").json
    assert new is not None
    clock = Clock()
    with delivering(stand, network, seal, clock):
        ann.send_test(webhook)
        wait_until(lambda: len(receiver.requests) == 1)
        receiver.requests[0].verified(webhook["secret"])
        receiver.requests[0].verified(new["secret"])
        clock.advance(timedelta(hours=24))
        ann.send_test(webhook)
        wait_until(lambda: len(receiver.requests) == 2)
    assert len(receiver.requests[0].headers["webhook-signature"].split()) == 2
    assert len(receiver.requests[1].headers["webhook-signature"].split()) == 1
    with pytest.raises(WebhookVerificationError):
        receiver.requests[1].verified(webhook["secret"])


def test_a_second_rotation_ends_no_secret_early(
    ann: User, stand: Stand, network: Network, seal: Seal, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    for _ in range(7):
        ann.post(f"webhooks/{webhook['id']}/rotate_secret/")
        if not receiver.requests:
            with delivering(stand, network, seal):
                ann.send_test(webhook)
                wait_until(lambda: receiver.requests)
    rotated = ann.post(f"webhooks/{webhook['id']}/rotate_secret/").json
    assert rotated is not None
    ann.send_test(webhook)
    with delivering(stand, network, seal):
        wait_until(lambda: len(receiver.requests) == 2)
    receiver.requests[0].verified(webhook["secret"])
    receiver.requests[1].verified(rotated["secret"])
    # Of very many only the last ones: a header has an end.
    assert len(receiver.requests[1].headers["webhook-signature"].split()) == 6


def test_a_failing_delivery_is_tried_eight_times_by_the_schedule(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver(answering(500))
    webhook = ann.subscribe(receiver.url)
    ann.send_test(webhook)
    clock, waits = Clock(), []
    with delivering(stand, network, seal, clock):
        for attempt in range(1, 9):
            wait_until(partial(_has_attempts, ann, webhook, attempt))
            due = ann.log(webhook)[0]["next_attempt"]
            if due is None:
                break
            wait = datetime.fromisoformat(due) - clock.now
            waits.append(wait.total_seconds())
            # A second before it is due nothing happens; then it does.
            clock.advance(wait - timedelta(seconds=1))
            time.sleep(0.3)
            assert len(receiver.requests) == attempt
            clock.advance(timedelta(seconds=2))
    last = ann.log(webhook)[0]
    assert (last["status"], last["attempts"], last["response_status"]) == ("FAILED", 8, 500)
    # 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, each ±20 %; what is printed has whole seconds
    for waited, exact in zip(waits, [5, 300, 1800, 7200, 18000, 36000, 36000], strict=True):
        assert exact * 0.8 - 1 <= waited <= exact * 1.2
    assert len({request.id for request in receiver.requests}) == 1
    assert len({request.headers["webhook-timestamp"] for request in receiver.requests}) == 8
    assert len(set(receiver.bodies)) == 1


def test_a_long_reason_is_cut_and_counts_like_any_other(
    ann: User, stand: Stand, network: Network, seal: Seal
) -> None:
    host = ".".join(["a" * 60] * 4)
    webhook = ann.subscribe(f"https://{host}/")
    ann.send_test(webhook)
    with delivering(stand, network, seal):
        wait_until(partial(_has_attempts, ann, webhook, 1))
    assert ann.log(webhook)[0]["error"].startswith("The connection failed: aaaa")


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(
    form: str, ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    clock = Clock()
    asked = clock.now + timedelta(hours=3)
    header = "10800" if form == "seconds" else format_datetime(asked, usegmt=True)
    webhook = ann.subscribe(make_receiver(answering(429, Retry_After=header)).url)
    ann.send_test(webhook)
    with delivering(stand, network, seal, clock):
        wait_until(lambda: ann.log(webhook)[0]["attempts"] == 1)
    due = datetime.fromisoformat(ann.log(webhook)[0]["next_attempt"])
    assert abs(due - asked) <= timedelta(seconds=1)


def test_retry_after_is_honoured_for_a_day_at_most(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    clock = Clock()
    webhook = ann.subscribe(make_receiver(answering(503, Retry_After="99999999")).url)
    ann.send_test(webhook)
    with delivering(stand, network, seal, clock):
        wait_until(lambda: ann.log(webhook)[0]["attempts"] == 1)
    due = datetime.fromisoformat(ann.log(webhook)[0]["next_attempt"])
    assert abs(due - clock.now - timedelta(hours=24)) <= timedelta(seconds=1)


def test_410_disables_the_webhook_and_its_owner_sees_why(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver(answering(410))
    webhook = ann.subscribe(receiver.url)
    ann.send_test(webhook)
    with delivering(stand, network, seal):
        wait_until(lambda: ann.log(webhook)[0]["status"] == "FAILED")
    disabled = ann.webhook(webhook)
    assert disabled["is_active"] is False
    assert disabled["disabled_reason"] == "The receiver answered 410 Gone."
    assert ann.post(f"webhooks/{webhook['id']}/test/").status_code == 409
    assert len(receiver.requests) == 1


def test_an_activated_webhook_starts_afresh(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver(answering(410))
    webhook = ann.subscribe(receiver.url)
    ann.send_test(webhook)
    with delivering(stand, network, seal):
        wait_until(lambda: ann.webhook(webhook)["is_active"] is False)
        receiver.answer = answering(200)
        active = ann.patch(f"webhooks/{webhook['id']}/", {"is_active": True}).json
        assert active is not None
        assert (active["is_active"], active["disabled_reason"]) == (True, None)
        ann.send_test(webhook)
        wait_until(lambda: ann.log(webhook)[0]["status"] == "DELIVERED")


def test_after_ten_failures_in_a_row_a_webhook_is_left_alone(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver(answering(500))
    webhook = ann.subscribe(receiver.url)
    for _ in range(15):
        ann.send_test(webhook)
    clock = Clock()
    with delivering(stand, network, seal, clock):
        wait_until(lambda: len(receiver.requests) >= 10)
        wait_until(lambda: not claims(stand))
        paused_at = len(receiver.requests)
        assert paused_at <= 11  # one was in flight beside the tenth
        clock.advance(timedelta(minutes=2, seconds=1))
        # One attempt tells whether it is back, and it is not.
        wait_until(lambda: len(receiver.requests) == paused_at + 1)
        time.sleep(0.3)
        assert len(receiver.requests) == paused_at + 1
        receiver.answer = answering(200)
        clock.advance(timedelta(hours=1))
        wait_until(lambda: len(ann.log(webhook, status="DELIVERED")) == 15)


def test_what_is_asked_for_by_hand_ends_the_pause(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver(answering(500))
    webhook = ann.subscribe(receiver.url)
    for _ in range(10):
        ann.send_test(webhook)
    with delivering(stand, network, seal):
        wait_until(lambda: len(receiver.requests) == 10)
        wait_until(lambda: not claims(stand))
        receiver.answer = answering(200)
        ann.send_test(webhook)
        wait_until(lambda: _has_attempts(ann, webhook, 1))
    assert ann.log(webhook)[0]["status"] == "DELIVERED"


def test_after_five_days_of_failures_a_webhook_is_disabled(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver(answering(500))
    webhook = ann.subscribe(receiver.url)
    clock = Clock()
    with delivering(stand, network, seal, clock):
        for _ in range(6):
            assert ann.webhook(webhook)["is_active"]
            ann.send_test(webhook)
            wait_until(partial(_has_attempts, ann, webhook, 1))
            clock.advance(timedelta(days=1))
            # A failure a day is enough; its repetitions would only open the breaker.
            with stand.database.engine.begin() as connection:
                connection.execute(text("DELETE FROM deliveries WHERE attempts > 0"))
        wait_until(lambda: not ann.webhook(webhook)["is_active"])
    assert ann.webhook(webhook)["disabled_reason"] == "Every delivery failed for five days."


def test_one_success_within_five_days_keeps_a_webhook(
    ann: User, stand: Stand, network: Network, seal: Seal, make_receiver: MakeReceiver
) -> None:
    receiver = make_receiver(answering(500))
    webhook = ann.subscribe(receiver.url)
    clock = Clock()
    with delivering(stand, network, seal, clock):
        for status in (500, 200, 500):
            receiver.answer = answering(status)
            ann.send_test(webhook)
            wait_until(partial(_has_attempts, ann, webhook, 1))
            clock.advance(timedelta(days=4))
            with stand.database.engine.begin() as connection:
                connection.execute(text("UPDATE deliveries SET status = 'FAILED'"))
    assert ann.webhook(webhook)["is_active"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_not_followed(
    status: int,
    ann: User,
    stand: Stand,
    network: Network,
    seal: Seal,
    make_receiver: MakeReceiver,
) -> None:
    elsewhere = make_receiver()
    receiver = make_receiver(answering(status, Location=elsewhere.url))
    webhook = ann.subscribe(receiver.url)
    ann.send_test(webhook)
    with delivering(stand, network, seal):
        wait_until(lambda: ann.log(webhook)[0]["attempts"] == 1)
    assert ann.log(webhook)[0]["response_status"] == status
    assert ann.log(webhook)[0]["status"] == "PENDING"
    assert elsewhere.requests == []


def _has_attempts(user: User, webhook: Json, count: int) -> bool:
    """Return whether the newest delivery was tried so often."""
    return bool(user.log(webhook)[0]["attempts"] == count)
