"""What the parts of a matched head say."""

from __future__ import annotations

import re

from stillwatch.watch.shapes.level import priority_of_status, priority_of_word
from stillwatch.watch.shapes.naming import is_package, package_of, program_name
from stillwatch.watch.shapes.parts import Parts


def fill(parts: Parts, found: re.Match[bytes], has: frozenset[str]) -> str:
    """Who speaks, and how bad it is; the name of the part whose number says that, "" where none does."""
    if "host" in has and (host := found["host"]) and host != b"-":
        parts.host = host.decode()
    if "program" in has and (program := found["program"]) and program != b"-":
        parts.program = program_name(program)
    elif "logger" in has and (logger := found["logger"]):
        parts.program = package_of(logger.decode("utf-8", "replace"))
        parts.component = not is_package(parts.program)
    if ("pid" in has and (pid := found["pid"]) and pid.isdigit()) or ("pid2" in has and (pid := found["pid2"])):
        parts.pid = pid.decode()
    if "unit" in has and (unit := found["unit"]):
        parts.unit = unit.decode()
    if "mono" in has and (mono := found["mono"]):
        parts.uptime = float(mono)
    return _weigh(parts, found, has)


def _weigh(parts: Parts, found: re.Match[bytes], has: frozenset[str]) -> str:
    if "pri" in has and (pri := found["pri"]) and int(pri) <= 191:
        parts.priority = int(pri) % 8
        return "pri"
    if "status" in has and (status := found["status"]):
        parts.priority = priority_of_status(int(status))
        return "status"
    if "level" in has and (level := found["level"]):
        word = level.decode("ascii", "replace")
        parts.priority = int(word) if word.isdigit() else priority_of_word(word)
        return "level" if word.isdigit() else ""
    if "level2" in has and (level := found["level2"]):
        parts.priority = priority_of_word(level.decode("ascii", "replace"))
    return ""


def level_for_program(parts: Parts, raw: bytes, found: re.Match[bytes]) -> None:
    """`web01 ERROR: no room` names a level where others name their program."""
    if "program" in found.re.groupindex and (level := priority_of_word(parts.program)) is not None:
        parts.priority, parts.program = level, ""
        # "VERIFY ERROR: …" are two words of a message, and no host of that name.
        of_words = parts.host.isalpha() and parts.host.isupper()
        parts.message = raw[found.start("host" if of_words else "program") :]
        parts.host = "" if of_words else parts.host
