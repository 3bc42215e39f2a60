"""`/`: how the host stands, as a page for people. No script; everything from outside is escaped text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib import resources
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from stillwatch.orders import how_to_approve
from stillwatch.records.incident import Incident
from stillwatch.records.report import Report
from stillwatch.serve.api import Api
from stillwatch.serve.refusal import Refusal
from stillwatch.watch.redact import clean

SAYS = {
    "healthy": "All is well",
    "attention": "Something needs attention",
    "critical": "Something is broken",
    "unknown": "Not everything could be read",
}
MOST_EVIDENCE = 6


@dataclass(frozen=True, kw_only=True)
class Page:
    api: Api

    async def show(self, request: Request) -> Response:
        report = await self.api.desk.service.status()
        try:
            waiting: Sequence[Any] = await self.api.proposals()
            gate = ""
        except Refusal as refusal:
            waiting, gate = (), refusal.message
        return HTMLResponse(page(report, waiting, gate))

    async def style(self, request: Request) -> Response:
        text = resources.files("stillwatch.serve").joinpath("static/style.css").read_text("utf-8")
        return Response(text, media_type="text/css")


def page(report: Report, waiting: Sequence[Mapping[str, Any]], gate: str = "") -> str:
    """The whole page. waiting: the gate's proposals that wait for a person; gate: why there are none to be had."""
    parts = [
        f'<header class="{escape(report.status)}"><p class="host">{text(report.host)}</p>',
        f"<h1>{SAYS[report.status]}</h1><p>{moment(report.at)}</p></header><main>",
        *(_waiting(one) for one in waiting),
        *(_incident(one) for one in report.incidents),
        "" if report.incidents else "<p>No open incident.</p>",
        _sources(report),
        f"<p>{text(gate)}</p>" if gate else "",
        "</main><footer>Stillwatch</footer>",
    ]
    title = f"{text(report.host)}: {SAYS[report.status]}"
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="15">'
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


def _waiting(one: Mapping[str, Any]) -> str:
    change = f"{str(one['action']).replace('_', ' ')} {one['target']}"
    how = how_to_approve(str(one["id"]), str(one.get("risk"))).replace("`", "")
    does = one.get("shown", {}).get("does", "")
    return (
        f'<section class="waiting"><h2>{text(one["id"])}: {text(change)}</h2>'
        f"<p>{text(does)}</p><p>Waits for approval. {text(how)}</p></section>"
    )


def _incident(one: Incident) -> str:
    cause = f"<p>{text(one.cause.text)}</p>" if one.cause else "<p>The cause is not known.</p>"
    rows = "".join(
        f"<dt>{text(piece.kind)} {text(piece.source, 120)}</dt><dd>{text(piece.text)}</dd>"
        for piece in one.evidence[:MOST_EVIDENCE]
    )
    return (
        f'<section class="{escape(str(one.severity))}"><h2>{text(one.summary)}</h2>'
        f'<p class="small">{text(one.id)}, {text(one.severity)}, {text(one.state)}, since {moment(one.opened)}</p>'
        f"{cause}<details><summary>Evidence</summary><dl>{rows}</dl></details></section>"
    )


def _sources(report: Report) -> str:
    rows = "".join(
        f"<li>{text(one.name)}: {'read' if one.read else 'not read'}"
        f"{f' ({text(one.problem)})' if one.problem else ''}</li>"
        for one in report.sources
    )
    return f'<section><h2>What is read</h2><ul class="small">{rows or "<li>nothing</li>"}</ul></section>'
