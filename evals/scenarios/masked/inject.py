"""By accident: others need it. On purpose: nobody misses it."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def required(stage: Stage) -> Fault:
    below, port = stage.web()
    name = stage.word()
    unit = stage.unit(name, "/bin/sleep 100000", header=(f"Requires={below}", f"After={below}"))
    stage.sh(
        f"systemctl stop {below}; rm -f /etc/systemd/system/{below}; systemctl --quiet mask {below}; systemctl daemon-reload"
    )
    stage.start(unit)
    return Fault(culprits=(below,), healthy=lambda: stage.active(unit) and stage.answers(port))


def _packaged(stage: Stage, unit: str) -> None:
    """Where a mask takes hold: a file in /etc is stronger than one of this boot."""
    stage.sh(f"mv /etc/systemd/system/{unit} /usr/lib/systemd/system/ || true; systemctl daemon-reload", check=False)


@variant
def refused(stage: Stage) -> Fault:
    """Nothing failed: the one that is masked was stopped, and its client is refused."""
    below, port = stage.web()
    client = stage.client(stage.word(), f"http://127.0.0.1:{port}/")
    _packaged(stage, below)
    stage.sh(f"systemctl stop {below}; systemctl --quiet mask --runtime {below}")
    stage.wait_said(client, "refused", 4)
    fix = f"systemctl unmask --runtime {below}; systemctl start {below}"
    return Fault(culprits=(below,), healthy=lambda: stage.answers(port), fix=fix)


@variant
def purpose(stage: Stage) -> Fault:
    unit, _ = stage.web()
    _packaged(stage, unit)
    stage.sh(f"systemctl stop {unit}; systemctl --quiet mask --runtime {unit}")
    return Fault(culprits=(), healthy=lambda: True)
