"""Of a deleted file that is still open, of the database itself, of a forgotten dump."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant

WRITER = """
import os, sys, time
place, size = sys.argv[1], int(sys.argv[2])
if size:
    kept = open(f"{place}/spool.tmp", "wb")
    os.unlink(kept.name)
    try:
        for _ in range(size // 500000):
            kept.write(bytes(500000))
            kept.flush()
    except OSError:
        pass
n = 0
while True:
    n += 1
    try:
        with open(f"{place}/orders.{n % 9}", "wb") as target:
            target.write(os.urandom(900000))
            os.fsync(target.fileno())
    except OSError as error:
        print(f"could not write {place}/orders: {error}", file=sys.stderr, flush=True)
    time.sleep(0.2)
"""


def _volume(stage: Stage, name: str) -> str:
    """A file system of its own."""
    where = stage.place(name)
    stage.sh(f"mount -t tmpfs -o size=32m tmpfs {where}")
    return where


def _writer(stage: Stage, name: str, where: str, size: int) -> str:
    unit = stage.unit(name, f"{stage.program(name, WRITER)} {where} {size}")
    stage.start(unit)
    return unit


@variant
def deleted(stage: Stage) -> Fault:
    name = stage.word()
    where = _volume(stage, name)
    unit = _writer(stage, name, where, 40_000_000)
    stage.wait(lambda: _used(stage, where) > 95, "it to fill up")
    return Fault(culprits=(unit,), healthy=lambda: _used(stage, where) < 80)


@variant
def database(stage: Stage) -> Fault:
    """The biggest file is the one that nobody may delete."""
    name = stage.word()
    where = _volume(stage, name)
    stage.sh(f"mkdir {where}/base; head -c 40000000 /dev/zero >{where}/base/16384.db 2>/dev/null || true")
    _writer(stage, name, where, 0)
    stage.wait_said(f"{name}.service", "No space left", 3)
    return Fault(culprits=(f"{where}/base",), healthy=lambda: _used(stage, where) < 80)


@variant
def dump(stage: Stage) -> Fault:
    name = stage.word()
    where = _volume(stage, name)
    stage.sh(f"mkdir {where}/old; head -c 40000000 /dev/urandom >{where}/old/dump-2023.sql 2>/dev/null || true")
    _writer(stage, name, where, 0)
    stage.wait_said(f"{name}.service", "No space left", 3)
    return Fault(
        culprits=(f"{where}/old",), healthy=lambda: _used(stage, where) < 80, fix=f"rm {where}/old/dump-2023.sql"
    )


def _used(stage: Stage, where: str) -> int:
    return int(stage.sh(f"df --output=pcent {where}").split()[-1].rstrip("%"))
