"""`/`: how the host stands, as a page for people. No script; everything from outside is escaped text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from stillwatch.chat.chat_commands import how_to_approve
from stillwatch.records.incident import Incident
from stillwatch.records.report import Report
from stillwatch.records.safe import ForHtml
from stillwatch.serve.api.endpoints import Api
from stillwatch.serve.http.refusal import Refusal
from stillwatch.untrusted.echo import with_quotations
from stillwatch.untrusted.for_html import joined, markup, text
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
NOTHING = markup("")
NO_INCIDENT = markup("<section><p>No open incident.</p></section>")
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
        sheet = resources.files("stillwatch.serve.page").joinpath("static/style.css").read_text("utf-8")
        return Response(sheet, media_type="text/css")


def page(report: Report, waiting: Sequence[KeptProposal], gate: str = "", *, now: float) -> ForHtml:
    """The whole page. waiting: the gate's proposals that wait for a person; gate: why there are none to be had.

    The style sheet says how old the page itself is, should it stay on the screen without being loaded anew.
    """
    return markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="refresh" content="{reload}">'
        '<title>{host}: {says}</title><link rel="stylesheet" href="/style.css"></head><body>'
        '<header class="{status}"><p class="host">{host}</p>'
        '<h1>{says}</h1><p>{at}</p>{old}<p class="age"></p></header><main>'
        "{waiting}{incidents}{gate}{sources}</main><footer>Stillwatch</footer></body></html>",
        reload=text(RELOAD_SECONDS),
        host=text(report.host),
        says=text(SAYS[report.status]),
        status=text(report.status),
        at=text(moment(report.at)),
        old=_old(report, now),
        waiting=joined(_waiting(one) for one in waiting),
        incidents=joined(_incident(one, now) for one in report.incidents) or NO_INCIDENT,
        gate=markup('<section class="waiting"><p>{why}</p></section>', why=text(gate)) if gate else NOTHING,
        sources=_sources(report),
    )


def _old(report: Report, now: float) -> ForHtml:
    if report.recorded:
        return markup("<p><strong>This is a recorded host, shown as it was then.</strong></p>")
    found = now - report.at
    if found <= OLD_SECONDS:
        return NOTHING
    return markup("<p><strong>This was found {span} ago.</strong></p>", span=text(span(found)))


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


def _waiting(one: KeptProposal) -> ForHtml:
    return markup(
        '<section class="waiting"><h2>{id}: {action} {target}</h2>'
        "<p>{does}</p><p>It waits for your approval. {how}</p></section>",
        id=text(one.id),
        action=text(one.action.replace("_", " ")),
        target=text(one.target),
        does=text(one.shown.does),
        how=_with_code(how_to_approve(one.id, one)),
    )


def _with_code(words: str) -> ForHtml:
    """Every other piece between backticks is what one types, or what somebody else has said."""
    pieces = enumerate(words.split("`"))
    return joined(markup("<code>{words}</code>", words=text(one)) if at % 2 else text(one) for at, one in pieces)


def _incident(one: Incident, now: float) -> ForHtml:
    one = with_quotations(one)
    rows = joined(
        markup(
            "<dt>{kind}: {source}</dt><dd>{text}</dd>",
            kind=text(piece.kind),
            source=text(piece.source, 120),
            text=text(piece.text),
        )
        for piece in one.evidence[:MOST_EVIDENCE]
    )
    return markup(
        '<section class="{class_}"><h2>{summary}</h2>'
        '<p class="small">{id}. {severity}, {state}, for {span}, since {at}</p><p>{cause}</p>{rows}{more}</section>',
        class_=text(one.severity),
        summary=_with_code(one.summary),
        id=text(one.id),
        severity=text(str(one.severity).capitalize()),
        state=text(STATES.get(one.state, one.state)),
        span=text(span(now - one.opened)),
        at=text(moment(one.opened)),
        cause=_with_code(one.cause.text if one.cause else "The cause is not known."),
        rows=markup("<dl>{rows}</dl>", rows=rows) if rows else NOTHING,
        more=_all_of_it(one) if len(one.evidence) > MOST_EVIDENCE else NOTHING,
    )


def _all_of_it(one: Incident) -> ForHtml:
    return markup(
        '<p class="small">All of it: <code>stillwatch incidents show {id}</code></p>',
        id=text(one.id),
    )


def _sources(report: Report) -> ForHtml:
    """What it sees with and what it thinks with."""
    read = [
        f"{one.name}: {'read' if one.read else 'not read'}{f' ({one.problem})' if one.problem else ''}"
        for one in report.sources
    ]
    models = [
        f"{name}: {tier.state}{f' ({tier.detail})' if tier.detail else ''}" for name, tier in report.tiers.items()
    ]
    return joined((_listed("What is read", read or ["nothing"]), _listed("Models", models) if models else NOTHING))


def _listed(title: str, rows: Sequence[str]) -> ForHtml:
    return markup(
        '<section><h2>{title}</h2><ul class="small">{rows}</ul></section>',
        title=text(title),
        rows=joined(markup("<li>{row}</li>", row=text(row, 1_300)) for row in rows),
    )
