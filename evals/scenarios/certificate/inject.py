"""Too old, for another name, not valid yet, or with another key; the server itself runs."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant

SERVER = """
import http.server, ssl, sys
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""
CLIENT = """
import ssl, sys, time, urllib.request
while True:
    try:
        urllib.request.urlopen(sys.argv[1], timeout=2, context=ssl.create_default_context(cafile=sys.argv[2])).read()
    except OSError as error:
        print(f"request to {sys.argv[1]} failed: {getattr(error, 'reason', error)}", file=sys.stderr, flush=True)
    time.sleep(0.4)
"""
MAKE = """
mkdir -p {folder}; cd {folder}
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out first.pem -days 30 -subj /CN={host} 2>/dev/null
openssl req -new -key key.pem -subj /CN={host} -out c.csr 2>/dev/null
printf 'subjectAltName=DNS:{host}\\n' >ext
mkdir -p ca/new; : >ca/index; echo 01 >ca/serial
printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=ca/index\\nserial=ca/serial\\nnew_certs_dir=ca/new\\npolicy=p\\ndefault_md=sha256\\n[p]\\ncommonName=supplied\\n' >ca/conf
openssl ca -batch -selfsign -notext -config ca/conf -in c.csr -keyfile key.pem -extfile ext -startdate {begin} -enddate {end} -out cert.pem 2>/dev/null
rm -rf ca c.csr ext first.pem
"""


def _served(stage: Stage, host: str, begin: str, end: str) -> tuple[str, str]:
    name = stage.word()
    folder, port = f"/etc/{name}/tls", stage.port()
    stage.sh("echo '127.0.0.1 localhost shop.internal old.internal' >/etc/hosts")
    stage.sh(MAKE.format(folder=folder, host=host, begin=begin, end=end))
    server = stage.unit(name, f"{stage.program(name, SERVER)} {port} {folder}/cert.pem {folder}/key.pem")
    stage.start(server)
    asks = stage.word()
    client = stage.unit(asks, f"{stage.program(asks, CLIENT)} https://shop.internal:{port}/ {folder}/cert.pem")
    stage.start(client)
    stage.wait_said(client, "failed", 4)
    return f"{folder}/cert.pem", server


@variant
def expired(stage: Stage) -> Fault:
    path, server = _served(stage, "shop.internal", "20230101000000Z", "20240101000000Z")
    return Fault(culprits=(path, server), healthy=lambda: False)


@variant
def name(stage: Stage) -> Fault:
    path, server = _served(stage, "old.internal", "20230101000000Z", "20990101000000Z")
    return Fault(culprits=(path, server), healthy=lambda: False)


@variant
def early(stage: Stage) -> Fault:
    path, server = _served(stage, "shop.internal", "20980101000000Z", "20990101000000Z")
    return Fault(culprits=(path, server), healthy=lambda: False)


@variant
def key(stage: Stage) -> Fault:
    """The certificate was renewed, and the old key left beside it: the server does not start."""
    name = stage.word()
    folder = f"/etc/{name}/tls"
    stage.sh(MAKE.format(folder=folder, host="shop.internal", begin="20230101000000Z", end="20990101000000Z"))
    stage.sh(f"openssl genrsa -out {folder}/key.pem 2048 2>/dev/null")
    server = stage.unit(name, f"{stage.program(name, SERVER)} {stage.port()} {folder}/cert.pem {folder}/key.pem")
    stage.start(server)
    stage.failed(server)
    return Fault(culprits=(server, folder), healthy=lambda: False)
