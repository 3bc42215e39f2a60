"""Rules first, mark second; units from what the host says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stillwatch.install.along import Host
from stillwatch.install.apply import apply_policy, host_units
from stillwatch.install.installer import Installer
from stillwatch.unit.protected import protected_by


class Machine(Installer):
    """A host with three units."""

    async def lines(self, argv: Sequence[str]) -> list[str]:
        if argv[1] == "show" and "sshd.service" not in argv:
            return [] if argv[-1] == "*" else [f"Id={argv[-1]}", "LoadState=loaded", "ActiveState=active"]
        if argv[1] == "show":
            assert "--" in argv
            ssh = ["Id=ssh.service", "Names=ssh.service sshd.service", "Triggers=", "TriggeredBy=ssh.socket"]
            web = [
                "Id=web.service",
                "Names=web.service",
                "ExecStart={ path=/opt/door/sshd ; argv[]=/opt/door/sshd -D ; }",
            ]
            return [*web, "", *ssh, "", *ssh]
        if argv[1] == "list-units":
            return ["web.service loaded active running Web", "getty@tty1.service loaded active running x", ""]
        return [
            "web.service enabled enabled",
            "ssh.service enabled enabled",
            "sshd.service alias -",
            "getty@.service enabled enabled",
        ]


async def test_units_by_their_names_without_templates(tmp_path: Path) -> None:
    hands = Machine(lambda said: None, root=tmp_path)
    found = await host_units(hands, Host(hands))
    assert sorted(found) == ["getty@tty1.service", "ssh.service", "web.service"]
    assert found["ssh.service"].own == ("ssh.service", "sshd.service")
    assert "ssh.socket" in found["ssh.service"].relatives
    assert protected_by(found["web.service"].relatives), "it runs sshd, whatever its name"
    assert "getty@.service" in found["getty@tty1.service"].relatives


async def test_the_mark_follows_the_rules(tmp_path: Path) -> None:
    said: list[str] = []
    policy = Path("/etc/stillwatch/policy.toml")
    installer = Machine(said.append, root=tmp_path)
    number = await apply_policy(installer, policy, lambda units, along: {"web.service": ("start",)}, "ab" * 32)
    assert number == 1
    assert said == ["write /etc/polkit-1/rules.d/50-stillwatch.rules", "write /etc/stillwatch/policy.applied"]
    rules = (tmp_path / "etc/polkit-1/rules.d/50-stillwatch.rules").read_text()
    assert '"web.service"' in rules
    assert "ssh" not in rules
    assert (tmp_path / "etc/stillwatch/policy.applied").read_text() == "ab" * 32 + "\n"
