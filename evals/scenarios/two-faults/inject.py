"""Each is told, none swallows another; what merely follows is not told as a fault of its own."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def unrelated(stage: Stage) -> Fault:
    """The port of one is taken by a unit; the other misses a directory."""
    holder, port = stage.web()
    one, two = stage.word(), stage.word()
    body = "import http.server, sys\nhttp.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()\n"
    first = stage.unit(one, f"{stage.program(one, body)} {port}")
    second = stage.unit(two, "/bin/sleep 100000", (f"WorkingDirectory=/srv/{two}/app",))
    for unit in (first, second):
        stage.start(unit)
        stage.failed(unit)
    more = Fault(culprits=(f"/srv/{two}/app",), healthy=lambda: stage.active(second))
    return Fault(culprits=(holder,), healthy=lambda: stage.active(first), more=(more,))


@variant
def same_time(stage: Stage) -> Fault:
    """One needs the other, and each has a reason of its own."""
    one, two = stage.word(), stage.word()
    account = stage.user(two.partition("-")[2])
    where = stage.place(two)
    stage.sh(f"mkdir {where}/spool; chmod 700 {where}/spool")
    body = "import sys, time\nopen(sys.argv[1] + '/x', 'w')\ntime.sleep(1e6)\n"
    below = stage.unit(two, f"{stage.program(two, body)} {where}/spool", (f"User={account}",))
    say = "import sys\nsys.exit('environment variable SESSION_KEY is not set')\n"
    above = stage.unit(one, stage.program(one, say), header=(f"Wants={below}", f"After={below}"))
    stage.start(above)
    stage.failed(above)
    stage.failed(below)
    more = Fault(culprits=("SESSION_KEY",), healthy=lambda: stage.active(above))
    return Fault(culprits=(f"{where}/spool",), healthy=lambda: stage.active(below), more=(more,))


@variant
def cascade(stage: Stage) -> Fault:
    """Three that need one another: the lowest lost its file, the others follow."""
    low, mid, top = stage.word(), stage.word(), stage.word()
    settings = f"/etc/{low}/{low}.env"
    stage.unit(low, "/bin/sleep 100000", (f"EnvironmentFile={settings}",))
    stage.unit(mid, "/bin/sleep 100000", header=(f"Requires={low}.service", f"After={low}.service"))
    stage.unit(top, "/bin/sleep 100000", header=(f"Requires={mid}.service", f"After={mid}.service"))
    stage.start(f"{top}.service")
    stage.failed(f"{low}.service")
    fix = f"mkdir -p /etc/{low}; touch {settings}; systemctl reset-failed; systemctl start {top}.service"
    return Fault(culprits=(settings,), healthy=lambda: stage.active(f"{top}.service"), fix=fix)
