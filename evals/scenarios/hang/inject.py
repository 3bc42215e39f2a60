"""It is active by PID 1's word, or never becomes so."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def stopped(stage: Stage) -> Fault:
    """Its process was stopped by a signal: it holds its port and says nothing."""
    unit, port = stage.web()
    client = stage.client(stage.word(), f"http://127.0.0.1:{port}/")
    stage.sh(f"systemctl kill --signal=STOP {unit}")
    stage.wait_said(client, "timed out", 3)
    return Fault(culprits=(unit,), healthy=lambda: stage.answers(port), fix=f"systemctl kill --signal=CONT {unit}")


@variant
def start(stage: Stage) -> Fault:
    """Type=notify, and it never says that it is ready."""
    name = stage.word()
    unit = stage.unit(name, "/bin/sleep 100000", ("Type=notify", "TimeoutStartSec=2"))
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(unit,), healthy=lambda: False)


@variant
def silent(stage: Stage) -> Fault:
    """The same, told by a client that knows no errors of the C library."""
    unit, port = stage.web()
    name = stage.word()
    words = stage.chance.choice(
        ("{0} did not answer within 1 s", "no reply from {0}, order lost", "{0}: read timed out")
    )
    said = words.format(f"127.0.0.1:{port}")
    body = f"""
import sys, time, urllib.request
while True:
    try:
        urllib.request.urlopen("http://127.0.0.1:{port}/", timeout=1).read()
    except OSError:
        print({said!r}, file=sys.stderr, flush=True)
    time.sleep(0.3)
"""
    client = stage.unit(name, stage.program(name, body))
    stage.sh(f"systemctl kill --signal=STOP {unit}")
    stage.start(client)
    stage.wait_said(client, "answer|reply|timed", 4)
    return Fault(culprits=(unit,), healthy=lambda: stage.answers(port), fix=f"systemctl kill --signal=CONT {unit}")
