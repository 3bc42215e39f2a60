"""The door of events: secrets out (R17), control characters out, length bounded. All that is kept passes here."""

from __future__ import annotations

import re

TEXT_LIMIT = 2000
FIELD_LIMIT = 256

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_SPACE = re.compile(r"[\t\n\u2028\u2029]+")

_NAMES = (
    r"[A-Za-z0-9_.-]{0,40}(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key"
    r"|client[_-]?secret|credentials?|session[_-]?id|sessid|auth[_-]?key)[A-Za-z0-9_.]{0,20}"
)
_VALUE = r"""(?:"(?:[^"\\]|\\.){1,4096}"?|'(?:[^'\\]|\\.){1,4096}'?|[^\s"',;&|)}\]<>\[]{1,4096})"""

_SECRETS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "private-key",
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.{0,16384}?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)",
            re.S,
        ),
        "[redacted:private-key]",
    ),
    ("jwt", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"), "[redacted:jwt]"),
    ("aws-key", re.compile(r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b"), "[redacted:aws-key]"),
    (
        "github-token",
        re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
        "[redacted:github-token]",
    ),
    ("gitlab-token", re.compile(r"\bglpat-[A-Za-z0-9_-]{16,}"), "[redacted:gitlab-token]"),
    ("slack-token", re.compile(r"\bxox[abeprs]-[A-Za-z0-9-]{8,}"), "[redacted:slack-token]"),
    ("slack-hook", re.compile(r"(hooks\.slack\.com/services/)[A-Za-z0-9/_-]{8,}"), r"\1[redacted:slack-hook]"),
    ("api-key", re.compile(r"\b(?:sk|pk|rk)-(?:[a-z]{2,10}-)?[A-Za-z0-9_-]{16,}"), "[redacted:api-key]"),
    ("api-key", re.compile(r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}"), "[redacted:api-key]"),
    ("api-key", re.compile(r"\bAIza[A-Za-z0-9_-]{30,}"), "[redacted:api-key]"),
    ("hub-token", re.compile(r"\bhf_[A-Za-z0-9]{20,}"), "[redacted:hub-token]"),
    (
        "password-hash",
        re.compile(r"(?<![\w$])\$(?:1|2[abxy]?|5|6|7|y|gy|argon2id?|scrypt|sha1)\$[A-Za-z0-9./+$=,]{8,}"),
        "[redacted:password-hash]",
    ),
    (
        "url-password",
        re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\[\]]{0,128}:)(?!\[redacted:)[^\s/@]{1,512}(?=@)", re.I),
        r"\1[redacted:url-password]",
    ),
    (
        "authorization",
        re.compile(
            r"(\b(?:proxy-)?authorization[\"']?\s{0,4}+[:=]\s{0,4}+[\"']?(?:(?:bearer|basic|digest|token|negotiate)\s{1,4}+)?+)"
            r"(?!\[redacted:)[^\s\"',;]{1,4096}",
            re.I,
        ),
        r"\1[redacted:authorization]",
    ),
    (
        "authorization",
        re.compile(
            r"(\b(?:bearer|basic)\s{1,4}+)(?!\[redacted:)(?=[A-Za-z0-9+/_.~-]{0,200}[0-9+/=_])[A-Za-z0-9+/=_.~-]{16,4096}",
            re.I,
        ),
        r"\1[redacted:authorization]",
    ),
    (
        "cookie",
        re.compile(r"(\b(?:set-)?cookie[\"']?\s{0,4}+[:=]\s{0,4}+[\"']?+)(?!\[redacted:)[^\r\n\"']{1,4096}", re.I),
        r"\1[redacted:cookie]",
    ),
    (
        "password",
        re.compile(
            rf"((?<![A-Za-z0-9])-{{0,2}}{_NAMES}[\"']?\s{{0,4}}+(?:=>|[:=])\s{{0,4}}+)(?![\"']?\[redacted:){_VALUE}",
            re.I,
        ),
        r"\1[redacted:password]",
    ),
    (
        "password",
        re.compile(rf"((?<!\S)--?{_NAMES}\s{{1,4}}+)(?![\"']?\[redacted:|-){_VALUE}", re.I),
        r"\1[redacted:password]",
    ),
    (
        "password",
        re.compile(
            r"(\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|sshpass|smbclient|ldapsearch|curl|htpasswd)\b"
            r"[^\n|]{0,200}?\s-(?:p|w|a)\s{0,1})(?!\[redacted:)[^\s-][^\s]{0,256}"
        ),
        r"\1[redacted:password]",
    ),
    (
        "password",
        re.compile(r"((?<!\S)-p\s{1,4}+)(?!\[redacted:)(?=[^\s/]{0,200}[A-Za-z])[^\s/-][^\s/]{3,256}(?!\S)"),
        r"\1[redacted:password]",
    ),
    (
        "password",
        re.compile(r"(\b(?:curl|wget)\b[^\n|]{0,200}?\s(?:-u|--user)[= ]?[^\s:]{1,128}:)(?!\[redacted:)\S{1,256}"),
        r"\1[redacted:password]",
    ),
    (
        "password",
        re.compile(
            r"(\bpassword (?:is|was|for \S{1,64} (?:is|set to|changed to)) )(?!\[redacted:)[\"']?[^\s\"']{4,256}", re.I
        ),
        r"\1[redacted:password]",
    ),
)
_QUICK = re.compile(
    r"pass|pwd|secret|token|key|credential|sess|auth|bearer|basic|cookie|eyJ|A[KSGIR][IDPO]A|gh[pousr]_|github_pat|glpat-|xox"
    r"|hooks\.slack|[spr]k[-_]|hf_|\$|://|\s-[pwau]|-----BEGIN",
    re.I,
)


def redact(text: str) -> str:
    """Replace what looks like a secret by `[redacted:kind]`. Idempotent; linear in the length of the text."""
    if not _QUICK.search(text):
        return text
    for _, pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """One printable line of at most `limit` characters: no terminal sequences, control or direction characters."""
    text = _CONTROL.sub("", _SPACE.sub(" ", _ANSI.sub("", text[: limit * 8])))
    text = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    return text if len(text) <= limit else text[: limit - 1] + "…"


def safe_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """What may be kept, shown and sent on: cleaned before redacted, so that no control character hides a secret."""
    return clean(redact(clean(text, 4 * limit)), limit)
