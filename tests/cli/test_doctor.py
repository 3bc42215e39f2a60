"""`doctor`: what was found on paper and as JSON, and the exit code."""

from __future__ import annotations

import json

import pytest

from stillwatch import doctor
from stillwatch.records.report import Finding

from .conftest import Stillwatch

GOOD = Finding(topic="systemd", ok=True, text="runs")
BAD = Finding(topic="journal", ok=False, text="closed\x1b", mend="usermod -aG systemd-journal anna")


@pytest.mark.parametrize(("findings", "code"), [([GOOD], 0), ([GOOD, BAD], 1)])
def test_exit_code_and_shape(
    findings: list[Finding], code: int, stillwatch: Stillwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def examine(*_: object) -> list[Finding]:
        return findings

    monkeypatch.setattr(doctor, "examine", examine)
    assert stillwatch("doctor").code == code
    said = stillwatch("doctor", "--json")
    value = json.loads(said.out)
    assert (said.code, value["ok"]) == (code, not code)
    assert value["findings"][0] == {"topic": "systemd", "ok": True, "text": "runs", "mend": None}
