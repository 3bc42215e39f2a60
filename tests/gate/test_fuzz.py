"""Each verb at both of the gate's doors with fields of every shape: a reply or a refusal, and nothing done."""

from __future__ import annotations

import asyncio
import contextlib
import json

import hypothesis
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.protocol import AnyRequest, read_request
from tests.gate.hostile import TRICKS, UNITS
from tests.gate.stage import ADMIN, DAEMON, bus_of, make_gate
from tests.support.fuzzing import FUZZING

pytestmark = pytest.mark.process
SCHEMAS = {kind.__struct_config__.tag: kind for kind in AnyRequest.__args__}
WORDS = st.one_of(
    st.text(max_size=20), st.sampled_from((*UNITS, *TRICKS, *CATALOGUE, "A-1", "A-0", "0" * 64, "482913", "auto-full"))
)
ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)


@pytest.mark.parametrize("examples", [120, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(0)])])
@pytest.mark.parametrize("verb", SCHEMAS)
def test_r02_no_message_is_a_fault_and_none_changes_a_host_that_asks(memory, seed, verb, examples):
    names = [field.encode_name for field in msgspec.structs.fields(SCHEMAS[verb])]
    gate = make_gate(memory, level="suggest", catalogue=CATALOGUE)
    asked = replied = 0
    with asyncio.Runner() as runner:

        @hypothesis.seed(seed)
        @settings(FUZZING, max_examples=examples)
        @given(
            st.fixed_dictionaries({}, optional={name: st.one_of(WORDS, ANY) for name in names}),
            st.dictionaries(WORDS, ANY, max_size=1),
            st.sampled_from((DAEMON, ADMIN)),
            st.booleans(),
        )
        def one(fields, more, peer, odd):
            nonlocal asked, replied
            asked += 1
            sent = json.dumps({**(more if odd else {}), **fields, "verb": verb}).encode() + b"\n"
            with contextlib.suppress(Refused):
                reply = runner.run(gate.answer(peer, read_request(sent)))
                replied += isinstance(json.loads(json.dumps(reply)), dict)

        one()
    assert asked >= min(examples, 100) / 2 and bus_of(gate).done == []
    assert replied or verb not in ("status", "list", "pause"), "what may be asked is answered"
    assert gate.judge.access.asked == [] and gate.database.one("SELECT 1 FROM runs") is None
