"""An answer that counts as one of its key's while it is under way."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from stillwatch.serve.http.limits import RequestLimits


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """Raises Refusal (429), before anything is sent, when too many are."""

    limits: RequestLimits
    key: str
    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.limits.stream(self.key):
            await self.app(scope, receive, send)
