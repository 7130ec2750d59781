"""Webhooks through the public API."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text

from services.webhooks.app import create_app
from services.webhooks.commands.subscriptions import seal_again
from services.webhooks.models import Webhook
from services.webhooks.outside.sealing import Seal
from services.webhooks.settings import Settings
from shared.testing import Stand
from tests.webhooks.calling import User, body, fields
from tests.webhooks.receiving import Receiver

URL = "http://127.0.0.1:9/hook"


def test_a_new_webhook_is_answered_with_its_secret(ann: User) -> None:
    answer = ann.post("webhooks/", {"url": URL, "events": ["price.alert"], "description": "Family"})
    webhook = body(answer)
    assert answer.status_code == 201
    # whsec_ and 32 bytes in base64
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", webhook.pop("secret"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", webhook.pop("created"))
    assert webhook == {
        "id": 1,
        "url": URL,
        "description": "Family",
        "events": ["price.alert"],
        "is_active": True,
        "disabled_reason": None,
    }


def test_the_secret_is_shown_once(ann: User) -> None:
    webhook = ann.subscribe(URL)
    assert "secret" not in ann.webhook(webhook)
    assert "secret" not in ann.found("webhooks/")[0]


def test_the_secret_is_encrypted_at_rest(ann: User, stand: Stand, seal: Seal) -> None:
    webhook = ann.subscribe(URL)
    with stand.database.engine.connect() as connection:
        row = str(connection.execute(text("SELECT webhooks FROM webhooks")).one())
        stored = connection.scalar(text("SELECT secret FROM webhooks"))
    assert webhook["secret"].removeprefix("whsec_") not in row
    assert seal.open(stored) == webhook["secret"]


def test_a_star_is_every_event(ann: User) -> None:
    answer = ann.post("webhooks/", {"url": URL, "events": "*"})
    assert body(answer)["events"] == ["*"]


@pytest.mark.parametrize("events", [[], ["price.exploded"], "price.updated", None, [7]])
def test_other_events_are_refused(ann: User, events: Any) -> None:
    assert "events" in fields(ann.post("webhooks/", {"url": URL, "events": events}))


def test_get_change_put_works(ann: User) -> None:
    webhook = ann.webhook(ann.subscribe(URL))
    answer = ann.client.put(f"/api/webhooks/{webhook['id']}/", json={**webhook, "description": "B"})
    assert body(answer) == {**webhook, "description": "B"}


def test_a_stale_if_match_changes_nothing(ann: User) -> None:
    webhook = ann.subscribe(URL)
    etag = ann.get(f"webhooks/{webhook['id']}/").headers["ETag"]
    path = f"webhooks/{webhook['id']}/"
    assert ann.patch(path, {"description": "A"}, **{"If-Match": etag}).status_code == 200
    assert ann.patch(path, {"description": "B"}, **{"If-Match": etag}).status_code == 412
    assert ann.webhook(webhook)["description"] == "A"


def test_a_deleted_webhook_is_gone(ann: User) -> None:
    webhook = ann.subscribe(URL)
    ann.send_test(webhook)
    assert ann.client.delete(f"/api/webhooks/{webhook['id']}/").status_code == 204
    assert ann.get(f"webhooks/{webhook['id']}/").status_code == 404
    assert ann.found("webhooks/") == []


def test_somebody_elses_webhook_is_not_there(ann: User, bob: User) -> None:
    webhook = ann.subscribe(URL)
    delivery = ann.send_test(webhook)
    path = f"webhooks/{webhook['id']}/"
    answers = [
        bob.get(path),
        bob.patch(path, {"description": "mine"}),
        bob.client.put(f"/api/{path}", json={"url": URL, "events": ["*"]}),
        bob.client.delete(f"/api/{path}"),
        bob.post(f"{path}test/"),
        bob.post(f"{path}rotate_secret/"),
        bob.get(f"{path}deliveries/"),
        bob.post(f"{path}redeliver/", {"since": "2024-01-01T00:00:00Z"}),
        bob.post(f"webhooks/deliveries/{delivery['id']}/redeliver/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 9
    assert bob.found("webhooks/") == []
    assert ann.webhook(webhook)["description"] == ""


def test_the_list_is_searched_and_filtered(ann: User) -> None:
    ann.subscribe("http://127.0.0.1:9/one")
    two = ann.subscribe("http://127.0.0.1:9/two")
    ann.patch(f"webhooks/{two['id']}/", {"is_active": False})
    assert [found["id"] for found in ann.found("webhooks/", search="ONE")] == [1]
    assert [found["id"] for found in ann.found("webhooks/", is_active="false")] == [2]
    assert [found["id"] for found in ann.found("webhooks/", ordering="-id")] == [2, 1]


def test_the_same_idempotency_key_subscribes_once(ann: User) -> None:
    values = {"url": URL, "events": ["*"]}
    first = ann.post("webhooks/", values, **{"Idempotency-Key": "one"})
    again = ann.post("webhooks/", values, **{"Idempotency-Key": "one"})
    assert again.json == first.json
    assert len(ann.found("webhooks/")) == 1


@pytest.mark.parametrize(
    "url", ["http://example.com/hook", "https://127.0.0.1/hook", "https://user@example.com/"]
)
def test_a_url_that_is_not_public_https_is_refused(stand: Stand, url: str) -> None:
    settings = stand.app.settings
    assert isinstance(settings, Settings)
    app = create_app(replace(settings, allow_private=False))
    client = app.test_client()
    client.environ_base = stand.client().environ_base
    refused = client.post("/api/webhooks/", json={"url": url, "events": ["*"]})
    assert "url" in fields(refused)
    allowed = client.post("/api/webhooks/", json={"url": "https://1.1.1.1/hook", "events": ["*"]})
    changed = client.patch("/api/webhooks/1/", json={"url": url})
    assert (allowed.status_code, changed.status_code) == (201, 422)
    app.database.close()


def test_only_a_writing_token_may_subscribe(stand: Stand, receiver: Receiver) -> None:
    reader = User(stand.client(scopes=("read",)))
    assert reader.post("webhooks/", {"url": receiver.url, "events": ["*"]}).status_code == 403
    assert User(stand.client(user=None)).get("webhooks/").status_code == 401


def test_a_user_has_as_many_webhooks_as_the_cap_says(stand: Stand, ann: User) -> None:
    with patch.dict(stand.app.settings.caps, {"webhooks": 2}):
        first = ann.subscribe(URL)
        ann.subscribe(URL)
        refused = ann.post("webhooks/", {"url": URL, "events": ["price.alert"]})
        assert (refused.status_code, body(refused)["details"]["code"]) == (409, "too_many")
        assert ann.client.delete(f"/api/webhooks/{first['id']}/").status_code == 204
        ann.subscribe(URL)


def test_secrets_are_sealed_with_a_new_key_and_stay_what_they_are(
    ann: User, stand: Stand, secret_key_file: Path, tmp_path: Path
) -> None:
    old = ann.subscribe(URL)
    new = body(ann.post(f"webhooks/{old['id']}/rotate_secret/"))
    key = Fernet.generate_key()
    both, newest = tmp_path / "both", tmp_path / "newest"
    both.write_bytes(key + b"\n" + secret_key_file.read_bytes())
    newest.write_bytes(key)
    resealed = stand.database.unit(lambda session: seal_again(session, Seal(both)))
    assert resealed == 1
    with stand.database.sessions() as session:
        webhook = session.scalars(select(Webhook)).one()
        opened = [webhook.secret, *(kept["secret"] for kept in webhook.old_secrets)]
    assert [Seal(newest).open(sealed) for sealed in opened] == [new["secret"], old["secret"]]
