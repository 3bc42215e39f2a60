"""`/open/TOKEN`: a link from `stillwatch open` becomes a session of the browser that follows it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from stillwatch.serve.http.limits import RequestLimits
from stillwatch.serve.http.sessions import BrowserSessions, set_cookie

ENTERED = '<meta http-equiv="refresh" content="0;url=/"><title>Stillwatch</title><p><a href="/">Go on</a></p>'
"""A page that goes on by itself, for a redirect of a link from elsewhere would come without the strict cookie."""
SPENT = "<title>Stillwatch</title><p>This link was used, or is too old. <code>stillwatch open</code> makes another.</p>"


@dataclass(frozen=True, kw_only=True)
class LogIn:
    sessions: BrowserSessions
    limits: RequestLimits

    async def enter(self, request: Request) -> Response:
        """Only GET uses the link up; what looks ahead with HEAD does not."""
        if request.method != "GET":
            return _page(ENTERED)
        secret = self.sessions.enter(str(request.path_params["token"]))
        if secret is None:
            self.limits.wrong_key(request.client.host if request.client else "")
            return _page(SPENT, 403)
        response = _page(ENTERED)
        response.headers["Set-Cookie"] = set_cookie(secret)
        return response


def _page(body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(f'<!doctype html><html lang="en"><meta charset="utf-8">{body}</html>', status)
