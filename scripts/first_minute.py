"""Measures a newcomer's first minute: a clone and scripts/try on a fresh Debian with Python and git, then once more.

usage: scripts/first-minute [--systemd]

Prints what the newcomer sees, each line with the seconds since the start. The packages are at hand (a warm cache); the
network is not. By default it is a container without an init; --systemd boots a host.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from tests.support import fresh

CLONE = "/root/stillwatch"


def timed(title: str, argv: Sequence[str]) -> None:
    """Run it and print its words as they come, each line after its time."""
    print(f"\n$ {title}", flush=True)
    began = time.monotonic()
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    for line in process.stdout:
        print(f"{time.monotonic() - began:7.1f}  {line.decode(errors='replace').rstrip()}", flush=True)
    print(f"{time.monotonic() - began:7.1f}  (ended with exit code {process.wait()})", flush=True)


def on_a_container() -> None:
    with fresh.container() as container:
        fresh.clone(container.place / CLONE[1:])
        for _ in range(2):
            timed("scripts/try", container.inside([f"{CLONE}/scripts/try"]))


def on_a_host() -> None:
    with fresh.host() as machine:
        fresh.clone(machine.root / CLONE[1:])
        for _ in range(2):
            timed("scripts/try", machine.inside([f"{CLONE}/scripts/try"], env=fresh.ENVIRONMENT))


def main() -> None:
    on_a_host() if "--systemd" in sys.argv[1:] else on_a_container()


if __name__ == "__main__":
    main()
