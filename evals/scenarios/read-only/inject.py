"""The mount is read-only for all, or the unit file makes it so for one."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant

WRITER = """
import sys, time
while True:
    try:
        open(sys.argv[1] + "/state", "w").close()
    except OSError as error:
        print(f"cannot save state: {error}", file=sys.stderr, flush=True)
    time.sleep(0.3)
"""


@variant
def remounted(stage: Stage) -> Fault:
    name = stage.word()
    where = stage.place(name)
    stage.sh(f"mount -t tmpfs -o size=16m tmpfs {where}")
    unit = stage.unit(name, f"{stage.program(name, WRITER)} {where}")
    stage.start(unit)
    stage.sh(f"mount -o remount,ro {where}")
    stage.wait_said(unit, "Read-only file system", 4)

    def healthy() -> bool:
        return " rw" in stage.sh(f"findmnt -no OPTIONS {where} | sed 's/^/ /'")

    return Fault(culprits=(where,), healthy=healthy, fix=f"mount -o remount,rw {where}")


@variant
def unit(stage: Stage) -> Fault:
    """ProtectSystem=strict came with a hardening; nobody thought of ReadWritePaths=."""
    name = stage.word()
    where = stage.place(name)
    unit = stage.unit(name, f"{stage.program(name, WRITER)} {where}", ("ProtectSystem=strict",))
    stage.start(unit)
    stage.wait_said(unit, "Read-only file system", 4)
    return Fault(culprits=(unit, where), healthy=lambda: False)
