"""The loader, or the language, does not find what the program is built on."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def shared(stage: Stage) -> Fault:
    name = stage.word()
    stage.sh(
        "mv /usr/lib/x86_64-linux-gnu/libcurl.so.4 /root/ && rm -f /usr/lib/x86_64-linux-gnu/libcurl.so.4.*; ldconfig"
    )
    unit = stage.unit(name, "/usr/bin/curl --silent --retry 100 http://127.0.0.1:9/", ("Restart=on-failure",))
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=("libcurl.so.4",), healthy=lambda: False)


@variant
def module(stage: Stage) -> Fault:
    name, lacking = stage.word(), stage.chance.choice(("yaml", "requests", "psycopg2", "redis"))
    unit = stage.unit(name, stage.program(name, f"import time\nimport {lacking}\ntime.sleep(1e6)\n"))
    stage.start(unit)
    stage.failed(unit)
    fix = f"touch $(python3 -c 'import sys; print([p for p in sys.path if p.endswith(\"packages\")][0])')/{lacking}.py"
    return Fault(culprits=(lacking,), healthy=lambda: stage.active(unit), fix=f"{fix}; systemctl start {unit}")
