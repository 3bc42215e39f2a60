"""What all tests share. On CI nothing may be skipped: a skipped test there is a failed one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests import rig

ON_CI = bool(os.environ.get("CI"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome: Any = yield
    report = outcome.get_result()
    if ON_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: skipped, and on CI nothing may be: {report.longrepr}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that boots a machine is a container test, whether it says so or not."""
    for item in items:
        if {"machine", "boot", "rootfs"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("container")


@pytest.fixture(scope="session")
def rootfs() -> Path:
    """The root file system for test machines; built by the first run."""
    if problem := rig.missing():
        pytest.fail(problem) if ON_CI else pytest.skip(problem)
    rig.sweep()
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
