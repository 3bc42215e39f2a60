"""A variable of the environment, its file, or a key in the settings."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def variable(stage: Stage) -> Fault:
    name, wanted = stage.word(), stage.chance.choice(("DATABASE_URL", "SECRET_KEY", "SMTP_HOST", "API_TOKEN"))
    told = stage.chance.choice(
        (
            f'print("environment variable {wanted} is not set", file=sys.stderr); sys.exit(1)',
            f'print("fatal: required {wanted} missing from environment", file=sys.stderr); sys.exit(2)',
            f'os.environ["{wanted}"]',
        )
    )
    unit = stage.unit(
        name,
        stage.program(name, f"import os, sys, time\nif '{wanted}' not in os.environ:\n    {told}\ntime.sleep(1e6)\n"),
    )
    stage.start(unit)
    stage.failed(unit)
    drop = f"mkdir -p /etc/systemd/system/{unit}.d; printf '[Service]\\nEnvironment={wanted}=x\\n' >/etc/systemd/system/{unit}.d/e.conf"
    fix = f"{drop}; systemctl daemon-reload; systemctl start {unit}"
    return Fault(culprits=(wanted,), healthy=lambda: stage.active(unit), fix=fix)


@variant
def file(stage: Stage) -> Fault:
    name = stage.word()
    settings = stage.chance.choice(("/etc/default/{0}", "/etc/{0}/environment", "/etc/sysconfig/{0}")).format(name)
    unit = stage.unit(name, "/bin/sleep 100000", (f"EnvironmentFile={settings}",))
    stage.start(unit)
    stage.failed(unit)
    fix = f"mkdir -p $(dirname {settings}); touch {settings}; systemctl start {unit}"
    return Fault(culprits=(settings,), healthy=lambda: stage.active(unit), fix=fix)


@variant
def key(stage: Stage) -> Fault:
    name, wanted = stage.word(), stage.chance.choice(("listen", "upstream", "storage_path"))
    settings = f"/etc/{name}/{name}.json"
    stage.machine.write(settings, '{"log": "info"}\n')
    body = f"import json, sys, time\njson.load(open(sys.argv[1]))['{wanted}']\ntime.sleep(1e6)\n"
    unit = stage.unit(name, f"{stage.program(name, body)} {settings}")
    stage.start(unit)
    stage.failed(unit)
    fix = f'echo \'{{"{wanted}": "x"}}\' >{settings}; systemctl start {unit}'
    return Fault(culprits=(wanted,), healthy=lambda: stage.active(unit), fix=fix)


@variant
def shell(stage: Stage) -> Fault:
    """A script that stops at a variable that nobody set."""
    name = stage.word()
    wanted = f"{name.partition('-')[2].upper()}_{stage.chance.choice(('HOST', 'TARGET', 'DIR'))}"
    path = f"/usr/local/sbin/{name}"
    shell = stage.chance.choice(("/bin/sh", "/bin/bash"))
    stage.machine.write(path, f'#!{shell}\nset -eu\necho "sending to ${wanted}"\n', 0o755)
    unit = stage.unit(name, path, ("Type=oneshot",))
    stage.start(unit)
    stage.failed(unit)
    fix = f"systemctl set-environment {wanted}=x; systemctl start {unit}"
    return Fault(culprits=(wanted,), healthy=lambda: stage.state(unit) == "inactive", fix=fix)
