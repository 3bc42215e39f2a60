"""Run inside a booted machine: asks the questions on its standard input, one a line, and prints the answers as JSON.

One process for all of them, since a start costs more than an answer. Each comes with the seconds that it took. Where a
daemon runs as a service, it is the one that answers: with "chat" as in a chat, with its models and with orders. cpu:
the seconds that all other processes of the machine have used meanwhile, for this answer and whatever else they do.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from stillwatch.app import Options, build
from stillwatch.records.saying import Ended, Looking, Text
from stillwatch.service.through_daemon import ThroughDaemon

places = {} if "daemon" in sys.argv else {"state_dir": "/tmp/asked/state", "runtime_dir": "/tmp/asked/run"}


async def main() -> None:
    service = build(Options(**places)).service()
    for question in sys.stdin.read().splitlines():
        started, before = time.monotonic(), used()
        if "chat" in sys.argv:
            assert isinstance(service, ThroughDaemon)
            said = await chatted(service, question)
        else:
            reply = await service.ask(question, use_models=False)
            said = {"text": reply.text, "evidence": [one.id for one in reply.evidence]}
        print(
            json.dumps({"question": question, **said, "seconds": time.monotonic() - started, "cpu": used() - before}),
            flush=True,
        )


def used() -> float:
    """What a process has used counts for its parent once that has waited for it, so nothing is lost but of orphans."""
    ticks = 0
    for one in Path("/proc").glob("[1-9]*/stat"):
        try:
            fields = one.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if one.parent.name != str(os.getpid()):
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


async def chatted(service: ThroughDaemon, question: str) -> dict[str, object]:
    """by: the tier whose words were added, "rule" or "gate"; first: seconds until something was to be seen."""
    started, first, by, pieces = time.monotonic(), 0.0, "", list[str]()
    async for event in service.chat(message=question, history=[], may_order=True):
        if isinstance(event, (Looking, Text)):
            first = first or time.monotonic() - started
        if isinstance(event, Text):
            pieces.append(event.text)
        elif isinstance(event, Ended):
            by = event.by
    return {"text": "".join(pieces), "by": by, "first": first}


asyncio.run(main())
