"""Who has the models: a person who asks comes first, and what the daemon thinks about by itself waits."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Attention:
    """One for the daemon and its conversations. `taken`: whether a person is being answered now."""

    def __init__(self) -> None:
        self._persons = 0
        self._came = asyncio.Event()

    @property
    def taken(self) -> bool:
        return self._persons > 0

    @contextmanager
    def given(self) -> Iterator[None]:
        """While a person is being answered."""
        self._persons += 1
        self._came.set()
        try:
            yield
        finally:
            self._persons -= 1
            if not self._persons:
                self._came.clear()

    async def unless_taken(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What the work gives; None where a person is being answered or comes first, and then it is cancelled."""
        if self.taken:
            work.close()
            return None
        task, came = asyncio.ensure_future(work), asyncio.ensure_future(self._came.wait())
        try:
            await asyncio.wait({task, came}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            for one in (task, came):
                one.cancel()
            await asyncio.gather(task, came, return_exceptions=True)
