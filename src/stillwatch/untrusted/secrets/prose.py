"""Secrets that a sentence tells: "the new password is …", "logged in with password …", "your code is …"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stillwatch.untrusted.secrets.names import Strength, words
from stillwatch.untrusted.secrets.span import Detector, Span
from stillwatch.untrusted.secrets.values import is_secret, looks_random, read

_NAMES = (
    r"pass(?:word|phrase|code|wd)|passwort|kennwort|mot de passe|contraseña|contrasena|clave|senha"
    r"|wachtwoord|hasło|haslo|lösenord|parola|adgangskode|passord"
    r"|salasana|jelszó|heslo|şifre|пароль|pwd|secret|token|api[ -]?key|(?:access|secret|private"
    r"|encryption|auth|license|pairing|network|wi-?fi|unlock|recovery|backup|verification"
    r"|security)"
    r"[ -](?:key|token|code|secret)|credentials?|pin(?: code)?|otp|one-time (?:password|code)|psk|code"
)
_LINKS = (
    r"(?:(?:has been |have been |was |is |been )?(?:changed|set|reset|updated|rotated|generated"
    r"|created|assigned|configured|hardcoded)"
    r"(?: (?:to|as|with|from|by))?(?: value)?|is|was|will be|to be|becomes?|ist|lautet|lautete|war"
    r"|wurde|est|était|sera|es|era|é|foi|è|jest|to|är|er|on|je)"
)
_SAYS = re.compile(
    rf"(?<![\w/.-])(?P<name>{_NAMES})(?: \([^()\n]{{1,30}}\))?(?: (?:for|of|für|de|del|pour|para"
    rf"|user|account|from)(?: (?:the |user |account |der |den )?[^\s:=]{{1,64}}){{1,2}}?)?"
    rf"(?:\s(?:{_LINKS}|now|jetzt)(?![\w])(?: for [^\s:]{{1,64}})?| ?(?:=|:|->|→)(?=\s))(?: (?:now"
    rf"|jetzt|ahora|maintenant|still|set to|changed to))?[:=]?[ \t]{{1,4}}+(?P<q>[\"'`“]?)",
    re.I,
)
_BESIDE = re.compile(
    rf"(?<![\w/.-])(?P<name>{_NAMES})(?: value)?[ \t]{{1,2}}(?:[\"'`“](?P<quoted>[^\s\"'`”]{{4,128}})[\"'`”]"
    r"|(?P<said>[^\s\"'`,;:()<>\[\]]{6,256}+))",
    re.I,
)
_REFUSED = re.compile(
    r"\b(?:failed|accepted|invalid|incorrect|wrong|bad|unexpected|missing|no|expired|postponed|unknown|illegal)\s+$",
    re.I,
)
_PLAIN = re.compile(
    r"[A-Za-zÀ-ÿ][a-zà-ÿ'’-]*|[A-Z]+|\d{1,3}|[\w-]+\([^)]*\)?|[\w-]+/[\w/-]+|0x[0-9a-f]+"
    r"|v?\d+(?:\.\d+)+|\d+[smhdkMG]B?|#\d+|[A-Z]+_[A-Z_]+|[a-z]+_[a-z_]+"
)


_FAR = re.compile(
    rf"(?<![\w/.-])(?P<name>{_NAMES})(?P<between>(?:[ \t][a-zäöüéèáóñ'-]{{1,16}}){{1,10}})[ \t]?:[ \t]{{1,4}}+"
    r"(?P<said>[^\s\"'`,;]{8,256}+)",
    re.I,
)
"""A sentence that names the secret first and tells it at its end."""
_ELSE = re.compile(
    r"(?<![\w-])(?:public|fingerprint|id|hash|checksum|digest|commit|file|path|from|in|at|error|failed|not|by)(?![\w-])",
    re.I,
)
_PAIR = re.compile(
    r"\b(?:credentials?|creds|login)[ :=]{1,3}[\w.@-]{1,64}:(?P<said>[^\s\"'`,;/]{6,128})(?![^\s\"'`,;.])", re.I
)


def detectors() -> Iterator[Detector]:
    names = (
        r"(pass(word|phrase|code|wd|wort|ord)|kennwort|de passe|contrase|clave|senha|wachtwoord"
        r"|has.{1,2}o|senord|parola|adgangskode|salasana|jelsz|heslo|ifre|пароль|pwd|secret|token|key"
        r"|credential|\bpin|otp|psk|code)"
    )
    yield Detector((names + r"[\w\x80-\xff]*[ )]", r"(credentials?|creds|login)[ :=]+[^ ]+:[^ ]"), _told)


def _told(text: str) -> Iterator[Span]:
    for found in _SAYS.finditer(text):
        value = read(text, found.start("q"))
        if value is None or not is_secret(text, value, Strength.strong, spaced=True):
            continue
        raw = text[value.start : value.end].rstrip(".,!?")
        if _is_told(text, found, raw, quoted=value.quoted):
            yield Span(value.start, value.start + len(raw), "password")
    yield from _far(text)
    for found in _BESIDE.finditer(text):
        group = "quoted" if found["quoted"] else "said"
        raw = found[group].rstrip(".,!?")
        refused = _REFUSED.search(text, max(0, found.start() - 16), found.start())
        if not refused and _stands_beside(found["name"].lower(), raw):
            yield Span(found.start(group), found.start(group) + len(raw), "password")


def _far(text: str) -> Iterator[Span]:
    for found in _FAR.finditer(text):
        raw = found["said"].rstrip(".!?")
        if not _ELSE.search(found["between"]) and (looks_random(raw) or re.fullmatch(r"[0-9a-f]{32,64}", raw)):
            yield Span(found.start("said"), found.start("said") + len(raw), "password")
    for found in _PAIR.finditer(text):
        if re.search(r"[^\w.-]|[a-z]\d|\d[a-z]", found["said"], re.I):
            yield Span(found.start("said"), found.end("said"), "password")


def _is_told(text: str, found: re.Match[str], raw: str, *, quoted: bool) -> bool:
    if quoted:
        return len(raw) >= 3 and " " not in raw.strip()
    digits = raw.isdigit() and len(raw) >= 4
    if found["name"].lower() in ("code", "pin", "otp", "token", "secret", "pin code") or found["name"].lower().endswith(
        "code"
    ):
        return (
            digits
            and len(raw) <= 10
            and not re.search(
                r"(?:exit|status|error|return|response|result|reason)\s+$",
                text[max(0, found.start() - 12) : found.start()],
                re.I,
            )
        ) or looks_random(raw)
    return digits or not _PLAIN.fullmatch(raw)


def _stands_beside(name: str, raw: str) -> bool:
    if name in ("code", "pin", "otp", "psk", "clave", "parola", "credentials", "credential"):
        return name in ("psk",) and looks_random(raw)
    if re.fullmatch(r"[0-9a-f]{32,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", raw):
        return name != "secret"
    return raw.lower() not in words("states") and looks_random(raw) and not _PLAIN.fullmatch(raw)
