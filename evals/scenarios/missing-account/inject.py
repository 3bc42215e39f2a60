"""User= or Group= names nobody."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def user(stage: Stage) -> Fault:
    return _without(stage, "User")


@variant
def group(stage: Stage) -> Fault:
    return _without(stage, "Group")


def _without(stage: Stage, which: str) -> Fault:
    name = stage.word()
    account = name.partition("-")[2]
    unit = stage.unit(name, "/bin/sleep 100000", (f"{which}={account}", "Restart=on-failure", "RestartSec=100ms"))
    stage.start(unit)
    stage.failed(unit)
    made = f"{which.lower()}add --system {account}; systemctl reset-failed {unit}; systemctl start {unit}"
    return Fault(culprits=(account, f"{name}.service"), healthy=lambda: stage.active(unit), fix=made)
