"""A policy file and a state folder of the test's own; everything else is the real kernel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import goodcopy, policyfile


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Writes the policy file."""
    file = tmp_path / "policy.toml"
    monkeypatch.setattr(policyfile, "POLICY", file)
    monkeypatch.setattr(goodcopy, "STATE", tmp_path / "act")

    def write(text: str) -> Path:
        file.write_text(text)
        return file

    return write
