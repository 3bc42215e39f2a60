"""`uninstall`: refused before anything is touched where it cannot work."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Stillwatch


def test_it_is_roots(trial: Stillwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    said = trial("uninstall", "--purge")
    assert (said.code, said.out) == (2, "")
