"""Log text names programs, not units: whose words they are, by PID 1's lines beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from stillwatch.records.trigger import Trigger
from stillwatch.triage.precedence import DEPENDENT, HOST_WIDE, SYMPTOMS, UNIT_FAILURE, family
from stillwatch.triage.sighting import Units, is_from_log
from stillwatch.unit.names import is_unit

LAST_WORDS = 15.0
"""Seconds before PID 1 says that a unit failed in which its programs say why."""
AFTERWARDS = 2.0
SHORTEST_STEM = 4
NOBODYS = frozenset({"", "kernel", "systemd", "sudo", "su", "sshd", "cron", "crond", "dbus-daemon", "audit"})
"""Programs that speak for themselves or of others, never as a part of a unit that fails beside them."""

_SCRIPT = re.compile(r"(?:unit-script-)?(?P<name>.+?)-(?:pre-start|post-start|pre-stop|post-stop|start|stop|reload)")
_TOKEN = re.compile(r"[a-z]+")


def adopter(triggers: Sequence[Trigger], units: Units) -> Callable[[Trigger], str]:
    """Of a trigger from log text whose subject is a program: its unit, or "" where nothing tells.

    By name: `nginx` is nginx.service if somebody speaks of that one; NixOS's `shop-start` is shop.service; `mariadbd`
    is the failing mariadb.service. Else by the moment: the one unit that PID 1 calls failed right after, for no
    reason that is known.
    """
    named = {trigger.subject for trigger in triggers}
    failed = _failed(triggers)

    def unit_of(trigger: Trigger) -> str:
        program = trigger.subject
        if not is_from_log(trigger) or is_unit(program) or program in NOBODYS:
            return ""
        for name in _names(program):
            if name in named or units.get(name):
                return name
        nearby = failed.get(trigger.host, {})
        return _kin(program, nearby) or _at_that_moment(trigger, nearby)

    return unit_of


def _names(program: str) -> tuple[str, ...]:
    script = _SCRIPT.fullmatch(program)
    return (f"{program}.service", *((f"{script['name']}.service",) if script else ()))


def _failed(triggers: Iterable[Trigger]) -> Mapping[str, Mapping[str, list[Trigger]]]:
    """Host → service → what PID 1's lines in log text say of it."""
    failed: dict[str, dict[str, list[Trigger]]] = defaultdict(lambda: defaultdict(list))
    for trigger in triggers:
        if is_from_log(trigger) and trigger.subject.endswith(".service"):
            failed[trigger.host][trigger.subject].append(trigger)
    return failed


def _kin(program: str, failed: Mapping[str, object]) -> str:
    """The one failing unit whose name is the program's, give or take an ending: mariadbd, postgres, php-fpm8.2."""
    alike = [unit for unit in failed if _is_kin(program, unit.removesuffix(".service"))]
    return alike[0] if len(alike) == 1 else ""


def _is_kin(program: str, stem: str) -> bool:
    short, long = sorted((program.lower(), stem.lower().partition("@")[0]), key=len)
    if len(short) >= SHORTEST_STEM and long.startswith(short):
        return True
    tokens = set(_TOKEN.findall(short))
    return len(tokens) > 1 and tokens == set(_TOKEN.findall(long))


def _at_that_moment(trigger: Trigger, failed: Mapping[str, Sequence[Trigger]]) -> str:
    if trigger.cause in DEPENDENT or family(trigger.cause) not in (UNIT_FAILURE, *HOST_WIDE):
        return ""
    near = [unit for unit, theirs in failed.items() if any(_is_last_word(trigger, end) for end in theirs)]
    if len(near) != 1 or not all(end.cause in SYMPTOMS for end in failed[near[0]]):
        return ""
    return near[0]


def _is_last_word(trigger: Trigger, end: Trigger) -> bool:
    return end.first - LAST_WORDS <= trigger.last and trigger.first <= end.last + AFTERWARDS
