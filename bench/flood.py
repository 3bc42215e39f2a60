"""A flood of distinct lines in one followed file, at a steady rate: is the daemon there, what does it cost, is a kernel
line of another file seen, and is every line accounted for?

    python bench/flood.py [--seconds 60] [--rate 20000]

Prints the longest wait for `/health`, the memory at most (RSS), the seconds until the kernel's line is an incident,
and how many lines were read and how many of them could only be counted.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

KINDS = (
    "nginx{n}[{p}]: bind() to 0.0.0.0:{p} failed (98: Address already in use)",
    "app{n}[{p}]: write /srv/{n}/a.log: no space left on device",
    "app{n}[{p}]: open /etc/app/{n}.conf: permission denied",
    "worker{n}[{p}]: could not acquire lock on /tmp/{n}",
)
KERNEL = "kernel: [12.3] Out of memory: Killed process 77 (java) total-vm:8kB, anon-rss:8kB, file-rss:0kB"
CALM_SECONDS = 60
READY_SECONDS = 180
"""The first start compiles the rules, the later ones find them on the shelf."""


def stamp() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00 vm ", time.gmtime())


class Trial:
    """A daemon of its own in `folder` that follows two files."""

    def __init__(self, folder: Path) -> None:
        self.flooded, self.other = folder / "app.log", folder / "kern.log"
        for file in (self.flooded, self.other):
            file.touch()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = folder / "stillwatch.toml"
        config.write_text(
            f'[api]\nport = {self.port}\n[watch]\njournal = false\nlogs = ["{self.flooded}", "{self.other}"]\n'
            + "".join(f"[llm.{tier}]\nenabled = false\n" for tier in ("trigger", "review", "meta"))
        )
        program = [str(Path(sys.executable).parent / "stillwatch")]
        self._where = ["--config", str(config), "--state-dir", str(folder / "s"), "--runtime-dir", str(folder / "r")]
        made = subprocess.run(
            [*program, "keys", "create", "--scope", "read", "--json", *self._where],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        self._key = json.loads(made.stdout)["key"]
        self._start = [*program, "run", *self._where]
        self.start()

    def start(self) -> None:
        """Returns once it reads."""
        self.daemon = subprocess.Popen(self._start, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_until_up()
        for _ in range(READY_SECONDS):
            with self.flooded.open("a") as log:
                log.write(f"{stamp()}app[1]: all is well\n")
            time.sleep(1)
            if self.get("/api/status")["lines"]:
                return
        raise SystemExit("the daemon does not read")

    def stop(self) -> None:
        self.daemon.terminate()
        self.daemon.wait()

    def get(self, path: str) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        request.add_header("Authorization", f"Bearer {self._key}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def wait_until_up(self) -> None:
        for _ in range(600):
            try:
                self.get("/health")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the daemon does not answer")

    def memory(self) -> float:
        """Megabytes."""
        status = Path(f"/proc/{self.daemon.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def sees_kernel(self) -> bool:
        return "Killed process 77" in json.dumps(self.get("/api/incidents"))


class Health(threading.Thread):
    """Asks `/health` again and again; `waits` are the seconds of each answer."""

    def __init__(self, trial: Trial) -> None:
        super().__init__(daemon=True)
        self._trial, self.waits, self.over = trial, list[float](), False

    def run(self) -> None:
        while not self.over:
            began = time.perf_counter()
            self._trial.get("/health")
            self.waits.append(time.perf_counter() - began)
            time.sleep(0.02)


def write_flood(file: Path, seconds: float, rate: int) -> int:
    """Distinct lines, in portions of a tenth of a second; gives how many."""
    draw, written, began = random.Random(1), 0, time.perf_counter()
    with file.open("a") as log:
        while (past := time.perf_counter() - began) < seconds:
            head = stamp()
            due = min(int(past * rate) + 1, int(seconds * rate)) - written
            texts = (
                draw.choice(KINDS).format(n=draw.randrange(10**9), p=draw.randrange(1024, 65535)) for _ in range(due)
            )
            log.writelines(f"{head}{text}\n" for text in texts)
            log.flush()
            written += max(due, 0)
            time.sleep(0.1)
    return written


def seen_after(trial: Trial) -> float:
    """Write the kernel's line; seconds until the daemon tells of it."""
    with trial.other.open("a") as log:
        log.write(f"{stamp()}{KERNEL}\n")
    began = time.perf_counter()
    while not trial.sees_kernel():
        if time.perf_counter() - began > CALM_SECONDS:
            return float("inf")
        time.sleep(0.05)
    return time.perf_counter() - began


def main(seconds: float, rate: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder))
        try:
            trial.stop()
            trial.start()
            health = Health(trial)
            health.start()
            counts: list[int] = []
            writer = threading.Thread(target=lambda: counts.append(write_flood(trial.flooded, seconds, rate)))
            writer.start()
            time.sleep(seconds / 2)
            kernel = seen_after(trial)
            writer.join()
            report = caught_up(trial, counts[0])
            health.over = True
            health.join()
            tell(trial, counts[0], kernel, health.waits, report)
        finally:
            trial.stop()


def caught_up(trial: Trial, written: int) -> dict[str, Any]:
    """The status once all is read."""
    for _ in range(CALM_SECONDS * 2):
        report: dict[str, Any] = trial.get("/api/status")
        if report["lines"] > written:
            break
        time.sleep(0.5)
    return report


def tell(trial: Trial, written: int, kernel: float, waits: Sequence[float], report: dict[str, Any]) -> None:
    ordered = sorted(waits)
    print(f"lines written {written:,}, read {report['lines']:,}, of them only counted {report['dropped']:,}")
    print(f"open incidents {len(report['incidents']):,}, status {report['status']}")
    print(f"/health: median {1e3 * ordered[len(ordered) // 2]:.1f} ms, longest {1e3 * ordered[-1]:.1f} ms")
    print(f"kernel line of another file seen after {kernel:.2f} s; memory at most {trial.memory():.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=int, default=20_000)
    arguments = parser.parse_args()
    main(arguments.seconds, arguments.rate)
