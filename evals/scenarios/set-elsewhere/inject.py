"""The unit's own file is as its package brought it; somebody put another one beside it."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


def _drop_in(stage: Stage, unit: str, name: str, *lines: str) -> str:
    path = f"/etc/systemd/system/{unit}.d/{name}.conf"
    stage.machine.write(path, "\n".join(("[Service]", *lines, "")))
    stage.sh("systemctl daemon-reload")
    return path


@variant
def option(stage: Stage) -> Fault:
    """An option of another version of the program."""
    name = stage.word()
    flag = stage.chance.choice(("--storage.retention", "--log-colour", "--listen.adress"))
    said = stage.chance.choice(
        (
            "{0}: error: unknown long flag '{1}'",
            "{0}: unrecognized option '{1}'",
            "error: unexpected argument '{1}' found",
        )
    )
    body = f"""
import sys, time
if len(sys.argv) > 1:
    print({said!r}.format({name!r}, sys.argv[1]), file=sys.stderr); sys.exit(1)
time.sleep(1e6)
"""
    settings = f"/etc/default/{name}"
    stage.machine.write(settings, f'OPTIONS="{flag}"\n')
    unit = stage.unit(name, f"{stage.program(name, body)} $OPTIONS", (f"EnvironmentFile=-{settings}",))
    stage.start(unit)
    stage.failed(unit)
    fix = f"echo 'OPTIONS=' >{settings}; systemctl reset-failed {unit}; systemctl start {unit}"
    return Fault(culprits=(settings,), healthy=lambda: stage.active(unit), fix=fix)


@variant
def limit(stage: Stage) -> Fault:
    """Too few descriptors for the work, and a loop that says so without end."""
    name = stage.word()
    body = """
import socket, sys, time
door = socket.create_server(("127.0.0.1", 0))
kept = []
while True:
    try:
        kept += [socket.create_connection(door.getsockname()), door.accept()[0]] if len(kept) < 100 else []
    except OSError as error:
        print(f"accept: {error}", file=sys.stderr, flush=True)
    time.sleep(0.001 if len(kept) < 100 else 1)
"""
    unit = stage.unit(name, stage.program(name, body))
    path = _drop_in(stage, unit, "limits", "LimitNOFILE=24")
    stage.start(unit)
    stage.wait_said(unit, "Too many open files", 40)
    fix = f"rm {path}; systemctl daemon-reload; systemctl restart {unit}"

    def is_wide() -> bool:
        return stage.active(unit) and stage.machine.properties(unit)["LimitNOFILE"] != "24"

    return Fault(culprits=(path,), healthy=is_wide, fix=fix)


@variant
def sandbox(stage: Stage) -> Fault:
    """Hardened, and its own data left out."""
    name = stage.word()
    data = f"/var/lib/{name}"
    body = f"""
import sys, time
while True:
    try:
        open("{data}/state", "w").write("x")
    except OSError as error:
        print(f"PUT /{name}/state failed: {{error}}", file=sys.stderr, flush=True)
    time.sleep(0.5)
"""
    stage.sh(f"mkdir -p {data}")
    unit = stage.unit(name, stage.program(name, body))
    path = _drop_in(stage, unit, "hardening", "ProtectSystem=strict")
    stage.start(unit)
    stage.wait_said(unit, "Read-only file system", 6)
    fix = f"rm {path}; systemctl daemon-reload; systemctl restart {unit}; sleep 1"
    return Fault(culprits=(path,), healthy=lambda: bool(stage.sh(f"ls {data}")), fix=fix)


@variant
def timer(stage: Stage) -> Fault:
    """It runs, and counts only from a run that never was."""
    name = stage.word()
    stage.file(f"{name}.service", "[Service]\nType=oneshot\nExecStart=/bin/true\n")
    settings = "[Timer]\n{0}=1d\n[Install]\nWantedBy=timers.target\n"
    counts = stage.chance.choice(("OnUnitActiveSec", "OnUnitInactiveSec"))
    path = stage.file(f"{name}.timer", settings.format(counts), place="/etc/systemd/system")
    stage.sh(f"systemctl -q enable --now {name}.timer")
    stage.wait(lambda: stage.machine.properties(f"{name}.timer")["SubState"] == "elapsed", "the timer to be over")
    fix = f"sed -i 's/^{counts}/OnBootSec/' {path}; systemctl daemon-reload; systemctl restart {name}.timer"

    def waits() -> bool:
        return stage.machine.properties(f"{name}.timer")["SubState"] == "waiting"

    return Fault(culprits=(f"{name}.timer",), healthy=waits, fix=fix)
