"""Rules first, mark second; units from what the host says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stillwatch.install.apply import apply_policy, host_units
from stillwatch.install.installer import Installer

TABLES = {"rule": [{"name": "all", "verdict": "ask", "actions": ["restart_unit"], "targets": ["*.service"]}]}


class Machine(Installer):
    """A host with three units."""

    async def lines(self, argv: Sequence[str]) -> list[str]:
        if argv[1] == "list-units":
            return ["web.service loaded active running Web", "getty@tty1.service loaded active running x", ""]
        return ["web.service enabled enabled", "ssh.service enabled enabled", "getty@.service enabled enabled"]


async def test_units_without_templates(tmp_path: Path) -> None:
    found = await host_units(Machine(lambda said: None, root=tmp_path))
    assert found == ["getty@tty1.service", "ssh.service", "web.service"]


async def test_the_mark_follows_the_rules(tmp_path: Path) -> None:
    said: list[str] = []
    policy = Path("/etc/stillwatch/policy.toml")
    number = await apply_policy(
        Machine(said.append, root=tmp_path), policy, TABLES, "ab" * 32, lambda unit: unit.startswith("ssh")
    )
    assert number == 2
    assert said == ["write /etc/polkit-1/rules.d/50-stillwatch.rules", "write /etc/stillwatch/policy.applied"]
    rules = (tmp_path / "etc/polkit-1/rules.d/50-stillwatch.rules").read_text()
    assert '"web.service"' in rules
    assert "ssh" not in rules
    assert (tmp_path / "etc/stillwatch/policy.applied").read_text() == "ab" * 32 + "\n"
