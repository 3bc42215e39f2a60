"""Its target is gone, it wrote nothing, a package is half-way, or its timer is off."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


def _job(stage: Stage, name: str, start: str) -> str:
    stage.file(f"{name}.service", f"[Unit]\nDescription={name}\n[Service]\nType=oneshot\nExecStart={start}\n")
    stage.file(
        f"{name}.timer",
        f"[Unit]\nDescription={name}, nightly\n[Timer]\nOnCalendar=03:{stage.chance.randrange(10, 59)}\n[Install]\nWantedBy=timers.target\n",
    )
    stage.sh(f"systemctl --quiet enable --now {name}.timer")
    return f"{name}.service"


@variant
def target(stage: Stage) -> Fault:
    name = f"{stage.word()}-backup"
    where = f"/mnt/{stage.chance.choice(('usb', 'nas', 'vault'))}/{name}"
    unit = _job(stage, name, f"/bin/tar -czf {where}/home.tar.gz -C /etc ssh")
    stage.start(unit)
    stage.failed(unit)
    fix = f"mkdir -p {where}; systemctl start {unit}"
    return Fault(culprits=(where,), healthy=lambda: stage.state(unit) == "inactive", fix=fix)


@variant
def empty(stage: Stage) -> Fault:
    """It ends with an error of its own test: the archive has nothing in it."""
    name = f"{stage.word()}-backup"
    path = f"/usr/local/sbin/{name}"
    source = f"/var/lib/{stage.word()}"
    script = f'#!/bin/sh\ntar -czf /var/backups/{name}.tar.gz -C {source} . 2>&1\nn=$(tar -tzf /var/backups/{name}.tar.gz | wc -l)\nif [ $n -lt 2 ]; then echo "backup is empty: $n files" >&2; exit 1; fi\n'
    stage.machine.write(path, script, 0o755)
    stage.sh(f"mkdir -p {source}")
    unit = _job(stage, name, path)
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(unit,), healthy=lambda: stage.state(unit) == "inactive")


@variant
def upgrade(stage: Stage) -> Fault:
    name = f"{stage.word()}-upgrade"
    stage.sh(
        "sed -i '/^Package: openssl$/,/^$/s/^Status: .*/Status: install ok half-configured/' /var/lib/dpkg/status; mkdir -p /var/lib/dpkg/updates; printf 'Package: openssl\\nStatus: install ok half-configured\\n' >/var/lib/dpkg/updates/0001"
    )
    unit = _job(stage, name, "/usr/bin/apt-get -y dist-upgrade")
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(unit, "dpkg", "openssl"), healthy=lambda: False)


@variant
def timer(stage: Stage) -> Fault:
    name = f"{stage.word()}-report"
    _job(stage, name, "/bin/true")
    stage.start(f"{name}.service")
    stage.sh(f"systemctl --quiet disable --now {name}.timer")
    return Fault(
        culprits=(f"{name}.timer",),
        healthy=lambda: stage.active(f"{name}.timer"),
        fix=f"systemctl --quiet enable --now {name}.timer",
    )


@variant
def nested(stage: Stage) -> Fault:
    """The copy says which directory it could not make, and then that it failed."""
    name = stage.word()
    where = f"/media/{name.partition('-')[0]}/copies/today"
    body = f"""
import sys
print('rsync: [Receiver] mkdir "{where}" failed: No such file or directory (2)', file=sys.stderr)
print("rsync error: error in file IO (code 11) at main.c(808) [Receiver=3.2.7]", file=sys.stderr)
sys.exit(11)
"""
    unit = stage.unit(name, f"{stage.program(name, body)} -a /etc/ {where}/", ("Type=oneshot",))
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(where.rpartition("/copies")[0],), healthy=lambda: False)
