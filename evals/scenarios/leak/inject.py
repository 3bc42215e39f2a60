"""Memory, open files, processes, or dead children that nobody waits for."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def memory(stage: Stage) -> Fault:
    name = stage.word()
    body = "import time\nkept = []\nwhile True:\n    kept.append(bytearray(4_000_000))\n    time.sleep(0.02)\n"
    unit = stage.unit(name, stage.program(name, body), ("MemoryMax=64M", "Restart=on-failure", "RestartSec=100ms"))
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(unit,), healthy=lambda: False)


@variant
def descriptors(stage: Stage) -> Fault:
    """It goes on running, and every request fails."""
    name, path = stage.word(), "/etc/hostname"
    body = f"""
import sys, time
kept = []
while True:
    try:
        kept.append(open({path!r}))
    except OSError as error:
        print(f"accept failed: {{error}}", file=sys.stderr, flush=True)
        time.sleep(0.3)
"""
    unit = stage.unit(name, stage.program(name, body), ("LimitNOFILE=256",))
    stage.start(unit)
    stage.wait_said(unit, "Too many open files", 4)
    return Fault(culprits=(unit,), healthy=lambda: False)


@variant
def processes(stage: Stage) -> Fault:
    name = stage.word()
    body = """
import subprocess, sys, time
kept = []
while True:
    try:
        kept.append(subprocess.Popen(["/bin/sleep", "100000"]))
    except OSError as error:
        print(f"cannot fork: {error}", file=sys.stderr, flush=True)
        time.sleep(0.3)
"""
    unit = stage.unit(name, stage.program(name, body), ("TasksMax=40",))
    stage.start(unit)
    stage.wait_said(unit, "cannot fork", 4)
    return Fault(culprits=(unit,), healthy=lambda: False)


@variant
def zombies(stage: Stage) -> Fault:
    """Nothing is said anywhere."""
    name = stage.word()
    body = "import os, time\nfor _ in range(400):\n    if os.fork() == 0:\n        os._exit(0)\ntime.sleep(1e6)\n"
    unit = stage.unit(name, stage.program(name, body))
    stage.start(unit)
    stage.wait(lambda: int(stage.sh("ps -eo stat= | grep -c ^Z || true")) > 300, "children to die")
    return Fault(culprits=(unit,), healthy=lambda: False)
