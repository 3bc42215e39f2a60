"""The stage a scenario plays on: a booted machine, small services on it, and names that a seed draws.

A service is a few lines of Python that fail by themselves as real ones do; where its unit file lies, what it is called
and which port it has differs from seed to seed, as it does from host to host.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tests.support.rig import Machine
from tests.support.shop import Shop, open_shop

FIRST = ("amber", "birch", "cedar", "delta", "ferry", "gable", "hazel", "inlet", "larch", "mosaic", "north", "opal")
SECOND = ("billing", "feeds", "invoices", "mailer", "media", "metrics", "orders", "photos", "queue", "search", "wiki")
PLACES = ("/etc/systemd/system", "/usr/lib/systemd/system")
"""An administrator's own units, and those that packages bring."""
SERVE = """
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """culprits: words of which an answer must name one; healthy: whether all works; fix: what mends it the right way.

    more: a second fault that was injected beside the first, to be told as an incident of its own.
    """

    culprits: tuple[str, ...]
    healthy: Callable[[], bool]
    fix: str = ""
    more: tuple[Fault, ...] = ()


def variant(inject: Callable[[Stage], Fault]) -> Callable[[Stage], Fault]:
    """Marks the function of a scenario's variant; scenario.toml has a table of its name."""
    return inject


@dataclass(kw_only=True)
class Stage:
    """chance: draws; the same seed and scenario give the same host."""

    machine: Machine
    seed: int
    name: str
    _taken: set[str] = field(default_factory=set)

    @cached_property
    def chance(self) -> random.Random:
        return random.Random(f"{self.name} {self.seed}")

    @cached_property
    def shop(self) -> Shop:
        """A whole web shop, opened when it is first asked for."""
        return open_shop(self.machine, self.seed)

    def word(self) -> str:
        """A service's name that nothing else has."""
        while (name := f"{self.chance.choice(FIRST)}-{self.chance.choice(SECOND)}") in self._taken:
            pass
        self._taken.add(name)
        return name

    def port(self) -> int:
        return self.chance.randrange(15000, 29000)

    def place(self, name: str) -> str:
        """A directory for data, made."""
        folder = self.chance.choice(("/srv/{0}", "/var/lib/{0}", "/data/{0}")).format(name)
        self.sh(f"mkdir -p {folder}")
        return folder

    def user(self, name: str) -> str:
        self.sh(f"id {name} >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin {name}")
        return name

    def sh(self, script: str, *, check: bool = True) -> str:
        return self.machine.run(["sh", "-euc" if check else "-c", script], check=check).stdout

    def program(self, name: str, body: str) -> str:
        """A program of the administrator's, in Python."""
        folder = self.chance.choice(("/opt/{0}/bin", "/usr/local/bin", "/usr/local/lib/{0}")).format(name)
        path = f"{folder}/{name}"
        self.machine.write(path, f"#!/usr/bin/python3 -I\n{body.lstrip()}", 0o755)
        return path

    def unit(self, name: str, start: str, lines: Sequence[str] = (), *, header: Sequence[str] = ()) -> str:
        """A service, written, enabled and not started; lines: more of [Service]; header: of [Unit]. Its full name."""
        head = "\n".join((f"Description={name.replace('-', ' ').title()}", *header))
        body = "\n".join((f"ExecStart={start}", *lines))
        text = f"[Unit]\n{head}\n\n[Service]\n{body}\n\n[Install]\nWantedBy=multi-user.target\n"
        self.file(f"{name}.service", text)
        self.sh(f"systemctl --quiet enable {name}.service")
        return f"{name}.service"

    def file(self, name: str, text: str, *, place: str = "") -> str:
        """A unit file of any kind, where packages or the administrator would put it; its path."""
        path = f"{place or self.chance.choice(PLACES)}/{name}"
        self.machine.write(path, text)
        self.sh("systemctl daemon-reload")
        return path

    def web(self, name: str = "", lines: Sequence[str] = (), *, header: Sequence[str] = ()) -> tuple[str, int]:
        """A service that answers on a port: its unit and the port. It runs."""
        name, port = name or self.word(), self.port()
        unit = self.unit(name, f"{self.program(name, SERVE)} {port}", lines, header=header)
        self.start(unit)
        self.wait(lambda: self.answers(port), f"{unit} to answer")
        return unit, port

    def client(self, name: str, url: str, words: str = "", lines: Sequence[str] = ()) -> str:
        """A service that asks a URL every half second and says in its log what goes wrong; it never ends by itself."""
        said = words or "request to {url} failed: {error}"
        body = f"""
import sys, time, urllib.request
url = sys.argv[1]
while True:
    try:
        urllib.request.urlopen(url, timeout=1).read()
    except Exception as error:
        print({said!r}.format(url=url, error=getattr(error, "reason", error)), file=sys.stderr, flush=True)
    time.sleep(0.5)
"""
        unit = self.unit(name, f"{self.program(name, body)} {url}", lines)
        self.start(unit)
        return unit

    def start(self, unit: str) -> None:
        self.machine.run(["systemctl", "start", unit], check=False)

    def restart(self, unit: str) -> None:
        self.machine.run(["systemctl", "restart", unit], check=False)

    def state(self, unit: str) -> str:
        return self.machine.properties(unit)["ActiveState"]

    def active(self, *units: str) -> bool:
        return all(self.state(unit) == "active" for unit in units)

    def answers(self, port: int, status: int = 200) -> bool:
        return self.machine.get(f"http://127.0.0.1:{port}/") == status

    def failed(self, unit: str) -> None:
        self.machine.wait_failed(unit)

    def wait(self, probe: Callable[[], object], what: str, *, seconds: float = 20.0) -> None:
        self.machine.wait(probe, what, seconds=seconds)

    def said(self, unit: str, words: str, times: int = 1) -> bool:
        """Whether the unit's log says it so many times."""
        told = self.machine.run(["journalctl", "-q", "-o", "cat", "-u", unit, f"--grep={words}"], check=False).stdout
        return len(told.splitlines()) >= times

    def wait_said(self, unit: str, words: str, times: int = 1) -> None:
        self.wait(lambda: self.said(unit, words, times), f"{unit} to say {words!r}", seconds=30)
