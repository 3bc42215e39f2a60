"""Its configuration does not pass a reload, what is behind it is down, or files are closed to it."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant

SITE = "server { listen 127.0.0.1:PORT; location / { BODY } }\n"


def _site(stage: Stage, body: str) -> tuple[str, int]:
    name, port = stage.word(), stage.port()
    path = f"/etc/nginx/conf.d/{name}.conf"
    stage.machine.write(path, SITE.replace("PORT", str(port)).replace("BODY", body))
    stage.sh("systemctl restart nginx")
    return path, port


@variant
def reload(stage: Stage) -> Fault:
    """The old workers go on with the old settings; only the reload failed."""
    path, _ = _site(stage, "return 200;")
    stage.sh(f"sed -i 's/return 200;/return 200/' {path}")
    stage.sh("systemctl reload nginx", check=False)
    fix = f"sed -i 's/return 200/return 200;/' {path}; systemctl reload nginx"
    return Fault(
        culprits=(path,), healthy=lambda: stage.machine.run(["nginx", "-t"], check=False).returncode == 0, fix=fix
    )


@variant
def down(stage: Stage) -> Fault:
    path, port = _site(stage, "return 200;")
    word = stage.chance.choice(("gzipp on", "proxy_passs http://x", "retrun 301 /"))
    stage.sh(f"sed -i 's|location|{word}; location|' {path}")
    stage.restart("nginx.service")
    stage.failed("nginx.service")
    return Fault(
        culprits=(path,),
        healthy=lambda: stage.answers(port),
        fix=f"sed -i 's|{word}; ||' {path}; systemctl restart nginx",
    )


@variant
def upstream(stage: Stage) -> Fault:
    """502, since the application did not start after a file of its was moved."""
    name, back = stage.word(), stage.port()
    secret = f"/etc/{name}/secret"
    body = "import sys, http.server\nopen(sys.argv[2])\nhttp.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()\n"
    unit = stage.unit(name, f"{stage.program(name, body)} {back} {secret}")
    stage.start(unit)
    stage.failed(unit)
    _, port = _site(stage, f"proxy_pass http://127.0.0.1:{back};")
    for _ in range(5):
        stage.answers(port)
    fix = f"mkdir -p /etc/{name}; touch {secret}; systemctl start {unit}"
    return Fault(culprits=(secret,), healthy=lambda: stage.answers(port), fix=fix)


@variant
def denied(stage: Stage) -> Fault:
    folder = f"/srv/{stage.word()}/html"
    stage.sh(f"mkdir -p {folder}; echo hello >{folder}/index.html; chmod 750 {folder}")
    _, port = _site(stage, f"root {folder};")
    for _ in range(5):
        stage.answers(port)
    return Fault(culprits=(folder,), healthy=lambda: stage.answers(port), fix=f"chmod 755 {folder}")


LISTEN = """
import os, socket, sys, time
path, mode = sys.argv[1], int(sys.argv[2], 8)
line = socket.socket(socket.AF_UNIX)
line.bind(path)
os.chmod(path, mode)
line.listen()
while True:
    other, _ = line.accept()
    other.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n")
    other.close()
"""


def _behind_socket(stage: Stage, mode: str) -> tuple[str, str, int]:
    """A server of its own behind a socket file, as PHP and Python programs have it."""
    name = stage.word()
    path = f"/run/{name}/{name}.sock"
    unit = stage.unit(name, f"{stage.program(name, LISTEN)} {path} {mode}", (f"RuntimeDirectory={name}",))
    stage.start(unit)
    stage.wait(lambda: stage.machine.run(["test", "-S", path], check=False).returncode == 0, "its socket")
    _, port = _site(stage, f"proxy_pass http://unix:{path}:/;")
    return unit, path, port


@variant
def socket_gone(stage: Stage) -> Fault:
    """The program behind nginx was stopped; its socket went with it."""
    unit, _, port = _behind_socket(stage, "666")
    stage.sh(f"systemctl stop {unit}")
    for _ in range(5):
        stage.answers(port)
    return Fault(culprits=(unit,), healthy=lambda: stage.active(unit), fix=f"systemctl start {unit}")


@variant
def socket_closed(stage: Stage) -> Fault:
    """The program runs, and its socket lets nobody else in."""
    unit, path, port = _behind_socket(stage, "600")
    for _ in range(5):
        stage.answers(port)
    fix = f"chmod 666 {path}"
    opened = lambda: stage.sh(f"stat -c %a {path}").strip() == "666"  # noqa: E731
    return Fault(culprits=(path,), healthy=lambda: stage.active(unit) and opened(), fix=fix)
