"""What the doctor found, on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stillwatch.cli.terminal import Line, line
from stillwatch.cli.text import plural
from stillwatch.records.report import Checked
from stillwatch.untrusted.for_terminal import one_line


def finding_lines(findings: Sequence[Checked]) -> Iterator[Line]:
    """One line for each finding, and below a problem the command that mends it."""
    width = max((len(finding.topic) for finding in findings), default=0)
    for finding in findings:
        sign = ("✓ ", "green") if finding.ok else ("✗ ", "bold red")
        yield line(sign, (f"{finding.topic:<{width}}  ", "dim"), one_line(finding.text, 500), hang=width + 4)
        if finding.mend:
            yield line(("mend: ", "dim"), (one_line(finding.mend, 500), "bold"), indent=width + 4, hang=width + 10)
    problems = sum(not finding.ok for finding in findings)
    yield line()
    yield line((f"{plural(problems, 'problem')}", "bold yellow") if problems else ("All well.", "bold green"))
