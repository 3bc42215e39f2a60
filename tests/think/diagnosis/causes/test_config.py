from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.records.event import Event, Untrusted
from stillwatch.triage.standing import OPEN_TO_ALL, RELOAD_FAILED
from tests.support.facts import facts

from .scene import AT, Looks, ask, files, trigger, unit

CONFIG = "/etc/shop/shop.conf"
UNIT_FILE = "/etc/systemd/system/shop.service"
BROKEN = trigger("bad-config", f"{CONFIG}:7: syntax error", path=CONFIG, line="7")


async def test_file_and_line_and_when_it_was_changed() -> None:
    looks = Looks(recent_changes={"changes": [{"path": CONFIG, "at": 1_799_999_880.0}]})
    _, said = await ask(BROKEN, looks=looks, units=(unit(exec_start=("/nothing", CONFIG)),))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("bad-config", CONFIG)
    assert "line 7" in said.cause.text and "07:58:00" in said.cause.text
    assert said.confidence >= 0.9
    assert said.proposal is not None
    assert (said.proposal.action, said.proposal.target) == ("restore_file", CONFIG)


async def test_the_lines_that_changed_are_evidence() -> None:
    looks = Looks(
        recent_changes={"changes": [{"path": CONFIG, "at": 1_799_999_880.0}]},
        settings_changes={"changes": [{"path": CONFIG, "difference": ["-port 80;", "+prot 80;"]}]},
    )
    seen, said = await ask(BROKEN, looks=looks, units=(unit(exec_start=("/nothing", CONFIG)),))
    (lines,) = (piece for piece in seen.evidence if piece.source.startswith("settings_changes"))
    assert lines.text == "-port 80;\n+prot 80;" and lines.id in said.evidence


@pytest.mark.parametrize(
    ("ran", "told"),
    [
        ({"command": f"/usr/bin/nano {CONFIG}"}, True),
        ({"command": "/usr/bin/nano shop.conf", "folder": "/etc/shop"}, True),
        ({"command": f"/usr/bin/nano {CONFIG}.old"}, False),
        ({"command": f"/usr/bin/nano {CONFIG}", "denied": True}, False),
        ({"command": f"/usr/bin/nano {CONFIG}", "at": 1_799_990_000.0}, False),
        ({"command": f"/usr/bin/nano {CONFIG}", "at": 1_799_999_990.0}, False),
    ],
)
async def test_who_changed_it_with_sudo(ran: dict[str, object], told: bool) -> None:
    looks = Looks(
        recent_changes={"changes": [{"path": CONFIG, "at": 1_799_999_880.0}]},
        sudo_use={"commands": [{"at": 1_799_999_860.0, "user": "alice", **ran}]},
    )
    _, said = await ask(BROKEN, looks=looks, units=(unit(exec_start=("/nothing", CONFIG)),))
    assert said.cause is not None
    assert ("alice ran" in said.cause.text) is told


async def test_a_file_that_is_not_the_units_is_no_target() -> None:
    planted = trigger("bad-config", "/etc/shadow:1: syntax error", path="/etc/shadow", line="1")
    looks = Looks(recent_changes={"changes": [{"path": "/etc/shadow", "at": 1_799_999_880.0}]})
    _, said = await ask(planted, looks=looks)
    assert said.proposal is None
    assert said.confidence <= 0.6


async def test_the_wrong_owner_of_the_units_data() -> None:
    data = "/srv/shop/records"
    denied = trigger("permission", f"open {data}/x: permission denied", path=data)
    looks = Looks(file_metadata=files(_srv_shop_records={"exists": True, "uid": 0}))
    _, said = await ask(denied, looks=looks, units=(unit(active_state="active"),))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("permission", data)
    assert said.proposal is not None and said.proposal.target == data
    assert said.confidence >= 0.9


async def test_an_owner_of_somebody_elses_file_is_told_and_not_repaired() -> None:
    for path in ("/etc/shadow", "/srv/shop/../../etc/shadow", "/srv/other/x"):
        denied = trigger("permission", f"open {path}: permission denied", path=path)
        looks = Looks(file_metadata={"exists": True, "uid": 0})
        _, said = await ask(denied, looks=looks, units=(unit(active_state="active", exec_start=("/bin/true",)),))
        assert said.proposal is None, path


async def test_a_lock_whose_process_is_dead() -> None:
    lock = "/run/shop/shop.pid"
    said_so = trigger("stale-lock", f"lock file {lock} already exists (pid 4711)", path=lock)
    looks = Looks(
        file_metadata={"exists": True, "uid": 0},
        process_list={"processes": []},
    )
    _, said = await ask(said_so, looks=looks)
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("stale-lock", lock)
    assert said.proposal is not None
    assert (said.proposal.action, said.proposal.target) == ("remove_stale_lock", lock)


async def test_a_lock_whose_process_lives_stays() -> None:
    lock = "/run/shop/shop.pid"
    looks = Looks(file_metadata={"exists": True}, process_list={"processes": [{"pid": 2}]})
    _, said = await ask(trigger("stale-lock", "exists (pid 2)", path=lock), looks=looks)
    assert said.proposal is None
    assert said.confidence <= 0.6


async def test_the_units_own_file_in_a_unit_that_failed_is_proven_without_a_change() -> None:
    for path, program in ((CONFIG, "/opt/shop/bin/shop"), ("/etc/nginx/conf.d/shop.conf", "/usr/sbin/nginx")):
        broken = trigger("bad-config", f"{path}:7: syntax error", path=path, line="7")
        shop = unit(exec_start=(program, "-c", CONFIG))
        _, said = await ask(broken, looks=Looks(listening_sockets={"sockets": []}), units=(shop,))
        assert said.proposal is not None and said.proposal.target == path
        _, said = await ask(broken, units=(unit(exec_start=(program, "-c", CONFIG), active_state="active"),))
        assert said.proposal is None


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ({"exists": True, "uid": 7, "owner": "bacchus", "mode": "drwxr-xr-x"}, "which belongs to bacchus"),
        ({"exists": True, "uid": 9, "owner": "shop", "mode": "d---------"}, "whose mode d--------- keeps even"),
    ],
)
async def test_an_owner_or_mode_that_shuts_the_unit_out(file: dict[str, object], why: str) -> None:
    denied = trigger("permission", "Permission denied: /srv/shop/x/new.db", path="/srv/shop/x/new.db")
    looks = Looks(file_metadata=files(_srv_shop_x=file))
    _, said = await ask(denied, looks=looks)
    assert said.cause is not None and said.cause.object == "/srv/shop/x"
    assert why in said.cause.text
    assert said.proposal is not None and said.proposal.action == "repair_ownership"


@pytest.mark.parametrize(
    "file",
    [
        {"exists": True, "uid": 9, "owner": "shop", "mode": "drwxr-xr-x"},
        {"exists": True, "uid": 0, "owner": "root", "mode": "drwxrwxrwt"},
        {"exists": True, "uid": 0, "owner": "root", "group": "shop", "mode": "drwxrwxr-x"},
    ],
)
async def test_a_path_that_is_open_to_the_unit_is_not_to_blame(file: dict[str, object]) -> None:
    denied = trigger("permission", "Permission denied: /srv/shop/x", path="/srv/shop/x")
    _, said = await ask(denied, looks=Looks(file_metadata=files(_srv_shop_x=file)), units=(unit(exec_start=()),))
    assert said.confidence <= 0.6
    assert said.proposal is None


async def test_a_program_that_may_not_be_executed() -> None:
    program = "/opt/shop/bin/shop"
    denied = trigger("permission", f"{program}: Permission denied", trusted=True, path=program)
    looks = Looks(file_metadata=files(_opt_shop_bin_shop={"exists": True, "mode": "-rw-r--r--"}))
    _, said = await ask(denied, looks=looks)
    assert said.cause is not None and said.cause.object == program
    assert "-rw-r--r--" in said.cause.text


async def test_a_lock_of_the_list_may_be_removed_and_one_of_the_text_alone_may_not() -> None:
    said_so = trigger("stale-lock", "already running (lock file /run/lock/oho.lock)", path="/run/lock/oho.lock")
    there = {"exists": True, "uid": 0}
    dead = {"path": "/run/lock/oho.lock", "pid": 4711, "alive": False}
    looks = Looks(file_metadata=there, process_list={"processes": []}, lock_files={"locks": [dead]})
    _, said = await ask(said_so, looks=looks)
    assert said.proposal is not None and said.proposal.target == "/run/lock/oho.lock"
    other = trigger("stale-lock", "lock file /home/x/y.lock exists (pid 4711)", path="/home/x/y.lock")
    _, said = await ask(other, looks=looks)
    assert said.proposal is None


async def test_a_lock_that_no_text_names_is_found_by_the_units_name() -> None:
    locks = [
        {"path": "/run/shop/shop.pid", "pid": 4711, "alive": False},
        {"path": "/run/else.pid", "pid": 4712, "alive": False},
    ]
    looks = Looks(file_metadata={"exists": True, "uid": 0}, process_list={"processes": []}, lock_files={"locks": locks})
    _, said = await ask(trigger("stale-lock", "another instance is already running"), looks=looks)
    assert said.proposal is not None and said.proposal.target == "/run/shop/shop.pid"


async def test_pid_1_complains_of_the_units_file() -> None:
    _, said = await ask(trigger("bad-config", "Unknown key name", trusted=True))
    assert said.cause is not None and said.cause.object == "/etc/systemd/system/shop.service"
    assert facts(said.cause.text)[0] == "/etc/systemd/system/shop.service"
    assert said.proposal is not None and said.proposal.action == "restore_file"


async def test_a_lock_that_another_unit_holds_is_told_and_never_removed() -> None:
    holder = {"holders": [{"pid": 9, "name": "report", "unit": "report.service"}]}
    said_so = trigger("stale-lock", "database is locked", path="/srv/shop/app.sqlite")
    _, said = await ask(said_so, looks=Looks(lock_holders=holder), units=(unit(active_state="active"),))
    assert said.cause is not None and (said.cause.id, said.cause.object) == ("stale-lock", "report.service")
    assert said.proposal is None


async def test_of_files_that_take_in_others_the_last_has_the_mistake() -> None:
    words = "Syntax error on line 146 of /etc/web/web.conf: "
    words += "Syntax error on line 1 of /etc/web/mods/geo.load: Cannot load x.so"
    looks = Looks(file_metadata={"exists": True, "mode": "-rw-r--r--"})
    _, said = await ask(trigger("bad-config", words, path="/etc/web/web.conf", line="146"), looks=looks)
    assert said.cause and said.cause.object == "/etc/web/mods/geo.load"
    assert "line 1" in said.cause.text and "Cannot load x.so" in said.cause.text


async def test_settings_that_are_not_there_are_missing_and_not_wrong() -> None:
    refused = trigger("bad-config", 'Unable to open pwfile "/etc/broker/passwd"', path="/etc/broker/passwd")
    _, said = await ask(refused, looks=Looks(file_metadata={"exists": False}))
    assert said.cause and (said.cause.id, said.cause.object) == ("missing-path", "/etc/broker/passwd")


async def test_a_units_file_that_anybody_may_change_until_nobody_may() -> None:
    path = "/etc/systemd/system/shop.service"
    marked = replace(trigger("permission", trusted=True, path=path), rule=OPEN_TO_ALL, object=path)
    for mode, over in (("-rw-rw-rw-", False), ("-rw-r--r--", True)):
        _, said = await ask(marked, looks=Looks(file_metadata={"exists": True, "mode": mode}))
        assert said.cause and (said.cause.id, said.cause.object) == ("permission", path)
        assert bool(said.over) is over


async def test_where_nothing_is_found_out_the_programs_own_words_are_told() -> None:
    _, said = await ask(trigger("bad-config", "FATAL: value 'dynmaic' is not allowed for pm"))
    assert said.cause and "dynmaic" in said.cause.text


@pytest.mark.parametrize(
    ("file", "folder", "culprit"),
    [
        ("-rw-r--r--", "drwxr-xr-x", "/etc/shop/tls/shop.key"),
        ("-rw-------", "drwxrwxrwx", "/etc/shop/tls"),
        ("-rw-------", "drwxr-xr-x", ""),
    ],
)
async def test_what_is_open_to_others_is_refused(file: str, folder: str, culprit: str) -> None:
    key = "/etc/shop/tls/shop.key"
    modes = {key: file, "/etc/shop/tls": folder}
    looks = Looks(
        file_metadata=lambda asked: {"exists": True, "owner": "root", "mode": modes.get(str(asked["path"]), "")}
    )
    for words in (
        f"WARNING: UNPROTECTED PRIVATE KEY FILE! Permissions for '{key}' are too open",
        f"The key file '{key}' permission 0644 is wrong, maximum 0600 allowed",
    ):
        _, said = await ask(trigger("permission", words, path=key), looks=looks)
        assert said.cause and (said.cause.object == culprit and said.confidence >= 0.9) is bool(culprit)


@pytest.mark.parametrize(("ago", "cause"), [(60.0, "bad-config"), (7200.0, "exit-code"), (-60.0, "exit-code")])
async def test_a_unit_that_ends_without_a_word_after_its_settings_were_changed(ago: float, cause: str) -> None:
    data = {CONFIG: {"exists": True, "mode": "-rw-r--r--", "changed": AT - ago}}
    looks = Looks(file_metadata=lambda asked: data.get(str(asked["path"]), {"exists": True, "mode": "-rwxr-xr-x"}))
    _, said = await ask(
        trigger("exit-code", trusted=True), looks=looks, units=(unit(exec_start=("/opt/shop/bin/shop", CONFIG)),)
    )
    assert said.cause and said.cause.id == cause
    assert (said.cause.object == CONFIG) is (cause == "bad-config") and said.confidence < 0.9


@pytest.mark.parametrize(
    ("outputs", "names", "cause"),
    [
        ([], ["a.conf"], "bad-config"),
        (["/var/log/shop/out"], ["a.conf"], "exit-code"),
        ([], ["a.conf", "b.conf"], "bad-config"),
        ([], ["main.js"], "exit-code"),
    ],
)
async def test_settings_that_were_changed_are_suspected_where_nothing_was_said_elsewhere(
    outputs: list[str], names: list[str], cause: str
) -> None:
    own = {"files": [{"path": f"/srv/shop/{name}", "changed": AT - 60} for name in names], "found": [], "paths": []}
    there = {"exists": True, "mode": "-rwxr-xr-x"}
    looks = Looks(own_settings=own, unit_status={"outputs": outputs}, file_metadata=files(_opt_shop_bin_shop=there))
    _, said = await ask(
        trigger("exit-code", trusted=True), looks=looks, units=(unit(exec_start=("/opt/shop/bin/shop",)),)
    )
    assert said.cause and said.cause.id == cause


async def test_a_path_in_the_words_is_looked_at_where_the_rule_names_none() -> None:
    told = trigger(
        "permission", "Failed opening x.rdb (in server root dir /var/lib/shop) for saving: Permission denied"
    )
    looks = Looks(file_metadata=files(_var_lib_shop={"exists": True, "owner": "root", "mode": "drwxr-xr-x"}))
    _, said = await ask(told, looks=looks, units=(unit(active_state="active", exec_start=("/bin/true",)),))
    assert said.cause and (said.cause.id, said.cause.object) == ("permission", "/var/lib/shop")


@pytest.mark.parametrize(("changed", "proposed"), [({}, False), ({"path": UNIT_FILE, "at": AT - 60}, True)])
async def test_a_step_of_systemds_is_not_undone_by_a_file_that_nobody_changed(
    changed: dict[str, object], proposed: bool
) -> None:
    step = trigger("bad-config", "Failed at step CAPABILITIES", trusted=True, step="CAPABILITIES")
    looks = Looks(recent_changes={"changes": [changed] if changed else []})
    _, said = await ask(step, looks=looks, units=(unit(fragment_path=UNIT_FILE),))
    assert said.cause is not None
    assert (said.cause.id, said.proposal is not None) == ("bad-config", proposed)


@pytest.mark.parametrize(("status", "cause"), [(1, "bad-config"), (219, "exit-code")])
async def test_what_was_never_run_has_refused_no_setting(status: int, cause: str) -> None:
    looks = Looks(
        file_metadata=files(**{CONFIG: {"exists": True, "changed": AT - 60}, "/opt": {"exists": True}}),
        recent_changes={"changes": []},
    )
    ended = trigger("exit-code", trusted=True)
    known = unit(exec_start=("/opt", CONFIG), active_state="failed", exit_status=status)
    _, said = await ask(ended, looks=looks, units=(known,))
    assert said.cause is not None
    assert said.cause.id == cause


async def test_a_reload_that_failed_speaks_of_what_the_program_read_and_not_of_the_units_file() -> None:
    said = f'[emerg] open() "/etc/shop/no-such" failed (2: No such file or directory) in {CONFIG}:4'
    words = trigger("", said).events
    failed = replace(trigger("bad-config", "Reload failed", trusted=True), rule=RELOAD_FAILED, words=words)
    looks = Looks(recent_changes={"changes": []})
    _, told = await ask(failed, looks=looks, units=(unit(active_state="active", fragment_path=UNIT_FILE),))
    assert told.cause and (told.cause.id, told.cause.object) == ("bad-config", CONFIG)


async def test_what_the_program_writes_itself_is_not_what_it_does_not_accept() -> None:
    status = "/run/shop/status.log"
    looks = Looks(recent_changes={"changes": [{"path": status, "at": 1_799_999_880.0}]})
    told = trigger("bad-config", "key and certificate do not belong together")
    _, said = await ask(told, looks=looks, units=(unit(exec_start=("/nothing", "--status", status)),))
    assert said.cause and (said.cause.id, said.cause.object) == ("bad-config", "shop.service")


async def test_a_file_named_without_its_directory_lies_where_the_unit_runs() -> None:
    words = (Event(host="h", at=AT, source="journal", subject="shop", text=Untrusted("cannot load key branch.key")),)
    told = replace(trigger("bad-config", "key values mismatch"), words=words)
    key = "/etc/till/branch.key"
    looks = Looks(file_metadata=lambda asked: {"path": asked["path"], "exists": asked["path"] in (key, "/etc", "/srv")})
    for folder, culprit in (("/etc/till", key), ("/srv", "shop.service"), ("", "shop.service")):
        home = unit(active_state="active", exec_start=(), working_directory=folder)
        _, said = await ask(told, looks=looks, units=(home,))
        assert said.cause and said.cause.object == culprit


async def test_the_only_settings_of_a_unit_are_named_though_nobody_may_look_at_them_and_nothing_is_proposed() -> None:
    told = trigger("bad-config", "FATAL: error in the configuration file, at line 9")
    for words, culprit in ((("/nothing", CONFIG), CONFIG), (("/nothing", CONFIG, "/etc/shop/b.conf"), "shop.service")):
        _, said = await ask(told, looks=Looks(file_metadata={}), units=(unit(exec_start=words),))
        assert said.cause and (said.cause.id, said.cause.object) == ("bad-config", culprit)
        assert said.proposal is None


async def test_settings_are_not_taken_for_the_reason_before_the_words_of_the_unit_were_read() -> None:
    changed = {"path": CONFIG, "exists": True, "changed": AT - 30, "mode": "-rw-r--r--"}
    ended = trigger("exit-code", trusted=True)
    for own, cause in ((0, "bad-config"), (3, "exit-code")):
        looks = Looks(
            file_metadata=files(_opt_shop_bin_shop={"exists": True, "mode": "-rwxr-xr-x"}, **{CONFIG: changed}),
            journal_search={"lines": ["shop.service: x"], "own": own},
        )
        _, said = await ask(ended, looks=looks, units=(unit(started_at=AT - 2),))
        assert said.cause and said.cause.id == cause


async def test_a_permission_of_which_nobody_names_the_file_is_told_in_the_words_that_were_said() -> None:
    told = trigger("permission", "lendingDirectory: value #0: invalid path: Permission denied")
    _, said = await ask(told, looks=Looks(), units=(unit(exec_start=()),))
    assert said.cause and said.cause.id == "permission" and "lendingDirectory" in said.cause.text
