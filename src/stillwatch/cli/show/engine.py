"""The engine that runs the models, on paper, and the bar while one is built."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from msgspec import structs

from stillwatch.cli.terminal import Line, is_terminal, line, tell
from stillwatch.cli.text import local_time
from stillwatch.helpers.engine import PACKAGE, Tried
from stillwatch.llm.build import Progressed
from stillwatch.llm.engines import BUILD, Survey
from stillwatch.llm.gain import Gain, known_gain
from stillwatch.untrusted.for_terminal import one_line
from stillwatch.views.models import BuildingView, EngineInUseView, EngineTriedView, EngineView, GainView

Step = Callable[[str, int, int], None]


def engine_view(found: Survey, building: Progressed | None) -> EngineView:
    choice = found.choice
    gain = known_gain(choice.engine.name) if choice else None
    return EngineView(
        engine=EngineInUseView(**structs.asdict(_tried(choice.tried)), why=choice.engine.why) if choice else None,
        problem=found.problem or None,
        passed_over=[_tried(each) for each in found.failed],
        others=[_tried(each) for each in found.others],
        gain=gain_view(gain) if gain else None,
        building=BuildingView(**asdict(building)) if building else None,
    )


def gain_view(gain: Gain) -> GainView:
    return GainView(**asdict(gain))


def _tried(each: Tried) -> EngineTriedView:
    native = each.name != PACKAGE
    return EngineTriedView(
        kind="llama-server" if native else PACKAGE,
        path=each.name if native else None,
        version=each.version or None,
        problem=each.problem or None,
    )


def engine_lines(found: Survey, building: Progressed | None) -> Iterator[Line]:
    """What is used and why, what is not, and what could be gained."""
    choice = found.choice
    if choice:
        yield line(("✓ ", "green"), (f"{choice.tried}", "bold"), f", because {choice.engine.why}", hang=2)
        if choice.engine.native:
            yield line((one_line(choice.engine.name, 300), "dim"), indent=2)
        if gain := known_gain(choice.engine.name):
            yield line(gain_words(gain), indent=2)
    else:
        yield line(("✗ ", "bold red"), one_line(found.problem, 500), hang=2)
    for each in found.failed:
        yield line(("✗ ", "bold red"), one_line(str(each), 500), hang=2)
    for each in found.others:
        yield line(f"  {each}", (" would be next", "dim"), hang=4)
    if building and building.running:
        yield line((f"a llama-server is being built: {_share(building.done, building.total)}", "dim"))
    elif building:
        yield line(("a build ended before it was done: ", "yellow"), f"'{BUILD}' goes on from there and says why")
    elif not (choice and choice.engine.native):
        yield line((f"a llama-server for this processor may be quicker: {BUILD}", "dim"))


def gain_words(gain: Gain) -> str:
    """One sentence."""
    return (
        f"reads {gain.prompt_cpu:.2f} × and writes {gain.output_cpu:.2f} × as fast as {PACKAGE} by processor time,"
        f" {gain.prompt:.2f} × and {gain.output:.2f} × by the clock, which other work disturbs"
        f" ({one_line(gain.model, 60)}, {local_time(gain.at)})"
    )


def _share(done: int, total: int) -> str:
    return f"{100 * done // total} %" if total else "just begun"


@contextmanager
def step_bar() -> Iterator[Step]:
    """A bar on stderr on a terminal; elsewhere a line for each new step and each twentieth of it."""
    if not is_terminal(sys.stderr) or os.environ.get("TERM", "") in {"", "dumb"}:
        yield _teller()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(
            task, description=one_line(what), completed=done, total=total or None
        )


def _teller() -> Step:
    last: list[object] = []

    def told(what: str, done: int, total: int) -> None:
        mark = (what, 20 * done // total if total else 0)
        if mark != (last and last[-1]):
            last[:] = [mark]
            tell(one_line(f"{what} … {_share(done, total)}" if total else f"{what} …"))

    return told
