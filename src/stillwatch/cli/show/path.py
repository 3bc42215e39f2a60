"""The way of a fault as a drawing: one box a thing, one arrow a consequence, in SVG that needs nothing else."""

from __future__ import annotations

from html import escape

from stillwatch.records.incident import Incident
from stillwatch.records.path import Arrow, path_of
from stillwatch.untrusted.for_terminal import one_line

WIDTH, HEIGHT, GAP, TEXT = 620, 44, 56, 72
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#222}.why{font-size:12px;fill:#555}"
    "rect{fill:#f4f4f6;stroke:#888;rx:6px}.root{fill:#fde8e8;stroke:#c33}line{stroke:#888;marker-end:url(#a)}"
)


def path_svg(incident: Incident) -> str:
    """Boxes below each other in the order of the path; what several suffer from has an arrow to each of them."""
    arrows = path_of(incident)
    names = list(dict.fromkeys([*(name for arrow in arrows for name in (arrow.culprit, arrow.effect))]))
    names = names or [incident.subject]
    place = {name: number * (HEIGHT + GAP) + 10 for number, name in enumerate(names)}
    boxes = "".join(_box(name, top, root=name == names[0]) for name, top in place.items())
    lines = "".join(_arrow(arrow, place, number) for number, arrow in enumerate(arrows))
    tall = len(names) * (HEIGHT + GAP) - GAP + 20
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" role="img">'
    mark = '<defs><marker id="a" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
    mark += '<path d="M0 0L8 4L0 8z" fill="#888"/></marker></defs>'
    title = f"<title>{_plain(f'{incident.id}: {incident.summary}', 200)}</title>"
    return f"{head}<style>{STYLE}</style>{title}{mark}{boxes}{lines}</svg>\n"


def _box(name: str, top: int, *, root: bool) -> str:
    kind = ' class="root"' if root else ""
    words = f'<text x="24" y="{top + 27}">{_plain(name, TEXT)}</text>'
    return f'<rect{kind} x="10" y="{top}" width="{WIDTH - 20}" height="{HEIGHT}"/>{words}'


def _arrow(arrow: Arrow, place: dict[str, int], number: int) -> str:
    x = 40 + 26 * number
    start, end = place[arrow.culprit] + HEIGHT, place[arrow.effect]
    why = f"{arrow.cause} {' '.join(arrow.evidence)}".strip()
    drawn = f'<line x1="{x}" y1="{start}" x2="{x}" y2="{end}"/>'
    return f'{drawn}<text class="why" x="{x + 10}" y="{end - 20}">{_plain(why, TEXT)}</text>'


def _plain(text: str, most: int) -> str:
    return escape(one_line(text, most))
