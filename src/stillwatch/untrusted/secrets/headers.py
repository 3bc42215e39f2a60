"""Credentials of HTTP and of other protocols: Authorization, Bearer, Basic, cookies, AUTH, PASS, LOGIN."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from stillwatch.untrusted.secrets.names import Strength
from stillwatch.untrusted.secrets.span import Detector, Span
from stillwatch.untrusted.secrets.values import QUOTE, Value, is_secret, looks_random, read

_AUTHORIZATION = re.compile(
    rf"(?<![\w])(?:http_|proxy[-_]|x-[\w-]{{0,20}})?authorization(?:{QUOTE})?\]?\s{{0,4}}+(?:=>"
    rf"|[:=,]|%3[DA])\s{{0,4}}+\[?(?:{QUOTE})?",
    re.I,
)
_SCHEMES = (
    r"basic|bearer|digest|negotiate|ntlm|token|api[-_]?key|aws4-hmac-sha256|aws4-ecdsa-p256-sha256"
    r"|aws|hawk|oauth|signature|sso-key|splunk|key|mac|hoba"
    r"|dpop|genie-?key|ssws|sharedaccesssignature|sharedkey(?:lite)?|private-token|jwt|kerberos"
    r"|gss-?api|scram-sha-\d+|plain|pveapitoken|ak|goog4-rsa-sha256|vapid|apikey"
)
_SCHEME = re.compile(rf"(?:{_SCHEMES})(?:\s|%20|\+|=|:\s?)+", re.I)
_PARAMETERS = re.compile(r"""(?:[\w-]{1,40}=(?:\\?"[^"\\\n]*+\\?"|[^\s,"'\\]*+)[,;]?[ \t]{0,2}){1,24}""")
_CREDENTIAL = re.compile(r"""[^\s"'`,;<>\\)\]}]{3,8192}+""")
_BEARER = re.compile(
    r"(?<![\w])(?P<scheme>bearer|basic|apikey|ssws|digest|negotiate|ntlm|splunk|geniekey)(?:[ \t]"
    r"|%20|\+){1,4}(?P<said>[A-Za-z0-9+/=_.~|:%-]{8,8192}+)",
    re.I,
)
_COOKIE = re.compile(
    rf"(?<![\w])(?:set-)?cookies?(?:2)?(?:{QUOTE})?\s{{0,4}}+(?:=>|[:=])\s{{0,4}}+\[?(?P<quote>{QUOTE})?", re.I
)
_CRUMB = re.compile(r"""[^\s=;,"'\\]{1,128}=(?P<said>"[^"]*"|[^\s;,"'\\]*)(?:;[ \t]{0,2})?""")
_CRUMBS_KEPT = frozenset(("path", "domain", "expires", "max-age", "samesite", "version", "priority"))
_CURL_COOKIE = re.compile(r"""(?<=\s)(?:-b|--cookie)[= ]\s?["']?(?P<said>[\w.-]{1,64}=[^\s"']{3,4096})""")
_VERBS = re.compile(
    r"""(?:(?:[>:-]|\b(?:command|cmd|client|sent|recv|received|c)\b[:=]?)[ \t]*["']?
     (?:PASS|XPASS|OPER[ ]\S{1,40})[ ]:?(?P<pass>[^\s"']{3,128})
    |\bAUTH[ ](?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5|EXTERNAL|DIGEST-MD5)[ ](?P<auth>[A-Za-z0-9+/=]{8,4096})
    |"(?:AUTH|auth)"[ ](?:"[^"]{1,64}"[ ])?"(?P<redis>[^"]{1,512})"
    |\b[A-Za-z]{0,4}\d{1,6}[ ](?:LOGIN|login)[ ]"?[^\s"]{1,128}"?[ ]"?(?P<login>[^\s"]{3,256})
    |\bmachine[ ]\S{1,128}\s+login[ ]\S{1,128}\s+password[ ](?P<netrc>\S{1,256})
    |(?<![\w.:*-])[\w.*-]{1,128}:(?:543\d|6432|\*):[\w*-]{1,64}:[\w.*-]{1,64}:(?P<pgpass>[^\s:]{2,256})(?=\s|$)
    |\b(?i:identified(?:[ ]with[ ][\w'"`]{1,40})?[ ](?:by|as)[ ](?:password[ ])?)["'](?P<sql>[^"']{1,256})
    |(?i:convertto-securestring)[ ](?:-String[ ])?["'](?P<shell>[^"']{1,256})
    |\bAUTH[ \t]\d{1,9}[ \t][A-Z0-9-]{1,20}[ \t][^\n]{0,300}?\bresp=(?P<resp>[A-Za-z0-9+/=]{8,4096})
    |\bstatic:[^\s:]{1,64}:(?P<static>[^\s:]{3,128})
    |\bclient_send\s{0,4}=\s{0,4}[^\s^]{0,64}\^[^\s^]{1,128}\^(?P<plain>[^\s^]{3,128})
    |\bcreateUser[ ]\S{1,64}[ ](?:MD5|SHA[\d-]{0,6})[ ]["']?
     (?P<usm>[^\s"']{4,128}["']?(?:[ ](?:DES|AES[\d-]{0,4})[ ]["']?[^\s"']{4,128})?)
    |\b(?:NICKSERV|nickserv|NickServ)[ ]:?(?:IDENTIFY|identify)[ ](?:\S{1,40}[ ])?(?P<irc>\S{3,128}))""",
    re.X,
)


def detectors() -> Iterator[Detector]:
    yield Detector((r"authorization[\"'\\%\] \t]*(=>|[:=,]|3D|3A|&|u00)",), _authorizations)
    yield Detector(
        (
            r"\b(bearer|basic|apikey|ssws|digest|negotiate|ntlm|splunk|geniekey)([ \t]|%20"
            r"|\+)+[A-Za-z0-9+/=_.~|:%-]{6}",
        ),
        _bearers,
    )
    yield Detector((r"cookies?2?[\"'\\&a-z;0-9]*[ \t]*(=>|[:=])", r"[ \t](-b|--cookie)[= ]"), _cookies)
    verbs = (
        r"X?PASS |OPER |AUTH (PLAIN|LOGIN|XOAUTH2|CRAM|EXT|DIG)|\"AUTH\" |[0-9] LOGIN "
        r"|machine [^ ]+[ \n]+login|:(543[0-9]|6432|\*):|identified |nickserv"
        r"|AUTH\t?[ \t][0-9]+[ \t][^\n]*resp=|static:[^ :]+:|client_send|createUser |convertto-secure"
    )
    yield Detector((verbs,), _verbs)


def _authorizations(text: str) -> Iterator[Span]:
    for found in _AUTHORIZATION.finditer(text):
        at = found.end()
        scheme = _SCHEME.match(text, at)
        at = scheme.end() if scheme else at
        if (parameters := _PARAMETERS.match(text, at)) and "=" in parameters[0].rstrip("=, ")[:-1]:
            end = at + len(parameters[0].rstrip(", "))
        elif raw := _CREDENTIAL.match(text, at):
            if not scheme and not looks_random(raw[0]):
                continue
            end = raw.end()
        else:
            continue
        if not text.startswith("[redacted:", at) and text[at:end].strip("*.<>x"):
            yield Span(at, end, "authorization")


def _bearers(text: str) -> Iterator[Span]:
    for found in _BEARER.finditer(text):
        raw, scheme = found["said"], found["scheme"].lower()
        if _names_user(raw) if scheme == "basic" else _is_credential(raw):
            yield Span(found.start("said"), found.end("said"), "authorization")


def _is_credential(raw: str) -> bool:
    return (len(raw) >= 16 and any(sign in "0123456789+/=_" for sign in raw)) or looks_random(raw)


def _names_user(raw: str) -> bool:
    """`user:password` in base64, which is all that Basic can be."""
    try:
        return ":" in base64.b64decode(raw + "=" * (-len(raw) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return len(raw) >= 16 and looks_random(raw)


def _cookies(text: str) -> Iterator[Span]:
    at = 0
    while found := _COOKIE.search(text, at):
        at = found.end()
        crumbs = 0
        while crumb := _CRUMB.match(text, at):
            crumbs += 1
            name = crumb[0].partition("=")[0].lower()
            if name not in _CRUMBS_KEPT and crumb["said"] and not crumb["said"].startswith("[redacted:"):
                yield Span(crumb.start("said"), crumb.end("said"), "cookie")
            at = crumb.end()
            if attribute := re.compile(
                r"(?:HttpOnly|Secure|Partitioned|expires=[^;\"']{1,40})(?:;\s?|(?=[\s\"']|$))", re.I
            ).match(text, at):
                at = attribute.end()
        value = None if crumbs else read(text, at)
        if value and is_secret(text, value, Strength.weak, spaced=True):
            yield Span(value.start, value.end, "cookie")
        if value and value.passed_over:
            at = value.end
    for found in _CURL_COOKIE.finditer(text):
        yield Span(found.start("said") + found["said"].index("=") + 1, found.end("said"), "cookie")


def _verbs(text: str) -> Iterator[Span]:
    for found in _VERBS.finditer(text):
        if not (group := found.lastgroup):
            continue
        value = Value(found.start(group), found.end(group), True)
        if is_secret(text, value, Strength.strong, spaced=False):
            yield Span(value.start, value.end, "password")
