"""Orders in a person's own words, by an exact grammar: a verb and a thing of this host, and nothing else beside courtesy.

A question about an order, one with a condition, in the past or with a no in it is never one. What is left over makes it
none either: then the person is told what to type. So nothing is ever proposed that the words do not name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Literal

from stillwatch.records.unit import UnitState
from stillwatch.think.talk.named import ROLES, of_role, stems_of
from stillwatch.think.talk.pronouns import PRONOUNS
from stillwatch.think.talk.words import COMMON_ANYWHERE, folded, words_of

Kind = Literal["act", "untyped", "fix", "undo", "mute", "unmute", "consent", "refusal", "near"]
_TABLES: Final = tomllib.loads(files("stillwatch.think.talk").joinpath("orders.toml").read_text("utf-8"))
VERBS: Final[Mapping[str, str]] = {verb: action for action, verbs in _TABLES["verbs"].items() for verb in verbs.split()}
UNTYPED: Final[Mapping[str, str]] = {
    verb: row["command"] for row in _TABLES["untyped"] for verb in row["verbs"].split()
}
COURTESY: Final = frozenset(_TABLES["courtesy"].split())
KINDS: Final = frozenset(
    [
        "process",
        "prozess",
        "processus",
        "proceso",
        "pid",
        "package",
        "paket",
        "paquet",
        "paquete",
        "file",
        "datei",
        "fichier",
        "archivo",
        "ip",
    ]
)
"""What is said before a name and is no part of it."""
POLITE: Final = re.compile(
    r"^(?:(?:can|could|would|will) you (?=.*\b(?:please|pls|plz)\b)|(?:kannst|koenntest|konntest|wuerdest|wurdest) du (?=.*\bbitte\b)"
    r"|(?:(?:tu |vous )(?:peux|pourrais|pouvez|pourriez)|(?:peux|pourrais|pouvez|pourriez)-? ?(?:tu|vous)) (?=.*\b(?:plait|stp|svp)\b)"
    r"|(?:puedes|podrias) (?=.*\b(?:por favor|porfa)\b)|i want you to |i need you to |go ahead and )"
)
NOT_AN_ORDER: Final = re.compile(
    r"\b(?:not|never|don'?t|do not|nicht|nie|niemals|kein|keine|pas|jamais|ne|n'|no|nunca|why|how|what|when|who|which|if|whether|should|did|was|were"
    r"|has|have|had|warum|wieso|weshalb|wie|was|wann|wer|ob|wenn|falls|soll|sollte|wurde|hat|hast|habe|pourquoi|comment|quand|qui|si|dois|devrais|as"
    r"|por que|como|cuando|quien|debo|deberia|would it|may|darf|darfst|help to|happens|after|before|until|unless|instead)\b"
)
MACHINE: Final = re.compile(
    r"\b(?:server|machine|host|box|serveur|servidor|maschine|maquina|ordinateur|kiste|rechner)\b"
)
PHRASES: Final = (
    (re.compile(r"\b(?:kick off|fire up|spin up|bring up|bring back|bring back up|turn on|switch on)\b"), "start"),
    (re.compile(r"\b(?:dale|hazle|pegale) un (?:reinicio|restart)(?: rapido)? al?\b"), "reinicia"),
    (re.compile(r"^give (.+) an? (?:quick )?(?:restart|kick|bounce)\b"), r"restart \1"),
    (re.compile(r"\b(?:take down|bring down|turn off|switch off)\b"), "stop"),
)
"""Verbs of several words."""
CLAUSE: Final = re.compile(r"[,;:.!]\s| (?:and|und|et|y|because|since|weil|denn|car|parce que|porque|pues) ")
PAST: Final = re.compile(r"\b\w+[éó]\b")
"""Spanish "reinicié", "reinició": told, not ordered."""
FORBIDS: Final = re.compile(r"^(?:please |bitte )?(?:do not|don'?t|never|nicht|ne |n'|no )")
INVERTED: Final = re.compile(r"\b\w+-(?:on|je|tu|il|elle|ils|elles|vous|nous)\b")
"""A French question by its word order alone."""
NEW: Final = re.compile(
    r"^(?P<head>.*)\b(?P<verb>starte|starten|lade|laden)\b(?P<thing>.*)\bneu\b(?P<tail>.*)$|^(?P<thing2>.*)\bneu (?P<verb2>starten|laden)\b(?P<tail2>.*)$"
)
UNDO: Final = re.compile(
    r"(?:undo|revert|roll ?back|take (?:it|that) back|undo (?:it|that|this|the last change|your last change|your change)|revert (?:it|that|the last change)"
    r"|mach (?:das|es) rueckgaengig|rueckgaengig(?: machen)?|mach (?:das|es) ruckgangig|ruckgangig(?: machen)?|annule(?:r|z)?(?: (?:ca|cela|le dernier changement))?"
    r"|deshaz(?:lo)?|deshacer|revierte(?: el ultimo cambio)?)"
)
CONSENT: Final = re.compile(
    r"(?:yes|yep|yeah|sure|ok|okay|do it|go ahead|approved?|agreed|proceed|go on|make it so|fine|ja|jawohl|klar|gern|mach(?: es| das| mal)?|genehmigt|freigegeben"
    r"|einverstanden|los|oui|d'accord|vas-y|allez-y|accepte|approuve|fais-le|si|vale|de acuerdo|hazlo|adelante|aprobado)"
)
REFUSAL: Final = re.compile(r"(?:no|nope|nein|non|don't|do not|lass es|nicht|stop it|cancel|abbrechen|annuler|cancela)")
FIX: Final = re.compile(
    r"(?:fix|repair|mend|solve|resolve|behebe?|repariere?|loese|lose|repare[rz]?|corrige[rz]?|regle[rz]?|arregla(?:lo)?|soluciona(?:lo)?)"
    r"(?: (?:it|that|this|the (?:problem|fault|incident|issue)|es|das|(?:das|den) (?:problem|fehler|vorfall)|ca|cela|le probleme|l'incident|lo|el problema"
    r"|(?:incident |vorfall )?i-?\d+))?"
)
MUTE: Final = re.compile(
    r"^(?:confirm )?(?:mute|silence|snooze|ignore|schalte|stumm|stelle|mets|silencia|ignora|ignoriere)\b|\b(?:stumm(?: ?schalten)?|en sourdine)$|\bfor \d+ ?h(?:ours)? (?:mute|quiet)\b"
)
UNMUTE: Final = re.compile(
    r"^(?:unmute|unsilence|un-mute|reactive|reactiva)\b|\b(?:nicht mehr stumm|wieder laut|stumm(?:schaltung)? (?:aufheben|beenden))\b|^hebe .* stumm"
)
AGAIN: Final = re.compile(
    r"\bneu (?:zu )?start|\bneu ?gestart|\bdurchstart|\bstart\w*\b.{0,80}\b(?:neu|nochmal|again)\b"
    r"|\b(?:vuelv\w*|volver) a (?:arrancar|iniciar)\b|\b(?:demarr|lanc)\w*\b.{0,80}\b(?:de|a) nouveau\b"
)
"""Started once more, in several words."""
APPROVAL: Final = re.compile(r"\b(?:approve|reject|genehmige|approuve|aprueba|freigeben)\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """kind: act (action on target), untyped (command: what a person types), fix, undo, mute, unmute, consent, refusal,
    near (it begins like one and says more; command: what to type). incident: an id that it names; confirmed: it says
    "confirm" itself."""

    kind: Kind
    action: str = ""
    target: str = ""
    command: str = ""
    incident: str = ""
    hours: int = 0
    unknown: str = ""
    confirmed: bool = False


def order_in(message: str, units: Mapping[str, UnitState]) -> Order | None:
    """The order that the whole message is, None for anything else."""
    text = re.sub(r"\s+", " ", folded(message)).strip(" .!,;")
    if not text or "\n" in message.strip() or len(text) > 200:
        return None
    bare = _bare(text)
    if whole := _whole(bare, text):
        return whole
    if text.endswith("?") and not POLITE.match(text):
        return None
    text = POLITE.sub("", text.rstrip("?").strip())
    if FORBIDS.match(text) and verb_in(text):
        return Order(kind="refusal")
    if any(folded(past) in VERBS for past in PAST.findall(message.casefold())):
        return None
    for pattern, verb in PHRASES:
        text = pattern.sub(verb, text)
    if NOT_AN_ORDER.search(text) or INVERTED.search(text):
        return _begun(text, units)
    return _typed(text, units) or _begun(text, units)


def _begun(text: str, units: Mapping[str, UnitState]) -> Order | None:
    """What begins with an order for a thing of this host and says more is none: it is told what to type for it."""
    first, *more = CLAUSE.split(text, maxsplit=1)
    if not more or NOT_AN_ORDER.search(first) or INVERTED.search(first):
        return None
    order = _typed(first, units)
    if order is None or order.kind != "act":
        return None
    return Order(kind="near", command=f"{order.action.split('_')[0]} {order.target.removesuffix('.service')}")


def verb_in(question: str) -> str:
    """The first verb of an action in a question about one, "" for none."""
    text = folded(question)
    if AGAIN.search(text):
        return "neustarten"
    if re.search(r"\bneu (?:zu )?laden\b|\blad\w*\b.{0,80}\bneu\b", text):
        return "neu-laden"
    return next((word for word in words_of(question) if word in VERBS), "")


def _whole(bare: str, text: str) -> Order | None:
    if UNDO.fullmatch(bare):
        return Order(kind="undo")
    if CONSENT.fullmatch(bare):
        return Order(kind="consent")
    if REFUSAL.fullmatch(bare):
        return Order(kind="refusal")
    incident = re.search(r"\bi-?(\d{1,9})\b", text)
    named = f"I{incident[1]}" if incident else ""
    if FIX.fullmatch(bare):
        return Order(kind="fix", incident=named)
    if UNMUTE.search(text) and not text.endswith("?"):
        return Order(kind="unmute", incident=named, target=_rest(text))
    if MUTE.search(text) and not text.endswith("?") and not NOT_AN_ORDER.search(text):
        confirmed = text.startswith("confirm ")
        return Order(kind="mute", incident=named, hours=_hours(text), target=_rest(text), confirmed=confirmed)
    if APPROVAL.search(text) and re.search(r"\ba-?\d+\b", text) and not text.endswith("?"):
        proposal = re.search(r"\ba-?(\d+)\b", text)
        return Order(kind="near", target=f"A-{proposal[1]}" if proposal else "", command="approve A-N CODE")
    return None


def _typed(text: str, units: Mapping[str, UnitState]) -> Order | None:
    found = NEW.match(text)
    if found:
        verb = "neu-laden" if "lad" in (found["verb"] or found["verb2"]) else "neu-starten"
        rest = (
            f"{found['head'] or ''} {found['thing'] or found['thing2'] or ''} {found['tail'] or found['tail2'] or ''}"
        )
        words = [verb, *words_of(rest)]
    else:
        words = words_of(text)
    words = [word for word in words if word not in COURTESY]
    if not words:
        return None
    if len(words) == 1 and VERBS.get(words[0]) in ("restart_unit", "stop_unit") and MACHINE.search(text):
        return Order(
            kind="untyped", command=f"sudo systemctl {'reboot' if VERBS[words[0]] == 'restart_unit' else 'poweroff'}"
        )
    if words[0] in VERBS or (len(words) == 2 and words[-1] in VERBS):
        verb = words[0] if words[0] in VERBS else words[-1]
        return _act(VERBS[verb], words[1:] if verb == words[0] else words[:-1], units)
    last = len(words) <= 2 and words[-1] in UNTYPED and MACHINE.search(text)  # "die Kiste rebooten"
    if words[0] in UNTYPED or last:
        verb, things = (words[0], words[1:]) if words[0] in UNTYPED else (words[-1], words[:-1])
        return Order(kind="untyped", command=UNTYPED[verb].format(rest=_named(verb, things), verb=verb))
    return None


def _named(verb: str, things: list[str]) -> str:
    """What a command is for, as it would be typed: one name, several packages, or a note; else NAME, since "the video in
    /srv" is three names to a shell."""
    names, command = [word for word in things if word not in KINDS], UNTYPED[verb]
    several = '"{rest}"' in command or ("apt-get" in command and not COMMON_ANYWHERE & set(names))
    names = [word for word in names if word not in PRONOUNS]
    return " ".join(names)[:120] if len(names) == 1 or (names and several) else "NAME"


def _act(action: str, things: list[str], units: Mapping[str, UnitState]) -> Order | None:
    verb = action.split("_")[0]
    if not things:
        return Order(kind="near", command=f"{verb} NAME")
    if things in (
        ["system"],
        ["host"],
        ["computer"],
        ["rechner"],
        ["everything"],
        ["ordinateur"],
        ["sistema"],
        ["equipo"],
    ):
        return Order(
            kind="untyped", command="sudo systemctl reboot" if action == "restart_unit" else "sudo systemctl poweroff"
        )
    stems = stems_of(units)
    exact = [name for name in units if name.casefold() == things[0]] or stems.get(
        things[0].removesuffix(".service"), []
    )
    role = _role(things)
    if len(things) == 1 and exact:
        target = (
            exact[0]
            if exact[0].endswith(".service") or "." in things[0]
            else next((n for n in exact if n.endswith(".service")), exact[0])
        )
        return Order(kind="act", action=action, target=target)
    if role and len(found := of_role(role, units)) == 1:
        return Order(kind="act", action=action, target=found[0])
    if role:
        return Order(kind="near", command=f"{verb} {'|'.join(found) or 'NAME'}", unknown="" if found else role)
    if exact:
        return Order(kind="near", command=f"{verb} {exact[0].removesuffix('.service')}")
    if things[0] in PRONOUNS:
        return Order(kind="near", command=f"{verb} NAME")
    return Order(kind="near", command=f"{verb} NAME", unknown=things[0][:60]) if len(things) == 1 else None


def _role(things: list[str]) -> str:
    joined = "".join(things).replace("-", "")
    known = {"web": "webserver", "webserver": "webserver", "servidorweb": "webserver", "database": "database", "datenbank": "database",
             "db": "database", "basededonnees": "database", "basededatos": "database", "mail": "mailserver", "mailserver": "mailserver"}  # fmt: skip
    return known.get(joined, joined if joined in ROLES and joined not in ("ssh", "cron", "docker") else "")


def _bare(text: str) -> str:
    """Without courtesy at either end."""
    polite = r"(?:please|bitte|now|jetzt|svp|s'il (?:te|vous) plait|por favor|thanks|danke|merci|gracias|stillwatch)"
    return re.sub(rf"^(?:{polite}[ ,]+)+|(?:[ ,]+{polite})+$", "", text).strip(" .!,")


def _hours(text: str) -> int:
    found = re.search(
        r"\b(\d{1,4}) ?(h|hours?|stunden?|heures?|horas?|d|days?|tage?n?|jours?|dias?|min|minutes?|minuten)\b", text
    )
    if not found:
        return 0
    number, unit = int(found[1]), found[2]
    return max(1, number // 60) if unit.startswith("min") else number * 24 if unit[0] in "dtj" else number


def _rest(text: str) -> str:
    """The one name in it beside the verb, the time and courtesy."""
    words = [word for word in words_of(text) if word not in COURTESY and not re.fullmatch(r"\d+h?|i-?\d+", word)]
    spoken = {"mute", "confirm", "unmute", "silence", "snooze", "ignore", "schalte", "stumm", "stelle", "mets", "sourdine", "silencia", "ignora", "ignoriere",
              "hours", "hour", "stunden", "stunde", "heures", "heure", "horas", "hora", "days", "day", "tage", "tag", "jours", "dias", "h", "d",
              "incident", "vorfall", "for", "fur", "pour", "para", "en", "until", "it", "that", "es", "schalten", "auf", "minutes"}  # fmt: skip
    left = [word for word in words if word not in spoken]
    return left[0] if len(left) == 1 else ""
