from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from stillwatch.host.probes import Answered
from stillwatch.reading.source import Wanted
from stillwatch.reading.sources import probes as room
from stillwatch.reading.sources.probes import ProbeSource, here
from stillwatch.records.event import Event
from stillwatch.tables.declared import Probe
from stillwatch.watch.probes import judge_probe
from tests.reading.following import followed
from tests.support.watching import Rest
from tests.think.models import StillClock

SHOP = Probe(name="shop", url="https://shop.example/", unit="shop.service")
DOWN, UP = Answered(why="the connection is refused"), Answered(seconds=0.5, ends=StillClock().now() + 3 * 86_400.0)


def source(monkeypatch: pytest.MonkeyPatch, answers: Sequence[Answered], probe: Probe = SHOP) -> ProbeSource:
    """It hears these answers, and the last for ever."""
    left = list(answers)

    async def ask(_: Probe) -> Answered:
        return left.pop(0) if len(left) > 1 else left[0]

    monkeypatch.setattr(room, "ask", ask)
    monkeypatch.setattr(room, "PAUSE", 0.0)
    return ProbeSource("h", StillClock(), [probe])


UNASKED: Any = None
"""What is measured needs no watcher to be read."""


def rules_of(events: Sequence[Event]) -> list[str]:
    return [found.rule for event in events if (found := judge_probe(event, "h"))]


async def told(found: ProbeSource, ends: float = 1e12) -> list[str]:
    return rules_of((await found.read(UNASKED, ends)).events)


@pytest.mark.parametrize(
    ("answers", "rules"),
    [
        ([DOWN], ["probe-failed"]),
        ([DOWN, UP], ["probe-certificate"]),
        ([Answered(seconds=0.5)], []),
    ],
)
async def test_a_pass_tells_what_fails_in_a_row(
    monkeypatch: pytest.MonkeyPatch, answers: Sequence[Answered], rules: list[str]
) -> None:
    assert await told(source(monkeypatch, answers)) == rules


async def test_a_pass_without_time_tells_no_more_than_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(source(monkeypatch, [DOWN]), ends=0.0) == []


async def test_it_is_asked_again_and_again_and_told_once_it_failed_often_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = source(monkeypatch, [UP, DOWN, DOWN, UP], Probe(name="shop", url="tcp://h:1", every=5, slow=0.4))
    clock = found._clock
    assert isinstance(clock, StillClock)
    rules, rest = [], Rest()

    async def sleep(seconds: float) -> None:
        clock.at += seconds
        await rest(seconds)

    async with followed(found, UNASKED, sleep=sleep) as heard:
        for _ in range(4):
            read = await heard.next()
            assert read.measured and "probe-failures shop" in read.samples
            rules.append(set(rules_of(read.events)))
    assert rules[0] == {"probe-slow", "probe-certificate"} and rules[1:3] == [set(), {"probe-failed"}]
    assert "probe-failed" not in rules[3]


def test_there_is_none_where_none_is_declared() -> None:
    assert not here(Wanted(host="h", clock=StillClock()))
    assert here(Wanted(host="h", clock=StillClock(), probes=[SHOP]))
