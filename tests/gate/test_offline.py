from __future__ import annotations

import pytest

from stillwatch.gate import offline
from stillwatch.gate.bus import SystemBus
from stillwatch.gate.change.action import Absent, NotInstalled, Refused
from stillwatch.gate.offline import LookingHostAccess, WordsBus
from tests.gate.stage import places_in, some_units


@pytest.fixture
def no_systemd(monkeypatch):
    async def silent(self):
        raise Refused("systemd cannot be asked")

    monkeypatch.setattr(SystemBus, "system_state", silent)


@pytest.mark.parametrize(
    ("action", "target", "arguments", "verdict", "missing"),
    [
        ("restart_unit", "nginx.service", {}, "ask", ["nginx.service"]),
        ("restart_unit", "sshd.service", {}, "refuse", ["sshd.service"]),
        ("terminate_process", "4711", {"port": 80, "unit": "nginx.service"}, "ask", ["nginx.service"]),
        ("terminate_process", "4711", {"port": 80, "unit": "ssh.service"}, "refuse", ["ssh.service"]),
        ("restart_unit", "nginx", {}, "refuse", []),
        ("rm", "/", {}, "refuse", []),
    ],
)
async def test_r08_the_words_are_judged_where_nothing_can_be_asked(
    tmp_path, no_systemd, action, target, arguments, verdict, missing
):
    found = await offline.explain(places_in(tmp_path), "suggest", action, target, arguments)
    assert (found["verdict"], found["missing"]) == (verdict, missing)
    assert set(found["by_autonomy"]) == {"observe", "suggest", "auto-safe", "auto-full"}


async def test_a_policy_that_cannot_be_trusted_refuses(tmp_path, no_systemd):
    (tmp_path / "policy.toml").write_text("rule = 1")
    assert (await offline.explain(places_in(tmp_path), "suggest", "restart_unit", "a.service", {}))[
        "verdict"
    ] == "refuse"


async def test_a_host_that_answers_is_asked(tmp_path, monkeypatch):
    units = some_units()
    monkeypatch.setattr(SystemBus, "system_state", lambda self: units.system_state())
    monkeypatch.setattr(SystemBus, "unit", lambda self, name: units.unit(name))
    monkeypatch.setattr(SystemBus, "facts", lambda self, name: units.facts(name))
    found = await offline.explain(places_in(tmp_path), "auto-full", "restart_unit", "web.service", {})
    assert (found["verdict"], found["missing"]) == ("allow", [])


async def test_it_asks_no_helper_and_without_systemd_knows_no_unit(tmp_path):
    with pytest.raises(Absent):
        await LookingHostAccess(helpers=tmp_path).act({})
    with pytest.raises(NotInstalled):
        await LookingHostAccess(helpers=tmp_path).peek({"see": "carriers"})
    with pytest.raises(Absent):
        await WordsBus().unit("web.service")
