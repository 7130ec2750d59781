"""Keeps the last price of every asset, and counts the changes: a program that listens on the bus.

    BUS_URL=amqp://reports:…@rabbitmq:5672/ python consumer.py     (needs `pip install pika`)
    BUS_URL=nats://reports:…@nats:4222 python consumer.py          (needs `pip install nats-py`)

Kill it whenever you like and start it again: nothing is lost, and nothing counts twice. What you
do with an event (`apply`) and the note that it is done (`inbox`) are one transaction, and the
broker is told only after that. What fails five times is laid aside with its reason, in the table
`dead_letters`; `python consumer.py again` takes it up once more, when the reason is mended.

One process alone may run: two would change the order. Here the database is SQLite; PostgreSQL is
the same in a few words.
"""

import asyncio
import json
import logging
import os
import re
import sqlite3
import sys
import time
from collections.abc import Callable
from typing import Any

TEAM = os.environ.get("TEAM", "reports")  # the name of the account, and of what it listens to
NAMESPACE = os.environ.get("NAMESPACE", "finance")  # of the installation
DATABASE = os.environ.get("DATABASE", "reports.sqlite")
TRIES = 5

log = logging.getLogger(TEAM)

Take = Callable[[bytes, int], None]

TABLES = """
CREATE TABLE IF NOT EXISTS inbox (event_id TEXT PRIMARY KEY, received_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS subjects (subject TEXT PRIMARY KEY, sequence INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS dead_letters (body BLOB PRIMARY KEY, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS assets (id INTEGER PRIMARY KEY, symbol TEXT, price TEXT);
CREATE TABLE IF NOT EXISTS changes (asset INTEGER PRIMARY KEY, number INTEGER NOT NULL);
"""


def apply(database: sqlite3.Connection, event: dict[str, Any], *, is_newest: bool) -> None:
    """Do your work with an event, which has not been here before; never commit.

    Args:
        is_newest: False for one that was overtaken by a later event on the same subject: it carries
            a state that is no longer true.
    """
    asset = event["data"]["asset"]
    changed = "INSERT INTO changes VALUES (?, 1) ON CONFLICT DO UPDATE SET number = number + 1"
    database.execute(changed, [asset["id"]])
    if is_newest:
        state = [asset["id"], asset["symbol"], asset["current_price"]]
        database.execute("INSERT OR REPLACE INTO assets VALUES (?, ?, ?)", state)


def take(database: sqlite3.Connection, body: bytes, tries: int) -> None:
    """Apply the event in `body` once, however often it comes.

    Args:
        tries: how often it has been delivered, this time included; a crash counts too.
    """
    try:
        if tries > TRIES:
            raise RuntimeError("whoever handles it dies of it")
        with database:  # commits, or rolls back what was done and raises
            _take(database, json.loads(body))
    except Exception as error:
        if tries < TRIES:
            raise
        log.error("laid aside: %r", error)
        with database:
            dead = "INSERT OR REPLACE INTO dead_letters VALUES (?, ?)"
            database.execute(dead, [body, repr(error)])


def _take(database: sqlite3.Connection, event: dict[str, Any]) -> None:
    new = database.execute(
        "INSERT OR IGNORE INTO inbox VALUES (?, ?)", [event["id"], time.time()]
    ).rowcount
    if not new:
        return
    # One statement says both: the subject's sequence, and whether this one is its newest.
    is_newest = database.execute(
        "INSERT INTO subjects VALUES (?, ?) ON CONFLICT DO UPDATE"
        " SET sequence = excluded.sequence WHERE excluded.sequence > sequence",
        [event["subject"], event["sequence"]],
    ).rowcount
    apply(database, event, is_newest=bool(is_newest))


def again(database: sqlite3.Connection) -> None:
    """Take up what was laid aside; what fails again stays."""
    for (body,) in database.execute("SELECT body FROM dead_letters").fetchall():
        try:
            with database:
                database.execute("DELETE FROM dead_letters WHERE body = ?", [body])
                _take(database, json.loads(body))
        except Exception as error:
            log.error("stays aside: %r", error)


def pause(tries: int) -> float:
    """Return the seconds that an event waits after so many tries."""
    return float(min(0.1 * 2**tries, 10))


def from_rabbitmq(url: str, handle: Take) -> None:
    """Hand over what is in the team's queue, one after the other, until the connection is lost."""
    import pika  # noqa: PLC0415 - of the two packages you need only one

    parameters = pika.URLParameters(url)
    parameters.heartbeat, parameters.blocked_connection_timeout = 20, 30
    prefix = "" if NAMESPACE == "finance" else f"{NAMESPACE}."
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=1)  # more at once would not come back in order
        for method, properties, body in channel.consume(f"{prefix}{TEAM}.events.v1"):
            tries = (properties.headers or {}).get("x-delivery-count", 0) + 1
            try:
                handle(body, tries)
            except Exception as error:
                log.warning("again: %r", error)
                connection.sleep(pause(tries))
                channel.basic_reject(method.delivery_tag, requeue=True)
            else:
                channel.basic_ack(method.delivery_tag)


async def from_nats(url: str, handle: Take) -> None:
    """Hand over what the team's consumer gives, as above, until the connection is lost."""
    import nats  # noqa: PLC0415 - of the two packages you need only one

    user = re.search(r"//([\w-]+)", url)
    client = await nats.connect(
        url, inbox_prefix=f"_INBOX.{user[1] if user else TEAM}", allow_reconnect=False
    )
    stream, durable = NAMESPACE.upper(), f"{TEAM}_events_v1"
    pull = await client.jetstream().pull_subscribe_bind(durable, stream)
    while client.is_connected:
        try:
            [message] = await pull.fetch(1, timeout=5)
        except TimeoutError:
            continue
        tries = message.metadata.num_delivered
        try:
            handle(message.data, tries)  # within four seconds, or it is delivered again meanwhile
        except Exception as error:
            log.warning("again: %r", error)
            await message.nak(delay=pause(tries))
        else:
            await message.ack_sync()


def main() -> None:
    """Listen for ever; a broker that is away is asked again every second."""
    url = os.environ["BUS_URL"]
    database = sqlite3.connect(DATABASE)
    database.executescript(TABLES)
    if sys.argv[1:] == ["again"]:
        return again(database)
    with database:  # the broker repeats what is a week old at most
        database.execute("DELETE FROM inbox WHERE received_at < ?", [time.time() - 30 * 86400])
    while True:
        try:
            if url.startswith("amqp"):
                from_rabbitmq(url, lambda body, tries: take(database, body, tries))
            else:
                asyncio.run(from_nats(url, lambda body, tries: take(database, body, tries)))
        except Exception as error:
            log.warning("no broker: %r", error)
        time.sleep(1)


if __name__ == "__main__":
    main()
