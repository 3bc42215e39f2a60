"""What the gate says of itself, of a rule's verdict and of its record, on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stillwatch.cli.show.proposal import RISK_STYLES, VERDICT_STYLES, labelled
from stillwatch.cli.terminal import Line, line
from stillwatch.cli.text import local_time
from stillwatch.untrusted.for_terminal import one_line
from stillwatch.views.explain import AutonomyView, ExplainView

FROM_OUTSIDE: Final = "(text from outside)"

AUDIT_FIELDS = ("seq", "at", "kind", "hash", "previous", "action", "target", "id")
UNTRUSTED = ("because", "said")


def standing_lines(standing: AutonomyView, meanings: Mapping[str, str]) -> Iterator[Line]:
    """The level, its ceiling, and what keeps the gate from going that far."""
    level, ceiling = standing.level, standing.ceiling
    yield line("autonomy is ", (level, "bold"), f": {meanings.get(level, '')}")
    why = "in a trial, where one user proposes and approves" if standing.trial else "set by the configuration file"
    yield labelled("ceiling", f"{ceiling}, {why}")
    if not standing.gate:
        yield labelled("gate", ("does not answer, so nothing is changed", "yellow"))
    if standing.paused:
        yield labelled("paused", ("yes: 'stillwatch resume' lets it go on", "bold yellow"))
    if standing.problem:
        yield labelled("problem", (one_line(standing.problem, 400), "bold red"))
    for target in standing.quarantine:
        name = one_line(target, 200)
        yield labelled("quarantine", (name, "yellow"), f": 'stillwatch resume {name}' after a look at it")
    for entry in standing.ledger:
        tally = f"{entry.verified} verified, {entry.failed} failed"
        yield labelled("so far", f"{one_line(entry.action, 40)} {one_line(entry.target, 200)}: {tally}")


def verdict_lines(explained: ExplainView) -> Iterator[Line]:
    """A verdict with its reason, and what it would be at every level."""
    verdict, risk = explained.verdict, explained.risk
    yield line((verdict, VERDICT_STYLES[verdict]), f": {one_line(explained.reason, 400)}")
    yield labelled("rule", one_line(explained.rule, 80))
    yield labelled("risk", (risk, RISK_STYLES.get(risk, "")))
    if explained.argv:
        yield labelled("runs", one_line(" ".join(map(_quoted, explained.argv)), 1000))
    for label, words in (
        ("does", explained.does),
        ("hits", explained.blast_radius),
        ("success", explained.success),
    ):
        if words:
            yield labelled(label, one_line(words, 500))
    if explained.now:
        yield labelled("now", one_line(explained.now.reason, 400))
    for name in explained.missing:
        yield labelled("missing", (f"{one_line(name, 255)} is not on this host", "yellow"))
    for level, found in (explained.rules or {}).items():
        style = VERDICT_STYLES[found.verdict]
        why = f" {one_line(found.rule, 80)}: {one_line(found.reason, 300)}"
        yield labelled(level, (f"{found.verdict:<6}", style), why)


def audit_line(record: Mapping[str, Any]) -> Line:
    """One record. What came from outside stands last, labelled and on one line."""
    kind = one_line(str(record["kind"]), 16)
    what = " ".join(one_line(str(record[name]), 255) for name in ("id", "action", "target") if record.get(name))
    rest = [
        f"{one_line(name, 40)}={one_line(str(value), 200)}"
        for name, value in record.items()
        if name not in (*AUDIT_FIELDS, *UNTRUSTED) and value not in ("", None, {}, [])
    ]
    outside = [f"{name} {FROM_OUTSIDE}: “{one_line(str(record[name]), 200)}”" for name in UNTRUSTED if record.get(name)]
    return line(
        (f"{record['seq']:>6}  {local_time(record['at'])}  ", "dim"),
        (f"{kind:<9} ", "bold"),
        "  ".join(filter(None, (what, *rest, *outside))),
        hang=8,
    )


def _quoted(word: str) -> str:
    import shlex

    return shlex.quote(word)
