"""A log that may fall silent (a pipe, a terminal), read no longer than there is time for."""

from __future__ import annotations

import os
import stat
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from stillwatch.host.logfile import LogFile
from stillwatch.watch.shapes.reader import Block

WAITING_BLOCKS = 32
PAUSE = 0.005


def may_fall_silent(file: str) -> bool:
    """Whether reading it may wait for somebody: all but regular files. False for what cannot be looked at."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode if file == "-" else os.stat(file).st_mode  # noqa: PTH116
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


class PipeReader:
    """Opened and read by a thread of its own, which is left behind where the other side says nothing more.

    ended: whether `blocks` gave everything there was.
    """

    def __init__(self, open_log: Callable[[], LogFile]) -> None:
        self._open = open_log
        self._log: LogFile | None = None
        self._problem: Exception | None = None
        self._blocks: deque[Block] = deque()
        self._left = self._done = False
        self.ended = False
        threading.Thread(target=self._read, name="log", daemon=True).start()

    def opened(self, late: Callable[[], bool]) -> LogFile | None:
        """The log, once its first bytes have come; None where it is too late before. Raises what opening raises."""
        while self._log is None and not self._done and not late():
            time.sleep(PAUSE)
        if self._problem is not None:
            raise self._problem
        return self._log

    def blocks(self, late: Callable[[], bool]) -> Iterator[Block]:
        """The lines as they come, until the end or until it is late. Raises what reading raises."""
        try:
            while True:
                done = self._done  # asked before the lines are looked at, so that none is lost between the two
                if self._blocks:
                    yield self._blocks.popleft()
                if late():
                    return
                if done and not self._blocks:
                    self.ended = True
                    break
                if not self._blocks:
                    time.sleep(PAUSE)
        finally:
            self._left = True
        if self._problem is not None:
            raise self._problem

    def _read(self) -> None:
        try:
            with self._open() as self._log:
                for block in self._log.blocks():
                    self._blocks.append(block)
                    while len(self._blocks) >= WAITING_BLOCKS and not self._left:
                        time.sleep(PAUSE)
                    if self._left:
                        return
        except Exception as error:
            self._problem = error
        finally:
            self._done = True
