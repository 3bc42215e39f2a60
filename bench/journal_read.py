# ruff: noqa: E501 - real log lines are long
"""A journal of 200,000 entries through all rules, against `journalctl -o json` with a JSON parser and a loop of `re.search`.

    python bench/journal_read.py [--entries 200000]

The journal is made by systemd-journal-remote in a temporary folder. Quote the ratios of one run.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from stillwatch.host.journal import Journal
from stillwatch.watch.family import load_rules
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter

REMOTE = "/lib/systemd/systemd-journal-remote"
START = 1_795_000_000
UNITS = ("nginx", "ssh", "cron", "shop-web", "shop-api", "shop-db", "systemd-logind", "dbus")
MESSAGES = (
    "Accepted publickey for deploy from 10.{m}.{m}.{m} port {p} ssh2: ED25519 SHA256:abcdefghijklmnop",
    "request {p} handled in {m} ms by worker {m}, cache hit, user {n}",
    "(root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
    "checkpoint complete: wrote {p} buffers ({m}.{m}%); {m} WAL file(s) added, {m} removed",
    "Session {n} logged out. Waiting for processes to exit.",
    "10.{m}.{m}.{m} - - GET /shop/item/{p} HTTP/1.1 200 {n}",
)
FAULTS = (
    "bind() to 0.0.0.0:{p} failed (98: Address already in use)",
    "write /srv/data/{m}.log: no space left on device",
    "Failed password for invalid user admin from 203.0.113.7 port {p} ssh2",
)


def make_journal(folder: Path, entries: int) -> None:
    draw = random.Random(1)
    pieces = []
    for number in range(entries):
        text = draw.choice(FAULTS if number % 1000 == 999 else MESSAGES)
        text = text.format(n=draw.randrange(100, 99999), m=draw.randrange(1, 255), p=draw.randrange(1024, 65535))
        unit = draw.choice(UNITS)
        pieces.append(
            f"__REALTIME_TIMESTAMP={(START + number) * 1_000_000}\n__MONOTONIC_TIMESTAMP={(1000 + number) * 1_000_000}\n"
            f"_BOOT_ID={'0123456789abcdef' * 2}\n_MACHINE_ID={'fedcba9876543210' * 2}\n_HOSTNAME=vm\n_TRANSPORT=syslog\n"
            f"PRIORITY=6\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER={unit}\n_PID={draw.randrange(300, 32000)}\n_UID=0\n_GID=0\n"
            f"_COMM={unit}\n_EXE=/usr/sbin/{unit}\n_CMDLINE=/usr/sbin/{unit} -D\n_SYSTEMD_CGROUP=/system.slice/{unit}.service\n"
            f"_SYSTEMD_UNIT={unit}.service\n_SYSTEMD_SLICE=system.slice\nMESSAGE={text}\n\n"
        )
    subprocess.run([REMOTE, "-o", str(folder / "x.journal"), "-"], input="".join(pieces).encode(), check=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--entries", type=int, default=200_000)
    entries = options.parse_args().entries
    rules = load_rules()
    with tempfile.TemporaryDirectory() as name:
        make_journal(Path(name), entries)
        before, cpu = perf_counter(), process_time()
        prefilter = Prefilter(rules)
        compiled_in = perf_counter() - before
        with Journal(Path(name)) as journal:
            seen = Watcher(prefilter, host="bench").see(journal.lines())
        ours, ours_cpu = perf_counter() - before, process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        with Journal(Path(name)) as journal:
            before = perf_counter()
            read = sum(1 for _ in journal.lines())
            reading = perf_counter() - before
        patterns = [re.compile(pattern, re.IGNORECASE) for rule in rules for pattern in rule.patterns]
        part = entries // 10
        before, hits = perf_counter(), 0
        argv = ["journalctl", "-D", name, "-o", "json", "-n", str(part), "--no-pager"]
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as child:
            assert child.stdout
            for line in child.stdout:
                message = json.loads(line).get("MESSAGE", "")
                hits += any(pattern.search(message) for pattern in patterns)
        theirs = (perf_counter() - before) * entries / part
    print(f"{len(rules)} rules, {entries:,} entries; peak memory {peak} MiB")
    print(f"Stillwatch: {ours:.2f} s ({ours_cpu:.2f} s CPU), rules compiled in {compiled_in:.2f} s of it,")
    print(
        f"  {seen.lines / (ours - compiled_in):,.0f} entries/s, {len(seen.triggers)} triggers; reading alone {reading:.2f} s"
    )
    print(f"  ({read:,} read)")
    print(
        f"journalctl -o json, json, re.search loop: {theirs:.2f} s (from a tenth, {hits} hits): {theirs / ours:.1f} × ours"
    )


if __name__ == "__main__":
    main()
