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


@variant
def switch(stage: Stage) -> Fault:
    """Started as root, it switches to a user of its own settings by itself."""
    name = stage.word()
    account = name.partition("-")[2]
    words = stage.chance.choice(
        ("can't find the user {0} to switch to", "cannot get uid for user '{0}'", "unknown user {0}")
    )
    said = words.format(account)
    body = f"import pwd, sys, time\ntry:\n    pwd.getpwnam({account!r})\nexcept KeyError:\n    sys.exit({said!r})\ntime.sleep(1e6)\n"
    unit = stage.unit(name, stage.program(name, body))
    stage.start(unit)
    stage.failed(unit)
    fix = f"useradd --system {account}; systemctl reset-failed {unit}; systemctl start {unit}"
    return Fault(culprits=(account,), healthy=lambda: stage.active(unit), fix=fix)
