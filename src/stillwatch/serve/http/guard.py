"""In front of every path: which Host it came for, whether a page of another origin sent it, and with which key."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from stillwatch.config import is_loopback
from stillwatch.errors import StillwatchError
from stillwatch.serve.http.connections import HEAD_BYTES
from stillwatch.serve.http.keys import Key, KeyRing
from stillwatch.serve.http.limits import RequestLimits
from stillwatch.serve.http.refusal import Refusal
from stillwatch.serve.http.sessions import PATH as LOG_IN
from stillwatch.serve.http.sessions import READER, BrowserSessions, cookie_in

OPEN_PATHS = frozenset({"/health", "/style.css"})
PAGES = frozenset({"/"})
"""A browser asks for the key itself there: HTTP's own login, the key as the password."""
HARMLESS = frozenset({"GET", "HEAD"})
_HOST: Final = re.compile(r"(?P<name>[\w.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?", re.ASCII | re.IGNORECASE)
_BEARER: Final = re.compile(r"bearer +(?P<key>[!-~]+)", re.ASCII | re.IGNORECASE)
_BASIC: Final = re.compile(r"basic +(?P<login>[\w+/=]+)", re.ASCII | re.IGNORECASE)
_PAGE_RULES = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", _PAGE_RULES.encode()),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """ASGI middleware. hosts: names accepted beside loopback ones; the key is then in `scope["state"]["key"]`.

    sessions: browsers that are logged in; they read, by the key that a session stands for; close: what is to be ended
    with the port.
    """

    app: ASGIApp
    keys: KeyRing
    limits: RequestLimits
    hosts: Sequence[str]
    sessions: BrowserSessions
    close: Callable[[], Awaitable[None]] | None = None

    async def aclose(self) -> None:
        if self.close is not None:
            await self.close()

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self.app(scope, receive, send)
            return
        send = _with_headers(send)
        try:
            self._admit(scope)
        except Refusal as refusal:
            response = refusal.response()
            if refusal.status == 401 and scope["path"] in PAGES:
                response.headers["WWW-Authenticate"] = 'Basic realm="stillwatch, the key is the password"'
            if refusal.status in (400, 431):
                response.headers["Connection"] = "close"  # what follows such a head may be no request at all
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _admit(self, scope: AsgiScope) -> None:
        headers = Headers(scope=scope)
        _check_form(scope, headers)
        host = self._check_host(headers)
        _check_origin(headers, host, harmless=scope["method"] in HARMLESS)
        if scope["path"] in OPEN_PATHS or scope["path"].startswith(LOG_IN):
            return
        page = scope["path"] in PAGES and scope["method"] in HARMLESS
        key = self._session(headers, scope["method"]) or self._key(headers, _address(scope), page=page)
        self.limits.count(key.id)
        scope.setdefault("state", {}).update(key=key, holds=lambda: self._holds(key, headers, scope["method"]))

    def _holds(self, key: Key, headers: Headers, method: str) -> bool:
        """Whether who was let in would be now."""
        try:
            return self._session(headers, method) is not None if key is READER else key in self.keys.all()
        except StillwatchError:
            return False

    def _check_host(self, headers: Headers) -> str:
        """A page that rebinds its name to 127.0.0.1 still sends its own name."""
        sent = headers.getlist("host")
        if len(sent) != 1:
            raise Refusal(400, "exactly one Host header is needed", code="bad_host")
        name = _host_name(sent[0])
        if name is None or not (is_loopback(name) or name in {host.casefold().rstrip(".") for host in self.hosts}):
            message = "this Host name is not served here; the configuration lists more in api.allowed_hosts"
            raise Refusal(403, message, code="host_not_allowed")
        return sent[0].casefold()

    def _session(self, headers: Headers, method: str) -> Key | None:
        """By cookie, for what our own pages and a person's address bar ask, and only to look."""
        sent = headers.getlist("cookie")
        own = all(site in ("none", "same-origin") for site in headers.getlist("sec-fetch-site"))
        if len(sent) != 1 or "authorization" in headers or method not in HARMLESS or not own:
            return None
        secret = cookie_in(sent[0])
        return self.sessions.who(secret) if secret else None

    def _key(self, headers: Headers, address: str, *, page: bool) -> Key:
        """A valid key is taken whatever came before it from the same address; only wrong ones are counted there."""
        sent = headers.getlist("authorization")
        presented = _presented(sent[0], page=page) if len(sent) == 1 else None
        try:
            key = self.keys.who(presented) if presented else None
        except StillwatchError as error:
            raise Refusal(503, str(error), code="keys_unreadable") from error
        if key is None:
            if any(sent):
                self.limits.wrong_key(address)
            how = "send `Authorization: Bearer KEY`; `stillwatch keys create --scope chat` makes one"
            raise Refusal(401, f"no valid API key: {how}", code="invalid_api_key")
        return key


def needs(scope: AsgiScope, wanted: str) -> Key:
    """The request's key, which must have that scope: `chat` includes `read`. Raises Refusal (403)."""
    key: Key = scope["state"]["key"]
    if wanted == "chat" and key.scope != "chat":
        raise Refusal(403, f"a key of scope `{key.scope}` cannot do this; it needs scope `chat`", code="wrong_scope")
    return key


def holding(scope: AsgiScope) -> Callable[[], bool]:
    """Tells whether the request's key, or the session that stands for one, holds still: for answers without an end."""
    holds: Callable[[], bool] = scope["state"]["holds"]
    return holds


def _check_form(scope: AsgiScope, headers: Headers) -> None:
    """A head that two readers could understand in two ways is none."""
    sizes = (len(name) + len(value) for name, value in scope["headers"])
    if sum(sizes) + len(scope["raw_path"]) + len(scope["query_string"]) > HEAD_BYTES:
        raise Refusal(431, f"the head of a request has at most {HEAD_BYTES} bytes", code="head_too_large")
    if not scope["path"].startswith("/"):
        raise Refusal(400, "the target of a request must be a path", code="bad_target")
    if "transfer-encoding" in headers and "content-length" in headers:
        raise Refusal(400, "a body is chunked or has a length, not both", code="bad_framing")


def _check_origin(headers: Headers, host: str, *, harmless: bool) -> None:
    """Only pages of our own may send anything; programs send no Origin."""
    own = (f"http://{host}", f"https://{host}")
    if any(origin.casefold() not in own for origin in headers.getlist("origin")):
        raise Refusal(403, "requests from pages of another origin are not taken", code="origin_not_allowed")
    if not harmless and any(site not in ("none", "same-origin") for site in headers.getlist("sec-fetch-site")):
        raise Refusal(403, "requests from pages of another site are not taken", code="origin_not_allowed")


def _host_name(sent: str) -> str | None:
    """An exact grammar rather than a parser of URLs, which forgives too much."""
    found = _HOST.fullmatch(sent)
    if found is None or int(found["port"] or 0) > 65_535:
        return None
    return found["name"].strip("[]").casefold().removesuffix(".")


def _presented(sent: str, *, page: bool) -> str | None:
    if found := _BEARER.fullmatch(sent):
        return found["key"]
    if not page or not (found := _BASIC.fullmatch(sent)):
        return None
    try:
        return base64.b64decode(found["login"], validate=True).decode("utf-8").partition(":")[2] or None
    except (binascii.Error, UnicodeDecodeError):
        return None


def _address(scope: AsgiScope) -> str:
    return str((scope.get("client") or ("",))[0])


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *ALWAYS]}
        await send(message)

    return sending
