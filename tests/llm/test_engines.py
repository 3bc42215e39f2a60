from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.llm import engines
from stillwatch.llm.engines import (
    VARIABLE,
    cached_binary,
    candidates,
    choose,
    engine_of,
    find_engine,
    find_native,
    place_to_build,
    processor_key,
    service_engines,
    survey,
)
from tests.support.facts import facts

VERSION = "echo 'version: 7 (abc)' >&2"


def program(path: Path, script: str = VERSION) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a host with no llama-server."""
    monkeypatch.setattr(engines, "INSTALLED", tmp_path / "installed/llama-server")
    return {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def without_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillwatch.helpers.engine.PACKAGE", "no_such_package")
    monkeypatch.setattr(engines, "PACKAGE", "no_such_package")


def test_named_then_path_then_cache_then_installed_then_the_package(tmp_path: Path, host: dict[str, str]) -> None:
    assert find_engine(host).name == "xllamacpp" and find_native(host) is None
    installed = program(engines.INSTALLED)
    assert find_engine(host).name == installed
    cached = program(cached_binary(host))
    assert find_engine(host).name == cached
    on_path = program(tmp_path / "bin/llama-server")
    assert [engine.name for engine in candidates(host)] == [on_path, cached, installed, "xllamacpp"]
    assert find_native(host) == Path(on_path)
    named = program(tmp_path / "mine")
    assert [engine.name for engine in candidates(host | {VARIABLE: named})] == [named]
    assert [engine.name for engine in candidates(host | {VARIABLE: "xllamacpp"})] == ["xllamacpp"]


@pytest.mark.usefixtures("without_package")
async def test_none_at_all_says_what_to_do(host: dict[str, str]) -> None:
    for look in (find_engine, choose):
        with pytest.raises(NotReachable) as none:
            found = look(host)
            await found  # type: ignore[misc]
        assert "pip install" in none.value.next_step and "engine build" in none.value.next_step


def test_a_named_program_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotReachable, match=VARIABLE):
        find_engine({VARIABLE: str(tmp_path)})


async def test_the_first_that_runs_is_chosen_and_the_others_are_told(tmp_path: Path, host: dict[str, str]) -> None:
    broken = program(tmp_path / "bin/llama-server", "kill -ILL $$")
    cached = program(cached_binary(host))
    choice = await choose(host)
    assert (choice.engine.name, str(choice.tried)) == (cached, "llama-server 7")
    (failed,) = choice.failed
    assert failed.name == broken and "illegal instruction" in failed.problem


async def test_a_llama_server_for_another_processor_makes_way_for_the_package(host: dict[str, str]) -> None:
    program(cached_binary(host), "kill -ILL $$")
    choice = await choose(host)
    assert choice.engine.name == "xllamacpp" and choice.tried.version


@pytest.mark.usefixtures("without_package")
async def test_engines_that_do_not_run_are_all_named(tmp_path: Path, host: dict[str, str]) -> None:
    program(tmp_path / "bin/llama-server", "echo 'libx.so is not here' >&2; exit 127")
    with pytest.raises(NotReachable, match="libx") as none:
        await choose(host)
    assert none.value.next_step.endswith("engine build")


async def test_a_named_one_is_tried_only_by_whoever_wants_to_know(tmp_path: Path, host: dict[str, str]) -> None:
    named = program(tmp_path / "mine", "exit 3")
    assert (await choose(host | {VARIABLE: named})).engine.name == named
    with pytest.raises(NotReachable, match="ends with 3"):
        await choose(host | {VARIABLE: named}, even_named=True)


def test_a_process_tells_its_engine() -> None:
    names = [engine_of(name) for name in ("llama-server", "llama-xllamacpp", "llama", "python3", "")]
    assert names == ["llama-server", "xllamacpp", "", "", ""]


def test_another_processor_has_another_place(tmp_path: Path) -> None:
    keys = set()
    for number, flags in enumerate(["fpu sse avx2", "fpu sse", "avx2 sse fpu", "fpu amx_tile sse amx_int8"]):
        cpuinfo = tmp_path / str(number)
        cpuinfo.write_text(f"processor : 0\nflags\t\t: {flags}\n\nprocessor : 1\nflags : x\n")
        keys.add(processor_key(cpuinfo))
    assert len(keys) == 2
    assert len(processor_key(tmp_path / "none")) == 12


def test_the_service_has_the_engines_of_its_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unit, built = tmp_path / "unit", program(tmp_path / "built")
    monkeypatch.setattr(engines, "SERVICE_UNIT", unit)
    assert service_engines(unit) == [] and candidates(as_service=True) == []
    unit.write_text(
        f"[Service]\nExecStart=/x/python -I -m stillwatch.helpers.llama /gone/llama-server {built} xllamacpp\n"
    )
    assert [engine.name for engine in service_engines(unit)] == ["/gone/llama-server", built, "xllamacpp"]
    assert [engine.name for engine in candidates({VARIABLE: "/other"}, as_service=True)] == [built, "xllamacpp"]
    assert find_engine(as_service=True).name == built


async def test_a_survey_tells_of_every_engine(tmp_path: Path, host: dict[str, str]) -> None:
    program(tmp_path / "bin/llama-server", "exit 3")
    cached = program(cached_binary(host))
    found = await survey(host)
    assert found.choice and found.choice.engine.name == cached and not found.problem
    assert [facts(each.problem) for each in found.failed] == [["3"]]
    assert [each.name for each in found.others] == ["xllamacpp"]


@pytest.mark.usefixtures("without_package")
async def test_a_survey_of_none_says_why(tmp_path: Path, host: dict[str, str]) -> None:
    assert "is installed" in (await survey(host)).problem
    program(tmp_path / "bin/llama-server", "exit 3")
    found = await survey(host)
    assert found.choice is None and found.failed[0].problem in found.problem and len(found.failed) == 1
    assert VARIABLE in (await survey(host | {VARIABLE: "/none"})).problem


def test_services_see_no_persons_cache() -> None:
    assert place_to_build(as_service=True) == engines.INSTALLED
    assert place_to_build(as_service=False) == cached_binary()
