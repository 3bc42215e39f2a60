"""An endless loop in it, or children that it starts without end."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def loop(stage: Stage) -> Fault:
    name = stage.word()
    unit = stage.unit(name, stage.program(name, "while True:\n    pass\n"))
    stage.start(unit)
    stage.sh("sleep 5")
    return Fault(culprits=(unit,), healthy=lambda: False)


@variant
def children(stage: Stage) -> Fault:
    name = stage.word()
    body = "import subprocess\nwhile True:\n    subprocess.run(['/bin/true'])\n"
    unit = stage.unit(name, stage.program(name, body))
    stage.start(unit)
    stage.sh("sleep 5")
    return Fault(culprits=(unit,), healthy=lambda: False)
