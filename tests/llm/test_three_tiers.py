from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.config import Config, Llm, TierConfig
from stillwatch.llm.engines import VARIABLE as BINARY
from stillwatch.llm.llama_extras import BAD_KEY
from stillwatch.llm.off import SWITCHED_OFF
from stillwatch.llm.servers import PORTS
from stillwatch.llm.test_allowlist import VARIABLE as ALLOW
from stillwatch.llm.three_tiers import NOT_NEEDED, NOT_WANTED, SMALL, TOO_SMALL, Tiers
from stillwatch.records.chat import TIERS, Answer, Failure, Message, Tier
from tests.llm.test_servers import FAKE, free_port, paths, program
from tests.support.scripted_llm import ScriptedLLM
from tests.think.models import StillClock

OFF = TierConfig(enabled=False)
HELLO = [Message(role="user", content="hello")]


@pytest.fixture(autouse=True)
def only_scripted_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOW, "none")


def config(**tiers: TierConfig) -> Config:
    """Tiers as given; the others are switched off."""
    return Config(llm=Llm(**{tier: tiers.get(tier, OFF) for tier in TIERS}))


def tiers(folder: Path, given: Config, *, wanted: bool = True, lasting: bool = False) -> Tiers:
    return Tiers(given, paths(folder), StillClock(), wanted=wanted, lasting=lasting)


def own(folder: Path, *names: str, sizes: int = 400_000_000) -> Config:
    """Each named tier with a model file of its own (sparse), on a free port."""
    (folder / "models").mkdir(exist_ok=True)
    made: dict[str, TierConfig] = {}
    for name in names:
        file = folder / "models" / f"{name}.gguf"
        with file.open("wb") as written:
            written.write(b"GGUF")
            written.truncate(sizes)
        made[name] = TierConfig(model=str(file), port=free_port())
    return config(**made)


@pytest.fixture
def server_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for llama-server that serves what the program asks of it."""
    import sys

    path = program(tmp_path, FAKE.format(python=sys.executable))
    monkeypatch.setenv(BINARY, str(path))
    monkeypatch.setenv(ALLOW, "all")  # its ports are known only later
    return path


async def states(here: Tiers) -> dict[Tier, tuple[str, str]]:
    return {tier: (one.state, one.detail) for tier, one in (await here.report()).items()}


async def test_where_no_model_is_wanted_all_are_off_and_nothing_is_started(tmp_path: Path) -> None:
    with ScriptedLLM() as server:
        given = config(review=TierConfig(url=server.url))
        async with tiers(tmp_path, given, wanted=False) as here:
            await here.start(print)
            assert here.models == {} and isinstance(here.writer(), str)
            assert set((await states(here)).values()) == {("off", NOT_WANTED)}
        assert server.connections == 0


async def test_a_tier_that_is_switched_off_says_so(tmp_path: Path) -> None:
    async with tiers(tmp_path, config()) as here:
        before = await states(here)
        await here.start(print)
        assert here.models == {} and before == await states(here)
        assert set(before.values()) == {("off", SWITCHED_OFF)}
        assert here.writer() == SWITCHED_OFF


async def test_urls_that_answer_are_ready_and_count_what_they_cost(tmp_path: Path) -> None:
    with ScriptedLLM(lambda request: "hi there") as server:
        given = config(**{tier: TierConfig(url=server.url) for tier in TIERS})
        async with tiers(tmp_path, given) as here:
            assert {state for state, _ in (await states(here)).values()} == {"ready"}, "it says so before it starts"
            assert here.models == {}
            await here.start(print)
            await here.start(print)
            assert set(here.models) == set(TIERS) and not isinstance(here.writer(), str)
            assert isinstance(await here.models["review"].chat(HELLO), Answer)
            report = await here.report()
    assert [report[tier].calls for tier in TIERS] == [0, 1, 0]
    assert report["review"].usage.output_tokens == 2


async def test_a_url_where_nothing_listens_is_missing_and_the_others_work(tmp_path: Path) -> None:
    with ScriptedLLM() as server:
        dead = f"http://127.0.0.1:{free_port()}/v1"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(ALLOW, f"{server.url} {dead}")
            given = config(review=TierConfig(url=server.url), meta=TierConfig(url=dead))
            async with tiers(tmp_path, given) as here:
                await here.start(print)
                said = await states(here)
                assert list(here.models) == ["review"]
                assert here.writer() == said["meta"][1]
    assert said["meta"][0] == "missing" and "nothing answers" in said["meta"][1]


async def test_a_key_that_is_refused_is_a_failure_of_the_tier(tmp_path: Path) -> None:
    with ScriptedLLM(key="right") as server:
        async with tiers(tmp_path, config(review=TierConfig(url=server.url))) as here:
            await here.start(print)
            assert (await states(here))["review"] == ("failed", BAD_KEY)
            assert here.models == {}


async def test_a_key_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("right\n")
    key.chmod(0o644)
    with ScriptedLLM(key="right") as server:
        async with tiers(tmp_path, config(review=TierConfig(url=server.url, key_file=str(key)))) as here:
            await here.start(print)
            state, detail = (await states(here))["review"]
    assert state == "failed" and str(key) in detail


async def test_a_tier_that_gives_no_answer_has_failed_until_it_answers_again(tmp_path: Path) -> None:
    with ScriptedLLM(lambda request: "hi", behaviour=["http-400", "answer"]) as server:
        async with tiers(tmp_path, config(review=TierConfig(url=server.url))) as here:
            await here.start(print)
            assert isinstance(await here.models["review"].chat(HELLO), Failure)
            assert (await states(here))["review"][0] == "failed"
            await here.models["review"].chat(HELLO)
            assert (await states(here))["review"][0] == "ready"


async def test_without_the_program_every_own_tier_is_missing_with_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BINARY, str(tmp_path / "none"))
    async with tiers(tmp_path, own(tmp_path, *TIERS)) as here:
        outlook = await states(here)
        await here.start(print)
        for state, detail in (*outlook.values(), *(await states(here)).values()):
            assert state == "missing" and BINARY in detail
        assert here.models == {}


async def test_without_a_model_the_tier_is_missing_with_the_next_step(tmp_path: Path, server_program: Path) -> None:
    given = config(review=TierConfig(), meta=TierConfig(model="none.gguf"))
    async with tiers(tmp_path, given) as here:
        outlook = await states(here)
        await here.start(print)
        after = await states(here)
    assert outlook["review"] == after["review"] and "stillwatch models pull" in after["review"][1]
    assert after["meta"][0] == "missing" and "no model" in after["meta"][1]


async def test_own_servers_are_started_when_needed_and_gone_afterwards(tmp_path: Path, server_program: Path) -> None:
    told: list[str] = []
    given = own(tmp_path, *TIERS)
    async with tiers(tmp_path, given) as here:
        outlook = await states(here)
        assert set(outlook.values()) == {("ready", NOT_NEEDED)} and here._servers is None
        await here.start(told.append)
        assert set(here.models) == set(TIERS)
        servers = here._servers
        assert servers is not None and {servers.state(tier)[0] for tier in TIERS} == {"ready"}
    assert {servers.state(tier)[0] for tier in TIERS} == {"missing"}
    assert any("loading" in line for line in told) and set(PORTS) == set(TIERS)


async def test_a_small_model_is_mute_on_meta_and_chooses_elsewhere(tmp_path: Path, server_program: Path) -> None:
    async with tiers(tmp_path, own(tmp_path, "trigger", "meta", sizes=90_000_000)) as here:
        await here.start(print)
        assert list(here.models) == ["trigger"]
        assert here.writer() == TOO_SMALL
        assert (await states(here))["trigger"] == ("ready", SMALL)


async def test_a_lasting_url_is_asked_again_though_it_was_down_at_the_start(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ALLOW, url)
        given = config(review=TierConfig(url=url))
        async with tiers(tmp_path, given, lasting=True) as lasting, tiers(tmp_path, given) as once:
            await lasting.start(print)
            await once.start(print)
            assert list(lasting.models) == ["review"] and list(once.models) == []
            assert isinstance(await lasting.models["review"].chat(HELLO, deadline=2), Failure)
            assert (await states(lasting))["review"][0] == "failed"
            with ScriptedLLM(lambda request: "back", port=port):
                assert isinstance(await lasting.models["review"].chat(HELLO), Answer)
                assert (await states(lasting))["review"][0] == "ready"
