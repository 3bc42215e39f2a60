"""Whether a sentence of a model stands on what code has found (R43): one line of it must bear the whole sentence.

A small model copies names and numbers faithfully and joins them wrongly: "the backup worked" of one that never ran. So
every number and name must stand in one and the same line of the facts or of the cited evidence, at least one of them
must be new to whoever asked, and what the sentence makes of them (well, down, because, most, not, next …) the line
must make of them too. A sentence that brings nothing of this kind cannot be checked, and is not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from stillwatch.records.incident import Evidence
from stillwatch.think.talk.words import COMMON_ANYWHERE, folded
from stillwatch.untrusted.echo import echoes

CITED: Final = re.compile(r"\[(E\d+)\]")
_TELLING: Final = re.compile(
    r"`([^`]+)`|(\d[\d.,]{0,30}\s?(?:[kmgt]i?b|b|ms|min|%|°c)(?!\w))"
    r"|((?:[\w@-]{1,80}\.){1,20}[\w@-]+|/[\w./@-]+|[\w-]{0,80}_[\w-]+|[\w.-]{0,80}@[\w.-]+|\b\w*\d[\w.,:%-]*)"
)
_SIZE: Final = re.compile(r"(\d[\d.,]*)([^\d.,\s:-]{1,3})")
_SENTENCE: Final = re.compile(r"(?<=[.!?:])((?:\s*\[E\d+\])*)\s+(?=[^\[\s])|\n+")


def _any(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b")


_UP: Final = _any(
    r"running|runs?|ran|is up|active|works?|worked|lauft|lief|gelaufen|aktiv|fonctionne|actif|active|tourne|marche|a marche"
    r"|funciona|funciono|activo|activa|corre|online|available|reachable|erreichbar|joignable|accesible"
)
_DOWN: Final = _any(
    r"fail\w*|down|dead|stopp\w*|inactive|broken|crash\w*|unreachable|ausgefallen|gescheitert|inaktiv|kaputt|gestoppt"
    r"|beendet|en echec|echou\w*|en panne|arrete\w*|inactif|fallid[oa]|caid[oa]|inactiv[oa]|detenid[oa]|killed|exited"
)
_WELL: Final = _any(
    r"healthy|all is well|all good|fine|no problems?|false alarm|recovered|resolved|solved|fixed|in ordnung|gesund|fehlalarm"
    r"|behoben|geloest|gelost|tout va bien|fausse alerte|resolu\w*|retabli\w*|todo va bien|falsa alarma|resuelt[oa]"
    r"|recuperad[oa]|bien|nothing (?:is )?wrong|no (?:incident|fault|error)s?|kein (?:fehler|problem|vorfall)"
    r"|aucun (?:probleme|incident)|ningun (?:problema|incidente)"
)
_SUCCESS: Final = _any(
    r"success\w*|succeed\w*|completed|finished|passed|up to date|erfolg\w*|geklappt|gelungen|durchgelaufen|abgeschlossen"
    r"|fertig|reussi\w*|abouti|termine\w*|a jour|exit[oa]\w*|completad\w*|terminad\w*|al dia"
)
_CAUSE: Final = _any(
    r"because|due|caus\w+|result\w*|reason|leads?|led|weil|wegen|aufgrund|verursach\w*|ursache|grund|durch|car|raison"
    r"|parce|porque|debido|causa\w*|responsible|blame|schuld|verantwortlich|responsable"
)
_MOST: Final = _any(
    r"most|least|highest|lowest|largest|biggest|main\w*|mostly|only|all|every\w*|alone|too|more|less|enough|meist\w*"
    r"|gross\w*|hochst\w*|hauptsachlich|nur|alle[rsn]?|mehr|weniger|genug|plus|moins|trop|seul\w*|tous|toutes|mas|menos"
    r"|demasiado|solo|todos|todas|suficiente|both|beide|normal\w*|high|low|critical|serious|slow|stable|unusual|hoch"
    r"|niedrig|kritisch|langsam|eleve\w*|critique|alt[oa]|baj[oa]|critic[oa]"
)
_ADVICE: Final = _any(
    r"should|must|need\w*|recommend\w*|consider|advis\w*|suggest\w*|please|try|check|ensure|make sure|restart|soll\w*"
    r"|muss\w*|bitte|empf\w*|devez|devrai\w*|faut|veuillez|recommand\w*|debe\w*|hay que|recomiend\w*|conviene"
)
_CLAIM: Final = _any(
    r"i|we|ich|wir|je|nous|hemos|attack\w*|hack\w*|compromis\w*|breach\w*|malware|angriff\w*|gehackt|attaque\w*|pirat\w*|ataque\w*"
    r"|yes|ja|oui|si"
)
_USED: Final = _any(r"used|full|occupied|in use|belegt|voll\w*|occupe\w*|plein\w*|usad[oa]s?|llen[oa]s?|ocupad[oa]s?")
_FREE: Final = _any(r"free|available|left|frei\w*|verfugbar|ubrig|libres?|disponibles?|restant\w*|quedan?")
_WHEN: Final = _any(
    r"yesterday|today|tonight|nights?|mornings?|evenings?|weeks?|ago|recent\w*|gestern|heute|nacht|morgens?|abends?|wochen?"
    r"|vor|kurzlich|hier|aujourd'hui|nuit|matin|soir|semaine|recemment|ayer|hoy|noche|manana|semana|recientemente"
)
_COUNT: Final = _any(
    r"two|three|four|five|six|seven|eight|nine|ten|several|many|few|twice|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn"
    r"|mehrere|viele|wenige|zweimal|deux|trois|quatre|cinq|sept|huit|neuf|dix|plusieurs|beaucoup|dos|tres|cuatro|cinco"
    r"|seis|siete|ocho|nueve|diez|vari[oa]s|much[oa]s|poc[oa]s"
)
ONE_WAY: Final = (_USED, _FREE, _WHEN, _COUNT, _UP, _DOWN, _WELL, _SUCCESS, _CAUSE, _MOST, _ADVICE, _CLAIM)
"""What only a line that says so may be turned into."""
_NOT: Final = _any(
    r"no|not|never|nobody|nothing|none|cannot|can't|isn't|doesn't|didn't|without|nicht|kein\w*|nie|niemals|niemand|nichts"
    r"|ohne|ne|pas|jamais|aucun\w*|rien|sans|nunca|ningun\w*|nada|nadie|sin|n'a|n'est"
)
_NEXT: Final = _any(r"next|upcoming|planned|scheduled|nachste\w*|geplant\w*|prochain\w*|prevu\w*|proxim\w*|previst\w*")
_COMING: Final = _any(r"will|wird|werden|sera|seront|va|ira|seran?")
_BY: Final = re.compile(r"\b(?:by|von|par|por) (?:the |der |dem |den |le |la |el )?([\w.@-]+)")
"""Who did it: a name that the line must have."""
_SINCE: Final = _any(r"since|da|denn|holds|taken|belegt")


def stands(sentence: str, facts: str, evidence: Mapping[str, Evidence], question: str = "") -> bool:
    """facts: as code has said them; evidence: what may be cited; question: its own words are no news."""
    ids = CITED.findall(sentence)
    if not ids or any(name not in evidence for name in ids):
        return False
    if echoes(sentence, (one.text for one in evidence.values()), facts):
        return False
    bare = _plain(CITED.sub("", sentence))
    tokens = _tokens(bare)
    if all(_holds(_plain(question), token) for token in tokens):
        return False
    lines = [*_said(facts, ids), *_seen([evidence[name] for name in ids])]
    known = {word for line in lines for word in _names(line)} - _names(_plain(question))
    mine = _names(bare) & known
    return any(mine <= _names(line) and _bears(line, bare, tokens) for line in lines)


def _names(line: str) -> set[str]:
    """Words that may be meant as a name: of those that the data have, the line has to have each, or two are mixed."""
    return {word for word in re.findall(r"[a-z][\w-]{2,}", line) if word not in COMMON_ANYWHERE}


def _plain(text: str) -> str:
    return " ".join(folded(text).split())


def _tokens(bare: str) -> list[str]:
    found = (quoted or size or name for quoted, size, name in _TELLING.findall(bare))
    return [token for one in found if (token := one.replace(" ", "").strip(".,:;"))]


def _said(facts: str, ids: Sequence[str]) -> Iterator[str]:
    """Sentences of code that rest on one of these, and the rows of its table."""
    pieces = _SENTENCE.split(facts)
    for text, behind in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        named = CITED.findall(f"{text}{behind or ''}")
        if not named or set(named) & set(ids):
            yield _plain(CITED.sub("", text))


def _seen(cited: Sequence[Evidence]) -> Iterator[str]:
    for one in cited:
        yield from (_plain(f"{one.source} {line}") for line in one.text.splitlines())


def _bears(line: str, bare: str, tokens: Sequence[str]) -> bool:
    if not all(_holds(line, token) for token in tokens):
        return False
    denied, says_down = bool(_NOT.search(line)), bool(_DOWN.search(line))
    if bool(_NOT.search(bare)) != denied and not (says_down or (denied and _DOWN.search(bare))):
        return False
    if bool(_NEXT.search(line)) and not (_NEXT.search(bare) or _COMING.search(bare)):
        return False
    if (_NEXT.search(bare) or _COMING.search(bare)) and not _NEXT.search(line):
        return False
    if any(name not in line for name in _BY.findall(bare)):
        return False
    return not any(kind.search(bare) and not _allows(kind, line, bare) for kind in ONE_WAY)


def _allows(kind: re.Pattern[str], line: str, bare: str) -> bool:
    if kind is _UP and _NOT.search(bare) and _DOWN.search(line):
        return True  # "is not running" of what failed
    return kind.search(line) is not None or (kind is _CAUSE and _SINCE.search(line) is not None)


def _holds(line: str, token: str) -> bool:
    """Whole: 80 is not in 8080, nor 10 in 10.5; "1.0 gib" is "1.0gib"."""
    size = _SIZE.fullmatch(token)
    shape = f"{re.escape(size[1])} ?{re.escape(size[2])}" if size else re.escape(token)
    return re.search(rf"(?<![\w.]){shape}(?!\w|[.,]\d)", line) is not None
