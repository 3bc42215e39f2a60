"""`stillwatch models engine`: which program runs the models, and building a quicker one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stillwatch.cli.global_options import door
from stillwatch.errors import StillwatchError

if TYPE_CHECKING:
    from stillwatch.app import App
    from stillwatch.cli.terminal import Line
    from stillwatch.llm.gain import Gain


def engine(*, what: str, as_json: bool, jobs: int, sdist: str | None, again: bool, background: bool) -> int:
    """Which program runs the models here, and why: a llama-server of this host, else the Python package xllamacpp.

    'build' compiles a llama-server for this processor, which may be quicker, and says by how much. It lets everything
    else on the host go first; one that was ended goes on where it was. The next start uses it.

    examples:
      stillwatch models engine
      stillwatch models engine show --json
      stillwatch models engine build --background
    """
    if what == "show":
        return _show(as_json=as_json)
    if background:
        more = [
            f"--jobs={jobs}",
            *(["--again"] if again else []),
            *([f"--sdist={Path(sdist).absolute()}"] if sdist else []),
        ]
        return _build_in_background(more)
    return _build(jobs, Path(sdist) if sdist else None, again=again, as_json=as_json)


def engine_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=["show", "build"], default="show", help="show is meant without it")
    parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
    parser.add_argument("--background", action="store_true", help="build: go on when this command has ended")
    parser.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="build: compilers at once (what suits the host)"
    )
    parser.add_argument("--again", action="store_true", help="build: although there is one already")
    parser.add_argument("--sdist", metavar="FILE", help="build: the source distribution, already fetched")


def _show(*, as_json: bool) -> int:
    import asyncio

    from stillwatch.cli.show.engine import engine_lines, engine_view
    from stillwatch.cli.terminal import put, put_json
    from stillwatch.llm.build import progress_of
    from stillwatch.llm.engines import place_to_build, survey

    as_service = door.app().paths.as_service
    found = asyncio.run(survey(as_service=as_service))
    building = progress_of(place_to_build(as_service=as_service))
    if as_json:
        put_json(engine_view(found, building))
    else:
        put(engine_lines(found, building))
    return 0 if found.choice else 5


def _build(jobs: int, sdist: Path | None, *, again: bool, as_json: bool) -> int:
    import asyncio

    from stillwatch.cli.show.engine import gain_view, gain_words, step_bar
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.llm.build import build
    from stillwatch.llm.engines import place_to_build
    from stillwatch.views.models import BuiltView

    app = door.app()
    place = place_to_build(as_service=app.paths.as_service)
    with step_bar() as tell:
        asyncio.run(build(place, tell, sdist=sdist, jobs=jobs, again=again))
        gain = _gain(app, place, lambda done, total: tell("measuring both engines", done, total))
    if as_json:
        put_json(BuiltView(path=str(place), gain=None if isinstance(gain, str) else gain_view(gain)))
        return 0
    put(
        [line(f"llama-server is here: {place}"), line(gain if isinstance(gain, str) else gain_words(gain)), *_next(app)]
    )
    return 0


def _gain(app: App, place: Path, tell: object) -> Gain | str:
    """What was gained, or why nobody knows."""
    import asyncio
    import tempfile
    from typing import Any, cast

    from stillwatch.llm.gain import measure_gain
    from stillwatch.llm.models import assign, models

    folders = app.paths.model_folders
    wanted = [assign(app.config.llm, folders)["review"], *(model.path for model in models(folders))]
    here = [file for file in wanted if isinstance(file, Path)]
    if not here:
        return "not measured: no model is here – stillwatch models pull smollm2-135m, then build again"
    try:
        with tempfile.TemporaryDirectory() as runtime:
            work = measure_gain(place, here[0], Path(runtime), app.clock.now(), cast("Any", tell))
            return asyncio.run(work) or "not measured: there is no xllamacpp to compare it with"
    except StillwatchError as error:
        return f"not measured: {error}"


def _build_in_background(more: Sequence[str]) -> int:
    import sys

    from stillwatch.cli.terminal import line, put
    from stillwatch.llm.build import in_background
    from stillwatch.llm.engines import place_to_build

    given = door.options
    paths = (("--config", given.config), ("--state-dir", given.state_dir), ("--runtime-dir", given.runtime_dir))
    words = [f"{name}={value}" for name, value in paths if value] + ["models", "engine", "build", *more]
    place = place_to_build(as_service=door.app().paths.as_service)
    log = in_background([sys.executable, "-m", "stillwatch", *words], place)
    put([line("It is built in the background; 'stillwatch models engine' says how far it is."), line(f"log: {log}")])
    return 0


def _next(app: App) -> Iterator[Line]:
    """What makes it serve. A service whose unit does not name the place was installed by an older Stillwatch."""
    from stillwatch.cli.terminal import line
    from stillwatch.llm.engines import INSTALLED, service_engines

    if not app.paths.as_service:
        yield line(("the next 'check' or 'up' uses it", "dim"))
    elif str(INSTALLED) in [each.name for each in service_engines()]:
        yield line(("next: systemctl restart stillwatch", "dim"))
    else:
        yield line(("next: stillwatch install", "dim"))
