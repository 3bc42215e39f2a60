"""Secrets in addresses: user:password@, tokens in the place of a user, web hooks; with a scheme and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from stillwatch.untrusted.secrets.span import Detector, Span
from stillwatch.untrusted.secrets.values import looks_random

LONGEST = 1024
_SCHEME = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{0,24}(?::|%3[Aa])(?:\\{0,4}/\\{0,4}/|%2[Ff]%2[Ff])")
_PAGE = re.compile(r"https?\b|git\b|ssh\b|s?ftps?\b|wss?\b|svn\b", re.I)
_RUN = re.compile(rf"[^\s\"'<>`]{{0,{LONGEST}}}+")
_HOST = re.compile(r"(?:[\w.-]+|\[[0-9a-fA-F:.%\w]+\]|\(|/)(?::\d+)?(?:[/?#,;)\]}\\:]|$|\.$|%2[Ff])")
_BARE = re.compile(
    r"(?<![\w.@/:-])(?!(?:sips?|mailto|to|from|cc|bcc|xmpp|acct|user|email|e-mail|tel|cid|mid|jid"
    r"|im|pres|login|by|for|host|sha\d+|id|contact|git):)"
    r"(?:jdbc:oracle:\w{3,4}:[\w.-]{1,64}/"
    r"|[\w.+-]{1,64}:)(?P<password>[^\s:@/\"'<>]{3,128}+)@(?:(?:tcp|unix|udp)?\([^()\s]{1,120}\)"
    r"|//?[\w.-]+|[\w.-]+:\d{2,5}(?![\w:])|[\w.-]+/\w)"
)
_HEX_KEY = re.compile(r"[0-9a-f]{24,}")
_HOOKS = (
    (r"hooks\.slack\.com/(?:services|workflows|triggers)/", r"[A-Za-z0-9/_+-]{8,}"),
    (r"discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/", r"[A-Za-z0-9/_-]{8,}"),
    (r"api\.telegram\.org/(?:file/)?bot", r"[0-9]{5,}(?::|%3A)[A-Za-z0-9_-]{8,}"),
    (r"webhook\.office\.com/webhookb2/", r"[^\s\"'<>]{16,}"),
    (r"outlook\.office(?:365)?\.com/webhook/", r"[^\s\"'<>]{16,}"),
    (r"hooks\.zapier\.com/hooks/catch/", r"[A-Za-z0-9/_-]{8,}"),
    (r"maker\.ifttt\.com/(?:trigger/[\w-]{1,60}/(?:json/)?with|use)/(?:key/)?", r"[A-Za-z0-9_-]{10,}"),
    (r"hc-ping\.com/", r"[A-Za-z0-9/_-]{16,}"),
    (r"events\.pagerduty\.com/(?:integration|x-ere|generic)/", r"[A-Za-z0-9/_-]{16,}"),
    (r"open\.(?:feishu|larksuite)\.(?:cn|com)/open-apis/bot/v2/hook/", r"[A-Za-z0-9_-]{16,}"),
    (r"/(?:hooks|webhooks?|incoming|notify)/", r"(?=[^\s\"'<>/?]{0,40}\d)[A-Za-z0-9_-]{20,}(?:/[A-Za-z0-9_-]{16,})?"),
    (
        r"(?:tgram|discord|slack|pover|pushover|gotifys?|ntfys?|matrixs?|mmosts?|msteams|opsgenie"
        r"|pagerduty|pbul|join|ifttt|twilio|signals?|rockets?|wxteams|zulip)://",
        r"(?=[^\s\"'<>]{0,100}\d)[^\s\"'<>?]{16,}",
    ),
    (r"otpauth(?:-migration)?://[^\s\"'<>?]{0,200}\?(?:[^\s\"'<>]{0,200}&)?(?:secret|data)=", r"[A-Za-z0-9%=_-]{6,}"),
)
_HOOK = re.compile("|".join(f"(?:{where}(?P<h{number}>{what}))" for number, (where, what) in enumerate(_HOOKS)), re.I)


def detectors() -> Iterator[Detector]:
    yield Detector((r"(:|%3A)(\\{0,4}/\\{0,4}/|%2F%2F)[^ \t\"'<>]+(@|%40)",), _addresses)
    yield Detector(
        (r"[A-Za-z0-9_.+-][:/][^ \t:@/\"']+@(//?[a-z]|(tcp|unix|udp)?\(|[A-Za-z0-9_.-]+(:[0-9]|/))",), _without_scheme
    )
    hosts = (
        r"hooks\.slack|api/(v[0-9]{1,2}/)?webhooks|telegram\.org/|office(365)?\.com/webhook"
        r"|hooks\.zapier|maker\.ifttt|hc-ping|events\.pagerduty|/hook/|otpauth"
    )
    yield Detector(
        (
            hosts,
            r"/(hooks|webhooks?|incoming|notify)/[A-Za-z0-9_-]{20}",
            r"(tgram|discord|slack|pover|pushover|gotify|ntfy|matrix|mmost|msteams|opsgenie|pagerduty|pbul"
            r"|join|ifttt|twilio|signal|rocket|wxteams|zulip)s?://[^ \"'<>]",
        ),
        _hooks,
    )


def _addresses(text: str) -> Iterator[Span]:
    at = 0
    while found := _SCHEME.search(text, at):
        at = found.end()
        if text.find("@", at, at + LONGEST) < 0 and text.find("%40", at, at + LONGEST) < 0:
            continue
        run = _RUN.match(text, at)
        if run and (span := _userinfo(text, at, run[0], odd=_PAGE.match(found[0]) is None)):
            yield span
            at = span.end


def _userinfo(text: str, at: int, run: str, *, odd: bool) -> Span | None:
    """The password of an authority, which may hold any sign: up to the last @ that a host follows.

    odd: no address of a page, in whose path an @ may stand; what comes before the last @ is the password's.
    """
    sign = "@" if "@" in run else "%40"
    authority = re.split(r"[/?#]", run, maxsplit=1)[0] if sign == "@" else run
    colon = _colon(run)
    end = _last_host(run) if odd and sign == "@" and 0 <= colon < run.find("@") else authority.rfind(sign)
    if end < 0:
        if colon < 0 or re.match(r"\d{1,5}(?:[/?#]|$)", run[colon + 1 :]):
            return None
        end = _last_host(run)
    if end < 0:
        return None
    if 0 <= colon < end and not _HEX_KEY.fullmatch(run, 0, colon):
        start = colon + (3 if run.startswith("%3", colon) else 1)
    elif 0 <= colon < end or looks_random(run[:end]) or re.search(r"\d.{10}", unquote(run[:end])):
        start = 0
    else:
        return None
    raw = run[start:end]
    if not raw or raw.startswith(("[redacted:", "${", "<", "***")) or re.fullmatch(r"[*x]+|\$\w+", raw):
        return None
    return Span(at + start, at + end, "url-password")


def _colon(run: str) -> int:
    found = re.search(r":|%3[Aa]", run)
    return found.start() if found else -1


def _last_host(run: str) -> int:
    """The last @ of a run that a host follows; a password may hold / and ? as well."""
    end = run.rfind("@")
    for _ in range(4):
        if end < 0 or _HOST.match(run, end + 1):
            return end
        end = run.rfind("@", 0, end)
    return -1


def _without_scheme(text: str) -> Iterator[Span]:
    for found in _BARE.finditer(text):
        if not found["password"].startswith("[redacted:") and not re.fullmatch(r"\d{1,5}|[\d.]+", found["password"]):
            yield Span(found.start("password"), found.end("password"), "url-password")


def _hooks(text: str) -> Iterator[Span]:
    for found in _HOOK.finditer(text):
        if found.lastgroup and not found[found.lastgroup].startswith("[redacted:"):
            yield Span(found.start(found.lastgroup), found.end(found.lastgroup), "webhook")
