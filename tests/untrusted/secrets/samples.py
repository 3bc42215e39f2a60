"""The samples of secrets and of harmless lines, with everything that looks like a token drawn anew from a seed."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "mixed": string.ascii_letters + string.digits,
    "letters": string.ascii_letters,
    "word": string.ascii_letters + string.digits + "_-",
    "base64": string.ascii_letters + string.digits + "+/",
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "UPPER": string.ascii_uppercase + string.digits,
    "BASE32": string.ascii_uppercase + "234567",
    "digits": "0123456789",
}
_DRAWN = re.compile(r"⟨(\w+):(\d+)⟩")
_MARKED = re.compile(r"«([^»]*)»")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One line. secrets: what must not survive; where there is none, nothing may change."""

    kind: str
    text: str
    secrets: tuple[str, ...]


def samples(name: str, seed: int = 0) -> Iterator[Sample]:
    """All of samples_NAME.txt."""
    kind, draw = "", random.Random(seed)
    for line in Path(__file__).with_name(f"samples_{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and " " not in line and "«" not in line:
            kind = line[1:-1]
        elif line and not line.startswith("# "):
            drawn = _DRAWN.sub(lambda found: _drawn(draw, found[1], int(found[2])), line.replace("⏎", "\n"))
            yield Sample(kind=kind, text=_MARKED.sub(r"\1", drawn), secrets=tuple(_MARKED.findall(drawn)))


def _drawn(draw: random.Random, alphabet: str, length: int) -> str:
    """At least one digit, and one letter of each case where the alphabet has them, as almost every real token has."""
    signs = ALPHABETS[alphabet]
    while True:
        text = "".join(draw.choices(signs, k=length))
        wanted = [test for test in (str.isdigit, str.islower, str.isupper) if any(map(test, signs))]
        if length < 8 or all(any(map(test, text)) for test in wanted):
            return text


def survivors(sample: Sample, redacted: str) -> list[str]:
    """What of a secret can still be read: any run of six characters of it, all of a shorter one."""
    found = []
    redacted = re.sub(r"\[redacted:[a-z0-9-]+\]", "", redacted)
    for secret in sample.secrets:
        for piece in re.split(r"[\s]+|\\[nr]", secret):
            size = min(6, len(piece))
            runs = (piece[at : at + size] for at in range(len(piece) - size + 1)) if size else ()
            if any(run in redacted for run in runs if len(run) > 1):
                found.append(piece)
                break
    return found
