"""The stable key of an incident: the same fault seen again has the same key."""

from __future__ import annotations

import hashlib
import re

from stillwatch.triage.precedence import family
from stillwatch.unit.names import is_unit

_TRANSIENT = re.compile(r"(?:run-|session-|user@|user-)[A-Za-z]?\d+|.*\.scope")
_THING = re.compile(r"(?:[A-Za-z]+ )?(?=[\w:.@-]*\d)(?![\w:.@-]*\d{6})[A-Za-z0-9_:.@-]{2,64}")
"""One word with few digits together, perhaps behind its kind ("usb 1-2", "CPU 3")."""
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|\d+")
_LONGEST = 160


def fingerprint(host: str, cause: str, subject: str) -> str:
    """`host/family/subject`, readable, so that a person can mute it.

    Digits of a unit's or a thing's name ("sda1", "md0", "0000:01:00.0") tell two of them apart and stay; those of
    sessions, processes and messages do not.
    """
    return f"{host or 'localhost'}/{family(cause)}/{_steady(subject)}"


def _steady(subject: str) -> str:
    keeps_digits = subject.startswith("/") or is_unit(subject) or _THING.fullmatch(subject)
    if not keeps_digits or _TRANSIENT.match(subject):
        subject = _NUMBER.sub("#", subject)
    if len(subject) <= _LONGEST:
        return subject or "-"
    return f"{subject[:_LONGEST]}~{hashlib.sha256(subject.encode()).hexdigest()[:12]}"
