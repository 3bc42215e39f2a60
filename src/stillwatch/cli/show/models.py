"""Models on paper, and the bar while one is fetched, copied or checked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stillwatch.cli.terminal import Line, is_terminal, line
from stillwatch.cli.text import size
from stillwatch.llm.models import Model, capabilities
from stillwatch.records.chat import Tier
from stillwatch.untrusted.for_terminal import one_line
from stillwatch.views.models import ModelsView, ModelView, TierModelView

NO_WORDS: Final = "chooses from lists only"

Bytes = Callable[[int, int], None]
VERDICTS = {"whole": ("✓", "green"), "broken": ("✗", "bold red"), "unknown": ("?", "yellow")}
UNKNOWN_SUM = "nothing to check it against"


def models_view(known: Sequence[Model], assigned: Mapping[Tier, Path | str], folder: Path) -> ModelsView:
    return ModelsView(
        folder=str(folder),
        models=[
            ModelView(
                name=model.name,
                path=str(model.path) if model.path else None,
                size=model.size or None,
                licence=model.licence or None,
                sha256=model.sha256 or None,
                source=model.source,
                tiers=list(model.tiers),
                memory_gib=model.memory_gib or None,
                words=capabilities(model.path or model.name).words,
            )
            for model in known
        ],
        tiers={
            tier: TierModelView(str(found), None) if isinstance(found, Path) else TierModelView(None, found)
            for tier, found in assigned.items()
        },
    )


def model_lines(known: Sequence[Model], assigned: Mapping[Tier, Path | str], folder: Path) -> Iterator[Line]:
    """One line a model, then who gets which."""
    for model in known:
        here = ("✓ ", "green") if model.path else ("  ", "")
        facts = [
            f"{'' if model.exact else 'about '}{size(model.size)}" if model.size else "",
            model.licence,
            f"for {', '.join(model.tiers)}" if model.tiers else "",
            f"from {model.memory_gib} GB of memory" if model.memory_gib else "",
            "" if capabilities(model.path or model.name).words else NO_WORDS,
        ]
        name = (f"{one_line(model.name, 60):<20} ", "bold" if model.path else "")
        yield line(here, name, " · ".join(filter(None, facts)), hang=4)
    yield line()
    for tier, found in assigned.items():
        yield line((f"{tier:<9}", "dim"), found.name if isinstance(found, Path) else one_line(found, 300), hang=9)
    yield line((f"models lie in {folder}", "dim"))


def verdict_lines(verdicts: Mapping[str, str]) -> Iterator[Line]:
    """One line a file."""
    for name, verdict in verdicts.items():
        sign, style = VERDICTS[verdict]
        words = UNKNOWN_SUM if verdict == "unknown" else verdict
        yield line((f"{sign} ", style), (f"{one_line(name, 60):<20} ", "bold"), words)
    if not verdicts:
        yield line("no model is here; 'stillwatch models pull smollm2-135m' fetches a small one")


@contextmanager
def byte_bar(title: str, *, wanted: bool = True) -> Iterator[Bytes]:
    """A progress bar on stderr while the block runs; silent unless stderr is a terminal."""
    if not wanted or not is_terminal(sys.stderr) or os.environ.get("TERM", "") in {"", "dumb"}:
        yield _silent
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(one_line(title, 60)), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _silent(done: int, total: int) -> None:
    """Progress that nobody sees."""
