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
