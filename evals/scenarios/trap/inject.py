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


@variant
def left(stage: Stage) -> Fault:
    """Stopped, with a note that says why; nobody misses it."""
    unit, _ = stage.web()
    stage.machine.stillwatch("note", f"{unit} is left down on purpose, the new one takes over", check=True)
    stage.sh(f"systemctl stop {unit}")
    return Fault(culprits=(), healthy=lambda: True)


@variant
def oneshot(stage: Stage) -> Fault:
    """A job ran and ended well; a timer has it again tomorrow."""
    name = stage.word()
    unit = stage.unit(name, stage.program(name, "print('0 failed, 12 copied')\n"), ("Type=oneshot",))
    stage.file(f"{name}.timer", "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n")
    stage.sh(f"systemctl --quiet enable --now {name}.timer")
    stage.start(unit)
    return Fault(culprits=(), healthy=lambda: stage.state(unit) == "inactive")


@variant
def secrets(stage: Stage) -> Fault:
    """What a program prints of itself is no fault, and its secrets are nobody's business."""
    word = f"hunter{stage.seed}x"
    _says(stage, f"config loaded: db_password={word} api_key=sk-{word}", "connected to database")
    return Fault(culprits=(), healthy=lambda: True)


@variant
def hostile(stage: Stage) -> Fault:
    """A lot of harmless lines in a moment."""
    name = stage.word()
    body = "import sys, time\nfor n in range(20000):\n    print('GET /item/%d 200 in %d ms' % (n, n % 90))\nsys.stdout.flush()\ntime.sleep(1e6)\n"
    unit = stage.unit(name, stage.program(name, body), ("LogRateLimitIntervalSec=0",))
    stage.start(unit)
    stage.wait_said(unit, "/item/19999 ")
    stage.sh("sleep 21")  # lines are counted by ten seconds: the present ones, and ten in which it is quiet
    return Fault(culprits=(), healthy=lambda: stage.active(unit))


@variant
def hearsay(stage: Stage) -> Fault:
    """A unit that works speaks of the fault of another that works, too."""
    other, _ = stage.web()
    _says(
        stage,
        f"{other}: Main process exited, code=exited, status=1/FAILURE",
        f"{other}: Failed with result 'exit-code'.",
    )
    return Fault(culprits=(), healthy=lambda: stage.active(other))


@variant
def clients(stage: Stage) -> Fault:
    """A server tells of clients that left or asked for nonsense."""
    _says(
        stage,
        "client 203.0.113.7 closed the connection while waiting for the reply",
        "connection reset by peer (client 198.51.100.4)",
        "client sent an invalid request line, 400",
        "TLS handshake error from 203.0.113.9:51234: EOF",
    )
    return Fault(culprits=(), healthy=lambda: True)


@variant
def recovered(stage: Stage) -> Fault:
    """It crashed once, was started again by systemd, and has been well since."""
    name = stage.word()
    mark = f"{stage.place(name)}/once"
    body = f"import os, sys, time\nif not os.path.exists('{mark}'):\n    open('{mark}', 'w'); os.abort()\ntime.sleep(1e6)\n"
    unit = stage.unit(name, stage.program(name, body), ("Restart=on-failure", "RestartSec=100ms"))
    stage.start(unit)
    stage.wait(lambda: stage.active(unit) and stage.said(unit, "Main process exited|Started|dumped"), "it to run again")
    stage.sh("sleep 12")
    return Fault(culprits=(), healthy=lambda: stage.active(unit))


@variant
def condition(stage: Stage) -> Fault:
    """Skipped, since what it is for is not there."""
    name = stage.word()
    unit = stage.unit(name, "/bin/sleep 100000", header=(f"ConditionPathExists=/srv/{name}/enabled",))
    stage.start(unit)
    return Fault(culprits=(), healthy=lambda: stage.state(unit) == "inactive")


@variant
def big(stage: Stage) -> Fault:
    """A file system with much in it and room enough."""
    name = stage.word()
    where = stage.place(name)
    stage.sh(
        f"mount -t tmpfs -o size=32m tmpfs {where}; mkdir {where}/base; head -c 24000000 /dev/zero >{where}/base/16384.db"
    )
    return Fault(culprits=(), healthy=lambda: True)


@variant
def german(stage: Stage) -> Fault:
    """Words of another language that sound like English trouble."""
    _says(stage, "Fehler: 0, Warnungen: 0", "Sicherung erfolgreich, kein Fehler", "Art: fatal einfach; Tod: nein")
    return Fault(culprits=(), healthy=lambda: True)


def _says(stage: Stage, *lines: str) -> str:
    name = stage.word()
    body = f"import time\nfor line in {lines!r}:\n    print(line, flush=True)\ntime.sleep(1e6)\n"
    unit = stage.unit(name, stage.program(name, body))
    stage.start(unit)
    stage.wait(
        lambda: len(stage.sh(f"journalctl -q -o cat -u {unit} _TRANSPORT=stdout").splitlines()) >= len(lines),
        "its words",
    )
    return unit


@variant
def retried(stage: Stage) -> Fault:
    """It was not answered a few times, tried again, and was."""
    other, port = stage.web()
    words = [f"upstream 127.0.0.1:{port} timed out, retry {number} of 5" for number in (1, 2, 3)]
    _says(stage, *words, f"connected to upstream 127.0.0.1:{port}")
    return Fault(culprits=(), healthy=lambda: stage.active(other))


@variant
def skipped(stage: Stage) -> Fault:
    """A job that finds another one at work leaves it at that, and ends well."""
    name = stage.word()
    body = "print('another sync is already running, skipping this time')\n"
    unit = stage.unit(name, stage.program(name, body), ("Type=oneshot",))
    stage.start(unit)
    return Fault(culprits=(), healthy=lambda: stage.state(unit) == "inactive")


@variant
def not_found(stage: Stage) -> Fault:
    """Visitors ask a web server for pages that there never were."""
    name, port = stage.word(), stage.port()
    stage.machine.write(f"/etc/nginx/conf.d/{name}.conf", f"server {{ listen 127.0.0.1:{port}; root /srv; }}\n")
    stage.sh("systemctl restart nginx")
    for number in range(12):
        stage.machine.get(f"http://127.0.0.1:{port}/wp-login{number}.php")
    return Fault(culprits=(), healthy=lambda: stage.active("nginx.service"))


@variant
def slow_stop(stage: Stage) -> Fault:
    """It was stopped and took its time to end."""
    name = stage.word()
    body = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: (time.sleep(2), sys.exit(0)))\nprint('ready', flush=True)\nwhile True:\n    time.sleep(0.2)\n"
    unit = stage.unit(name, stage.program(name, body))
    stage.start(unit)
    stage.wait_said(unit, "ready")
    stage.sh(f"systemctl stop {unit}")
    return Fault(culprits=(), healthy=lambda: stage.state(unit) == "inactive")


@variant
def tests(stage: Stage) -> Fault:
    """The names of tests that passed."""
    named = ("connection_refused", "disk_full", "user_unknown", "timeout_127.0.0.1:80", "oom_killed")
    _says(stage, *(f"test_{name} ... ok" for name in named), f"ran {len(named)} tests, 0 failed")
    return Fault(culprits=(), healthy=lambda: True)
