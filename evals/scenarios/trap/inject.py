"""What looks like a fault and is none."""

from __future__ import annotations

from evals.stage import SERVE, Fault, Stage, variant


@variant
def stopped(stage: Stage) -> Fault:
    """An administrator stopped a service, cleanly; nobody misses it."""
    unit, _ = stage.web()
    stage.sh(f"systemctl stop {unit}")
    return Fault(culprits=(), healthy=lambda: True)


@variant
def boot(stage: Stage) -> Fault:
    """A client that starts before its server is refused twice, and then served."""
    name, port = stage.word(), stage.port()
    client = stage.client(stage.word(), f"http://127.0.0.1:{port}/")
    stage.wait_said(client, "refused", 2)
    stage.start(stage.unit(name, f"{stage.program(name, SERVE)} {port}"))
    stage.wait(lambda: stage.answers(port), "the server")
    stage.machine.run(
        ["sh", "-c", f"echo 'connected to http://127.0.0.1:{port}/' | systemd-cat -t {client}"], check=False
    )
    return Fault(culprits=(), healthy=lambda: stage.answers(port))


@variant
def words(stage: Stage) -> Fault:
    name = stage.word()
    lines = (
        "migration finished: 0 errors, 0 conflicts",
        "retry policy: on timeout or connection refused, wait 5 s",
        "loaded module error_pages, crash_reporter, panic_button",
        "last backup: ok; failed: none; disk full alarms: 0",
        "GET /errors/404.html 200",
        "user deleted file killed-process-report.pdf",
    )
    body = f"import time\nfor line in {lines!r}:\n    print(line, flush=True)\ntime.sleep(1e6)\n"
    unit = stage.unit(name, stage.program(name, body))
    stage.start(unit)
    stage.wait_said(unit, "killed-process")
    return Fault(culprits=(), healthy=lambda: stage.active(unit))


@variant
def restarted(stage: Stage) -> Fault:
    """A deploy: stopped by a signal, started anew, well."""
    unit, port = stage.web()
    for _ in range(3):
        stage.restart(unit)
    stage.wait(lambda: stage.answers(port), "it to answer")
    return Fault(culprits=(), healthy=lambda: stage.answers(port))


@variant
def planned(stage: Stage) -> Fault:
    """Its client is refused, and a note says that this is meant."""
    unit, port = stage.web()
    client = stage.client(stage.word(), f"http://127.0.0.1:{port}/")
    stage.machine.stillwatch("note", f"{unit} is stopped on purpose until the move is done", check=True)
    stage.sh(f"systemctl stop {unit}")
    stage.wait_said(client, "refused", 3)
    return Fault(culprits=(), healthy=lambda: True)
