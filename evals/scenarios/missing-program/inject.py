"""The program, what its first line names, or a program that it calls in turn is gone."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def deleted(stage: Stage) -> Fault:
    """Somebody cleaned up too much; the unit file is as it was."""
    unit, port = stage.web()
    program = stage.machine.properties(unit)["ExecStart"].split("path=")[1].split(" ")[0]
    stage.sh(f"mv {program} /root/away")
    stage.restart(unit)
    stage.failed(unit)
    fix = f"mv /root/away {program}; systemctl reset-failed {unit}; systemctl start {unit}"
    return Fault(culprits=(program,), healthy=lambda: stage.answers(port), fix=fix)


@variant
def interpreter(stage: Stage) -> Fault:
    name = stage.word()
    program = stage.program(name, "import time; time.sleep(1e6)")
    stage.sh(f"sed -i '1s|.*|#!/usr/bin/python3.{stage.chance.randrange(4, 9)} -I|' {program}")
    unit = stage.unit(name, program)
    stage.start(unit)
    stage.failed(unit)
    fix = f"sed -i '1s|.*|#!/usr/bin/python3 -I|' {program}; systemctl start {unit}"
    return Fault(culprits=(program, "/usr/bin/python3."), healthy=lambda: stage.active(unit), fix=fix)


@variant
def helper(stage: Stage) -> Fault:
    """A shell script that calls what was never installed: only its own words say so."""
    name, tool = stage.word(), stage.chance.choice(("pdftotext", "ffprobe", "jq", "convert"))
    path = f"/usr/local/bin/{name}-run"
    stage.machine.write(path, f"#!/bin/sh\nset -e\n{tool} --version\nexec sleep 100000\n", 0o755)
    unit = stage.unit(name, path)
    stage.start(unit)
    stage.failed(unit)
    fix = f"ln -s /bin/true /usr/bin/{tool}; systemctl start {unit}"
    return Fault(culprits=(tool,), healthy=lambda: stage.active(unit), fix=fix)


@variant
def noexec(stage: Stage) -> Fault:
    """It is there, and its file system lets nothing be executed."""
    name = stage.word()
    where = f"/opt/{name}"
    stage.sh(f"mkdir -p {where}; mount -t tmpfs -o noexec,size=4m tmpfs {where}")
    stage.machine.write(f"{where}/serve", "#!/bin/sh\nexec sleep 100000\n", 0o755)
    unit = stage.unit(name, f"{where}/serve")
    stage.start(unit)
    stage.failed(unit)
    fix = f"mount -o remount,exec {where}; systemctl reset-failed {unit}; systemctl start {unit}"
    return Fault(culprits=(where,), healthy=lambda: stage.active(unit), fix=fix)


@variant
def silent(stage: Stage) -> Fault:
    """A job's script sends all that is said away; only the status of its shell is left."""
    name, tool = stage.word(), stage.chance.choice(("zchunk", "age", "mlr", "pigz-fast"))
    path = f"/usr/local/sbin/{name}-job"
    stage.machine.write(path, f"#!/bin/sh\nset -e\nexec 2>/dev/null\ndate\n{tool} /etc/hostname\n", 0o755)
    unit = stage.unit(name, path, ("Type=oneshot",))
    stage.start(unit)
    stage.failed(unit)
    fix = f"ln -s /bin/true /usr/bin/{tool}; systemctl start {unit}"
    return Fault(culprits=(tool,), healthy=lambda: stage.state(unit) != "failed", fix=fix)
