"""Run inside a booted machine: asks the questions on its standard input, one a line, and prints the answers as JSON.

One process for all of them, since a start costs more than an answer. Each comes with the seconds that it took. Where a
daemon runs as a service, it is the one that answers.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from stillwatch.app import Options, build

places = {} if "daemon" in sys.argv else {"state_dir": "/tmp/asked/state", "runtime_dir": "/tmp/asked/run"}


async def main() -> None:
    service = build(Options(**places)).service()
    for question in sys.stdin.read().splitlines():
        started = time.monotonic()
        reply = await service.ask(question, use_models=False)
        told = {"question": question, "text": reply.text, "seconds": time.monotonic() - started}
        print(json.dumps({**told, "evidence": [one.id for one in reply.evidence]}), flush=True)


asyncio.run(main())
