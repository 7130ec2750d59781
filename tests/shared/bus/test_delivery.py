"""What a consumer gets, on both brokers."""

import time
from collections import Counter

import pytest

from shared import bus
from shared.bus import deadletters
from shared.bus.delivery import Backlog, Delivery
from shared.errors import NotFound, Unavailable
from shared.testing import wait_until
from tests.shared.bus.receiving import Receiver, consuming, message, messages, publishing

A_PULL = 9  # seconds; one for a batch ends after ten


def test_messages_arrive_in_the_order_in_which_they_were_published(bus_url: str) -> None:
    sent, receiver = messages(250), Receiver()
    with consuming(bus_url, receiver), publishing(bus_url) as publisher:
        publisher.publish(sent[:100])
        publisher.publish(sent[100:])
        wait_until(lambda: receiver.has(*sent))
    assert receiver.ids == [one.id for one in sent]


def test_a_message_arrives_as_it_was_sent(bus_url: str) -> None:
    sent = message()
    received: list[bus.Message] = []
    with consuming(bus_url, received.extend), publishing(bus_url) as publisher:
        publisher.publish([sent])
        wait_until(lambda: len(received) == 1)
    assert received == [sent]


def test_a_single_message_does_not_wait_for_a_batch(bus_url: str) -> None:
    receiver = Receiver()
    with consuming(bus_url, receiver), publishing(bus_url) as publisher:
        publisher.publish([message()])
        wait_until(lambda: len(receiver.ids) == 1)
        publisher.publish([message()])
        wait_until(lambda: len(receiver.ids) == 2, A_PULL)


def test_each_service_gets_the_types_it_asked_for(bus_url: str) -> None:
    price, user = message(1, "price-updated"), message(2, "user-created")
    ledger, mirror = Receiver(), Receiver()
    with (
        consuming(bus_url, ledger, "ledger", ["price-updated"]),
        consuming(bus_url, mirror, "mirror", ["*"]),
        publishing(bus_url) as publisher,
    ):
        publisher.publish([price, user])
        wait_until(lambda: ledger.has(price) and mirror.has(price, user))
    assert ledger.ids == [price.id]


def test_what_was_published_while_nobody_consumed_is_waiting(bus_url: str) -> None:
    bus.consumer(bus_url, "ledger", ["price-updated"]).declare()
    sent, receiver = messages(3), Receiver()
    with publishing(bus_url) as publisher:
        publisher.publish(sent)
    with consuming(bus_url, receiver):
        wait_until(lambda: receiver.has(*sent))


def test_what_waits_is_handled_in_batches_in_order(bus_url: str) -> None:
    bus.consumer(bus_url, "ledger", ["price-updated"]).declare()
    sent, receiver = messages(500), Receiver()
    with publishing(bus_url) as publisher:
        publisher.publish(sent)
    with consuming(bus_url, receiver):
        wait_until(lambda: receiver.has(*sent))
    assert receiver.ids == [one.id for one in sent]
    assert 20 < max(receiver.batches) <= 100


def test_a_batch_takes_no_longer_than_a_moment_however_slow_its_messages_are(bus_url: str) -> None:
    receiver = Receiver(lambda _: time.sleep(0.02))
    with publishing(bus_url) as publisher, consuming(bus_url, receiver):
        publisher.publish(sent := messages(150))
        wait_until(lambda: receiver.has(*sent))
    # The first one cannot know it; from then on a tenth of a second each.
    assert all(size <= 5 for size in receiver.batches[1:])


def test_a_machine_that_has_no_time_still_takes_some_together() -> None:
    backlog = Backlog[int]("ledger", lambda _: time.sleep(0.2))  # for one as for a hundred
    for number, one in enumerate(messages(30)):
        backlog.add(Delivery(one, count=1, tag=number))
    backlog.attempt([Delivery(message(), count=1, tag=0)])
    assert len(backlog.take()) == 5


def test_a_consumer_that_stops_leaves_the_rest_to_the_next_one(bus_url: str) -> None:
    sent = messages(300)
    receiver = Receiver(lambda _: time.sleep(0.01))
    with publishing(bus_url) as publisher:
        with consuming(bus_url, receiver):
            publisher.publish(sent)
            wait_until(lambda: len(receiver.ids) > 5)
        assert len(receiver.ids) < 300
        with consuming(bus_url, receiver):
            wait_until(lambda: receiver.has(*sent))
    assert Counter(receiver.ids) == {one.id: 1 for one in sent}


def test_of_a_batch_that_fails_each_is_handled_by_itself_and_once(bus_url: str) -> None:
    bus.consumer(bus_url, "ledger", ["price-updated"]).declare()
    sent, failures = messages(200), iter([ValueError()])
    guilty = sent[50]
    receiver = Receiver(lambda got: next(failures, None) if got.id == guilty.id else None)
    with publishing(bus_url) as publisher:
        publisher.publish(sent)
    with consuming(bus_url, receiver):
        wait_until(lambda: receiver.has(*sent))
    assert receiver.ids == [one.id for one in sent]  # the second time it did not fail
    assert receiver.batches.count(1) > 20


def test_a_poison_message_is_dead_after_five_deliveries_while_others_flow(bus_url: str) -> None:
    poison, others = message(), messages(200)
    receiver = Receiver(lambda got: ValueError("poison") if got.id == poison.id else None)
    letters = bus.dead_letters(bus_url, "ledger")
    with consuming(bus_url, receiver), publishing(bus_url) as publisher:
        publisher.publish([poison, *others])
        wait_until(lambda: receiver.has(*others))
        wait_until(lambda: len(letters.list()) == 1)
    places = [place for place, received in enumerate(receiver.ids) if received == poison.id]
    assert len(places) == 5
    assert receiver.ids.index(others[0].id) < places[-1]
    assert [one for one in receiver.ids if one != poison.id] == [one.id for one in others]
    assert letters.list()[0].message == poison


def test_a_failure_for_want_of_something_unavailable_is_not_counted(bus_url: str) -> None:
    errors = [*[Unavailable()] * 3, *[ValueError()] * 4]  # seven tries, four of them counted
    receiver = Receiver(lambda _: errors.pop() if errors else None)
    with consuming(bus_url, receiver), publishing(bus_url) as publisher:
        publisher.publish([message()])
        wait_until(lambda: len(receiver.ids) == 8)
        time.sleep(0.3)
    assert len(receiver.ids) == 8
    assert bus.dead_letters(bus_url, "ledger").list() == []


def test_a_handler_may_take_longer_than_a_heartbeat(bus_url: str) -> None:
    receiver = Receiver(lambda got: time.sleep(5) if len(receiver.ids) == 1 else None)
    first, second = messages(2)
    with consuming(bus_url, receiver), publishing(bus_url) as publisher:
        publisher.publish([first, second])
        wait_until(lambda: len(receiver.ids) == 2)
    assert receiver.ids == [first.id, second.id]


def test_dead_letters_are_listed_and_replayed_to_their_service_alone(bus_url: str) -> None:
    sent = messages(3)
    poisonous = True
    ledger = Receiver(lambda _: ValueError("poison") if poisonous else None)
    mirror = Receiver()
    letters = bus.dead_letters(bus_url, "ledger")
    with (
        consuming(bus_url, ledger),
        consuming(bus_url, mirror, "mirror"),
        publishing(bus_url) as publisher,
    ):
        publisher.publish(sent)
        wait_until(lambda: len(letters.list()) == 3)
        ids = {letter.message.id for letter in letters.list()}
        assert ids == {one.id for one in sent}
        assert len(letters.list(limit=2)) == 2

        poisonous = False
        ledger.ids.clear()
        assert letters.replay(sent[1].id) == 1
        wait_until(lambda: ledger.ids == [sent[1].id])
        assert {letter.message.id for letter in letters.list()} == {sent[0].id, sent[2].id}

        assert letters.replay() == 2
        wait_until(lambda: ledger.has(*sent))
        assert letters.list() == []
    assert mirror.ids == [one.id for one in sent]


def test_the_command_line_tells_of_dead_letters(bus_url: str) -> None:
    poison = message()
    poisonous = True
    receiver = Receiver(lambda _: ValueError("poison") if poisonous else None)
    with consuming(bus_url, receiver), publishing(bus_url) as publisher:
        assert deadletters.command(bus_url, "ledger", "list") == "0 dead letters."
        publisher.publish([poison])
        wait_until(lambda: "1 dead" in deadletters.command(bus_url, "ledger", "list"))
        assert poison.id in deadletters.command(bus_url, "ledger", "list")
        with pytest.raises(NotFound):
            deadletters.command(bus_url, "ledger", "replay", "no-such-id")
        poisonous = False
        assert deadletters.command(bus_url, "ledger", "replay", poison.id) == "1 replayed."
        assert deadletters.command(bus_url, "ledger", "list") == "0 dead letters."


@pytest.mark.parametrize("url", ["amqp://127.0.0.1:9/", "nats://127.0.0.1:9"])
def test_the_command_line_says_that_the_bus_is_away(url: str) -> None:
    with pytest.raises(Unavailable):
        deadletters.command(url, "ledger", "list")
