"""Not mounted, or mounted over; what belongs below is not seen."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant

READER = """
import sys, time
while True:
    try:
        open(sys.argv[1] + "/catalogue.db").close()
    except OSError as error:
        print(f"cannot open catalogue: {error}", file=sys.stderr, flush=True)
    time.sleep(0.3)
"""


def _mounted(stage: Stage, name: str) -> tuple[str, str]:
    where = f"/srv/{name.replace('-', '')}"
    stage.sh(f"mkdir -p {where} /var/store/{name}; touch /var/store/{name}/catalogue.db")
    unit = f"srv-{name.replace('-', '')}.mount"
    text = f"[Unit]\nDescription=Data of {name}\n[Mount]\nWhat=/var/store/{name}\nWhere={where}\nType=none\nOptions=bind\n[Install]\nWantedBy=local-fs.target\n"
    stage.file(unit, text, place="/etc/systemd/system")
    stage.sh(f"systemctl --quiet enable --now {unit}")
    return where, unit


@variant
def unmounted(stage: Stage) -> Fault:
    """Somebody unmounted it for a moment and forgot."""
    name = stage.word()
    where, mount = _mounted(stage, name)
    unit = stage.unit(name, f"{stage.program(name, READER)} {where}")
    stage.start(unit)
    stage.sh(f"umount {where}")
    stage.wait_said(unit, "No such file", 4)
    return Fault(culprits=(where, mount), healthy=lambda: stage.active(mount), fix=f"systemctl start {mount}")


@variant
def fstab(stage: Stage) -> Fault:
    """The device that fstab names is not there; the unit that requires the mount was never started."""
    name = stage.word()
    where = f"/srv/{name.replace('-', '')}"
    stage.sh(
        f"mkdir -p {where}; echo '/var/lib/{name}.img {where} ext4 loop,nofail 0 2' >>/etc/fstab; systemctl daemon-reload"
    )
    unit = stage.unit(name, "/bin/sleep 100000", header=(f"RequiresMountsFor={where}",))
    stage.start(unit)
    return Fault(culprits=(where, f"srv-{name.replace('-', '')}.mount"), healthy=lambda: stage.active(unit))


@variant
def hidden(stage: Stage) -> Fault:
    """An empty file system was mounted over the data."""
    name = stage.word()
    where = stage.place(name)
    stage.sh(f"touch {where}/catalogue.db")
    unit = stage.unit(name, f"{stage.program(name, READER)} {where}")
    stage.start(unit)
    stage.sh(f"mount -t tmpfs -o size=4m tmpfs {where}")
    stage.wait_said(unit, "No such file", 4)
    return Fault(culprits=(where,), healthy=lambda: bool(stage.sh(f"ls {where}")), fix=f"umount {where}")
