"""Words of a question, in any of four languages: folded, cut, and which language they are."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable
from importlib.resources import files
from typing import Final, Literal

Language = Literal["en", "de", "fr", "es"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "de", "fr", "es")
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9_.@:/-]*[a-z0-9]|[a-z0-9]|/(?:[a-z0-9_.@-]+/?)*")
_SHARP: Final = str.maketrans({"ß": "ss", "’": "'", "`": "'", "œ": "oe", "æ": "ae"})

_TABLES: Final = tomllib.loads(files("stillwatch.think.talk").joinpath("small_words.toml").read_text("utf-8"))
COMMON: Final[dict[Language, frozenset[str]]] = {name: frozenset(_TABLES["common"][name].split()) for name in LANGUAGES}
SPOKEN_NAMES: Final = frozenset(_TABLES["spoken_names"].split())
"""Words that may be a unit's name and mostly are not meant as one."""
TELLING: Final[dict[Language, frozenset[str]]] = {
    name: frozenset(_TABLES["telling"][name].split()) for name in LANGUAGES
}
_MARKS: Final[tuple[tuple[Language, re.Pattern[str]], ...]] = (
    ("es", re.compile(r"[¿¡ñ]|[cs]ión\b")),
    ("de", re.compile(r"[äöüß]")),
    ("fr", re.compile(r"[çêèœàâîôûë]|\b[ldjnmcsq]'|qu'|\w [?!]$")),
)
COMMON_ANYWHERE: Final = frozenset(word for words in COMMON.values() for word in words)


def folded(text: str) -> str:
    """Small letters without accents: "Où en est l’été?" gives "ou en est l'ete?"; umlauts lose their dots."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_SHARP))
    return "".join(character for character in plain if not unicodedata.combining(character))


def words_of(text: str) -> list[str]:
    """Its words, folded; names of units, paths, addresses and hosts stay whole. Elided French articles are cut off."""
    plain = re.sub(r"\b(?:l|d|j|n|m|c|s|t|qu|jusqu)'(?=\w)", " ", folded(text))
    plain = re.sub(r"(?<=\w)'(?:s|re|ve|ll|d|m)\b", "", plain).replace("n't", " not")
    plain = re.sub(r"\b(what|who|how|where|when)s\b", r"\1", plain)
    return _WORD.findall(plain.replace("'", " "))


def language_of(
    text: str, otherwise: Language = "en", tongue: Callable[[str], Language | None] = lambda _: None
) -> Language:
    """By its small words and letters; `otherwise` where they do not tell. tongue: the one language of a longer word."""
    found = set(words_of(text))
    scores: dict[Language, float] = {name: float(len(found & COMMON[name])) for name in LANGUAGES}
    for name, marks in _MARKS:
        scores[name] += 1.5 * bool(marks.search(text.casefold()))
    for name in LANGUAGES:
        scores[name] += 0.8 * len(found & TELLING[name])
    for language in map(tongue, found):
        if language is not None:
            scores[language] += 0.6
    best = max(LANGUAGES, key=lambda name: (scores[name], name == otherwise))
    return best if scores[best] > scores[otherwise] else otherwise
