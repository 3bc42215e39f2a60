"""`/`: how the host stands, as a page for people. No script; everything from outside is escaped text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib import resources

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from stillwatch.chat.chat_commands import how_to_approve
from stillwatch.records.incident import Incident
from stillwatch.records.report import Report
from stillwatch.serve.api.endpoints import Api
from stillwatch.serve.http.refusal import Refusal
from stillwatch.untrusted.redact import clean
from stillwatch.views.gate import KeptProposal

SAYS = {
    "healthy": "All is well",
    "attention": "Something needs attention",
    "critical": "Something is broken",
    "unknown": "Not everything could be read",
}
STATES = {"open": "open", "waiting": "waits for a person", "acting": "being mended", "muted": "muted"}
MOST_EVIDENCE = 3
RELOAD_SECONDS = 15
OLD_SECONDS = 60.0
"""What was found longer ago than this is told with its age."""
_SPANS = ((86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"))


@dataclass(frozen=True, kw_only=True)
class Page:
    api: Api

    async def show(self, request: Request) -> Response:
        report = await self.api.desk.service.status()
        try:
            waiting: Sequence[KeptProposal] = await self.api.proposals()
            gate = ""
        except Refusal as refusal:
            waiting, gate = (), refusal.message
        return HTMLResponse(page(report, waiting, gate, now=self.api.desk.clock.now()))

    async def style(self, request: Request) -> Response:
        text = resources.files("stillwatch.serve.page").joinpath("static/style.css").read_text("utf-8")
        return Response(text, media_type="text/css")


def page(report: Report, waiting: Sequence[KeptProposal], gate: str = "", *, now: float) -> str:
    """The whole page. waiting: the gate's proposals that wait for a person; gate: why there are none to be had.

    The style sheet says how old the page itself is, should it stay on the screen without being loaded anew.
    """
    found = now - report.at
    old = f"<p><strong>This was found {span(found)} ago.</strong></p>" if found > OLD_SECONDS else ""
    old = "<p><strong>This is a recorded host, shown as it was then.</strong></p>" if report.recorded else old
    parts = [
        f'<header class="{escape(report.status)}"><p class="host">{text(report.host)}</p>',
        f'<h1>{SAYS[report.status]}</h1><p>{moment(report.at)}</p>{old}<p class="age"></p></header><main>',
        *(_waiting(one) for one in waiting),
        *(_incident(one, now) for one in report.incidents),
        "" if report.incidents else "<section><p>No open incident.</p></section>",
        f'<section class="waiting"><p>{text(gate)}</p></section>' if gate else "",
        _sources(report),
        "</main><footer>Stillwatch</footer>",
    ]
    title = f"{text(report.host)}: {SAYS[report.status]}"
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="refresh" content="{RELOAD_SECONDS}">'
        f'<title>{title}</title><link rel="stylesheet" href="/style.css"></head><body>'
    )
    return f"{head}{''.join(parts)}</body></html>"


def text(words: object, longest: int = 600) -> str:
    """Anything as text of one line that no browser takes for a mark."""
    return escape(clean(str(words), longest))


def moment(at: float) -> str:
    try:
        return f"{datetime.fromtimestamp(at, tz=UTC).astimezone():%A, %d %B %Y, %H:%M:%S %Z}"
    except (OverflowError, OSError, ValueError):
        return ""


def span(seconds: float) -> str:
    """How long, in the largest unit of which there is one."""
    for size, name in _SPANS:
        if seconds >= size:
            count = int(seconds / size)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "less than a minute"


def _waiting(one: KeptProposal) -> str:
    change = f"{one.action.replace('_', ' ')} {one.target}"
    how = re.sub("`([^`]*)`", r"<code>\1</code>", text(how_to_approve(one.id, one)))
    return (
        f'<section class="waiting"><h2>{text(one.id)}: {text(change)}</h2>'
        f"<p>{text(one.shown.does)}</p><p>It waits for your approval. {how}</p></section>"
    )


def _incident(one: Incident, now: float) -> str:
    cause = text(one.cause.text) if one.cause else "The cause is not known."
    state = f"{text(one.severity).capitalize()}, {STATES.get(one.state, one.state)}, for {span(now - one.opened)}"
    rows = "".join(
        f"<dt>{text(piece.kind)}: {text(piece.source, 120)}</dt><dd>{text(piece.text)}</dd>"
        for piece in one.evidence[:MOST_EVIDENCE]
    )
    command = f"<code>stillwatch incidents show {text(one.id)}</code>"
    more = f'<p class="small">All of it: {command}</p>' if len(one.evidence) > MOST_EVIDENCE else ""
    return (
        f'<section class="{escape(str(one.severity))}"><h2>{text(one.summary)}</h2>'
        f'<p class="small">{text(one.id)}. {state}, since {moment(one.opened)}</p>'
        f"<p>{cause}</p>{f'<dl>{rows}</dl>' if rows else ''}{more}</section>"
    )


def _sources(report: Report) -> str:
    """What it sees with and what it thinks with."""
    read = [
        f"{text(one.name)}: {'read' if one.read else 'not read'}{f' ({text(one.problem)})' if one.problem else ''}"
        for one in report.sources
    ]
    models = [
        f"{text(name)}: {text(tier.state)}{f' ({text(tier.detail)})' if tier.detail else ''}"
        for name, tier in report.tiers.items()
    ]
    return _listed("What is read", read or ["nothing"]) + (_listed("Models", models) if models else "")


def _listed(title: str, rows: Sequence[str]) -> str:
    return f'<section><h2>{title}</h2><ul class="small">{"".join(f"<li>{row}</li>" for row in rows)}</ul></section>'
