"""Trouble that no rule knows: never silence, and never a hundred incidents.

Files have no priority, so words and levels in the text decide. What calls itself fatal is a trigger whoever says it; an
error is one unless it is like a line that the families call ordinary. Sentences of failure count in a text that a
person has picked out, if nothing else was found in it: such a text is not called healthy because no rule knows it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from stillwatch.records.cause import is_symptom, says_why
from stillwatch.records.event import Event
from stillwatch.records.trigger import UNKNOWN, Severity, Trigger
from stillwatch.watch.everyday import Everyday
from stillwatch.watch.gravity import (
    ERROR,
    FAILURE,
    FATAL,
    gist_of,
    gravity,
    is_failure,
    is_of_a_client,
    refusal,
    tells_an_end,
)
from stillwatch.watch.novelty import Novel
from stillwatch.watch.reasons import cause_of
from stillwatch.watch.rule import Rule

MOST_PROGRAMS: Final = 8
MOST_KINDS: Final = 3
"""Of one program: an incident each, with these as evidence. The report's list has the others."""
PICKED: Final = 40
"""Lines: who shows so few has picked them out."""
FEW: Final = 3
"""Programs: a text in which more of them complain a little is no more than an ordinary day."""
OFTEN: Final = 3
STRIKING: Final = frozenset(
    ("data-damaged", "device-missing", "disk-full", "filesystem-error", "hardware", "quorum-lost")
)
"""Causes with which a program does not do its work, whatever it calls them."""
OF_ADMINISTRATORS: Final = frozenset(("permission", "disk-full", "filesystem-error", "hardware"))
"""What the system refuses until somebody mends it; what is not there yet may come."""
GUARDED: Final = frozenset(("kernel", "systemd"))
"""Whose errors at every start are many and mean little: of them the rules know which matter."""

CHATTY: Final = (
    "gnome-*", "gsd-*", "gdm-*", "gjs*", "plasma*", "kwin*", "kde*", "xfce*", "xfwm*", "cinnamon*", "mate-*",
    "*.desktop", "pipewire*", "wireplumber*", "pulseaudio*", "xdg-*", "flatpak-*", "tracker-*", "evolution-*",
    "goa-*", "gvfs*", "at-spi*", "dbus-daemon", "dbus-broker*", "bluetoothd", "fwupd", "packagekitd", "ibus*",
    "fcitx*", "polkit*", "geoclue*", "colord", "upowerd", "ModemManager", "blueman*", "nm-applet", "org.*",
    "firefox*", "chrom*", "rtkit*",
)  # fmt: skip
"""Desktops, and what waits on them: their libraries complain all day, and of no service. Of them only what is fatal."""


def known_programs(rules: Iterable[Rule]) -> frozenset[str]:
    """The programs that rules speak of, by their own lists and by whose lines their samples are."""
    named = {program for rule in rules for program in rule.programs if not set("*?[") & set(program)}
    samples = {sample.program for rule in rules for sample in (*rule.fires, *rule.silent)}
    return frozenset(name.removesuffix(".service") for name in (*named, *samples) if name)


def ranked(novel: Sequence[Novel]) -> list[Novel]:
    """The gravest words first, then the rarest, then the newest."""
    return sorted(novel, key=lambda one: (-gravity(one.sample, one.priority), one.count, -one.last))


class Unknown:
    """Judges lines that no rule knows. known: programs that rules speak of; host: the one watched."""

    def __init__(self, known: Callable[[], Collection[str]], everyday: Callable[[], Everyday], host: str) -> None:
        self._known, self._everyday, self._host = known, everyday, host

    def triggers(
        self, novel: Sequence[Novel], known: Collection[Trigger], lines: int | None = None
    ) -> tuple[Trigger, ...]:
        """A low trigger for each of the gravest kinds of lines, a few a program; a medium one of what calls itself
        fatal in a text that a person has picked out.

        known: what the rules found; a program of which they speak already needs no second voice. lines: how long the
        text was, None for a journal, whose entries state how grave they are.
        """
        picked = lines is not None and lines <= PICKED
        untold = self._told_by_symptoms(known) if picked else frozenset()
        worst = self._worst(novel, known, lines is None, untold)
        if lines is not None and not picked:
            worst = self._often(worst)
        elif picked and _is_any(known):
            worst = [one for one in worst if self._adds(one, untold)]
        elif not worst and lines is not None:
            reported = [one for one in ranked(novel) if self._is_said(one)]
            worst = reported if len({one.subject for one in reported}) <= FEW else []
        kinds: dict[tuple[str, str], list[Novel]] = defaultdict(list)
        for one in worst:
            kinds[one.host or self._host, one.subject].append(one)
        first = list(kinds.items())[:MOST_PROGRAMS]
        is_text = lines is not None
        found = tuple(trigger for (at, _), ones in first for trigger in _of_one(ones[:MOST_KINDS], at, is_text))
        if not picked:
            return found
        grave = {one.template for one in worst if _is_grave(one)}
        return tuple(
            replace(one, severity=Severity.medium) if one.fields["template"] in grave else one for one in found
        )

    def _told_by_symptoms(self, known: Collection[Trigger]) -> frozenset[tuple[str, str]]:
        """Of whom the rules know what came of it, and not why."""
        told = [(trigger, (trigger.host, trigger.subject)) for trigger in known if trigger.severity > Severity.info]
        reasoned = {who for trigger, who in told if not is_symptom(trigger.cause)}
        return frozenset(who for _, who in told) - reasoned

    def _adds(self, one: Novel, untold: Collection[tuple[str, str]]) -> bool:
        """Whether it tells more than the rules do: of those of whom they know only what came of it, why."""
        if (one.host or self._host, one.subject) in untold:
            return says_why(cause_of(one.sample))
        return gravity(one.sample, one.priority) >= FATAL

    def _worst(
        self, novel: Sequence[Novel], known: Collection[Trigger], journal: bool, untold: Collection[tuple[str, str]]
    ) -> list[Novel]:
        spoken = {(trigger.host, trigger.subject) for trigger in known if trigger.severity > Severity.info}
        spoken -= set(untold)
        return [
            one
            for one in ranked(novel)
            if (one.host or self._host, one.subject) not in spoken and self._is_trouble(one, journal)
        ]

    def _often(self, worst: Sequence[Novel]) -> list[Novel]:
        """Of a program that rules know, a single error in a long text is no fault yet."""
        counts = Counter[str]()
        for one in worst:
            counts[one.subject] += one.count
        known = self._known()
        return [
            one for one in worst if counts[one.subject] >= OFTEN or one.subject.removesuffix(".service") not in known
        ]

    def _is_trouble(self, one: Novel, journal: bool) -> bool:
        grave = gravity(one.sample, one.priority)
        if grave >= FATAL:
            return self._is_news(one)
        name = one.subject.removesuffix(".service")
        if journal and (self._goes_on(one, name) or self._is_refused(one, name)):
            return True
        if grave < ERROR or _is_chatty(name) or (name in GUARDED and "*ERROR*" not in one.sample):
            return False
        known = name in self._known()
        if journal:
            return not known and self._is_news(one)
        return self._is_news(one) and (not known or one.count >= OFTEN or not is_of_a_client(one.sample))

    def _goes_on(self, one: Novel, name: str) -> bool:
        """Whether a service says again and again that it cannot do something, and why, however calmly it says it.

        Most programs write to the journal by way of their output, where every line counts as information.
        """
        if one.count < OFTEN or not self._is_of_a_service(one, name):
            return False
        return gravity(one.sample) >= FAILURE and says_why(cause_of(one.sample)) and self._is_news(one)

    def _is_refused(self, one: Novel, name: str) -> bool:
        """Whether the system refused a service what only an administrator can give, however calmly it says it."""
        refused = refusal(one.sample)
        if refused is None or refused.cause not in OF_ADMINISTRATORS or not self._is_of_a_service(one, name):
            return False
        return gravity(one.sample) >= FAILURE and "not permitted" not in one.sample and self._is_news(one)

    def _is_of_a_service(self, one: Novel, name: str) -> bool:
        """Of one that works for others, and of its own trouble, not a client's."""
        own = name in GUARDED or name.startswith("systemd-") or _is_chatty(name)
        return not own and not is_of_a_client(one.sample)

    def _is_said(self, one: Novel) -> bool:
        """Whether it is a sentence of failure; of the kernel, which tries much and fails at it, an error."""
        least = FATAL if _is_chatty(one.subject) else ERROR if one.subject in GUARDED else FAILURE
        grave = gravity(one.sample, one.priority)
        if one.count >= OFTEN and is_failure(one.sample) and says_why(cause_of(one.sample)):
            grave = max(grave, FAILURE)  # tried again and again, it still fails
        return grave >= least and self._is_news(one)

    def _is_news(self, one: Novel) -> bool:
        return not self._everyday().knows(one.sample)


@lru_cache(maxsize=1024)
def _is_chatty(program: str) -> bool:
    return any(fnmatchcase(program, glob) for glob in CHATTY)


def _is_any(triggers: Collection[Trigger]) -> bool:
    return any(trigger.severity > Severity.info for trigger in triggers)


def _of_one(kinds: Sequence[Novel], host: str, is_text: bool) -> tuple[Trigger, ...]:
    """One program's: one fault, so one cause. In a journal the words of a program alone name none."""
    reasons = {one.template: cause_of(one.sample) if is_text else "other" for one in kinds}
    kinds = sorted(kinds, key=lambda one: _says_less(reasons[one.template]))
    named = (cause for one in kinds if (cause := reasons[one.template]) != "other")
    cause = next(named, "other")
    return tuple(_trigger(one, host, cause) for one in kinds)


def _says_less(cause: str) -> int:
    """Why comes before words that name no cause, and these before what only tells that something ended."""
    return 0 if says_why(cause) else 2 if cause == "exit-code" else 1


def _is_grave(one: Novel) -> bool:
    """By its words, or by what came of it: a service that does not start is no small matter."""
    grave = gravity(one.sample, one.priority) >= FATAL or tells_an_end(one.sample)
    return grave or cause_of(one.sample) in STRIKING


def _trigger(one: Novel, host: str, cause: str) -> Trigger:
    subject = one.subject or "a program"
    event = Event(host=host, at=one.last, source="log", subject=one.subject, text=one.sample)
    return Trigger(
        rule=UNKNOWN,
        severity=Severity.low,
        summary=f"{subject} reports trouble that no rule knows: {gist_of(one.sample)}",
        subject=subject,
        host=host,
        count=one.count,
        first=one.first,
        last=one.last,
        cause=cause,
        fields={"template": one.template},
        sample=one.sample,
        events=(event,),
    )
