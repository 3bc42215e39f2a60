"""What a message asks: its language, what it names, its topic; a follow-up takes what it leaves out from before."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from stillwatch.records.unit import UnitState
from stillwatch.think.talk.catalogue import catalogue, router
from stillwatch.think.talk.concepts import concepts_of
from stillwatch.think.talk.named import Named, find
from stillwatch.think.talk.router import SURE
from stillwatch.think.talk.topic import Topic
from stillwatch.think.talk.words import COMMON_ANYWHERE, Language, folded, language_of, words_of

MOST_BEFORE: Final = 3
MOST_CHARACTERS: Final = 600
"""A question is told from its beginning; what follows may be a pasted log."""
_AND: Final = re.compile(
    r"^(?:and|und|et|y|also|what about|how about|and what about|was ist mit|und was ist mit|wie steht es mit|et pour|qu'en est-il de|y que tal)\b"
)
_SINCE: Final = re.compile(
    r"\b(?:since when|how long(?: already)?|seit wann|wie lange(?: schon)?|depuis quand|depuis combien de temps|desde cuando|hace cuanto)\b"
)
_WHY: Final = re.compile(
    r"^(?:(?:and|und|et|y) )?(?:why|how come|warum|wieso|weshalb|pourquoi|por que)(?: (?:is that|that|das|ist das|cela|ca|eso))?[ ?!.]*$"
)
_BECAUSE: Final = re.compile(r"\b(?:why|how come|warum|wieso|weshalb|pourquoi|por que)\b")
_INSIDE: Final = re.compile(r"\b(?:in there|in it|inside|darin|da drin|drin|dort|dedans|la-dedans|dentro|alli)\b")
_ORDINALS: Final = (
    r"first|1st|erste[rsn]?|premier|premiere|primer[oa]?", r"second|2nd|zweite[rsn]?|deuxieme|segund[oa]", r"third|3rd|dritte[rsn]?|troisieme|tercer[oa]?",
    r"fourth|4th|vierte[rsn]?|quatrieme|cuart[oa]", r"fifth|5th|fuenfte[rsn]?|funfte[rsn]?|cinquieme|quint[oa]",
)  # fmt: skip
_NTH: Final = [
    re.compile(rf"\b(?:the |der |die |das |le |la |el )?(?:{words})(?: one| eine?)?\b") for words in _ORDINALS
]
_LAST: Final = re.compile(r"\bthe last one\b|\b(?:der|die|das) letzte$|\ble dernier$|\bel ultimo$")
_THAT: Final = re.compile(r"\b(?:it|that|this|them|he|er|sie|es|das|il|elle|cela|ca|eso|ello)\b")
MOST_OF_A_FOLLOW_UP: Final = 7
OF_A_UNIT: Final = {
    "wrong": "unit_state",
    "start_up": "unit_state",
    "enabled": "unit_state",
    "safe_reboot": "needed_by",
}
"""Topics of the whole host, and in which one a unit that the question names is told of."""
SURE_OF_A_WORD: Final = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """topic: None where it is not clear; near: the likely topics, the best first, none of what is no question; row:
    which row of the answer before is meant (1 the first, -1 the last, 0 none); before: what that answer was to."""

    question: str
    language: Language
    named: Named
    topic: Topic | None
    near: tuple[tuple[Topic, float], ...] = ()
    row: int = 0
    before: Understood | None = None


def understand(
    question: str,
    before: Sequence[str],
    units: Mapping[str, UnitState],
    *,
    now: float,
    users: Collection[str] = (),
) -> Understood:
    """before: what the person wrote earlier, oldest first."""
    earlier = [line[:MOST_CHARACTERS] for line in before[-MOST_BEFORE:] if line.strip()]
    question = question[:MOST_CHARACTERS]
    vocabulary = router().vocabulary
    otherwise = language_of(earlier[-1], tongue=vocabulary.tongue) if earlier else "en"
    language = language_of(question, otherwise, vocabulary.tongue)
    named = find(question, units, now=now, knows=vocabulary.knows, users=users)
    routed = router().route(question, named)
    topic = _of_the_named(routed.topic, named, question)
    understood = Understood(question=question, language=language, named=named, topic=topic, near=routed.ranked)
    if topic is None and named.span and not named.units and _bare(understood):
        understood = replace(understood, topic=catalogue()["happened"])  # "what was at 15:30?"
    if not earlier:
        bare = _WHY.fullmatch(folded(question).strip(" ?!."))
        return replace(understood, topic=catalogue()["wrong"]) if bare else understood
    prior = understand(earlier[-1], earlier[:-1], units, now=now, users=users)
    followed = _followed(understood, prior)
    if followed.topic is None and (spelled := _spelled(question, prior.named)):
        again = understand(spelled, (), units, now=now, users=users)
        return replace(again, question=question, before=prior) if again.topic else followed
    return followed


def _spelled(question: str, named: Named) -> str:
    """The question with what the one before named in the place of "it"; "" where it says no such word."""
    thing = named.path or named.unit
    spelled, count = _THAT.subn(thing, folded(question), count=1)
    return spelled if thing and count else ""


def by_itself(piece: str, units: Mapping[str, UnitState], *, now: float, users: Collection[str] = ()) -> Topic | None:
    """What a piece of a question is about, where it says so without the rest."""
    understood = understand(piece, (), units, now=now, users=users)
    named = understood.named
    enough = SURE if len(words_of(piece)) > 1 else SURE_OF_A_WORD
    sure = understood.near and understood.near[0][1] >= enough and understood.near[0][0] == understood.topic
    lacks = understood.topic and understood.topic.wants == "unit" and not (named.units or named.role or named.unknown)
    return understood.topic if sure and not lacks and not _bare(understood) else None


def _of_the_named(topic: Topic | None, named: Named, question: str) -> Topic | None:
    """What is asked of the whole host, or of us, is asked of the unit or the person that the question names."""
    name = topic.name if topic else ""
    ours = "ours" in concepts_of(words_of(question))
    if named.units and name == "deeds" and not ours:
        return catalogue()["unit_state"]
    if name == "logged_in" and named.span:
        return catalogue()["logins"]
    if named.units and (instead := OF_A_UNIT.get(name)):
        return catalogue()[instead]
    if name == "package" and named.path:
        return catalogue()["file"]
    if name == "deeds" and named.user:
        return catalogue()["logins"]
    return topic


def _followed(now: Understood, prior: Understood) -> Understood:
    """What it means after the question before; itself where it stands alone."""
    text = folded(now.question).strip(" ?!.")
    words = words_of(now.question)
    if len(words) > MOST_OF_A_FOLLOW_UP or prior.topic is None:
        return now
    named = _merged(now.named, prior.named)
    if row := _row(text):
        return replace(now, topic=_of_row(text, prior.topic), named=named, row=row, before=prior)
    topics, bare = catalogue(), _bare(now)
    if _SINCE.search(text) and (bare or _AND.match(text)):
        disks = prior.topic.name in ("disk_space", "disk_fill", "disk_trend")
        return replace(
            now,
            topic=topics["disk_trend" if disks else "unit_state"],
            named=named,
            row=0 if disks else _only(prior),
            before=_of_rows(prior),
        )
    if _WHY.fullmatch(text):
        return replace(
            now,
            topic=topics["disk_fill" if prior.topic.name == "disk_space" else "unit_down"],
            named=named,
            row=_only(prior),
            before=_of_rows(prior),
        )
    if _INSIDE.search(text) and prior.topic.name in ("disk_space", "mounts", "inodes", "disk_trend"):
        return replace(now, topic=topics["disk_fill"], named=named, before=prior)
    if _AND.match(text) and bare:
        return replace(now, topic=_of_the_named(prior.topic, now.named, now.question), named=named, before=prior)
    if now.topic and now.topic.wants == "unit" and not now.named.units and not now.named.role and _THAT.search(text):
        return replace(now, named=replace(named, unknown=""), row=_only(prior), before=prior)
    if now.topic is None and now.near and _is_little(words) and (now.named.units or now.named.span or now.named.path):
        return replace(now, topic=prior.topic, named=named, before=prior)
    return now


def _of_row(text: str, before: Topic) -> Topic:
    """What is asked of one row of the answer before: since when and why are questions of their own."""
    if before.name in ("services", "wrong", "unit_state", "unit_down", "waiting", "happened"):
        if _SINCE.search(text):
            return catalogue()["unit_state"]
        if _BECAUSE.search(text):
            return catalogue()["unit_down"]
    return before


def _only(prior: Understood) -> int:
    """The first row of the answer before stands for "it", where no unit was named; or the row that it was about."""
    return 0 if prior.named.units else prior.row or 1


def _of_rows(prior: Understood) -> Understood:
    """The answer that has the rows: where the one before was about a row itself, the one before that."""
    return prior.before if prior.row and prior.before is not None else prior


def _row(text: str) -> int:
    if _LAST.search(text):
        return -1
    return next((number for number, shape in enumerate(_NTH, 1) if shape.search(text)), 0)


def _bare(now: Understood) -> bool:
    """Beside names and small words it says nothing of its own."""
    names = {part for name in now.named.units for part in (name.casefold(), name.rpartition(".")[0].casefold())}
    left = [
        word
        for word in words_of(now.question)
        if word not in COMMON_ANYWHERE and word not in names and not word.startswith("/")
    ]
    spoken = {"about", "also", "auch", "aussi", "tambien", "steht", "tal", "long", "lange", "already", "yesterday", "gestern", "hier", "ayer",
              "week", "woche", "semaine", "semana", "night", "nacht", "nuit", "noche", "today", "heute", "hoy"}  # fmt: skip
    return not [word for word in left if word not in spoken and word != now.named.user and not word[0].isdecimal()]


def _is_little(words: Sequence[str]) -> bool:
    return len(words) <= 4


def _merged(now: Named, prior: Named) -> Named:
    """What is named now, and from before what is not."""
    merged = {}
    for one in fields(Named):
        value = getattr(now, one.name)
        merged[one.name] = value if value else getattr(prior, one.name)
    if now.units:
        merged["role"], merged["unknown"] = now.role, ""
    return Named(**merged)
