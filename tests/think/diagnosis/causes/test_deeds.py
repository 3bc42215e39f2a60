from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stillwatch.think.diagnosis.causes.deeds import touches

from .scene import AT, Looks, ask, files, trigger, unit

UNIT = ["shop.service", "/etc/shop/shop.conf", "/srv/shop/data"]


def ran(command: str, ago: float = 10.0, **more: object) -> dict[str, object]:
    return {"at": AT - ago, "user": "ann", "command": command, "folder": "/root", "how": "sudo", **more}


async def told(*, cause: str = "exit-code", **shown: Any) -> str:
    _, said = await ask(trigger(cause, trusted=True), looks=Looks(**shown))
    assert said.cause is not None
    return said.cause.text


@pytest.mark.parametrize(
    "command",
    [
        "/usr/bin/systemctl disable --now shop",
        "systemctl mask shop.service",
        "service shop stop",
        "nano /etc/shop/shop.conf",
        "rm -rf /srv/shop",
        "sed -i s/a/b/ ../etc/shop/shop.conf",
        "dd if=/dev/zero of=/srv/shop/data",
    ],
)
def test_what_changes_a_thing(command: str) -> None:
    assert touches(command, "/root", UNIT)


@pytest.mark.parametrize(
    "command",
    [
        "systemctl status shop",
        "systemctl stop other.service",
        "systemctl restart shop",
        "cat /etc/shop/shop.conf",
        "rm -rf /srv/other",
        "ls /etc",
        "chmod 700 /etc",
        "apt",
        "",
    ],
)
def test_what_does_not(command: str) -> None:
    assert not touches(command, "/root", UNIT)


async def test_a_command_before_the_trouble_is_told_with_person_and_time() -> None:
    commands = {"commands": [ran("systemctl disable --now shop", ago=4.0)]}
    text = await told(sudo_use=commands)
    assert all(part in text for part in ("ann ran", "systemctl disable --now shop", "07:59:56"))


async def test_what_was_denied_or_came_later_or_long_before_is_not() -> None:
    commands = [ran("rm -r /etc/shop", ago=-60.0), ran("rm -r /etc/shop", denied=True), ran("rm -r /etc/shop", 1e6)]
    assert "ran" not in await told(sudo_use={"commands": commands})


def packages(path: str, **row: object) -> dict[str, Any]:
    """package_changes of one run, in which only `path` was held by a package."""
    run = {"at": AT - 30, "by": "ann", "command": "apt upgrade", "packages": {"Upgrade": ["shop"]}, **row}

    def answer(asked: Mapping[str, object]) -> Mapping[str, object]:
        return {"runs": [run] if asked.get("path", "") in (path, "") else []}

    return {"package_changes": answer}


async def test_who_upgraded_the_package_of_the_program() -> None:
    text = await told(**packages("/opt/shop/bin/shop"))
    assert all(part in text for part in ("ann upgraded", "shop", "apt upgrade", "07:59:30"))


async def test_another_package_counts_only_just_before() -> None:
    assert "upgraded shop" in await told(**packages("/usr/lib/libx.so"))
    assert "upgraded" not in await told(**packages("/usr/lib/libx.so", at=AT - 3600))
    assert "upgraded" in await told(**packages("/opt/shop/bin/shop", at=AT - 3600))


async def test_nobody_is_named_for_what_the_host_upgraded_itself() -> None:
    run = packages("/opt/shop/bin/shop", by="", command="/usr/bin/unattended-upgrade")
    shells = {"commands": [ran("/bin/bash")]}
    text = await told(sudo_use=shells, **run)
    assert "unattended-upgrade upgraded shop" in text and "ann (" not in text


async def test_whose_dpkg_it_was_is_read_from_sudo() -> None:
    run = packages("/opt/shop/bin/shop", by="", command="dpkg")
    assert "ann (with sudo) upgraded shop" in await told(
        sudo_use={"commands": [ran("/usr/bin/dpkg -i shop.deb", ago=31.0)]}, **run
    )


@pytest.mark.parametrize(
    ("login", "who"),
    [
        ({"user": "root", "from": "192.0.2.7", "how": "publickey"}, "192.0.2.7"),
        ({"user": "root", "from": "ann", "how": "su"}, "ann ("),
        ({"user": "root", "from": "", "how": "session"}, "root"),
    ],
)
async def test_whoever_was_root_then_is_named_where_no_command_is_known(login: dict[str, object], who: str) -> None:
    changed = {"_etc_systemd_system_shop.service": {"exists": True, "changed": AT - 20}}
    shown = {
        "unit_status": {"load_state": "masked"},
        "file_metadata": files(**changed),
        "logins": {"logins": [{**login, "at": AT - 300}]},
    }
    masked = trigger("masked", trusted=True)
    _, said = await ask(masked, looks=Looks(**shown), units=(unit(load_state="masked", exec_start=()),))
    assert said.cause is not None and who in said.cause.text
    assert "/etc/systemd/system/shop.service" in said.cause.text and "07:59:40" in said.cause.text


async def test_a_root_shell_of_somebody_is_more_than_an_older_session() -> None:
    run = packages("/opt/shop/bin/shop", by="", command="dpkg")
    logins = {"logins": [{"user": "root", "from": "192.0.2.7", "how": "password", "at": AT - 7000}]}
    text = await told(sudo_use={"commands": [ran("/bin/bash", ago=600.0)]}, logins=logins, **run)
    assert "ann (" in text and "192.0.2.7" not in text


@pytest.mark.parametrize(("ago", "is_told"), [(5.0, True), (5000.0, False)])
async def test_when_a_unit_was_disabled_is_seen_by_what_is_started_at_boot(ago: float, is_told: bool) -> None:
    wanted = {"_etc_systemd_system_multi-user.target.wants": {"exists": True, "changed": AT - ago}}
    looks = Looks(
        unit_status={"enabled": "disabled", "active_state": "inactive"},
        file_metadata=files(**wanted),
        logins={"logins": [{"user": "root", "from": "192.0.2.7", "how": "publickey", "at": AT - 6000}]},
    )
    _, said = await ask(trigger("exit-code", trusted=True), looks=looks, units=(unit(exec_start=()),))
    assert said.cause is not None
    assert ("multi-user.target.wants" in said.cause.text) is is_told
    assert ("192.0.2.7" in said.cause.text) is is_told
