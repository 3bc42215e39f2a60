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
