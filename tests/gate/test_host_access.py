from __future__ import annotations

import asyncio
import json
import os
import socket

import pytest

from stillwatch.gate import host_access as world_module
from stillwatch.gate.change.action import Interrupted, NotInstalled, Refused
from stillwatch.gate.host_access import LiveHostAccess
from stillwatch.gate.policy import read_policy


async def helper(folder, answer, name="act"):
    heard = []

    async def handle(reader, writer):
        heard.append(await reader.read())
        if answer is not None:
            writer.write(answer)
            writer.close()
        else:
            await asyncio.sleep(5)

    server = await asyncio.start_unix_server(handle, str(folder / f"{name}.sock"))
    return server, heard


def here(folder, owner=None):
    return LiveHostAccess(helpers=folder, owner=os.getuid() if owner is None else owner)


async def test_a_helper_is_asked_in_one_line(tmp_path):
    server, heard = await helper(tmp_path, b'{"ok":true,"n":1}\n')
    assert await here(tmp_path).act({"do": "x"}) == {"ok": True, "n": 1}
    assert heard == [b'{"do":"x"}\n']
    server.close()


async def test_a_helper_that_refuses_changed_nothing(tmp_path):
    server, _ = await helper(tmp_path, b'{"ok":false,"reason":"not declared"}\n', "peek")
    with pytest.raises(Refused, match="not declared"):
        await here(tmp_path).peek({})
    server.close()


@pytest.mark.parametrize("answer", [b"", b"{", b"[]", b'{"ok":true,"ok":true}', b"x" * 70_000])
async def test_r29_an_unclear_answer_to_a_change_is_unknown_and_to_a_question_a_refusal(tmp_path, answer):
    servers = [(await helper(tmp_path, answer, name))[0] for name in ("act", "peek")]
    with pytest.raises(Interrupted):
        await here(tmp_path).act({})
    with pytest.raises(Refused):
        await here(tmp_path).peek({})
    for server in servers:
        server.close()


async def test_r29_a_helper_that_stopped_half_way_says_so_and_nobody_calls_it_refused(tmp_path):
    server, _ = await helper(tmp_path, b'{"ok":false,"begun":true,"reason":"no room"}\n')
    with pytest.raises(Interrupted, match="no room"):
        await here(tmp_path).act({})
    server.close()


async def test_r05_a_helper_that_never_answers_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(world_module, "ACT_DEADLINE", 0.05)
    server, _ = await helper(tmp_path, None)
    with pytest.raises(Interrupted):
        await here(tmp_path).act({})
    server.close()


async def test_r41_a_busy_helper_is_a_refusal_and_never_an_unknown(tmp_path):
    """systemd closes what exceeds MaxConnections= without a byte read; the kernel says so to whoever wrote."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "act.sock"))
        listener.listen(8)
        closing = asyncio.get_running_loop().run_in_executor(
            None, lambda: [listener.accept()[0].close() for _ in "123"]
        )
        for _ in range(3):
            with pytest.raises(Refused, match="busy"):
                await here(tmp_path).act({"do": "x"})
        await closing


async def test_r07_no_helper_is_a_refusal(tmp_path):
    with pytest.raises(Refused, match=r"the .* helper"):
        await here(tmp_path).act({})


async def test_where_none_is_installed_its_absence_is_told_apart(tmp_path):
    with pytest.raises(NotInstalled):
        await LiveHostAccess(helpers=tmp_path, installed=False).peek({})


async def test_a_strangers_socket_is_not_the_helper(tmp_path):
    server, heard = await helper(tmp_path, b'{"ok":true}\n')
    with pytest.raises(Refused, match="another user"):
        await here(tmp_path, owner=4242).act({"do": "x"})
    assert heard in ([], [b""])
    server.close()


async def test_what_only_a_nixos_can_do_is_asked_of_its_own_program(tmp_path):
    server, heard = await helper(tmp_path, b'{"ok":true}\n', "nixos")
    assert await here(tmp_path).act({"do": "nix_rollback"}) == {"ok": True}
    assert heard == [b'{"do":"nix_rollback"}\n']
    server.close()
    server, _ = await helper(tmp_path, b"", "nixos")
    with pytest.raises(Interrupted):
        await here(tmp_path).act({"do": "nix_rollback"})
    server.close()


async def test_r41_callers_queue_and_not_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(world_module, "MOST_QUEUED", 5)
    most, now = 0, 0

    async def slow(self, helper, request, seconds):
        nonlocal most, now
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0.01)
        now -= 1
        return {"ok": True}

    monkeypatch.setattr(LiveHostAccess, "_ask_now", slow)
    host = here(tmp_path)
    answers = await asyncio.gather(*(host.peek({}) for _ in range(12)), return_exceptions=True)
    assert most == world_module.AT_ONCE
    assert [isinstance(one, Refused) for one in answers].count(True) == 7
    assert await host.peek({}) == {"ok": True}


@pytest.mark.parametrize("name", ["act", "peek"])
async def test_r22_every_request_says_by_which_policy_it_was_judged(tmp_path, name):
    server, heard = await helper(tmp_path, b'{"ok":true}\n', name)
    access = here(tmp_path)
    access.declared = read_policy(b"", "policy.toml")
    await getattr(access, name)({"x": 1})
    assert json.loads(heard[0]) == {"x": 1, "policy": access.declared.version}
    server.close()
