"""By a signal, or over one and the same file."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def signal(stage: Stage) -> Fault:
    name = stage.word()
    body = "import os, signal, time\ntime.sleep(0.2)\nos.kill(os.getpid(), signal.SIGSEGV)\n"
    unit = stage.unit(name, stage.program(name, body), ("Restart=always", "RestartSec=100ms", "LimitCORE=0"))
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(unit,), healthy=lambda: False)


@variant
def input(stage: Stage) -> Fault:
    """It runs on: each start reads the same broken file, which never reaches the start limit."""
    name = stage.word()
    path = f"{stage.place(name)}/queue.json"
    stage.machine.write(path, '{"jobs": [1, 2')
    body = "import json, sys, time\ntime.sleep(0.6)\njson.load(open(sys.argv[1]))\ntime.sleep(1e6)\n"
    lines = ("Restart=always", "RestartSec=100ms", "StartLimitBurst=100")
    unit = stage.unit(name, f"{stage.program(name, body)} {path}", lines)
    stage.start(unit)
    stage.wait(lambda: int(stage.machine.properties(unit)["NRestarts"]) > 3, "it to crash again and again")
    return Fault(culprits=(unit, path), healthy=lambda: False)
