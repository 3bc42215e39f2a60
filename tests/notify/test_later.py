from __future__ import annotations

import asyncio
from collections.abc import Iterator

from stillwatch.notify.apprise import Delivery
from stillwatch.notify.later import FIRST_PAUSE, GIVE_UP, LONGEST_PAUSE, WAITING, TellLater
from tests.support.facts import facts

SENT = Delivery(sent=True)
AWAY = Delivery(sent=False, why="it does not answer")
REFUSED = Delivery(sent=False, lasting=True, why="refused with HTTP 403")


class Channel:
    """Says what a test tells it to, the last of it for ever."""

    def __init__(self, name: str, *says: Delivery) -> None:
        self.name = name
        self.says: Iterator[Delivery] = iter(says)
        self.last = SENT
        self.tried: list[str] = []
        self.may_go = asyncio.Event()
        self.may_go.set()

    async def send(self, title: str, body: str) -> Delivery:
        await self.may_go.wait()
        self.tried.append(title)
        self.last = next(self.says, self.last)
        return self.last


class Pauses:
    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


async def test_a_slow_channel_holds_nobody_up_and_the_order_is_kept() -> None:
    slow, quick = Channel("slow"), Channel("quick")
    slow.may_go.clear()
    later = TellLater([slow, quick])
    titles = ["opened", "waits for you", "resolved"]
    for title in titles:
        await asyncio.wait_for(later.tell(title, ""), 60)
    while quick.tried != titles:
        await asyncio.sleep(0)
    assert slow.tried == []
    slow.may_go.set()
    await later.delivered()
    assert slow.tried == titles


async def test_what_waits_is_bounded_and_what_is_dropped_is_counted() -> None:
    slow = Channel("slow", AWAY)
    slow.may_go.clear()
    later = TellLater([slow])
    for number in range(WAITING * 3):
        await later.tell(str(number), "")
    slow.says = iter((REFUSED,) * WAITING * 3)
    slow.may_go.set()
    await later.delivered()
    assert len(slow.tried) <= WAITING + 1 and slow.tried[0] == "0"
    assert f"{WAITING * 3} messages dropped" in later.problem


async def test_what_fails_for_the_moment_is_tried_again_with_growing_pauses() -> None:
    pauses, channel = Pauses(), Channel("one", AWAY, AWAY, AWAY, SENT)
    later = TellLater([channel], sleep=pauses)
    await later.tell("opened", "")
    await later.tell("resolved", "")
    await later.delivered()
    assert channel.tried == ["opened"] * 4 + ["resolved"]
    assert pauses.slept == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE] and later.problem == ""


async def test_what_is_refused_is_not_tried_again_and_told() -> None:
    pauses, channel = Pauses(), Channel("one", REFUSED, SENT)
    later = TellLater([channel], sleep=pauses)
    await later.tell("opened", "")
    await later.delivered()
    assert channel.tried == ["opened"] and pauses.slept == []
    assert later.problem.startswith(f"one: {REFUSED.why}") and facts(later.problem)[-1] == "1"
    await later.tell("resolved", "")
    await later.delivered()
    assert later.problem == ""


async def test_after_a_day_a_message_is_given_up() -> None:
    pauses, channel = Pauses(), Channel("one", AWAY)
    later = TellLater([channel], sleep=pauses)
    await later.tell("opened", "")
    await later.delivered()
    assert GIVE_UP <= sum(pauses.slept) <= GIVE_UP + LONGEST_PAUSE and max(pauses.slept) == LONGEST_PAUSE
    assert AWAY.why in later.problem
