"""Wrong owner, too many connections, locked for ever, or damaged."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def owner(stage: Stage) -> Fault:
    name = stage.word()
    account, where = stage.user(name.partition("-")[2]), stage.place(name)
    stage.sh(f"mkdir {where}/data; chmod 700 {where}/data")
    body = f"""
import os, sys, time
try:
    open("{where}/data/ibdata1", "a")
except OSError as error:
    print(f"[ERROR] InnoDB: Operating system error number {{error.errno}} in a file operation.", file=sys.stderr)
    print("[ERROR] InnoDB: The error means mysqld does not have the access rights to the directory.", file=sys.stderr)
    print("[ERROR] mysqld: Can't create/write to file '{where}/data/ibdata1' (Errcode: 13 \\"Permission denied\\")", file=sys.stderr)
    sys.exit(1)
time.sleep(1e6)
"""
    unit = stage.unit(name, f"{stage.program(name, body)} --datadir={where}/data", (f"User={account}",))
    stage.start(unit)
    stage.failed(unit)
    fix = f"chown {account} {where}/data; systemctl start {unit}"
    return Fault(culprits=(f"{where}/data",), healthy=lambda: stage.active(unit), fix=fix)


@variant
def connections(stage: Stage) -> Fault:
    """The database runs; it is its client that complains."""
    server, port = stage.web()
    name = stage.word()
    body = """
import sys, time
while True:
    print('connection to server at "127.0.0.1", port PORT failed: FATAL:  sorry, too many clients already', file=sys.stderr, flush=True)
    time.sleep(0.3)
""".replace("PORT", str(port))
    unit = stage.unit(name, f"{stage.program(name, body)} 127.0.0.1:{port}")
    stage.start(unit)
    stage.wait_said(unit, "too many clients", 5)
    return Fault(culprits=(unit, server), healthy=lambda: False)


@variant
def locked(stage: Stage) -> Fault:
    """A report opened a transaction and sleeps; everybody else waits."""
    name, holder = stage.word(), stage.word()
    path = f"{stage.place(name)}/app.sqlite"
    hold = stage.unit(
        holder,
        stage.program(
            holder,
            "import sqlite3, sys, time\ndb = sqlite3.connect(sys.argv[1])\ndb.execute('create table if not exists t(n)')\ndb.commit()\ndb.execute('begin exclusive')\ntime.sleep(1e6)\n",
        )
        + f" {path}",
    )
    stage.start(hold)
    body = """
import sqlite3, sys, time
while True:
    try:
        sqlite3.connect(sys.argv[1], timeout=0.2).execute("insert into t values (1)")
    except sqlite3.Error as error:
        print(f"could not save order: sqlite3.OperationalError: {error}", file=sys.stderr, flush=True)
    time.sleep(0.2)
"""
    stage.wait(lambda: stage.sh(f"test -s {path} && echo yes || true"), "the transaction")
    unit = stage.unit(name, f"{stage.program(name, body)} {path}")
    stage.start(unit)
    stage.wait_said(unit, "database is locked", 4)
    fix = f"systemctl stop {hold}"
    return Fault(culprits=(hold, path), healthy=lambda: stage.state(hold) != "active", fix=fix)


@variant
def damaged(stage: Stage) -> Fault:
    name = stage.word()
    path = f"{stage.place(name)}/app.sqlite"
    stage.sh(f"printf 'SQLite format 3\\000' >{path}; head -c 9000 /dev/urandom >>{path}")
    body = "import sqlite3, sys, time\nsqlite3.connect(sys.argv[1]).execute('select * from sqlite_master').fetchall()\ntime.sleep(1e6)\n"
    unit = stage.unit(name, f"{stage.program(name, body)} {path}", ("Restart=on-failure", "RestartSec=100ms"))
    stage.start(unit)
    stage.failed(unit)
    return Fault(culprits=(path, unit), healthy=lambda: False)
