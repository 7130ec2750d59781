"""The log of a webhook, and deliveries made again by hand."""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from services.webhooks.commands import delivering as delivering_commands
from services.webhooks.commands import messages
from services.webhooks.outside.network import Network
from services.webhooks.outside.sealing import Seal
from shared.testing import Stand, wait_until
from tests.webhooks.calling import User
from tests.webhooks.receiving import Receiver, delivering


def test_the_log_shows_what_came_of_it(
    ann: User, stand: Stand, network: Network, seal: Seal, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    pending = ann.send_test(webhook)
    assert (pending["status"], pending["attempts"], pending["last_attempt"]) == ("PENDING", 0, None)
    with delivering(stand, network, seal):
        wait_until(lambda: ann.log(webhook)[0]["status"] == "DELIVERED")
    done = ann.log(webhook)[0]
    assert done["message_id"] == receiver.requests[0].id
    assert 0 <= done.pop("latency_ms") < 5000
    assert done.pop("last_attempt") is not None
    same = ("id", "webhook", "message_id", "event", "created")
    assert done == {
        **{name: pending[name] for name in same},
        "status": "DELIVERED",
        "attempts": 1,
        "response_status": 200,
        "error": None,
        "next_attempt": None,
    }


def test_a_delivery_is_made_again_by_hand(
    ann: User, stand: Stand, network: Network, seal: Seal, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    delivery = ann.send_test(webhook)
    with delivering(stand, network, seal):
        wait_until(lambda: ann.log(webhook)[0]["status"] == "DELIVERED")
        again = ann.post(f"webhooks/deliveries/{delivery['id']}/redeliver/")
        assert (again.status_code, (again.json or {})["status"]) == (202, "PENDING")
        wait_until(lambda: len(receiver.requests) == 2)
    assert receiver.requests[0].id == receiver.requests[1].id


def test_one_that_is_wanted_again_while_its_last_attempt_fails_is_tried_again(
    ann: User, stand: Stand
) -> None:
    delivery = ann.send_test(ann.subscribe("http://127.0.0.1:9/"))
    with stand.database.engine.begin() as connection:
        connection.execute(text("UPDATE deliveries SET attempts = 7"))
    now = datetime.now(UTC)
    [claim] = stand.database.unit(lambda session: delivering_commands.claim(session, now, 1))
    ann.post(f"webhooks/deliveries/{delivery['id']}/redeliver/")
    failed = delivering_commands.Attempt(now, 1, 500)
    stand.database.unit(
        lambda session: delivering_commands.record(session, [(claim, failed)], lambda *_: 1.0)
    )
    again = ann.log({"id": delivery["webhook"]})[0]
    assert (again["status"], again["attempts"]) == ("PENDING", 1)
    assert datetime.fromisoformat(again["next_attempt"]) > now


def test_what_failed_since_a_time_is_made_again(
    ann: User, stand: Stand, network: Network, seal: Seal, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    ids = [ann.send_test(webhook)["id"] for _ in range(4)]
    with stand.database.engine.begin() as connection:
        connection.execute(text("UPDATE deliveries SET status = 'FAILED' WHERE id <> 4"))
        connection.execute(text("UPDATE deliveries SET status = 'DELIVERED' WHERE id = 4"))
        connection.execute(
            text("UPDATE deliveries SET created = now() - interval '2 days' WHERE id = 1")
        )
    path = f"webhooks/{webhook['id']}/redeliver/"
    yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ann.post(path, {"since": yesterday}).json == {"count": 2}
    pending = [one["id"] for one in ann.log(webhook, status="PENDING")]
    assert pending == [ids[2], ids[1]]
    everything = ann.post(path, {"since": yesterday, "include_delivered": True})
    assert everything.json == {"count": 3}


def test_what_waits_for_an_inactive_webhook_is_not_sent(
    ann: User, stand: Stand, network: Network, seal: Seal, receiver: Receiver
) -> None:
    webhook = ann.subscribe(receiver.url)
    ann.send_test(webhook)
    ann.patch(f"webhooks/{webhook['id']}/", {"is_active": False})
    with delivering(stand, network, seal):
        time.sleep(0.5)
        assert receiver.requests == []
        ann.patch(f"webhooks/{webhook['id']}/", {"is_active": True})
        wait_until(lambda: len(receiver.requests) == 1)


def test_the_log_is_kept_thirty_days(ann: User, stand: Stand, receiver: Receiver) -> None:
    webhook = ann.subscribe(receiver.url)
    for _ in range(2):
        ann.send_test(webhook)
    with stand.database.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE messages SET created = now() - interval '30 days 1 minute' WHERE id ="
                " (SELECT message_id FROM deliveries WHERE id = 1)"
            )
        )
    assert stand.database.unit(messages.purge) == 1
    assert [one["id"] for one in ann.log(webhook)] == [2]


def test_the_log_is_filtered(ann: User, stand: Stand, receiver: Receiver) -> None:
    webhook = ann.subscribe(receiver.url)
    ann.send_test(webhook)
    assert len(ann.log(webhook, status="PENDING", event="webhook.test")) == 1
    assert ann.log(webhook, status="FAILED") == []
    assert ann.get(f"webhooks/{webhook['id']}/deliveries/", status="LOST").status_code == 400
