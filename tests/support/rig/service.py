"""One tier of the shop under test: a small web service that fails the way real ones do.

usage: service.py [--test] CONFIG       CONFIG is an INI file; --test only says whether it can be read
"""

from __future__ import annotations

import configparser
import errno
import os
import signal
import socket
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import NoReturn

WORDS = {
    "in-use": (
        "bind() to 127.0.0.1:{port} failed (98: Address already in use)",
        "OSError: [Errno 98] Address already in use: ('127.0.0.1', {port})",
        "FATAL could not create listen socket for 127.0.0.1 port {port}: Address already in use",
    ),
    "syntax": (
        "[emerg] syntax error in {path}: {error}",
        "configuration error: {path}: {error}",
        "FATAL cannot parse configuration file {path}: {error}",
    ),
    "denied": (
        "open() {path} failed (13: Permission denied)",
        "PermissionError: [Errno 13] Permission denied: '{path}'",
        "FATAL could not open data file {path}: Permission denied",
    ),
    "locked": (
        "lock file {path} exists, is another instance (pid {pid}) running? giving up",
        "pid file {path} already exists (pid {pid}), refusing to start",
        "FATAL lock file {path} already exists, owned by process {pid}",
    ),
    "no-space": (
        "write() to {path} failed (28: No space left on device)",
        "OSError: [Errno 28] No space left on device: '{path}'",
        "ERROR could not write to {path}: No space left on device",
    ),
    "upstream": (
        "connect() to {path} failed while reading upstream",
        "upstream {path} does not answer",
        "ERROR request to {path} failed",
    ),
}


class Service:
    def __init__(self, path: str) -> None:
        self.path = path
        parser = configparser.ConfigParser()
        with Path(path).open() as source:
            parser.read_file(source)
        own = parser["service"]
        self.name, self.port, self.wording = own["name"], own.getint("port"), own.getint("wording")
        self.upstream, self.data, self.lock = own.get("upstream"), own.get("data"), own.get("lock")
        self.hoard: list[bytearray] = []

    def say(self, what: str, **words: object) -> str:
        text = WORDS[what][self.wording % 3].format(port=self.port, **words)
        print(text, file=sys.stderr, flush=True)
        return text

    def take_lock(self) -> None:
        if not self.lock:
            return
        lock = Path(self.lock)
        try:
            with lock.open("x") as target:
                target.write(f"{os.getpid()}\n")
        except FileExistsError:
            self.say("locked", path=lock, pid=lock.read_text().strip())
            sys.exit(1)

    def drop_lock(self) -> None:
        if self.lock:
            Path(self.lock).unlink(missing_ok=True)

    def store(self) -> int:
        """Append to the data file, if this tier has one. Gives the HTTP status."""
        if not self.data:
            return 200
        path = Path(self.data) / "orders.dat"
        try:
            with path.open("ab") as target:
                target.write(b"order\n" * 64)
        except PermissionError:
            self.say("denied", path=path)
            return 500
        except OSError as error:
            self.say("no-space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "denied", path=path)
            return 507
        return 200

    def answer(self) -> int:
        if not self.upstream:
            return self.store()
        try:
            with urllib.request.urlopen(self.upstream, timeout=5) as reply:
                return int(reply.status)
        except OSError:
            self.say("upstream", path=self.upstream)
            return 502

    def serve(self) -> None:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/export":  # the leak: what is exported is never let go
                    service.hoard.append(bytearray(b"x" * 400_000_000))
                status = 200 if self.path == "/health" else service.answer()
                self.send_response(status)
                self.end_headers()
                self.wfile.write(f"{service.name} {status}\n".encode())

            def log_message(self, format: str, *arguments: object) -> None:
                print(f"{service.name}: {format % arguments}", flush=True)

        try:
            server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        except OSError as error:
            self.say("in-use") if error.errno == errno.EADDRINUSE else print(error, file=sys.stderr)
            sys.exit(1)
        if self.store() != 200:
            sys.exit(1)
        self.take_lock()
        tell("READY=1")
        threading.Thread(target=keep_watchdog_quiet, daemon=True).start()
        server.serve_forever()


def tell(message: str) -> None:
    """sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect("\0" + address[1:] if address[0] == "@" else address)
            line.send(message.encode())


def keep_watchdog_quiet() -> None:
    pause = int(os.environ.get("WATCHDOG_USEC", "0")) / 3_000_000
    while pause:
        tell("WATCHDOG=1")
        threading.Event().wait(pause)


def main() -> None:
    path = sys.argv[-1]
    try:
        service = Service(path)
    except (OSError, ValueError, KeyError, configparser.Error) as error:
        wording = sum(path.encode()) % 3
        print(WORDS["syntax"][wording].format(path=path, error=str(error).replace("\n", " ")), file=sys.stderr)
        sys.exit(78)
    if "--test" in sys.argv:
        print(f"{path}: syntax is ok")
        return

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        service.drop_lock()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    service.serve()


if __name__ == "__main__":
    main()
