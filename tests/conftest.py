"""What all tests share. On CI nothing may be skipped: a skipped test there is a failed one."""

from __future__ import annotations

import functools
import os
import random
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.support import engines, rig
from tests.support.drawn import drawn
from tests.support.groups import sweep
from tests.support.shop import Shop, open_shop

ON_CI = bool(os.environ.get("CI"))
# What is drawn while tests are collected is drawn alike in every worker: each inherits this from the first process.
os.environ.setdefault("STILLWATCH_DRAW", str(random.SystemRandom().randrange(10**6)))

# How long an example takes says how busy the machine is, and nothing about what is tried.
# Half as many as usual are tried in a run: each run draws others.
settings.register_profile("steady", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--few", type=int, default=0, help="of the cases of each test, so many that are drawn anew; 0: all"
    )


def pytest_configure(config: pytest.Config) -> None:
    if few := config.getoption("few"):
        settings.register_profile("few", settings.get_profile("steady"), max_examples=few)
        settings.load_profile("few")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome: Any = yield
    report = outcome.get_result()
    if ON_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: skipped, and on CI nothing may be: {report.longrepr}"


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder of ours that others may pass: pytest's own are closed to them."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


MOST_RERUNS = 3
LONG = 600
"""Seconds that a test may take: no other one is begun before these."""
TAKES_TIME = re.compile(r"\b(process|container|real_model|machine|boot|rootfs)\b")
"""Stands in each file with a test that is no quick one."""
SAFETY = re.compile(
    r"tests/(gate|helpers|grammar|untrusted|serve/http/test_guard|serve/page/test_log_in|test_injections"
    r"|test_forged_histories|flows/test_(injections|mending|undo))|_r\d\d_"
)
"""What has to hold each time: one failure there is a failure, whatever a second try says."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that boots a machine is a container test, whether it says so or not.

    Real programs beside one another on two processors may wait for longer than any test should: they get one more try,
    which the end of the run tells. A unit test gets none, nor does one about safety.
    """
    for item in items:
        if {"machine", "boot", "rootfs"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("container")
        alone = not any(map(item.get_closest_marker, ("process", "container", "real_model")))
        if alone or SAFETY.search(item.nodeid):
            item.add_marker(pytest.mark.flaky(reruns=0), append=False)
        elif item.get_closest_marker("process"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items[:] = in_good_order(few(items, config.getoption("few")))


def few(items: list[pytest.Item], count: int) -> list[pytest.Item]:
    """Of each test at most so many cases; 0: all."""
    tests: dict[str, list[pytest.Item]] = {}
    for item in items if count else ():
        tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return list(chain(*(drawn(cases, min(count, len(cases))) for cases in tests.values()))) if count else items


def in_good_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """What takes longest begins first, so that nobody waits for it at the end; tests on machines, which wait, are
    spread over what computes and end before it; what shares a machine stays together."""
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(_group(item.nodeid), []).append(item)
    ordered = sorted(groups.values(), key=lambda group: -max(map(_may_take, group)))
    long = sum(max(map(_may_take, group)) >= LONG for group in ordered)
    waits: list[list[pytest.Item]] = []
    computes: list[list[pytest.Item]] = []
    for group in ordered[long:]:
        (waits if group[0].get_closest_marker("container") else computes).append(group)
    over = ((waits, 0.9), (computes, 1.0))
    spread = [(end * number / len(some), group) for some, end in over for number, group in enumerate(some)]
    return list(chain(*ordered[:long], *(group for _, group in sorted(spread, key=itemgetter(0)))))


def _may_take(item: pytest.Item) -> float:
    """Seconds that a test is given beside what all are; 0 where it asks for no more."""
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0]) if mark else 0.0


class Sharers(LoadScopeScheduling):
    """Tests of a file that share something, such as a machine, stay together, and so do quick ones; each other one goes
    where one is free."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def _group(nodeid: str) -> str:
    file = nodeid.partition("::")[0]
    return file if _together(file) else nodeid


@functools.cache
def _together(file: str) -> bool:
    path = rig.REPOSITORY / file
    text = path.read_text() if path.is_file() else ""
    return 'scope="module"' in text or not TAKES_TIME.search(text)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharers | None:
    """In place of xdist's own for `--dist loadscope`, which keeps together whole files."""
    return Sharers(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Each test that passed only when it was tried again, with what went wrong the first time."""
    again = terminalreporter.stats.get("rerun", [])
    if again:
        terminalreporter.section(f"tried again: {len(again)}, at most {MOST_RERUNS} are let pass")
    for report in again:
        lines = str(report.longreprtext).strip().splitlines()
        why = next((line for line in lines if line.startswith("E ")), lines[-1] if lines else "?")
        terminalreporter.line(f"{report.nodeid}: {why.removeprefix('E').strip()[:300]}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """More than a few second tries are no accident: the run fails."""
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and len(reporter.stats.get("rerun", [])) > MOST_RERUNS and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def rootfs() -> Path:
    """The root file system for test machines; built by the first run."""
    if problem := rig.missing():
        pytest.fail(problem) if ON_CI else pytest.skip(problem)
    sweep(rig.PREFIX)
    return rig.rootfs()


@pytest.fixture
def boot(rootfs: Path) -> Iterator[Callable[..., rig.Machine]]:
    """Boots as many machines as a test needs: `boot(kernel_log=True)`; all end with the test."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(rig.Machine(**options))


@pytest.fixture
def machine(boot: Callable[..., rig.Machine]) -> rig.Machine:
    """A freshly booted machine."""
    return boot()


@pytest.fixture(params=engines.ENGINES)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each engine that a host may have, for tests of real models; whatever asks for one in the test gets this one."""
    name = engines.engine_named(request.param)
    monkeypatch.setenv("STILLWATCH_LLAMA_SERVER", name)
    return name


@pytest.fixture
def seed() -> int:
    """Drawn fresh each run; pytest shows it when the test fails. STILLWATCH_SEED=… repeats a run."""
    drawn = int(os.environ.get("STILLWATCH_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"STILLWATCH_SEED={drawn}")
    return drawn


@pytest.fixture
def shop(machine: rig.Machine, seed: int) -> Shop:
    """The shop of tests/support/shop.py, open on `machine`."""
    return open_shop(machine, seed)
