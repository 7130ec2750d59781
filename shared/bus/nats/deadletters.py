"""The dead letters of a service in NATS: advisories that point to messages in the stream."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.bus.interface import Address, BusUnavailable, DeadLetter
from shared.bus.nats.topology import (
    CONNECT_TIMEOUT,
    Names,
    close,
    connect,
    ensure_streams,
    headers,
    received,
)

T = TypeVar("T")


@dataclass(frozen=True)
class _Found:
    advisory: int  # its sequence in the stream of advisories
    event: int  # the message's sequence in the stream of events
    letter: DeadLetter


class NatsDeadLetters:
    """The messages that one service gave up, for as long as the stream keeps them."""

    def __init__(self, address: Address, service: str) -> None:
        self._address = address
        self._names = Names(address.namespace, service)

    def list(self, limit: int = 100) -> Sequence[DeadLetter]:
        """See `DeadLetters.list`."""

        async def work(jetstream: JetStreamContext) -> Sequence[DeadLetter]:
            letters: dict[int, DeadLetter] = {}
            async for entry in self._found(jetstream):
                # The server may tell more than once that it gave a message up.
                letters.setdefault(entry.event, entry.letter)
                if len(letters) == limit:
                    break
            return list(letters.values())

        return self._connected(work)

    def replay(self, message_id: str | None = None) -> int:
        """See `DeadLetters.replay`."""

        async def work(jetstream: JetStreamContext) -> int:
            # Collected first: a poison message that dies again meanwhile is not for this run.
            chosen = [
                entry
                async for entry in self._found(jetstream)
                if message_id in {None, entry.letter.message.id}
            ]
            for entry in chosen:
                await self._replay(jetstream, entry)
            return len({entry.event for entry in chosen})

        return self._connected(work)

    async def _replay(self, jetstream: JetStreamContext, entry: _Found) -> None:
        message = entry.letter.message
        # A subject that only this service consumes: the others have handled it. The stream must
        # not take it for the duplicate of the first one, but two replays at once are one.
        await jetstream.publish(
            self._names.replay(message.type),
            message.body,
            headers=headers(message, f"replay-{self._names.service}-{entry.event}"),
        )
        await jetstream.delete_msg(self._names.dead_stream, entry.advisory)

    async def _found(self, jetstream: JetStreamContext) -> AsyncIterator[_Found]:
        sequence = 0
        while True:
            try:
                advisory = await jetstream.get_msg(
                    self._names.dead_stream,
                    seq=sequence + 1,
                    subject=self._names.dead_subjects,
                    next=True,
                )
            except NotFoundError:
                return
            sequence = int(advisory.seq or 0)
            report = json.loads(advisory.data or b"{}")
            try:
                event = await jetstream.get_msg(self._names.stream, seq=report["stream_seq"])
            except NotFoundError:
                continue  # older than a week: the stream no longer has it
            message = received(event.headers, event.subject or "", event.data)
            died_at = datetime.fromisoformat(report["timestamp"][:19] + "+00:00")
            reason = str(report["type"]).rpartition(".")[2]
            yield _Found(sequence, report["stream_seq"], DeadLetter(message, died_at, reason))

    def _connected(self, work: Callable[[JetStreamContext], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            client, _ = await connect(self._address, f"{self._names.service} dead letters")
            try:
                jetstream = client.jetstream(timeout=CONNECT_TIMEOUT)
                await ensure_streams(jetstream, self._names)
                return await work(jetstream)
            finally:
                await close(client)

        try:
            return asyncio.run(run())
        except (NatsError, OSError, TimeoutError) as error:
            raise BusUnavailable(f"NATS does not answer: {error!r}") from error
