from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.records.event import Event, Untrusted

from .scene import AT, Looks, ask, files, trigger, unit


def ended(*words: str) -> object:
    said = tuple(Event(host="h", at=AT, source="journal", subject="shop", text=Untrusted(text)) for text in words)
    return replace(trigger("exit-code", trusted=True), words=said)


async def test_a_path_in_any_words_is_believed_when_it_is_gone() -> None:
    looks = Looks(file_metadata=files(_opt_shop_bin_shop={"exists": True, "mode": "-rwxr-xr-x"}))
    _, said = await ask(ended("tar: /mnt/nas/backup: Cannot open: No such file or directory"), looks=looks)  # type: ignore[arg-type]
    assert said.cause and (said.cause.id, said.cause.object) == ("missing-path", "/mnt/nas/backup")
    assert said.confidence >= 0.9 and said.proposal is None


async def test_a_path_that_is_there_or_that_nobody_calls_missing_is_not_to_blame() -> None:
    looks = Looks(file_metadata=lambda asked: {"path": asked["path"], "exists": True, "mode": "-rw-r--r--"})
    _, said = await ask(ended("/srv/shop/x not found"), looks=looks)  # type: ignore[arg-type]
    assert said.cause and said.cause.id == "exit-code"
    gone = Looks(file_metadata=files(_opt_shop_bin_shop={"exists": True, "mode": "-rwxr-xr-x"}))
    _, said = await ask(ended("wrote /srv/shop/x"), looks=gone)  # type: ignore[arg-type]
    assert said.cause and said.cause.id == "exit-code"


async def test_a_path_that_its_user_may_not_use() -> None:
    looks = Looks(
        file_metadata=lambda asked: {"path": asked["path"], "exists": True, "mode": "drwx------", "owner": "root"}
    )
    shop = unit(exec_start=())
    _, said = await ask(ended("mkdir /data/elsewhere/x: Access denied"), looks=looks, units=(shop,))  # type: ignore[arg-type]
    assert said.cause and (said.cause.id, said.cause.object) == ("permission", "/data/elsewhere/x")


async def test_what_a_program_writes_itself_is_not_missing() -> None:
    there = {"exists": True, "mode": "drwxr-xr-x"}
    looks = Looks(file_metadata=files(_opt_shop_bin_shop={**there, "mode": "-rwxr-xr-x"}, _srv_shop=there))
    _, said = await ask(ended("error: could not open /srv/shop/shop.pid: No such file"), looks=looks)  # type: ignore[arg-type]
    assert said.cause and said.cause.id == "exit-code"


async def test_a_setting_that_is_not_understood_in_any_words() -> None:
    looks = Looks(file_metadata=lambda asked: {"path": asked["path"], "exists": True, "mode": "-rw-r--r--"})
    words = "doveconf: Fatal: Error in configuration file /etc/shop/local.conf line 7: Unknown setting: mail_locatoin"
    _, said = await ask(ended(words), looks=looks)  # type: ignore[arg-type]
    assert said.cause and (said.cause.id, said.cause.object) == ("bad-config", "/etc/shop/local.conf")
    assert said.proposal and said.proposal.target == "/etc/shop/local.conf"


async def test_what_was_given_to_another_owner_than_what_lies_around_it() -> None:
    owners = {"/var/lib/pg/15/main": "root", "/var/lib/pg/15": "postgres"}
    looks = Looks(
        file_metadata=lambda asked: {
            "path": asked["path"],
            "exists": True,
            "owner": owners.get(str(asked["path"]), "root"),
        }
    )
    words = "Error: Data directory /var/lib/pg/15/main must not be owned by root"
    _, said = await ask(ended(words), looks=looks, units=(unit(user="", exec_start=()),))  # type: ignore[arg-type]
    assert said.cause and (said.cause.id, said.cause.object) == ("permission", "/var/lib/pg/15/main")


async def test_work_that_was_not_done_has_a_reason_of_its_own() -> None:
    undone = replace(
        ended('rsync: mkdir "/media/usb0/copy/today" failed: No such file or directory (2)'),
        cause="backup-failed",
        trusted=False,
    )  # type: ignore[type-var]
    looks = Looks(
        file_metadata=files(_opt_shop_bin_shop={"exists": True, "mode": "-rwxr-xr-x"}, _media={"exists": True})
    )
    _, said = await ask(undone, looks=looks)  # type: ignore[arg-type]
    assert said.cause and said.cause.id == "missing-path" and "nor does /media/usb0" in said.cause.text


async def test_the_reason_may_stand_in_the_line_after_the_path() -> None:
    theirs = {"exists": True, "mode": "drwxr-xr-x", "owner": "root"}
    looks = Looks(file_metadata=lambda asked: {"path": asked["path"], **theirs})
    _, said = await ask(ended(">>> 'dir /var/lib/cache'", "Permission denied"), looks=looks)  # type: ignore[arg-type]
    assert said.cause and (said.cause.id, said.cause.object) == ("permission", "/var/lib/cache")
    _, said = await ask(ended("reading /etc/shop/shop.conf", "Permission denied"), looks=looks)  # type: ignore[arg-type]
    assert said.cause and said.cause.object != "/etc/shop/shop.conf"


async def test_a_key_that_a_program_with_a_settings_file_does_not_find() -> None:
    looks = Looks(file_metadata=lambda asked: {"path": asked["path"], "exists": True, "mode": "-rw-r--r--"})
    _, said = await ask(ended("KeyError: 'listen'"), looks=looks)  # type: ignore[arg-type]
    assert said.cause and (said.cause.id, said.cause.object) == ("missing-setting", "listen")
    _, said = await ask(ended("KeyError: 'listen'"), looks=looks, units=(unit(exec_start=("/opt/shop",)),))  # type: ignore[arg-type]
    assert said.cause and said.cause.id == "exit-code"


async def test_the_line_may_stand_before_the_file() -> None:
    looks = Looks(file_metadata=lambda asked: {"path": asked["path"], "exists": True, "mode": "-rw-r--r--"})
    _, said = await ask(ended("E: Malformed entry 3 in list file /etc/shop/sources.list ([option])"), looks=looks)  # type: ignore[arg-type]
    assert said.cause and (said.cause.id, said.cause.object) == ("bad-config", "/etc/shop/sources.list")
    assert "line 3" in said.cause.text


async def test_a_log_whose_directory_is_gone_cannot_be_opened() -> None:
    words = "opening the log '/var/log/till/error.log' failed: No such file or directory"
    for there, culprit in ((False, "/var/log/till"), (True, "shop.service")):
        there_too = {"exists": True, "mode": "-rwxr-xr-x"}
        known = {"_opt_shop_bin_shop": there_too, "_etc_shop_shop.conf": there_too, "_var_log_till": {"exists": there}}
        looks = Looks(file_metadata=files(**known))
        _, said = await ask(ended(words), looks=looks)  # type: ignore[arg-type]
        assert said.cause and said.cause.object == culprit


@pytest.mark.parametrize(
    ("said", "mode", "culprit"),
    [
        ("error listing data dir: /var/lib/depot/default", "drwx------", "/var/lib/depot/default"),
        ("error listing data dir: /var/lib/depot/default", "drwxr-xr-x", "shop.service"),
        ("using data dir: /var/lib/depot/default", "drwx------", "shop.service"),
    ],
)
async def test_a_path_that_is_shut_needs_no_word_of_permission(said: str, mode: str, culprit: str) -> None:
    looks = Looks(file_metadata=lambda asked: {"path": asked["path"], "exists": True, "mode": mode, "owner": "root"})
    _, found = await ask(ended("failed to detect a route", said), looks=looks, units=(unit(exec_start=()),))  # type: ignore[arg-type]
    assert found.cause and found.cause.object == culprit


@pytest.mark.parametrize(("accounts", "cause"), [([{"name": "shop"}], "permission"), ([], "exit-code")])
async def test_a_program_that_changes_its_user_by_itself_is_the_account_of_its_name(
    accounts: list[dict[str, str]], cause: str
) -> None:
    shut = {"exists": True, "mode": "drwx------", "owner": "root"}
    looks = Looks(
        file_metadata=files(_var_lib_shop=shut, _etc_init_shop={"exists": True}), users={"accounts": accounts}
    )
    words = ended("ERROR: can't open lock file: /var/lib/shop/shop.lock")
    _, said = await ask(words, looks=looks, units=(unit(exec_start=("/etc/init/shop",), user=""),))  # type: ignore[arg-type]
    assert said.cause and said.cause.id == cause
