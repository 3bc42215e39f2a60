"""After an upgrade the two no longer understand each other; no restart helps."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def database(stage: Stage) -> Fault:
    name = stage.word()
    folder = stage.place(name)
    stage.machine.write(f"{folder}/PG_VERSION", "13\n")
    body = """
import sys
print("FATAL:  database files are incompatible with server", file=sys.stderr)
print("DETAIL:  The data directory was initialized by PostgreSQL version 13, which is not compatible with this version 15.7.", file=sys.stderr)
sys.exit(1)
"""
    unit = stage.unit(name, f"{stage.program(name, body)} -D {folder}", ("Restart=on-failure", "RestartSec=100ms"))
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(unit, folder), healthy=lambda: False)


@variant
def symbol(stage: Stage) -> Fault:
    name = stage.word()
    library = stage.chance.choice(("libssl.so.3", "libstdc++.so.6", "libicuuc.so.72"))
    body = f"""
import sys
print("{name}: /lib/x86_64-linux-gnu/{library}: version `FOO_3.9.0' not found (required by {name})", file=sys.stderr)
sys.exit(1)
"""
    unit = stage.unit(name, stage.program(name, body))
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(unit, library), healthy=lambda: False)


@variant
def schema(stage: Stage) -> Fault:
    name, have = stage.word(), stage.chance.randrange(20, 60)
    told = stage.chance.choice(
        (
            f"database schema version {have + 3} is newer than this program supports ({have})",
            f"unsupported schema version {have + 3}: this release understands up to {have}, refusing to start",
        )
    )
    unit = stage.unit(
        name, stage.program(name, f"import sys\nsys.exit({told!r})\n"), ("Restart=on-failure", "RestartSec=100ms")
    )
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(unit,), healthy=lambda: False)
