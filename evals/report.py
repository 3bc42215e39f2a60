"""A run in words: a line for each case, a table in Markdown, JSON, and one HTML page that needs nothing else."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.judge import Verdict

MARK = "<!-- below: written by scripts/eval --docs -->"
STYLE = (
    "body{font:15px/1.5 system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem;color-scheme:light dark}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;"
    "vertical-align:top}td:last-child{font-size:13px}"
)


def line(verdict: Verdict) -> str:
    """For whoever waits."""
    mark = "✓" if verdict.root and verdict.single and not verdict.wrong else "✗"
    rest = verdict.problem or "\n    ".join(verdict.told)
    flaws = [] if verdict.root else ["cause"]
    flaws += [] if verdict.single else [f"{verdict.incidents} incidents for {verdict.wanted}"]
    flaws += [f"proposes {one}" for one in verdict.wrong]
    flaws += [f"changed {one}" for one in verdict.changed]
    flaws += ["not mended"] if verdict.mended is False else []
    shown = "" if mark == "✓" and not flaws else f"\n    {rest}"
    return f"{mark} {verdict.name} ({verdict.seed}) {verdict.seconds} s {'; '.join(flaws)}{shown}"


def figures(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """What is counted, over these verdicts."""
    faults = [one for one in verdicts if one.wanted]
    traps = [one for one in verdicts if not one.wanted]
    mended = [one for one in verdicts if one.mended is not None]
    rows = {
        "root cause": _share(sum(one.root for one in faults), len(faults)),
        "one incident a fault": _share(sum(one.single for one in faults), len(faults)),
        "wrong proposals": str(sum(len(one.wrong) for one in verdicts)),
        "false incidents on traps": f"{sum(one.incidents for one in traps)} in {len(traps)}",
    }
    if mended:
        rows["mended"] = _share(sum(bool(one.mended) for one in mended), len(mended))
        rows["changed what it may not"] = str(sum(len(one.changed) for one in verdicts))
    return rows


def table(verdicts: Sequence[Verdict], how: Mapping[str, Any], seconds: int, before: Mapping[str, Any]) -> str:
    """Markdown: the figures of both halves, then each case."""
    halves = {half: [one for one in verdicts if one.half == half] for half in ("shown", "kept")}
    columns = {"all": verdicts, **halves}
    counted = {name: figures(column) for name, column in columns.items()}
    told = ", ".join(f"{key} {value}" for key, value in how.items())
    rows = [f"{len(verdicts)} cases in {seconds} s: {told}.", ""]
    rows += [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    rows += [
        f"| {name} | {' | '.join(counted[column].get(name, 'none') for column in columns)} |" for name in counted["all"]
    ]
    rows += ["", "| case | half | cause | incidents | proposals | mended | before |", "|---|---|---|---|---|---|---|"]
    rows += [_row(verdict, before) for verdict in verdicts]
    return "\n".join(rows) + "\n"


def _row(verdict: Verdict, before: Mapping[str, Any]) -> str:
    wrong = ", ".join(verdict.wrong) or "✓"
    counted = "✓" if verdict.single else f"{verdict.incidents} for {verdict.wanted}"
    cells = (verdict.name, verdict.half, _mark(verdict.root), counted, wrong, _mended(verdict), _was(verdict, before))
    return f"| {' | '.join(cells)} |"


def _was(verdict: Verdict, before: Mapping[str, Any]) -> str:
    was = before.get(verdict.name, {}).get("root")
    return "" if was is None else _mark(was)


def _mended(verdict: Verdict) -> str:
    """Whether what was done mended it, and what else it changed; "" where nothing was to be done."""
    said = "" if verdict.mended is None else _mark(verdict.mended)
    return f"{said} changed {', '.join(verdict.changed)}".strip() if verdict.changed else said


def write(folder: Path, verdicts: Sequence[Verdict], how: Mapping[str, Any], seconds: int, before: Any) -> None:
    """eval.json, eval.md and eval.html."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"how": dict(how), "seconds": seconds, "cases": [one.json() for one in verdicts]}
    (folder / "eval.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    (folder / "eval.md").write_text(table(verdicts, how, seconds, before))
    (folder / "eval.html").write_text(_page(verdicts, how, seconds, before))


def write_docs(page: Path, told: str) -> None:
    """The table of this run into the page, below its mark."""
    above, mark, _ = page.read_text().partition(MARK)
    page.write_text(f"{above}{mark}\n\n{told}")


def read(folder: Path) -> dict[str, Any]:
    """The cases of an earlier run by name."""
    told = json.loads((folder / "eval.json").read_text())
    return {case["name"]: case for case in told["cases"]}


def _page(verdicts: Sequence[Verdict], how: Mapping[str, Any], seconds: int, before: Mapping[str, Any]) -> str:
    counted = "".join(
        f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in figures(verdicts).items()
    )
    rows = "".join(
        f"<tr><td>{html.escape(one.name)}</td><td>{one.half}</td><td>{_mark(one.root)}</td>"
        f"<td>{one.incidents} / {one.wanted}</td><td>{html.escape(', '.join(one.wrong))}</td>"
        f"<td>{html.escape(_mended(one))}</td><td>{one.seconds}</td><td>{_was(one, before)}</td>"
        f"<td>{'<br>'.join(map(html.escape, one.told)) or html.escape(one.problem)}</td></tr>"
        for one in verdicts
    )
    told = html.escape(", ".join(f"{key} {value}" for key, value in how.items()))
    names = ("case", "half", "cause", "incidents", "wrong proposals", "mended", "seconds", "before", "told")
    head = "".join(f"<th>{name}</th>" for name in names)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Stillwatch: the proving ground</title>'
        f"<style>{STYLE}</style><h1>The proving ground</h1><p>{len(verdicts)} cases in {seconds} s: {told}.</p>"
        f"<table>{counted}</table><h2>Each case</h2><table><tr>{head}</tr>{rows}</table></html>\n"
    )


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part // whole} %)" if whole else "none"


def _mark(good: bool) -> str:
    return "✓" if good else "✗"
