# ruff: noqa: E501 - real log lines are long
"""Log text through all rules, against `grep -E -i -c` and a loop of `re.search`, in one run on the same lines.

    python bench/watch_text.py [--lines 1000000]

Quote the ratios, since absolute figures drift from machine to machine.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from stillwatch.host.logfile import LogFile
from stillwatch.watch.family import load_rules
from stillwatch.watch.mask import loosen
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter
from stillwatch.watch.stream import Counts, triage_text

MESSAGES = (
    "systemd[1]: Started session-{n}.scope - Session {n} of User root, on seat{m} of this machine with more words to read.",
    "sshd[{n}]: Accepted publickey for deploy from 10.{m}.{m}.{m} port {p} ssh2: ED25519 SHA256:abcdefghijklmnopqrstuvwx",
    'nginx[{n}]: 10.{m}.{m}.{m} - - "GET /shop/item/{p} HTTP/1.1" 200 {n} "-" "Mozilla/5.0 (X11; Linux x86_64)"',
    "CRON[{n}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly) and some more words up to the usual length",
    "kernel: [{n}.{p}] IPv4: martian source 10.{m}.{m}.{m} from 10.{m}.{m}.{m}, on dev eth{m} with a longer text behind",
    "dhclient[{n}]: DHCPACK of 10.{m}.{m}.{m} from 10.{m}.{m}.1 (xid=0x{p}), bound to the lease for {p} seconds more now",
    "postgres[{n}]: LOG:  checkpoint complete: wrote {p} buffers ({m}.{m}%); {m} WAL file(s) added, {m} removed, recycled",
    "app[{n}]: INFO request {p} handled in {m} ms by worker {m}, cache hit, user {n}, tenant {m}, region eu-west-{m} done",
    "systemd-logind[{n}]: Session {n} logged out. Waiting for processes to exit, then the session {n} will be removed too",
)
FAULTS = (
    "nginx[{n}]: bind() to 0.0.0.0:{p} failed (98: Address already in use)",
    "kernel: Out of memory: Killed process {n} (java) total-vm:{p}kB, anon-rss:{p}kB, file-rss:0kB",
    "app[{n}]: write /srv/data/{m}.log: no space left on device",
    "sshd[{n}]: Failed password for invalid user admin from 203.0.113.7 port {p} ssh2",
)


def make_log(file: Path, count: int) -> None:
    """One line in a thousand is a fault, the rest is everyday chatter."""
    draw = random.Random(1)
    with file.open("w") as stream:
        for number in range(count):
            text = draw.choice(FAULTS if number % 1000 == 999 else MESSAGES)
            text = text.format(n=draw.randrange(100, 99999), m=draw.randrange(1, 255), p=draw.randrange(1024, 65535))
            stream.write(f"Nov 22 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02} vm {text}\n")


def for_grep(pattern: str) -> str:
    """The same pattern as POSIX knows it: plain groups, greedy and open repeats (bounded ones take grep minutes)."""
    pattern = re.sub(r"\(\?(?:P<\w+>|:)", "(", pattern).replace(r"\d", "[0-9]").replace(r"[^\n]", ".")
    pattern = pattern.replace(r"\n", "").replace(r"\s", "[[:space:]]").replace(r"[^\[\]", "[^][")
    return re.sub(r"([*+?}])\?", r"\1", pattern).replace("^", ".*", 1) if pattern.startswith("^") else pattern


def timed(name: str, lines: int, run: Callable[[], object]) -> float:
    started = perf_counter()
    found = run()
    seconds = perf_counter() - started
    print(f"{name:44} {lines / seconds:12,.0f} lines/s   {seconds:7.3f} s   {found}")
    return seconds


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--lines", type=int, default=1_000_000)
    count = options.parse_args().lines
    rules = load_rules()
    patterns = [pattern for rule in rules for pattern in rule.patterns]
    started = perf_counter()
    screen = Prefilter(rules)
    print(f"{len(rules)} rules, {len(patterns)} patterns, compiled in {perf_counter() - started:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "messages"
        make_log(file, count)
        print(f"{count:,} lines, {file.stat().st_size / count:.0f} bytes each\n")

        def ours() -> str:
            with LogFile(str(file), now=1_795_388_992.0) as log:
                counts = Counts()
                triggers = list(triage_text(Watcher(screen, host="bench"), log.blocks(), log.reader, counts))
            return f"{sum(trigger.count for trigger in triggers)} hits, {len(triggers)} triggers"

        def grep() -> str:
            listing = Path(folder) / "patterns"
            listing.write_text("\n".join(for_grep(loosen(pattern)) for pattern in patterns))
            done = subprocess.run(
                ["grep", "-Eic", "-f", str(listing), str(file)], capture_output=True, text=True, timeout=100
            )
            return f"{done.stdout.strip()} lines {done.stderr.strip()[:60]}"

        def loop() -> str:
            compiled = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]
            with file.open(errors="replace") as stream:
                part = [next(stream) for _ in range(count // 50)]
            return f"{sum(any(pattern.search(line) for pattern in compiled) for line in part)} hits"

        seconds = timed("Stillwatch", count, ours)
        with_grep = timed("grep -E -i -c", count, grep)
        with_loop = 50 * timed("re.search loop (a fiftieth of the lines)", count // 50, loop)
        print(
            f"\nto grep: {seconds / with_grep:.2f} × its time; to the re.search loop: {with_loop / seconds:.0f} × faster"
        )


if __name__ == "__main__":
    main()
