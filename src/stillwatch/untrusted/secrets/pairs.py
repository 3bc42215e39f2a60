"""Names and their values: key=value, "key: value", JSON, YAML, TOML, XML, SQL, queries, headers, options."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stillwatch.untrusted.secrets.names import Strength, strength, words
from stillwatch.untrusted.secrets.span import Detector, Span
from stillwatch.untrusted.secrets.values import QUOTE, Value, is_secret, looks_random, read

NAME_LONGEST = 80
_PAIR = re.compile(
    rf"""(?<![\w.-])(?P<dash>-{{0,2}})(?P<name>[\w][\w.\-]{{0,{NAME_LONGEST}}}+)
    (?P<close>(?:{QUOTE})?(?:\]|%5[Dd])?(?:{QUOTE})?
    (?:(?:\[|%5[Bb])(?P<index>[\w.-]{{0,40}})(?:\]|%5[Dd]))?)[ \t]{{0,4}}+
    (?P<sign>=>|:=|==?|::?(?!/)|%(?:25)?3[DdAa]|\\{{1,8}}u003[dDaA]|->)
    (?P<gap>[ \t]{{0,40}}+(?:[|>][+-]?[ \t]*\n[ \t]+|\n[ \t]+)?)""",
    re.X,
)
_OPTION = re.compile(
    rf"(?<![\w-])--?(?P<name>[A-Za-z][\w.\-]{{1,{NAME_LONGEST}}}+)[\"']?"
    r"(?:[ \t]{1,4}+(?:a\d{1,3}=)?|,\s?)(?!-)"
)
_QUOTED = re.compile(
    rf"(?<![\w.-])(?P<name>[^\W\d][\w.\-]{{1,{NAME_LONGEST}}}+)(?:[ \t]{{1,4}}+(?=[\"'])"
    rf"|\([ \t]?(?=[\"'])|(?:{QUOTE})[ \t]?,[ \t]?(?=[\"']))"
)
_ELEMENT = re.compile(
    rf"<(?:[^<>\s]{{1,40}}\s(?:name|key|id)=[\"']"
    rf"|(?:\w{{1,20}}:)?)(?P<name>[A-Za-z_][\w.\-]{{1,{NAME_LONGEST}}}+)(?:[\s\"'][^<>]{{0,200}}+)?>(?:<!\[CDATA\[)?(?P<value>[^<>\[\]]{{1,4096}}+)(?=\]\]>|</)"
)
_ATTRIBUTE = re.compile(
    rf"""(?:name|key|Name|Key|NAME|KEY)(?P<q1>{QUOTE})?\s?[=:]\s?(?P<q2>{QUOTE})?(?P<name>[A-Za-z_][\w.\-]{{1,{NAME_LONGEST}}}+)
    (?:{QUOTE})?[,\s]\s{{0,20}}(?:{QUOTE})?[Vv]alue(?:{QUOTE})?\s?[=:]\s?""",
    re.X,
)
_DIRECTIVE = re.compile(
    r"(?:^|(?<=[\n;\"'`#>])|(?<=: ))[ \t]{0,8}+(?:ENV |snmp-server |snmp |set -\w+ |setenv |export |option |set )?"
    r"(?P<name>requirepass|masterauth|masteruser|bindpw|rootpw|rocommunity6?|rwcommunity6?|com2sec"
    r"|community|[A-Z][A-Z0-9_]{2,60}|[A-Za-z]{0,30}"
    r"(?:[pP]ass(?:word|wd)?|[sS]ecret|_token|psk))[ \t]{1,8}+(?P<type>(?:[057]|sha512|scrypt"
    r"|md5) )?(?P<value>[^\s\"'=:]{3,256}+)"
)
_COMPOUND = re.compile(
    r"(?<![\w.-])(?P<name>(?>[A-Za-z][A-Za-z0-9]{0,40}(?:[_-][A-Za-z0-9]{1,40}){1,6}))[ \t]{1,8}+"
    r"(?P<value>[^\s\"'=:,;()<>]{8,256}+)"
)
_PHRASE = re.compile(
    r"\b(?P<name>mot de passe|(?:api|access|secret|private|encryption|signing|client|account"
    r"|license|setup|wi-?fi|pre-?shared|shared|auth|master"
    r"|recovery|product|activation|security|network) (?:key|secret|token|password|passphrase"
    r"|code)s?|pass(?:word)? ?phrase|one[- ]time (?:password|code)"
    r"|(?:recovery|backup|verification|security|auth(?:entication|orization)?|login|access|2fa|mfa"
    r"|otp|pairing|scratch|sms|emergency|unlock|reset) codes?"
    r"|(?:seed|recovery|mnemonic|secret|backup) (?:phrase"
    r"|words?))\b[ \t]{0,2}(?:\([^()\n]{0,30}\)[ \t]?)?(?:[:=]|(?:is|are|ist|sind|est|sont):?)[ \t]{0,4}+",
    re.I,
)
_MORE = re.compile(
    r"""[ \t]{0,2}[,;]?[ \t]{0,2}["']?(?=[A-Za-z0-9-]*\d)[A-Za-z0-9]{4,12}(?:-[A-Za-z0-9]{3,8}){0,4}(?![\w.:/=])["']?"""
)
_KEBAB = re.compile(r"[a-z]+(?:[-_.][a-z]+)+")
_GROUPS = re.compile(r"(?:[ -][A-Za-z0-9]{4}(?![\w])){2,15}")
_WORDS = re.compile(r"[a-z]{2,12}(?:[ ,]{1,2}[a-z]{2,12}){3,47}(?![\w])")
_FUNCTION_WORDS = re.compile(
    r"\b(?:the|is|was|not|for|of|on|could|cannot|has|been|are|by|from|with|does|did|must|failed|error)\b"
)
_SCHEME = re.compile(r"(?:Bearer|Basic|Token|token|bearer|basic)(?:\s|%20|\+)+")

_SIGN_WORDS = (
    r"pass|pwd|pswd|secret|token|key|cred|kennwort|losungswort|contrase|passe|senha|mdp|wachtwoord"
    r"|has.{1,2}o|senord|parola|adgang"
    r"|salasana|jelsz|heslo|ifre|clave|psk|jwt|bearer|otp|totp|\bpin|cvv|cvc|mfa|signature"
    r"|connectionstring|auth|sid|sess|csrf|xsrf"
    r"|ticket|nonce|sig|salt|seed|webhook|community|hmac|code|hash|dsn|mnemonic|pw|cookie"
)
_OFTEN = "pass|pwd|secret|token|key|cred|psk|auth"
_AFTER = r"""[\w.\-\x80-\xff]*[\[\]"'\\%&;`#a-z0-9]*[ \t]*(=|:|->|%(25)?3[da]|u003[da]|,|\(|[ \t]["'])"""
_OTHER_SCRIPTS = "пароль|密码|口令|パスワード|비밀번호"


def detectors() -> Iterator[Detector]:
    yield Detector((rf"({_SIGN_WORDS}){_AFTER}", _OTHER_SCRIPTS), _pairs)
    yield Detector((rf"-[\w.-]*({_OFTEN})[\w.-]*[\"']?[ ,]",), _options)
    yield Detector((rf"({_OFTEN})[\w.\-]*([ \t]+|\(|[\"'],)[ \t]?[\"']",), _quoted)
    yield Detector((rf"({_OFTEN})[^<>]*>(<!\[CDATA\[)?[^<>]+>?</",), _elements)
    yield Detector((rf"({_OFTEN})[\w.\-]*[\"'\\, \t\n]*value",), _attributes)
    yield Detector(
        (rf"(require|mastera|bind|root|community|com2|{_OFTEN})(pass|uth|pw|sec|6|word|wd)?[ \t]+[^ \t]",), _directives
    )
    yield Detector((rf"[_-][\w-]*({_OFTEN}|pw)[\w-]*[ \t]+[^ \t\"'=:,;]",), _compounds)
    yield Detector(
        (
            r"(passe|key|secret|token|word|passphrase|code|phrase)s?[ \t]*(\([^()]*\) ?)?([:=]|is|are|sind|sont|ist"
            r"|est)[: ]",
        ),
        _phrases,
    )


def _pairs(text: str) -> Iterator[Span]:
    at = 0
    while found := _PAIR.search(text, at):
        at = found.end()
        how = max(strength(found["name"]), strength(found["index"] or ""))
        if not how or _is_place(text, found) or _is_open_key(text, found):
            continue
        scheme = _SCHEME.match(text, at)
        value = read(text, scheme.end() if scheme else at, encoded=found["sign"][0] == "%")
        if value is None:
            continue
        if _holds_secret(text, found, value, how):
            yield Span(value.start, value.end, "password")
            yield from _and_more(text, value, found["name"])
            at = max(at, value.end)
        elif value.passed_over:
            at = value.end


def _holds_secret(text: str, found: re.Match[str], value: Value, how: Strength) -> bool:
    spaced = _is_spaced(found["sign"], found["gap"])
    if spaced and found["name"].lower() == "pass" and _is_verdict(text, value):
        return False
    return _in_query(text, found, value) or is_secret(text, value, how, spaced=spaced)


def _is_spaced(sign: str, gap: str) -> bool:
    return sign[0] == ":" and gap != ""


def _is_place(text: str, found: re.Match[str]) -> bool:
    """A file or a program that is named after secrets and speaks: /etc/passwd: …, pam_unix(passwd:chauthtok): …"""
    if found["sign"] != ":" or found["close"]:
        return False
    return text[found.start() - 1 : found.start()] in ("/", "\\") or (
        found["name"] == "passwd" and not found["gap"] + found["dash"]
    )


def _is_open_key(text: str, found: re.Match[str]) -> bool:
    """`Public key: …`, where the word before stands apart from the name."""
    if not found["name"].lower().startswith("key"):
        return False
    before = re.search(r"([A-Za-z]+)[ \t]$", text[max(0, found.start() - 16) : found.start()])
    return before is not None and before[1].lower() in words("open_keys")


def _is_verdict(text: str, value: Value) -> bool:
    """`PASS: TestShop (0.01s)` is said of a test."""
    return not value.quoted and not re.search(r"[a-z][0-9]|[0-9][a-z]|[!@#$%^&*]", text[value.start : value.end], re.I)


def _in_query(text: str, found: re.Match[str], value: Value) -> bool:
    """`?key=…` and `&sig=…` in an address: there a name stands for what opens the door, in hex too."""
    before = text[found.start() - 1 : found.start()]
    if before not in ("?", "&", ";") or found["sign"] != "=":
        return False
    raw = text[value.start : value.end]
    return (
        len(raw) >= 16
        and raw.isascii()
        and any(sign.isdigit() for sign in raw)
        and not raw.startswith(("/", "[redacted:"))
    )


def _and_more(text: str, value: Value, name: str) -> Iterator[Span]:
    """Further values of a list of codes, the further groups of a key in groups of four."""
    if value.quoted:
        if text[value.end : value.end + 1] in ("'", '"') and name.lower().endswith("s"):
            yield from _listed(text, value.end + 1)
    elif value.end - value.start == 4 and (groups := _GROUPS.match(text, value.end)):
        yield Span(value.end, groups.end(), "password")
    elif "code" in name.lower() or "key" in name.lower():
        end = value.end
        while end - value.end < 1024 and (more := _MORE.match(text, end)):
            end = more.end()
        if end > value.end:
            yield Span(value.end, end, "password")


def _listed(text: str, at: int) -> Iterator[Span]:
    while found := re.compile(r"""\s?,\s?(["'])""").match(text, at):
        value = read(text, found.start(1))
        if value is None:
            return
        yield Span(value.start, value.end, "password")
        at = value.end + 1


def _options(text: str) -> Iterator[Span]:
    """`--password VALUE`, `-storepass VALUE`, and the same as two elements of a list."""
    over = 0
    for found in _OPTION.finditer(text):
        how = strength(found["name"])
        if how is Strength.none or found.start() < over:
            continue
        value = read(text, found.end())
        if value is not None and value.passed_over:
            over = value.end
        if value is not None and is_secret(
            text, value, max(how, Strength.token) if value.quoted else how, spaced=False
        ):
            yield Span(value.start, value.end, "password")


def _quoted(text: str) -> Iterator[Span]:
    """A name and a value in quotes after it: PASSWORD 'x', secret "x";, define('DB_PASSWORD', 'x'), setPw("x")."""
    for found in _QUOTED.finditer(text):
        how = strength(found["name"])
        if how is Strength.none:
            continue
        value = read(text, found.end())
        if value is None or not is_secret(text, value, how, spaced=True):
            continue
        raw = text[value.start : value.end]
        if (how is Strength.strong and not _KEBAB.fullmatch(raw)) or looks_random(raw) or found[0][-1] in "(,":
            yield Span(value.start, value.end, "password")


def _elements(text: str) -> Iterator[Span]:
    for found in _ELEMENT.finditer(text):
        value = Value(found.start("value"), found.end("value"), True)
        if (how := strength(found["name"])) and is_secret(text, value, how, spaced=False):
            yield Span(value.start, value.end, "password")


def _attributes(text: str) -> Iterator[Span]:
    over = 0
    for found in _ATTRIBUTE.finditer(text):
        how = strength(found["name"])
        value = read(text, found.end()) if how and found.start() >= over else None
        if value is None:
            continue
        if value.passed_over:
            over = value.end
        if is_secret(text, value, how, spaced=False):
            yield Span(value.start, value.end, "password")


def _directives(text: str) -> Iterator[Span]:
    """Configuration and environment with a space between: requirepass x, ENV TOKEN x, password 7 x."""
    for found in _DIRECTIVE.finditer(text):
        how = strength(found["name"])
        value = Value(found.start("value"), found.end("value"), False)
        raw = found["value"]
        known = found["name"].startswith(("ro", "rw", "com", "requirepass", "master", "bindpw")) or found["type"]
        if (known and raw.lower() not in words("states")) or (
            how and is_secret(text, value, how, spaced=True) and looks_random(raw)
        ):
            yield Span(value.start, value.end, "password")


def _compounds(text: str) -> Iterator[Span]:
    """`db_pw x`: a name of several words, and a value as mixed as passwords are."""
    for found in _COMPOUND.finditer(text):
        if strength(found["name"]) and looks_random(found["value"]):
            yield Span(found.start("value"), found.end("value"), "password")


def _phrases(text: str) -> Iterator[Span]:
    """Names of several words: `API key: x`, `recovery codes: x, y`, `seed phrase: twelve words`."""
    for found in _PHRASE.finditer(text):
        name, at = found["name"].lower(), found.end()
        if name.endswith(("phrase", "words", "passphrase")) and (phrase := _WORDS.match(text, at)):
            if not _FUNCTION_WORDS.search(phrase[0]):
                yield Span(at, phrase.end(), "passphrase")
            continue
        how = Strength.strong if name.endswith(("passe", "password", "phrase")) else Strength.token
        value = read(text, at)
        if value is not None and is_secret(text, value, how, spaced=True):
            yield Span(value.start, value.end, "password")
            yield from _and_more(text, value, name)
