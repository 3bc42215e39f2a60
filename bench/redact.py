"""What redaction costs: a line, beside a plain loop of `re.search` and detect-secrets (where it is installed); and a
byte of hostile text, from a kilobyte to a megabyte.

    python bench/redact.py [--seconds 20]

The alternatives only look; ours replaces, too. Quote the ratios.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from time import process_time

from stillwatch.untrusted.redact import redact

HARMLESS = (
    "systemd[1]: Started session-{n}.scope - Session {n} of User root.",
    "nginx[{n}]: 10.{m}.{m}.{m} - - \"GET /shop/item/{n}?page={m} HTTP/1.1\" 200 {n} \"-\" \"Mozilla/5.0\"",
    "sshd[{n}]: Failed password for invalid user admin from 203.0.113.{m} port {n} ssh2",
    "kernel: Out of memory: Killed process {n} (java) total-vm:{n}kB, anon-rss:{n}kB, file-rss:0kB",
    "postgres[{n}]: ERROR:  duplicate key value violates unique constraint \"users_pkey\"",
    "app[{n}]: level=info msg=\"request done\" path=/a/{m} took={m}ms user={n}",
)  # fmt: skip
SECRET = (
    "app[{n}]: connecting to postgres://shop:geheim{n}@db:5432/shop",
    "app[{n}]: {{\"user\":\"bob\",\"password\":\"geheim{n}\"}}",
    "sudo: root : COMMAND=/usr/bin/mysql -u root -pgeheim{n} shop",
)  # fmt: skip
HOSTILE = (
    "-----BEGIN PRIVATE KEY-----",
    '"',
    "=",
    ":",
    "@",
    "\\",
    'password="',
    "token=",
    "https://a:b@",
    "cookie: a=",
)
PLAIN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"-----BEGIN [A-Z ]*PRIVATE KEY",
        r"\b(?:A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{16}\b",
        r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
        r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
        r"\beyJ[\w-]{10,}\.[\w-]{10,}",
        r"://[^\s/:@]+:[^\s/@]+@",
        r"(?:pass(?:word|wd)?|secret|token|api_?key)[\"']?\s*[:=]\s*[\"']?\S{4,}",
        r"\b(?:sk|rk)_(?:live|test)_\w{10,}",
        r"\bauthorization:\s*\w+\s+\S+",
        r"\$(?:1|2[aby]|5|6|y)\$\S{8,}",
    )
)


def lines(templates: Sequence[str], count: int) -> list[str]:
    draw = random.Random(1)
    return [draw.choice(templates).format(n=draw.randrange(99999), m=draw.randrange(255)) for _ in range(count)]


def plain(line: str) -> bool:
    return any(pattern.search(line) for pattern in PLAIN)


def detect_secrets() -> Callable[[str], object] | None:
    """All its plugins on one line; None where it is not installed."""
    try:
        scan = import_module("detect_secrets.core.scan")
        settings = import_module("detect_secrets.settings")
    except ImportError:
        return None
    kept = settings.default_settings()  # the settings last as long as this does
    kept.__enter__()
    return lambda line: list(scan.scan_line(line)) and kept


def cost(work: Callable[[str], object], texts: Sequence[str], seconds: float) -> float:
    """CPU seconds a text: whole passes until `seconds` of CPU are used, the first one left out."""
    work(texts[0])
    begun, done = process_time(), 0
    while done == 0 or process_time() - begun < seconds:
        for text in texts:
            work(text)
        done += len(texts)
    return (process_time() - begun) / done


def main(seconds: float) -> None:
    share = seconds / 20
    arms = {"stillwatch": redact, "loop of re.search": plain, "detect-secrets": detect_secrets()}
    for name, templates in (("harmless", HARMLESS), ("with a secret", SECRET)):
        for arm, work in arms.items():
            if work:
                print(f"{name} line, {arm}: {1e6 * cost(work, lines(templates, 300), share):.1f} µs")
    for piece in HOSTILE:
        sizes = (1_000, 30_000, 1_000_000)
        each = (1e9 * cost(redact, [(piece * (size // len(piece) + 1))[:size]], share / 4) / size for size in sizes)
        print(f"{piece!r:32} ns a byte at 1 kB, 30 kB, 1 MB: {', '.join(f'{one:.0f}' for one in each)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    main(parser.parse_args().seconds)
