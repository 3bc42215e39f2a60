"""`doctor`: what was found on paper and as JSON, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stillwatch.cli.main import run
from stillwatch.doctor import host as doctor
from stillwatch.records.report import Checked
from tests.cli.conftest import Stillwatch

GOOD = Checked(topic="systemd", ok=True, text="runs")
BAD = Checked(topic="journal", ok=False, text="closed\x1b", mend="usermod -aG systemd-journal anna")


@pytest.mark.parametrize(("findings", "code"), [([GOOD], 0), ([GOOD, BAD], 1)])
def test_exit_code_and_shape(
    findings: list[Checked], code: int, trial: Stillwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def examine(*_: object, **__: object) -> list[Checked]:
        return findings

    monkeypatch.setattr(doctor, "examine", examine)
    assert trial("doctor").code == code
    said = trial("doctor", "--json")
    value = json.loads(said.out)
    assert (said.code, value["ok"]) == (code, not code)
    assert value["findings"][0] == {"topic": "systemd", "ok": True, "text": "runs", "mend": None}


def test_a_broken_configuration_is_a_finding_and_not_the_end(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "stillwatch.toml"
    file.write_text("[api]\nprot = 1\n")
    paths = ("--state-dir", str(tmp_path / "state"), "--runtime-dir", str(tmp_path / "run"))
    code = run(["doctor", "--json", "--config", str(file), *paths])
    findings = json.loads(capsys.readouterr().out)["findings"]
    broken = [one for one in findings if one["topic"] == "configuration"]
    assert code == 1 and len(findings) > 5
    assert [(one["ok"], "line 2" in one["text"], "port" in one["mend"]) for one in broken] == [(False, True, True)]
