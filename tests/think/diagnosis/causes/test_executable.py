from __future__ import annotations

from dataclasses import replace

from stillwatch.watch.usage import JOB_WITHOUT_PROGRAM

from .scene import Looks, ask, files, trigger, unit


async def test_the_unit_file_that_names_a_missing_program_is_to_blame() -> None:
    changes = {"changes": [{"path": "/etc/systemd/system/shop.service", "at": 1_799_999_880.0}]}
    looks = Looks(file_metadata=files(), recent_changes=changes)
    found, said = await ask(trigger("exit-code", trusted=True), looks=looks)
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("missing-executable", "/etc/systemd/system/shop.service")
    assert "/opt/shop/bin/shop" in said.cause.text
    assert "07:58:00 UTC, 2 minutes " in said.cause.text
    assert said.confidence >= 0.9
    assert said.proposal is not None
    assert (said.proposal.action, said.proposal.target) == ("restore_file", "/etc/systemd/system/shop.service")
    assert [piece.kind for piece in found.evidence] == ["journal", "look", "look"]


async def test_pid_1s_word_is_enough_without_looks() -> None:
    _, said = await ask(trigger("missing-executable", trusted=True))
    assert said.cause is not None and said.cause.id == "missing-executable"
    assert said.confidence >= 0.9


async def test_a_text_alone_is_a_claim() -> None:
    _, said = await ask(trigger("missing-executable", "Failed to locate executable /x"))
    assert said.confidence <= 0.6
    assert said.proposal is None


async def test_a_program_that_is_there_is_not_called_missing() -> None:
    there = files(_opt_shop_bin_shop={"exists": True})
    _, said = await ask(trigger("exit-code", trusted=True), looks=Looks(file_metadata=there))
    assert said.cause is not None and said.cause.id == "exit-code"


async def test_a_program_that_nobody_may_execute_is_not_missing_though_the_line_that_says_why_was_lost() -> None:
    there = files(_opt_shop_bin_shop={"exists": True, "mode": "-rw-r--r--"})
    _, said = await ask(trigger("missing-executable", "code=exited, status=203/EXEC"), looks=Looks(file_metadata=there))
    assert said.cause is not None and (said.cause.id, said.cause.object) == ("permission", "/opt/shop/bin/shop")
    assert said.proposal is not None and said.proposal.action == "repair_ownership"


async def test_a_missing_path_that_the_unit_names_is_proven() -> None:
    backup = unit(exec_start=("/usr/bin/backup", "--target=/mnt/backup"))
    there = files(_usr_bin_backup={"exists": True})
    lost = trigger("missing-path", "cannot open /mnt/backup/x", path="/mnt/backup/x")
    _, said = await ask(lost, looks=Looks(file_metadata=there), units=(backup,))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("missing-path", "/mnt/backup")
    assert said.confidence >= 0.9


async def test_a_step_before_the_start_whose_program_is_missing() -> None:
    shop = unit(programs=("/opt/shop/bin/prepare", "/opt/shop/bin/shop"))
    looks = Looks(file_metadata=files(_opt_shop_bin_shop={"exists": True}))
    told = trigger("missing-executable", "x", trusted=True, path="/opt/shop/bin/prepare")
    _, said = await ask(told, looks=looks, units=(shop,))
    assert said.cause is not None and "/opt/shop/bin/prepare, " in said.cause.text
    assert said.confidence >= 0.9


async def test_an_interpreter_that_is_missing() -> None:
    script = {"exists": True, "interpreter": "/usr/bin/python3.9", "interpreter_exists": False}
    looks = Looks(file_metadata=files(_opt_shop_bin_shop=script))
    _, said = await ask(trigger("missing-executable", trusted=True), looks=looks)
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("missing-executable", "/opt/shop/bin/shop")
    assert "/usr/bin/python3.9" in said.cause.text


async def test_an_environment_file_or_working_directory_that_is_missing() -> None:
    there = files(_opt_shop_bin_shop={"exists": True})
    for more, path, action in (
        ({"environment_files": ("/etc/default/shop",)}, "/etc/default/shop", "restore_file"),
        ({"working_directory": "/srv/shop"}, "/srv/shop", ""),
        ({"credentials": ("/etc/shop/till.token",)}, "/etc/shop/till.token", ""),
    ):
        _, said = await ask(trigger("exit-code", trusted=True), looks=Looks(file_metadata=there), units=(unit(**more),))
        assert said.cause is not None
        assert (said.cause.id, said.cause.object) == ("missing-path", path)
        assert (said.proposal.action if said.proposal else "") == action


async def test_a_user_that_does_not_exist() -> None:
    there = files(_opt_shop_bin_shop={"exists": True})
    gone = unit(exit_status=217, user="ghosty")
    _, said = await ask(trigger("exit-code", trusted=True), looks=Looks(file_metadata=there), units=(gone,))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("bad-config", "/etc/systemd/system/shop.service")
    assert "ghosty" in said.cause.text


async def test_a_program_that_may_not_be_executed_is_not_called_missing_where_nobody_could_look() -> None:
    denied = trigger(
        "missing-executable", "Unable to locate executable '/opt/shop/bin/shop': Permission denied", trusted=True
    )
    _, said = await ask(denied)
    assert said.cause and (said.cause.id, said.cause.object) == ("permission", "/opt/shop/bin/shop")
    assert said.proposal is None


async def test_where_nothing_may_be_executed_the_mount_is_to_blame() -> None:
    denied = trigger("missing-executable", "Failed at step EXEC: Permission denied", trusted=True)
    mount = {"path": "/opt/shop/bin/shop", "mounts": [{"point": "/opt", "no_exec": True}]}
    looks = Looks(file_metadata={"exists": True, "mode": "-rwxr-xr-x"}, mount_of=mount)
    _, said = await ask(denied, looks=looks)
    assert said.cause and (said.cause.id, said.cause.object) == ("permission", "/opt")


async def test_a_job_of_cron_whose_program_is_gone() -> None:
    table, program = "/etc/cron.d/feeds", "/opt/feeds/import"
    gone = replace(trigger("missing-executable", subject=table, trusted=True), rule=JOB_WITHOUT_PROGRAM, object=program)
    looks = Looks(file_metadata=files())
    _, said = await ask(gone, looks=looks, subject=table)
    assert said.cause and (said.cause.id, said.cause.object) == ("missing-executable", program)
    assert said.confidence >= 0.9 and table in said.cause.text and not said.over
    back = Looks(file_metadata={"exists": True, "mode": "-rwxr-xr-x"})
    _, said = await ask(gone, looks=back, subject=table)
    assert said.over
    _, said = await ask(replace(gone, trusted=False), looks=looks, subject=table)
    assert said.confidence < 0.9


async def test_a_link_on_the_way_that_leads_nowhere_is_to_blame() -> None:
    link = "/opt/shop/current"
    dangling = {"exists": True, "target_exists": False, "link": "releases/7", "mode": "lrwxrwxrwx"}
    looks = Looks(file_metadata=files(_opt_shop_current=dangling))
    for shop in (unit(exec_start=(f"{link}/bin/shop",)), unit(exec_start=("/nothing",), working_directory=link)):
        _, said = await ask(trigger("exit-code", trusted=True), looks=looks, units=(shop,))
        if shop.exec_start[0].startswith(link):
            assert said.cause and (said.cause.id, said.cause.object) == ("missing-executable", link)
            assert said.proposal and (said.proposal.action, said.proposal.target) == ("repoint_symlink", link)
    there = Looks(file_metadata=files(_opt_shop_current={"exists": True, "link": "releases/8"}))
    shop = unit(exec_start=(f"{link}/bin/shop",))
    _, said = await ask(trigger("exit-code", trusted=True), looks=there, units=(shop,))
    assert said.cause and said.cause.object != link
