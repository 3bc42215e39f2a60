"""One start job of the circle is dropped, and that unit does not run."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def two(stage: Stage) -> Fault:
    return _circle(stage, 2)


@variant
def through(stage: Stage) -> Fault:
    return _circle(stage, 3)


def _circle(stage: Stage, count: int) -> Fault:
    names = [stage.word() for _ in range(count)]
    for name, below in zip(names, (*names[1:], names[0]), strict=True):
        stage.unit(name, "/bin/sleep 100000", header=(f"Requires={below}.service", f"After={below}.service"))
    stage.start(f"{names[0]}.service")
    return Fault(culprits=tuple(f"{name}.service" for name in names), healthy=lambda: False)
