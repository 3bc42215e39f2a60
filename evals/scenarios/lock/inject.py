"""Left by a dead process, or held by a living one: then nobody may remove it."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant

BODY = """
import os, sys, time
path = sys.argv[1]
if os.path.exists(path):
    sys.exit(f"another instance is running: lock file {path} exists (pid {open(path).read().strip()})")
with open(path, "w") as lock:
    lock.write(f"{os.getpid()}\\n")
time.sleep(1e6)
"""


@variant
def stale(stage: Stage) -> Fault:
    name = stage.word()
    path = f"{stage.place(name)}/{name}.lock"
    unit = stage.unit(name, f"{stage.program(name, BODY)} {path}")
    stage.sh(f"echo {stage.chance.randrange(900000, 990000)} >{path}")
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(path,), healthy=lambda: stage.active(unit), fix=f"rm {path}; systemctl start {unit}")


@variant
def postmaster(stage: Stage) -> Fault:
    name = stage.word()
    where = stage.place(name)
    body = f"""
import os, sys, time
if os.path.exists("{where}/postmaster.pid"):
    pid = open("{where}/postmaster.pid").readline().strip()
    print('FATAL:  lock file "postmaster.pid" already exists', file=sys.stderr)
    print(f'HINT:  Is another postmaster (PID {{pid}}) running in data directory "{where}"?', file=sys.stderr)
    sys.exit(1)
time.sleep(1e6)
"""
    unit = stage.unit(name, f"{stage.program(name, body)} -D {where}")
    stage.sh(f"printf '{stage.chance.randrange(900000, 990000)}\\n{where}\\n' >{where}/postmaster.pid")
    stage.start(unit)
    stage.failed(unit)
    fix = f"rm {where}/postmaster.pid; systemctl start {unit}"
    return Fault(culprits=(f"{where}/postmaster.pid", "postmaster.pid"), healthy=lambda: stage.active(unit), fix=fix)


@variant
def live(stage: Stage) -> Fault:
    """A second copy of the same program, under another unit, works on the same data."""
    name, first = stage.word(), stage.word()
    path = f"{stage.place(name)}/{name}.lock"
    program = stage.program(name, BODY)
    holder = stage.unit(first, f"{program} {path}")
    stage.start(holder)
    stage.wait(lambda: stage.sh(f"cat {path} || true"), "the lock to be taken")
    unit = stage.unit(name, f"{program} {path}")
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(holder, path), healthy=lambda: stage.active(holder))


@variant
def words(stage: Stage) -> Fault:
    """A job that leaves off since another one seems to run, in words of its own."""
    name = stage.word()
    path = f"{stage.place(name)}/{name.partition('-')[2]}.lock"
    words = stage.chance.choice((
        "another import is running (pid {pid}, see {path}), exiting",
        "already started as {pid}? remove {path} if not",
    ))  # fmt: skip
    pid = stage.chance.randrange(900_000, 990_000)
    stage.sh(f"echo {pid} >{path}")
    said = words.format(pid=pid, path=path)
    body = f"import os, sys\nif os.path.exists({path!r}):\n    print({said!r}, file=sys.stderr)\n    sys.exit(75)\n"
    unit = stage.unit(name, stage.program(name, body), ("Type=oneshot",))
    stage.start(unit)
    stage.failed(unit)
    return Fault(
        culprits=(path,), healthy=lambda: stage.state(unit) == "inactive", fix=f"rm {path}; systemctl start {unit}"
    )
