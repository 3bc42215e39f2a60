"""The service over the recorded host that is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.app import Options, build
from stillwatch.errors import WrongUsage
from stillwatch.service.recorded import RecordedService


@pytest.fixture
async def recorded(tmp_path: Path) -> RecordedService:
    options = Options(state_dir=str(tmp_path / "state"), runtime_dir=str(tmp_path / "run"))
    return await RecordedService.looked_at(build(options).recorded(None).parts())


async def test_it_tells_what_it_found_as_it_was_then(recorded: RecordedService) -> None:
    report = await recorded.status()
    assert report.recorded and report.status == "critical" and recorded.gathered.lines > 50
    assert {one.cause.id for one in recorded.incidents() if one.cause} == {"port-in-use", "disk-full"}
    assert recorded.incident("i2") == next(one for one in recorded.incidents() if one.id == "I2")
    assert [one.id for one in recorded.recent(1)] == ["I2"] and [one.id for one in recorded.recent(5, "I2")] == ["I1"]
    with pytest.raises(WrongUsage):
        recorded.incident("I9")


async def test_questions_are_answered_from_it(recorded: RecordedService) -> None:
    reply = await recorded.ask("what is wrong?", use_models=False)
    assert reply.by == "rule" and reply.evidence and "full" in reply.text
