"""Looks of a recorded host: what was asked then, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stillwatch.records.event import Untrusted
from stillwatch.records.look import Seen
from stillwatch.records.recording import Recording
from stillwatch.tools.recorded_looks import RecordedLooks, RememberingLooks


def seen(tool: str, **arguments: object) -> Seen:
    return Seen(tool=tool, arguments=arguments, at=5.0, text=Untrusted(f"{tool} {arguments}"))


def recorded(*looks: Seen) -> RecordedLooks:
    return RecordedLooks(recording=Recording(host="h", at=9.0, units=(), metrics=(), looks=looks))


async def test_a_look_answers_what_it_answered_then() -> None:
    first, second = seen("listening_sockets", port=80), seen("listening_sockets")
    looks = recorded(first, second)
    assert await looks.look("listening_sockets", {"port": 80}) is first
    assert await looks.look("listening_sockets", {"port": 0}) is second, "0 is what it is when nobody says"
    assert await looks.look("listening_sockets", {}) is second


async def test_what_nobody_asked_then_is_a_problem_and_never_an_empty_answer() -> None:
    for tool, arguments in (("listening_sockets", {"port": 81}), ("shell", {}), ("memory", {"x": 1})):
        told = await recorded(seen("listening_sockets", port=80)).look(tool, arguments)
        assert told.problem and not told.text and told.at == 9.0


def test_the_catalogue_is_that_of_a_live_host() -> None:
    assert {"unit_status", "disk_use"} < set(recorded().catalogue())


async def test_remembering_keeps_each_question_once() -> None:
    class Live:
        def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
            return {"memory": {}}

        async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
            return seen(tool, **arguments)

    looks = RememberingLooks(looks=Live())
    for _ in range(2):
        await looks.look("memory", {})
    await looks.look("memory", {"x": 1})
    assert [one.arguments for one in looks.seen] == [{}, {"x": 1}] and looks.catalogue() == {"memory": {}}
