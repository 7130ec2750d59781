"""Deliveries of two webhooks, and couriers that claim, die, come back late, write down attempts.

The model knows the schedule of the specification: 8 attempts, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h
and 10 h apart; from the tenth failure in a row a pause of a minute that doubles to an hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.webhooks.commands import delivering
from services.webhooks.commands.delivering import Attempt, Claim
from shared.testing import Stand
from tests.webhooks.calling import Json, User, body
from tests.webhooks.receiving import Clock

DELAYS: Final = [
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 36000)
]
LEASE: Final = timedelta(seconds=5)
RETRY_AFTER: Final = timedelta(minutes=10)
STEPS: Final = [timedelta(seconds=1), timedelta(seconds=6), timedelta(minutes=6), timedelta(days=1)]
STATUSES: Final = st.sampled_from([200, 204, 302, 410, 429, 500, 500, 500, None])


@dataclass
class Subscription:
    """What is known of a webhook."""

    webhook: Json
    is_active: bool = True
    failures: int = 0
    failing_since: datetime | None = None
    paused_until: datetime | None = None

    def blame(self, at: datetime, status: int | None) -> None:
        """Count a failure."""
        self.failures += 1
        self.failing_since = self.failing_since or at
        over = self.failures - 10
        minutes = min(2 ** max(over, 0), 60)
        self.paused_until = at + timedelta(minutes=minutes) if over >= 0 else None
        if status == 410 or at - self.failing_since >= timedelta(days=5):
            self.is_active = False

    def begin_anew(self) -> None:
        """Forget all failures."""
        self.failures, self.failing_since, self.paused_until = 0, None, None


@dataclass
class Sent:
    """What is known of a delivery.

    Attributes:
        claim: the last that was made of it.
        claimed_until: while somebody has it.
    """

    subscription: Subscription
    due: datetime
    status: str = "PENDING"
    attempts: int = 0
    claim: int = 0
    claimed_until: datetime | None = None


@dataclass
class Courier:
    """Somebody who has claimed a delivery, and may be late."""

    claim: Claim
    sent: Sent = field(repr=False)


class Deliveries(RuleBasedStateMachine):
    """What users, couriers and receivers do, and what must come of it."""

    stand: ClassVar[Stand]

    def __init__(self) -> None:
        super().__init__()
        self.stand.empty()
        self.clock = Clock()
        self.clock.advance(timedelta(days=1))  # ahead of the services' own for as long as this runs
        self.subscriptions: list[Subscription] = []
        self.sent: dict[int, Sent] = {}
        self.couriers: list[Courier] = []

    @property
    def user(self) -> User:
        """The user, whose identity is over after a minute."""
        return User(self.stand.client(user=1))

    @initialize()
    def begin(self) -> None:
        """Subscribe twice."""
        for _ in range(2):
            self.subscriptions.append(Subscription(self.user.subscribe("http://127.0.0.1:9/")))

    # What users do.

    @rule(which=st.integers(0, 1))
    def tell(self, which: int) -> None:
        """Have a test sent, which ends a pause."""
        subscription = self.subscriptions[which]
        answer = self.user.post(f"webhooks/{subscription.webhook['id']}/test/")
        assert answer.status_code == (202 if subscription.is_active else 409)
        if subscription.is_active:
            subscription.paused_until = None
            self.sent[body(answer)["id"]] = Sent(subscription, self.clock.now)

    @rule(which=st.integers(0, 1))
    def switch(self, which: int) -> None:
        """Switch a webhook off, or on."""
        subscription = self.subscriptions[which]
        is_active = not subscription.is_active
        path = f"webhooks/{subscription.webhook['id']}/"
        assert self.user.patch(path, {"is_active": is_active}).status_code == 200
        subscription.is_active = is_active
        if is_active:
            subscription.begin_anew()

    @rule(data=st.data())
    @precondition(lambda self: self.sent)
    def redeliver(self, data: st.DataObject) -> None:
        """Have one delivered again, also while it is under way."""
        number = data.draw(st.sampled_from(sorted(self.sent)))
        sent = self.sent[number]
        answer = self.user.post(f"webhooks/deliveries/{number}/redeliver/")
        assert answer.status_code == (202 if sent.subscription.is_active else 409)
        if sent.subscription.is_active:
            sent.subscription.paused_until = None
            sent.status, sent.attempts = "PENDING", 0
            if sent.claimed_until is None:
                sent.due = self.clock.now

    # What couriers and receivers do.

    @rule(by=st.sampled_from(STEPS))
    def wait(self, by: timedelta) -> None:
        """Let time go by."""
        self.clock.advance(by)

    @rule(most=st.integers(1, 4))
    def claim(self, most: int) -> None:
        """Claim what is due; at most two of a webhook are under way, one while it fails."""
        possible = {one: self._room(one) for one in range(2)}
        claims = self.stand.database.unit(
            lambda session: delivering.claim(session, self.clock.now, most)
        )
        assert len(claims) == min(most, sum(possible.values()))
        for claim in claims:
            sent = self.sent[claim.delivery_id]
            assert self._is_due(sent), sent
            possible[self.subscriptions.index(sent.subscription)] -= 1
            sent.claim, sent.claimed_until = claim.claims, self.clock.now + LEASE
            sent.due = sent.claimed_until
            self.couriers.append(Courier(claim, sent))
        assert all(room >= 0 for room in possible.values())

    def _room(self, which: int) -> int:
        subscription = self.subscriptions[which]
        paused_until = subscription.paused_until or self.clock.now
        if not subscription.is_active or paused_until > self.clock.now:
            return 0
        mine = [one for one in self.sent.values() if one.subscription is subscription]
        under_way = sum((one.claimed_until or self.clock.now) > self.clock.now for one in mine)
        places = (1 if subscription.failures >= 10 else 2) - under_way
        return max(0, min(places, sum(map(self._is_due, mine))))

    def _is_due(self, sent: Sent) -> bool:
        return sent.status == "PENDING" and sent.due <= self.clock.now

    @rule(data=st.data(), statuses=st.lists(STATUSES, min_size=1, max_size=4))
    @precondition(lambda self: self.couriers)
    def attempt(self, data: st.DataObject, statuses: list[int | None]) -> None:
        """Write down attempts at once, perhaps of claims that are long over and somebody else's."""
        ended = []
        for status in statuses[: len(self.couriers)]:
            courier = self.couriers.pop(data.draw(st.integers(0, len(self.couriers) - 1)))
            ended.append((courier, status))
        self._write_down(ended)

    @rule(times=st.integers(5, 8))
    def fail_often(self, times: int) -> None:
        """Let all attempts fail for days, so that the last one of a delivery comes near."""
        for _ in range(times):
            self.clock.advance(timedelta(hours=11))
            self.claim(4)
            self._write_down([(courier, 500) for courier in self.couriers])
            self.couriers.clear()

    def _write_down(self, ended: Sequence[tuple[Courier, int | None]]) -> None:
        at = self.clock.now
        made = [
            (courier.claim, Attempt(at, 1, status, not_before=at + RETRY_AFTER))
            if status == 429
            else (courier.claim, Attempt(at, 1, status))
            for courier, status in ended
        ]
        self.stand.database.unit(lambda session: delivering.record(session, made, lambda *_: 1.0))
        for (courier, status), (claim, attempt) in zip(ended, made, strict=True):
            sent = courier.sent
            if attempt.succeeded:
                sent.subscription.begin_anew()
            else:
                sent.subscription.blame(at, status)
            if sent.claim == claim.claims:
                sent.attempts, sent.claimed_until = sent.attempts + 1, None
                sent.status, sent.due = self._next(sent, attempt)

    def _next(self, sent: Sent, attempt: Attempt) -> tuple[str, datetime]:
        if attempt.succeeded:
            return "DELIVERED", attempt.at
        if attempt.status == 410 or sent.attempts > len(DELAYS):
            return "FAILED", attempt.at
        delay = DELAYS[sent.attempts - 1]
        return "PENDING", max(attempt.at + delay, attempt.not_before or attempt.at)

    # What must hold.

    @invariant()
    def the_log_says_what_happened(self) -> None:
        """Each delivery is listed once, with its state and attempts; each webhook's state too."""
        for subscription in self.subscriptions:
            shown = self.user.webhook(subscription.webhook)
            assert shown["is_active"] == subscription.is_active
            log: list[dict[str, Any]] = self.user.log(subscription.webhook, page_size=500)
            assert {row["id"]: (row["status"], row["attempts"]) for row in log} == {
                number: (sent.status, sent.attempts)
                for number, sent in self.sent.items()
                if sent.subscription is subscription
            }

    def teardown(self) -> None:
        """See that nothing is lost: receivers that are well at last get all that waits."""
        for which, subscription in enumerate(self.subscriptions):
            if not subscription.is_active:
                self.switch(which)
        while waiting := [one for one in self.sent.values() if one.status == "PENDING"]:
            self.clock.advance(timedelta(days=1))
            self.couriers.clear()  # who had claimed something before is dead
            self.claim(4)
            assert self.couriers, waiting
            self._write_down([(courier, 200) for courier in self.couriers])
        self.the_log_says_what_happened()
