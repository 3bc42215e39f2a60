"""The kernel says EDQUOT."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def user(stage: Stage) -> Fault:
    name = stage.word()
    where = stage.place(name)
    body = f"""
import errno, os, sys, time
while True:
    error = OSError(errno.EDQUOT, os.strerror(errno.EDQUOT), "{where}/upload.part")
    print(f"upload failed: {{error}}", file=sys.stderr, flush=True)
    time.sleep(0.3)
"""
    unit = stage.unit(name, f"{stage.program(name, body)} {where}")
    stage.start(unit)
    stage.wait_said(unit, "quota", 4)
    return Fault(culprits=(unit, where), healthy=lambda: False)
