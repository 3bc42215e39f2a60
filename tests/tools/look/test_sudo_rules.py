from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.ports import Clock
from stillwatch.tools.look import sudo_rules
from stillwatch.tools.tool import HostLooks, HostReader

from .played_host import Still, Units, rows

ACCOUNTS = "carla:x:1001:1001::/:/bin/sh\ndora:x:1002:27::/:/bin/sh\nemil:x:1003:1003::/:/bin/sh\n"
GROUPS = "sudo:x:27:\nops:x:40:carla\ncarla:x:1001:\nemil:x:1003:\n"
RULES = "%ops ALL=/bin/a\n%sudo ALL=/bin/b\n#1003 ALL=/bin/c\n%#40 ALL=/bin/d\nALL ALL=/bin/e\nzoe ALL=/bin/f\n"


def looks(root: Path) -> HostLooks:
    (root / "etc").mkdir()
    for name, text in (("passwd", ACCOUNTS), ("group", GROUPS), ("sudoers", RULES)):
        (root / "etc" / name).write_text(text)
    clock: Clock = Still()
    return HostLooks(reader=HostReader(host="h", clock=clock, systemd=Units(), root=root))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("user", "programs"),
    [("carla", "ade"), ("dora", "be"), ("emil", "ce"), ("", "abcdef"), ("nobody-here", "e")],
)
async def test_rules_of_an_account_by_its_name_number_and_groups(tmp_path: Path, user: str, programs: str) -> None:
    seen = await looks(tmp_path).look("sudo_rules", {"user": user})
    assert [row["programs"] for row in rows(seen, "rules")] == [[f"/bin/{letter}"] for letter in programs]


async def test_what_may_not_be_read_is_a_problem_and_no_empty_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sudo_rules, "who_may_sudo", lambda _: None)
    seen = await looks(tmp_path).look("sudo_rules", {})
    assert seen.problem and not seen.data
