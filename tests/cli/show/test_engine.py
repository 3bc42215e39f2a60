"""What is said of the engine; the whole command: tests/cli/commands/test_engine.py."""

from __future__ import annotations

import pytest

from stillwatch.cli.show.engine import engine_lines, engine_view, gain_words, step_bar
from stillwatch.helpers.engine import Tried
from stillwatch.llm.build import Progressed
from stillwatch.llm.engines import Choice, Engine, Survey
from stillwatch.llm.gain import Gain
from stillwatch.views.shape import plain
from tests.support.facts import facts

BROKEN = Tried(name="/x\x1b/llama-server", problem="bad \x1b[2J")
PACKAGE = Choice(engine=Engine(name="xllamacpp", why="it came along"), tried=Tried(name="xllamacpp", version="1"))


def rows(found: Survey, building: Progressed | None = None) -> list[str]:
    return [each.text for each in engine_lines(found, building)]


def test_what_engines_say_is_made_harmless() -> None:
    said = "\n".join(rows(Survey(choice=PACKAGE, failed=(BROKEN,))) + rows(Survey(problem="none \x1b[2J")))
    assert "\x1b" not in said and f"✓ xllamacpp 1, because {PACKAGE.engine.why}" in said


@pytest.mark.parametrize(("running", "said"), [((0, 0), "just begun"), ((52, 208), "25 %")])
def test_a_build_that_runs_says_how_far_it_is(running: tuple[int, int], said: str) -> None:
    building = Progressed(done=running[0], total=running[1], running=True)
    assert rows(Survey(choice=PACKAGE), building)[-1].endswith(said)
    shown = plain(engine_view(Survey(choice=PACKAGE), building).building)
    assert shown == {"done": running[0], "total": running[1], "running": True}


def test_a_build_that_ended_too_early_says_how_to_go_on() -> None:
    building = Progressed(done=1, total=9, running=False)
    assert "'stillwatch models engine build'" in rows(Survey(choice=PACKAGE), building)[-1]


def test_a_gain_is_one_sentence() -> None:
    gain = Gain(prompt=1.5, output=0.9, prompt_cpu=1.25, output_cpu=1.0, model="m.gguf", at=1e9)
    assert facts(gain_words(gain))[:3] == ["1.25", "1.00", "1.50"]


def test_without_a_terminal_each_twentieth_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with step_bar() as tell:
        tell("fetching", 0, 0)
        for done in range(1, 41):
            tell("compiling", done, 40)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "fetching …" and lines[-1] == "compiling … 100 %" and len(lines) == 22
