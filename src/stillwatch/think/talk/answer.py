"""Incidents as sentences, by fixed code, with their evidence numbered through."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from stillwatch.records.incident import Evidence, Incident
from stillwatch.think.talk.words import Language
from stillwatch.untrusted.echo import with_quotations

CITED = re.compile(r"\[(E\d+)\]")
_CARRIED = re.compile(r"\s{0,9}\((E\d+(?:, E\d+)*)\)\.?\Z")
"""The ids that a sentence of the rules ends with, as in "the port is taken (E1, E6)."."""
_CITES = re.compile(r"\s{0,9}((?:\[E\d{1,20}\] ?){1,50})\.?\Z")


def asked_about(question: str, names: Sequence[str]) -> list[str]:
    """The unit names that the question mentions, whole ("nginx" or "nginx.service"), longest first."""
    words = question.casefold()

    def mentioned(name: str) -> bool:
        stem = name.rsplit(".", 1)[0].casefold()
        return bool(stem) and re.search(rf"(?<![\w@-]){re.escape(stem)}(?![\w@-])", words) is not None

    return sorted((name for name in names if mentioned(name)), key=lambda name: (-len(name), name))


def numbered(incidents: Sequence[Incident], most: int = 24) -> tuple[list[Incident], tuple[Evidence, ...]]:
    """The incidents with their evidence numbered through (E1, E2, …), and all of that evidence."""
    result, everything = [], list[Evidence]()
    for incident in map(with_quotations, incidents):
        room = max(most - len(everything), 0)
        names = {one.id: f"E{len(everything) + number}" for number, one in enumerate(incident.evidence[:room], 1)}
        kept = [replace(one, id=names[one.id], incident=incident.id) for one in incident.evidence[:room]]
        everything += kept
        cause = incident.cause and replace(incident.cause, text=_renamed(incident.cause.text, names))
        result.append(replace(incident, evidence=tuple(kept), cause=cause))
    return result, tuple(everything)


def parted(text: str) -> tuple[str, str]:
    """A sentence of a `numbered` incident, and the citations that it ends with ("[E1] [E6]"), "" for none."""
    found = _CITES.search(text)
    return (text[: found.start()], found[1].strip()) if found else (text, "")


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Its evidence cited by the new names."""
    found = _CARRIED.search(text)
    if found is None:
        return text
    kept = [f"[{names[name]}]" for name in found[1].split(", ") if name in names]
    return f"{text[: found.start()].rstrip('.')} {' '.join(kept)}".rstrip()


SEEN: Final[Mapping[Language, str]] = {
    "en": "I have just seen it, and am looking into it.",
    "de": "Das habe ich eben gesehen und schaue es mir an.",
    "fr": "Je viens de le voir et je l'examine.",
    "es": "Acabo de verlo y lo estoy examinando.",
}
UNKNOWN: Final[Mapping[Language, str]] = {
    "en": "the cause is not known",
    "de": "die Ursache ist nicht bekannt",
    "fr": "la cause n'est pas connue",
    "es": "no se conoce la causa",
}
SURE: Final[Mapping[Language, str]] = {"en": "confidence", "de": "Sicherheit", "fr": "confiance", "es": "confianza"}
PROPOSED: Final[Mapping[Language, str]] = {
    "en": "Proposed: {what}; nothing has been changed.",
    "de": "Vorschlag: {what}; geändert wurde nichts.",
    "fr": "Proposition : {what} ; rien n'a été changé.",
    "es": "Propuesta: {what}; no se ha cambiado nada.",
}


def sentence(incident: Incident, language: Language = "en") -> str:
    """One incident: what, why, and the evidence that shows it. What the rules say of it stands in English."""
    what = f"{incident.subject}: {incident.summary}" if incident.subject not in incident.summary else incident.summary
    if incident.cause is None and not incident.evidence:
        return f"{what}. {SEEN[language]}"
    why, cited = parted(incident.cause.text) if incident.cause else (UNKNOWN[language], "")
    cited = cited or " ".join(f"[{evidence.id}]" for evidence in incident.evidence)
    sure = (
        "" if incident.cause is None or incident.confidence >= 0.8 else f" ({SURE[language]} {incident.confidence:.0%})"
    )
    begins = why.casefold().startswith(f"{what.casefold()}:")  # then the cause says it already
    text = f"{'' if begins else f'{what}. '}{_begun(why).rstrip('.')}{sure} {cited}."
    if incident.proposal is not None:
        action = incident.proposal.action.replace("_", " ")
        text += " " + PROPOSED[language].format(what=f"{action} {incident.proposal.target}")
    return text.replace("  ", " ")


def _begun(words: str) -> str:
    """With a capital, unless it begins with a name ("web.service", "/srv"), which stays as it is."""
    first = words.partition(" ")[0]
    return words if re.search(r"[./_@]", first) else f"{words[:1].upper()}{words[1:]}"


def cited(text: str, evidence: Sequence[Evidence]) -> tuple[str, tuple[Evidence, ...]]:
    """The text without citations of evidence that does not exist, and the evidence that it cites."""
    known = {one.id: one for one in evidence}
    clean = CITED.sub(lambda match: match.group(0) if match.group(1) in known else "", text)
    ids = dict.fromkeys(CITED.findall(clean))
    return clean.strip(), tuple(known[id] for id in ids)
