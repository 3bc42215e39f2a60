from __future__ import annotations

import base64
import random
from urllib.parse import parse_qs, urlparse

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.totp import STEP, WRONG_CODE, code_at
from tests.gate.stage import ADMIN, DAEMON, ROOT, bus_of, clock_of, make_gate, propose, running, say
from tests.support.facts import facts


def test_r20_the_codes_are_those_of_rfc_6238():
    """RFC 6238, appendix B (SHA-1), the last six digits."""
    secret = b"12345678901234567890"
    for when, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert code_at(secret, when // STEP) == code


async def enrolled(folder, **more):
    gate = make_gate(folder, level="suggest", **more)
    uri = (await say(gate, ROOT, "enroll"))["uri"]
    query = parse_qs(urlparse(uri).query)
    secret = query["secret"][0]
    return gate, base64.b32decode(secret + "=" * (-len(secret) % 8))


def code(gate, secret, offset=0):
    return code_at(secret, int(clock_of(gate).now()) // STEP + offset)


async def by_code(gate, proposal, said, peer=DAEMON):
    return await say(gate, peer, "approve", id=proposal["id"], code=said)


async def test_r20_a_code_approves_from_any_face(tmp_path):
    gate, secret = await enrolled(tmp_path)
    waiting = await propose(gate, "web.service")
    done = await by_code(gate, waiting, code(gate, secret))
    assert (done["state"], done["approver"].split()[0], facts(done["approver"])) == ("done", "one-time", ["991"])
    assert (gate.database.folder / "totp-secret").stat().st_mode & 0o777 == 0o600


async def test_r20_a_code_holds_for_what_its_id_was_shown_for(tmp_path):
    """What a proposer has brought up to date since has another id; the code is not spent on it."""
    gate, secret = await enrolled(tmp_path)
    shown, said = await propose(gate, "web.service"), code(gate, secret)
    bus_of(gate).links["web.service"] = {"Wants": ("web2.service",)}
    renewed = await propose(gate, "web.service")
    with pytest.raises(Refused, match=renewed["id"]):
        await by_code(gate, shown, said)
    assert bus_of(gate).done == []
    assert (await by_code(gate, renewed, said))["state"] == "done"


async def test_r20_each_step_once_and_never_an_older_one(tmp_path):
    gate, secret = await enrolled(tmp_path)
    first, second = await propose(gate, "web.service"), await propose(gate, "web2.service")
    await by_code(gate, first, code(gate, secret))
    for offset in (0, -1):
        with pytest.raises(Refused, match=WRONG_CODE):
            await by_code(gate, second, code(gate, secret, offset))
    with pytest.raises(Refused, match=WRONG_CODE):
        await by_code(gate, second, code(gate, secret, 3))
    clock_of(gate).pass_by(STEP)
    assert (await by_code(gate, second, code(gate, secret)))["state"] == "done"


async def test_r20_five_wrong_codes_lock_until_an_administrator_unlocks(tmp_path):
    gate, secret = await enrolled(tmp_path)
    waiting = await propose(gate, "web.service")
    right = code(gate, secret)
    for guess in range(5):
        with pytest.raises(Refused, match="wrong"):
            await by_code(gate, waiting, f"{(int(right) + guess + 1) % 1_000_000:06d}")
    gate.database.close()
    again = make_gate(tmp_path, level="suggest")
    with pytest.raises(Refused, match="locked"):
        await by_code(again, waiting, right)
    with pytest.raises(Refused):
        await say(again, DAEMON, "unlock")
    await say(again, ADMIN, "unlock")
    assert (await by_code(again, waiting, right))["state"] == "done"


async def test_r20_codes_are_for_low_and_medium_risk_that_can_be_undone(tmp_path):
    gate, secret = await enrolled(tmp_path)
    lasting = await propose(gate, "web.service", action="reset_failed")
    with pytest.raises(Refused, match="risk"):
        await by_code(gate, lasting, code(gate, secret))
    bus_of(gate).needed_by = {"db.service": ("shop.service",)}
    bus_of(gate).units["shop.service"] = running("shop.service")
    risky = await propose(gate, "db.service", action="stop_unit")
    assert risky["risk"] == "high"
    with pytest.raises(Refused, match="risk"):
        await by_code(gate, risky, code(gate, secret))
    assert bus_of(gate).done == []


async def test_r20_nobody_enrolled_means_no_codes(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    with pytest.raises(Refused, match="`stillwatch approvals enroll`"):
        await by_code(gate, waiting, "123456")


async def test_r20_enrolment_is_roots(tmp_path):
    gate = make_gate(tmp_path)
    for peer in (ADMIN, DAEMON):
        with pytest.raises(Refused):
            await say(gate, peer, "enroll")


async def test_r19_a_thousand_forged_approvals_are_refused(tmp_path):
    """Wrong ids, hashes, codes, doors, uids, replays, expired ones and those of earlier states: none runs anything."""
    gate, secret = await enrolled(tmp_path)
    used = await propose(gate, "web.service")
    await by_code(gate, used, code(gate, secret))
    gate.performer.clock.pass_by(STEP)
    waiting = await propose(gate, "web2.service")
    dice = random.Random(19)
    before = list(bus_of(gate).done)
    refused = 0
    for _ in range(1_000):
        peer = dice.choice((DAEMON, type(ADMIN)(uid=DAEMON.uid, door="admin"), type(ADMIN)(uid=1234, door="propose")))
        digest = dice.choice((None, waiting["hash"], used["hash"], f"{dice.getrandbits(256):064x}"))
        fields = {
            "id": dice.choice((waiting["id"], used["id"], f"A-{dice.randrange(1, 10**9)}", "A-0", "1", "A-2 A-1")),
            "hash": digest,
            "code": dice.choice((None, code(gate, secret, -1), code(gate, secret, 5), f"{dice.randrange(10**6):06d}")),
            dice.choice(("approver", "uid", "force", "id")): dice.choice((waiting["id"], "root", 0, True)),
        }
        if dice.random() < 0.7:
            fields = {name: value for name, value in fields.items() if name in ("id", "hash", "code")}
        if fields.get("code") == code(gate, secret):
            continue
        try:
            await say(gate, peer, "approve", **fields)
        except Refused:
            refused += 1
        if gate.codes.locked and dice.random() < 0.2:
            await say(gate, ADMIN, "unlock")
    assert bus_of(gate).done == before
    assert refused >= 999
    assert (await say(gate, ADMIN, "show", id=waiting["id"]))["state"] == "waiting"


async def test_r33_a_clock_that_was_ahead_locks_codes_until_a_person_says_so_and_replays_none(tmp_path):
    gate, secret = await enrolled(tmp_path)
    clock_of(gate).wall += 10 * 365 * 86_400
    waiting = await propose(gate, "web.service")
    assert (await by_code(gate, waiting, code(gate, secret)))["state"] == "done"
    clock_of(gate).wall -= 10 * 365 * 86_400
    waiting = await propose(gate, "db.service")
    for _ in range(7):
        with pytest.raises(Refused, match=r"clock .*`stillwatch approvals unlock`"):
            await by_code(gate, waiting, code(gate, secret))
    assert not gate.codes.locked, "nobody guessed"
    await say(gate, ADMIN, "unlock")
    for offset in (-1, 0, 1):
        with pytest.raises(Refused, match=WRONG_CODE):
            await by_code(gate, waiting, code(gate, secret, offset))
    clock_of(gate).wall += 2 * STEP
    assert (await by_code(gate, waiting, code(gate, secret)))["state"] == "done"
