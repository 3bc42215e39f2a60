"""Which cause a rule's hit has: the rule's own, or what the line's or the unit's own words say more exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from stillwatch.records.cause import says_why
from stillwatch.records.line import Line
from stillwatch.watch.gravity import Refusal, refusal
from stillwatch.watch.last_words import reason
from stillwatch.watch.reasons import cause_of_own
from stillwatch.watch.rule import Rule

UNSAID: Final = "other"
SYMPTOMS: Final = frozenset(("exit-code", "restart-loop"))
"""Of a unit that ended; how a crash, a time-out or a missing mount came about, its own last words seldom tell."""

_OF_THE_HOST: Final = frozenset(
    ("permission", "disk-full", "filesystem-error", "hardware", "resource-limit", "port-in-use")
)
YIELDING: Final = {
    "bad-config": _OF_THE_HOST | {"device-missing", "missing-path"},
    "missing-path": _OF_THE_HOST,
    "data-damaged": frozenset(("permission", "resource-limit", "disk-full")),
    "dependency-failed": frozenset(("permission",)),
}
"""Cause of a rule → what the operating system says at the end of the line and is more exact: a file that may not be
read has no wrong words in it, and a socket that may not be opened belongs to a server that may well run."""


_IN_SETTINGS = re.compile(
    r"\.(?:conf|cfg|cnf|ini|ya?ml|toml|json|local)\S{0,2}:\d{1,6}\b|\bline \d{1,6}\b", re.IGNORECASE
)
"""A place in the settings names what is not there: then that line is to be mended, not the file made."""


def cause_of_hit(rule: Rule, said: Sequence[Line], words: Sequence[Line], is_told: Callable[[Line], bool]) -> str:
    """The rule's, unless it names none or listens to the words, and they name one. In log text, where nothing else can
    be looked at, the reason of a unit's failure is what its own programs said just before, if no rule tells it."""
    texts: list[str] = [line.text for line in said] if rule.from_words or rule.cause == UNSAID else []
    in_log = bool(words) and words[0].source == "log"
    if rule.cause in (*SYMPTOMS, UNSAID) and in_log and not any(map(is_told, words)):
        last = [line.text for line in words]
        texts += [reason(last), *last]
    return next(filter(says_why, map(cause_of_own, texts)), rule.cause)


def refused_by_system(rule: Rule, said: Sequence[Line]) -> Refusal | None:
    """What the operating system refused, where that is more exact than the rule."""
    found = refusal(said[0].text) if rule.cause in YIELDING else None
    if rule.cause == "bad-config" and not found and cause_of_own(said[0].text) == "permission":
        found = Refusal("permission", "")
    if found and found.cause == "missing-path" and _IN_SETTINGS.search(said[0].text):
        return None
    return found if found and found.cause in YIELDING[rule.cause] else None
