# ruff: noqa: E501 - real log lines are long
"""Log text through all rules, against `grep -E -i -c` with 25 patterns that a person would write, on the same files.

    python bench/watch_text.py [--lines 1000000]

Three files: a quiet log of one machine, a mix of sixteen kinds of logs in which one line in ten is trouble, and lines
of which no two are alike. Both arms must find every fault that was put in. CPU seconds are compared, start-up apart:
absolute figures drift from machine to machine, so quote the ratios. Of the first two it is also told what all rules cost
against sixty that find the same.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import process_time

from stillwatch.host.logfile import LogFile
from stillwatch.watch.family import load_rules
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter
from stillwatch.watch.rule import Rule
from stillwatch.watch.stream import Counts, triage_text

NOW = 1_795_388_992.0
FIRST = 2000
FEW = 60
SYSLOG = "Nov 22 {h:02}:{i:02}:{s:02} vm "
QUIET = tuple(
    SYSLOG + text
    for text in (
        "systemd[1]: Started session-{n}.scope - Session {n} of User root, on seat{m} of this machine with more words to read.",
        "sshd[{n}]: Accepted publickey for deploy from 10.{m}.{m}.{m} port {p} ssh2: ED25519 SHA256:abcdefghijklmnopqrstuvwx",
        'nginx[{n}]: 10.{m}.{m}.{m} - - "GET /shop/item/{p} HTTP/1.1" 200 {n} "-" "Mozilla/5.0 (X11; Linux x86_64)"',
        "CRON[{n}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly) and some more words up to the usual length",
        "kernel: [{n}.{p:06}] wlan{m}: associated with 00:11:22:33:44:55 (aid={m}) and a longer text behind it to be read",
        "dhclient[{n}]: DHCPACK of 10.{m}.{m}.{m} from 10.{m}.{m}.1 (xid=0x{p}), bound to the lease for {p} seconds more now",
        "postgres[{n}]: LOG:  checkpoint complete: wrote {p} buffers ({m}.{m}%); {m} WAL file(s) added, {m} removed, recycled",
    )
)
MIX = (
    *QUIET,
    '10.{m}.{m}.{m} - - [22/Nov/2026:{h:02}:{i:02}:{s:02} +0000] "GET /item/{p} HTTP/1.1" 200 {n} "-" "Mozilla/5.0"',
    '{{"level":"info","ts":1795388{n:05}.12,"logger":"http","msg":"handled request","request":{{"uri":"/{p}"}},"status":200}}',
    'time="2026-11-22T{h:02}:{i:02}:{s:02}Z" level=info msg="container {p} started" id={n}',
    "2026-11-22 {h:02}:{i:02}:{s:02},123 INFO  [worker-{m}] c.e.shop.OrderService - order {p} stored in {m} ms",
    "I1122 {h:02}:{i:02}:{s:02}.123456    {n} reconciler.go:224] operation {p} for volume started",
    "2026-11-22T{h:02}:{i:02}:{s:02}.123456+00:00 vm app[{n}]: request {p} took {m} ms",
    "web-1  | 2026/11/22 {h:02}:{i:02}:{s:02} [notice] 1#1: signal process started {n}",
    "type=USER_START msg=audit(1795388{n:05}.123:{p}): pid={n} uid=0 auid=1000 ses={m} msg='op=PAM:session_open res=success'",
    "2026-11-22 {h:02}:{i:02}:{s:02}.123 UTC [{n}] LOG:  duration: {m}.{m} ms  statement: SELECT {p}",
)
FAULTS = (
    SYSLOG + "nginx[{n}]: bind() to 0.0.0.0:{m} failed (98: Address already in use)",
    SYSLOG + "kernel: Out of memory: Killed process {n} (java) total-vm:{p}kB, anon-rss:{p}kB, file-rss:0kB",
    SYSLOG + "app[{n}]: write /srv/data/{m}.log: no space left on device",
    SYSLOG + "sshd[{n}]: Failed password for invalid user admin from 203.0.113.7 port {p} ssh2",
    '{{"level":"error","ts":1795388{n:05}.12,"msg":"write /data/{m}: no space left on device"}}',
    '2026/11/22 {h:02}:{i:02}:{s:02} [error] 7#7: *{n} connect() failed (111: Connection refused) while connecting to upstream, upstream: "http://127.0.0.1:{m}/"',
    SYSLOG
    + "kernel: [{n}.{p:06}] EXT4-fs error (device sda{m}): ext4_find_entry:1455: inode #2: comm ls: reading directory lblock 0",
    SYSLOG + "systemd[1]: shop-{m}.service: Failed with result 'exit-code'.",
)
GREP = (
    "out of memory", "oom-kill", "killed process", "segfault", "kernel panic", "i/o error", "ext4-fs error", "read-only file system",
    "no space left on device", "disk quota exceeded", "address already in use", "connection refused", "failed password",
    "authentication failure", "permission denied", "failed with result", "failed to start", "too many open files", "certificate has expired",
    "timed? ?out", "call trace", "hung task", "mce: ", "link is down", "deadlock detected",
)  # fmt: skip
WORDS = "amber basin cedar delta ember fjord glade haven inlet jetty knoll larch maple night ocean prism quartz river".split()  # noqa: SIM905


def filled(template: str, draw: random.Random, number: int) -> str:
    clock = {"h": number // 3600 % 24, "i": number // 60 % 60, "s": number % 60}
    return template.format(
        n=draw.randrange(100, 99999), m=draw.randrange(1, 255), p=draw.randrange(1024, 65535), **clock
    )


def mixed(kinds: tuple[str, ...], count: int, every: int) -> Iterator[str]:
    draw = random.Random(1)
    for number in range(count):
        yield filled(draw.choice(FAULTS if number % every == every - 1 else kinds), draw, number)


def distinct(count: int) -> Iterator[str]:
    draw = random.Random(2)
    for number in range(count):
        words = " ".join(draw.choice(WORDS) + draw.choice(WORDS) for _ in range(8))
        yield filled(SYSLOG, draw, number) + f"{draw.choice(WORDS)}[{number}]: {words}"


def cpu_of(command: list[str]) -> tuple[float, str]:
    """CPU seconds of a child, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, done.stdout.strip()


def warmed(lines: list[str], folder: str, prefilter: Prefilter) -> float:
    """What the first lines cost: patterns of rules, shapes and secrets are compiled when first needed."""
    file = Path(folder) / "first"
    file.write_text("\n".join(lines[:FIRST]) + "\n")
    return ours(file, prefilter)[0]


def ours(file: Path, prefilter: Prefilter) -> tuple[float, set[str]]:
    started = process_time()
    with LogFile(str(file), now=NOW) as log:
        triggers = list(triage_text(Watcher(prefilter, host="bench"), log.blocks(), log.reader, Counts()))
    return process_time() - started, {trigger.cause for trigger in triggers}


def compare(name: str, file: Path, count: int, faults: int, prefilter: Prefilter, patterns: Path) -> bool:
    """Print both arms; whether both found what was put in."""
    seconds, causes = ours(file, prefilter)
    grep_seconds, told = cpu_of(["grep", "-Eic", "-f", str(patterns), str(file)])
    wanted = {"port-in-use", "oom", "disk-full", "filesystem-error"} if faults >= 200 else set()
    found = wanted <= causes and int(told or 0) >= faults
    print(
        f"{name:28} {count / max(seconds, 1e-6):12,.0f} lines/s   {seconds:7.3f} s CPU   grep {grep_seconds:7.3f} s"
        f"   {seconds / max(grep_seconds, 1e-3):5.2f} × grep   {'both find all' if found else 'ONE ARM MISSES FAULTS'}"
    )
    return found


def against_sixty(file: Path, lines: list[str], folder: str, prefilter: Prefilter, rules: Sequence[Rule]) -> float:
    """What all rules cost, in times of what sixty do that hold those which the file needs: the better of two each."""
    with LogFile(str(file), now=NOW) as log:
        told = triage_text(Watcher(prefilter, host="bench"), log.blocks(), log.reader, Counts())
        needed = {trigger.rule for trigger in told}
    kept = [rule for rule in rules if rule.id in needed]
    others = [rule for rule in rules if rule.id not in needed]
    few = Prefilter((*kept, *random.Random(3).sample(others, FEW - len(kept))))
    warmed(lines, folder, few)
    seconds = {name: min(ours(file, one)[0] for _ in range(2)) for name, one in (("few", few), ("all", prefilter))}
    return seconds["all"] / max(seconds["few"], 1e-6)


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--lines", type=int, default=1_000_000)
    count = options.parse_args().lines
    rules = load_rules()
    started = process_time()
    prefilter = Prefilter(rules)
    print(f"start-up: {len(rules)} rules compiled in {process_time() - started:.2f} s CPU (kept on disk afterwards)\n")
    files: tuple[tuple[str, Callable[[], Iterator[str]], int, int], ...] = (
        ("quiet, 1 fault in 1,000", lambda: mixed(QUIET, count, 1000), count, count // 1000),
        ("16 kinds, 1 fault in 10", lambda: mixed(MIX, count, 10), count, count // 10),
        ("no two lines alike", lambda: distinct(min(count, 80_000)), min(count, 80_000), 0),
    )
    with tempfile.TemporaryDirectory() as folder:
        patterns = Path(folder) / "patterns"
        patterns.write_text("\n".join(GREP))
        good = True
        for name, lines, number, faults in files:
            file = Path(folder) / "log"
            made = list(lines())
            print(f"{name:28} {warmed(made, folder, prefilter):7.3f} s CPU for the first {FIRST:,} lines")
            file.write_text("\n".join(made) + "\n")
            good = compare(name, file, number, faults, prefilter, patterns) and good
            if faults:
                times = against_sixty(file, made, folder, prefilter, rules)
                print(f"{name:28} {times:5.2f} × of {FEW} rules that find the same")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
