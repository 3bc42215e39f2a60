from __future__ import annotations

import asyncio

import pytest

from stillwatch.think.attention import Attention


async def seven() -> int:
    return 7


async def test_work_goes_on_while_nobody_asks() -> None:
    attention = Attention()
    with attention.given():
        pass
    assert not attention.taken and await attention.unless_taken(seven()) == 7


async def test_work_does_not_begin_while_anybody_is_answered() -> None:
    attention = Attention()
    with attention.given():
        with attention.given():
            pass
        assert attention.taken and await attention.unless_taken(seven()) is None


async def test_work_is_cancelled_when_a_person_comes() -> None:
    attention, begun, ended = Attention(), asyncio.Event(), asyncio.Event()

    async def endless() -> int:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return 0

    working = asyncio.create_task(attention.unless_taken(endless()))
    await begun.wait()
    with attention.given():
        assert await working is None and ended.is_set()


async def test_what_fails_is_raised() -> None:
    async def broken() -> int:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await Attention().unless_taken(broken())


async def test_work_ends_with_whoever_waits_for_it() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    waiting = asyncio.create_task(Attention().unless_taken(endless()))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended.is_set()
