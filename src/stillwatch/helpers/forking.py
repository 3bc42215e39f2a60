"""A program that is asked often waits for requests, and answers each in a process of its own, made by fork(2).

What reads a request is as short-lived as where systemd starts a program for each; only the start of Python is saved.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import traceback
from collections.abc import Callable
from typing import Final

IDLE_SECONDS: Final = 90
"""Longer than the minute within which the daemon asks again. After it the program ends; its socket starts it anew."""
EACH_SECONDS: Final = 30
AT_ONCE: Final = 8


def listens() -> bool:
    """Whether standard input is a socket on which connections arrive (systemd.socket(5): Accept=no)."""
    try:
        door = socket.socket(fileno=0)
    except OSError:
        return False
    try:
        return bool(door.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    finally:
        door.detach()


def answer_each(answer: Callable[[], int]) -> int:
    """Call `answer` for each connection to standard input, AT_ONCE side by side; more wait in the kernel's queue.

    answer: finds the connection as its standard input and output; what it returns is the exit code of its process.
    Returns 0 where nobody has asked for IDLE_SECONDS. This process itself reads nothing that anybody sends.
    """
    door = socket.socket(fileno=os.dup(0))
    running: dict[int, int] = {}
    while True:
        watched = [*running, *([door.fileno()] if len(running) < AT_ONCE else [])]
        ready = select.select(watched, [], [], IDLE_SECONDS)[0]
        if not ready and not running:
            return 0
        for pidfd in [one for one in running if one in ready]:
            os.waitpid(running.pop(pidfd), 0)
            os.close(pidfd)
        if door.fileno() in ready:
            link, _ = door.accept()
            with link:
                running |= _begin(link, answer)


def _begin(link: socket.socket, answer: Callable[[], int]) -> dict[int, int]:
    """Its pidfd and pid."""
    pid = os.fork()
    if pid:
        return {os.pidfd_open(pid): pid}
    code = 1
    try:
        signal.alarm(EACH_SECONDS)
        os.dup2(link.fileno(), 0)
        os.dup2(link.fileno(), 1)
        code = answer()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
