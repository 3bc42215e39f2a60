"""A topic: what is asked about, in four languages, and the code that answers it from what is seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from stillwatch.ports import Clock, LookTools
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident
from stillwatch.records.look import Seen
from stillwatch.records.report import SourceReport
from stillwatch.records.unit import UnitState
from stillwatch.think.talk.named import Named
from stillwatch.think.talk.words import Language, words_of
from stillwatch.untrusted.redact import safe_text
from stillwatch.views.gate import AskGate

MOST_ROWS: Final = 12
CELL: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The same sentence in the languages that answers are given in; Spanish questions get English where it has none."""

    en: str
    de: str
    fr: str
    es: str = ""

    def in_(self, language: Language) -> str:
        return {"en": self.en, "de": self.de, "fr": self.fr, "es": self.es}[language] or self.en


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known of the host without a look. incidents: `numbered`, with all their evidence; recent: resolved ones
    too; samples: metric, since, until → readings; gate: one verb to it; models: a line for
    each tier."""

    units: Mapping[str, UnitState] = field(default_factory=dict)
    sources: Sequence[SourceReport] = ()
    incidents: Sequence[Incident] = ()
    evidence: tuple[Evidence, ...] = ()
    recent: Callable[[int], Sequence[Incident]] = lambda most: ()
    samples: Callable[[str, float, float], Sequence[tuple[float, float]]] | None = None
    gate: AskGate | None = None
    notes: Callable[[], Sequence[str]] = tuple
    mutes: Callable[[], Sequence[str]] = tuple
    models: Sequence[str] = ()


class Value(str):
    """A value in a sentence; `{count:file|files}` gives "1 file" and "2 files"."""

    __slots__ = ()

    def __format__(self, names: str) -> str:
        one, _, many = names.partition("|")
        return f"{self!s} {one if self == '1' else many}" if names else str(self)


@dataclass(kw_only=True)
class Asking:
    """One question being answered: what it names, what may be looked at, and what was said so far.

    looking: hears of each look; earlier: what was said to the pieces of the question before this one; narrowed: the
    answer is about the named path or unit alone.
    """

    question: str
    language: Language
    named: Named
    known: Known
    looks: LookTools | None
    clock: Clock
    looking: Callable[[str], None] = lambda _: None
    sentences: list[str] = field(default_factory=list)
    table: list[tuple[str, ...]] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    evidence: tuple[Evidence, ...] = ()
    earlier: str = ""
    narrowed: bool = False
    _of: dict[int, str] = field(default_factory=dict)
    _failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.evidence = self.evidence or self.known.evidence

    async def look(self, tool: str, /, **arguments: object) -> Seen:
        """Look once; what cannot be seen has a problem."""
        if self.looks is None:
            return Seen(
                tool=tool, arguments=arguments, at=0.0, text=Untrusted(""), problem="nothing can be looked at here"
            )
        self.looking(f"looking: {tool}")
        seen = await self.looks.look(tool, arguments)
        if seen.problem:
            self._failed.append(_plain(seen.problem).rstrip("."))
        else:
            looked_for = ", ".join(f"{key}={value}" for key, value in seen.arguments.items())
            self._of[id(seen)] = self.found(f"{tool}({looked_for})", seen.text, seen.at)
        return seen

    def found(self, source: str, text: str, at: float | None = None) -> str:
        """The id of a new piece of evidence."""
        when = self.clock.now() if at is None else at
        one = Evidence(
            id=f"E{len(self.evidence) + 1}", incident="", kind="look", source=source, at=when, text=Untrusted(text)
        )
        self.evidence = (*self.evidence, one)
        return one.id

    def say(self, words: Words, /, *by: Seen | str, **values: object) -> None:
        """One sentence in the asker's language, with the evidence that it rests on."""
        ids = [one if isinstance(one, str) else self._of.get(id(one), "") for one in by]
        cites = " ".join(f"[{name}]" for name in dict.fromkeys(ids) if name)
        text = words.in_(self.language).format(**{name: Value(_plain(value)) for name, value in values.items()})
        self.sentences.append(f"{text} {cites}".rstrip())

    def cannot(self, seen: Seen | Words | str, instead: str) -> None:
        """An honest no: what could not be seen, why, and the command that a person would type."""
        why = seen if isinstance(seen, str) else seen.in_(self.language) if isinstance(seen, Words) else seen.problem
        self.say(CANNOT, why=why.rstrip("."), instead=instead)

    def own_up(self, *, whole: bool = False) -> None:
        """What a topic went on without is told, too: half an answer that looks whole is a false one. whole: it answers
        for the whole host, whatever the question names."""
        statement = {word.removesuffix(".service") for word in words_of(self.question)}
        unit = next((name for name in self.named.units if name.removesuffix(".service").casefold() in statement), "")
        if whole and not self.narrowed and (name := unit or self.named.path):
            self.say(WHOLE, name=name)
        for why in dict.fromkeys(self._failed):
            if not any(why in one for one in self.sentences):
                self.say(PARTLY, why=why)

    def row(self, *cells: object, subject: str = "") -> None:
        """One row of a small table; subject: what "the second one" then means."""
        if len(self.table) <= MOST_ROWS:
            self.table.append(tuple(_plain(cell)[:CELL] for cell in cells))
        self.subjects.append(subject)

    def when(self, at: float) -> str:
        """By the host's clock; only the hour for today."""
        then, now = (datetime.fromtimestamp(one, tz=UTC).astimezone() for one in (at, self.clock.now()))
        return f"{then:%H:%M}" if then.date() == now.date() else f"{then:%Y-%m-%d %H:%M}"

    def text(self) -> str:
        """All of it, as Markdown: sentences, then the table."""
        lines = [" ".join(self.sentences)]
        if self.table:
            lines += ["", *(f"- {' · '.join(cell for cell in row if cell)}" for row in self.table[:MOST_ROWS])]
            if len(self.subjects) > MOST_ROWS:
                lines.append(f"- … +{len(self.subjects) - MOST_ROWS}")
        return "\n\n".join(filter(None, (self.earlier, "\n".join(lines).strip())))


Answer = Callable[[Asking], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """title: what it is about, for "did you mean"; questions: one a line; wants: what it needs named ("unit"), or may
    have named ("name"); looks: all that its code may look at; explains: an answer that a model may put into words of its own;
    whole: it answers for the whole host, and says so where the question names a unit or a path."""

    name: str
    title: Words
    questions: Mapping[str, str]
    answer: Answer
    looks: Sequence[str] = ()
    wants: str = ""
    explains: bool = False
    whole: bool = False

    def examples(self, language: Language) -> list[str]:
        return [line.strip() for line in self.questions.get(language, "").splitlines() if line.strip()]


WHOLE: Final = Words(
    en="That is about the whole host, not about {name} alone.",
    de="Das gilt für den ganzen Host, nicht für {name} allein.",
    fr="Cela vaut pour tout l'hôte, pas pour {name} seul.",
    es="Esto vale para todo el equipo, no solo para {name}.",
)
PARTLY: Final = Words(
    en="Part of it I cannot see: {why}.",
    de="Einen Teil davon kann ich nicht sehen: {why}.",
    fr="Je n'en vois pas une partie : {why}.",
    es="Una parte no la puedo ver: {why}.",
)
CANNOT: Final = Words(
    en="I cannot see that: {why}. On the host you would type: {instead}",
    de="Das kann ich nicht sehen: {why}. Auf dem Host tippt man: {instead}",
    fr="Je ne peux pas voir cela : {why}. Sur l'hôte, on tape : {instead}",
    es="No puedo ver eso: {why}. En el equipo se escribe: {instead}",
)


def rows(seen: Seen, name: str) -> list[Mapping[str, Any]]:
    """The rows under a name; none where there are none."""
    listed: Any = seen.data.get(name)
    return [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, (list, tuple)) else []


def number(seen: Seen, name: str) -> float | None:
    """A number under a name, None where there is none."""
    value: Any = seen.data.get(name)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def strings(seen: Seen, name: str) -> list[str]:
    listed: Any = seen.data.get(name)
    return [str(one) for one in listed] if isinstance(listed, (list, tuple)) else []


def _plain(value: object) -> str:
    """A value in a sentence: cleaned, on one line, and no citation of its own."""
    return safe_text(str(value), 400).replace("[E", "(E").replace("\n", " ")
