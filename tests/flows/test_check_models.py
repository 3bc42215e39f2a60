"""`stillwatch check` as a person runs it, with models that answer, misbehave and die: it ends in time and stays honest.

Each tier is a real HTTP server with a script; what is read is a log with one fault in it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from stillwatch.records.chat import TIERS
from stillwatch.records.incident import LOOK_AT_IT
from tests.llm.test_servers import free_port
from tests.support.drawn import drawn
from tests.support.rig import REPOSITORY, cache, model_dir
from tests.support.scripted_llm import Request, ScriptedLLM, first_allowed
from tests.support.shop import MODELS

pytestmark = pytest.mark.process

DEADLINE = 40.0
"""Of a check whose models answer or fail: never reached."""
SHORT = 15.0
"""Of a check that waits in vain."""
POLL = 0.02
LEEWAY = 120.0
"""For the interpreter's start and end on a busy host, beside the deadline; a silent model takes an hour."""
LOG = """\
Nov 20 10:00:01 web systemd[1]: Starting shop-web.service - Shop...
Nov 20 10:00:02 web shop-web[812]: bind() to 0.0.0.0:8080 failed (98: Address already in use)
Nov 20 10:00:02 web systemd[1]: shop-web.service: Main process exited, code=exited, status=1/FAILURE
Nov 20 10:00:02 web systemd[1]: shop-web.service: Failed with result 'exit-code'.
Nov 20 10:00:02 web systemd[1]: Failed to start shop-web.service - Shop.
"""
SURE = {"evidence": ["E1"], "cause": "port-in-use", "confidence": "high", "escalate": False}
ESCALATES = SURE | {"escalate": True, "confidence": "low"}
CONCLUDES = {
    "step": "conclude",
    "evidence": ["E1"],
    "cause": "port-in-use",
    "confidence": "high",
    "text": "legacy-app holds port 8080, which the shop needs",
    "remedy": "none",
}
GOOD: Mapping[str, Any] = {"trigger": {"urgency": "serious"}, "review": ESCALATES, "meta": CONCLUDES}
Report = dict[str, Any]


class Bench:
    """A folder with a log and a configuration that names one server a tier, and the check that reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "fault.log").write_text(LOG)

    def check(self, urls: Mapping[str, str], deadline: float = DEADLINE) -> Report:
        """With these models; the report. Fails where it never came or with the wrong exit code."""
        config = self.folder / "stillwatch.toml"
        config.write_text("".join(f'[llm.{tier}]\nurl = "{urls[tier]}"\n' for tier in TIERS if tier in urls))
        return self.run("--config", str(config), deadline=deadline)

    def check_by_rules(self) -> Report:
        """Without any model."""
        config = self.folder / "none.toml"
        config.write_text("".join(f"[llm.{tier}]\nenabled = false\n" for tier in TIERS))
        return self.run("--config", str(config))

    def run(self, *options: str, deadline: float = DEADLINE, started: Callable[[int], None] | None = None) -> Report:
        """started: hears the pid."""
        words = ["--state-dir", str(self.folder / "state"), "--runtime-dir", str(self.folder / "run"), *options]
        argv = [sys.executable, "-m", "stillwatch", *words, "check", "--json", f"--deadline={deadline:g}"]
        environment = {name: value for name, value in os.environ.items() if name != "STILLWATCH_ALLOW_MODELS"}
        process = subprocess.Popen(
            [*argv, "--log", str(self.folder / "fault.log")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=REPOSITORY,
            text=True,
        )
        if started:
            started(process.pid)
        out, err = process.communicate(timeout=deadline + LEEWAY)
        print(out, err)
        assert process.returncode == 1 and not err, "something needs attention, and nothing is amiss with the command"
        report: Report = json.loads(out)
        assert report["status"] in ("attention", "critical")
        return report


@pytest.fixture(scope="module")
def by_rules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The incident as the rules alone see it; once they have, they lie compiled for every check of this file."""
    return the_incident(Bench(tmp_path_factory.mktemp("first")).check_by_rules())


@pytest.fixture
def bench(tmp_path: Path, by_rules: dict[str, Any]) -> Bench:
    """As on the second run of a command."""
    assert by_rules["by"] == "rule"
    return Bench(tmp_path)


@pytest.fixture
def serve() -> Iterator[Callable[..., dict[str, ScriptedLLM]]]:
    """Servers by tier: `serve(meta="silence")` behaves so there; `serve(review={…})` answers so; the rest is good."""
    with ExitStack() as stack:

        def start(**tiers: Any) -> dict[str, ScriptedLLM]:
            servers = {}
            for tier in TIERS:
                given = tiers.get(tier, GOOD[tier])
                script = (lambda answer: lambda request: answer)(GOOD[tier] if isinstance(given, str) else given)
                behaviour = given if isinstance(given, str) else "answer"
                servers[tier] = stack.enter_context(ScriptedLLM(script, behaviour=behaviour))
            return servers

        yield start


def urls(servers: Mapping[str, ScriptedLLM]) -> dict[str, str]:
    return {tier: server.url for tier, server in servers.items()}


def the_incident(report: Report) -> dict[str, Any]:
    (incident,) = report["incidents"]
    return dict(incident)


# ── each tier is asked, and its answer counts ────────────────────────────────────────────────────────────────────────


def test_all_three_tiers_are_asked_and_named(bench: Bench, serve: Any, by_rules: dict[str, Any]) -> None:
    servers = serve()
    report = bench.check(urls(servers))
    assert {tier: (one["state"], one["calls"]) for tier, one in report["tiers"].items()} == dict.fromkeys(
        TIERS, ("ready", 1)
    )
    assert [opinion["by"] for opinion in the_incident(report)["opinions"]] == list(TIERS)
    assert by_rules["cause"]["id"] == "port-in-use" and by_rules["opinions"] == []


def test_the_trigger_tier_moves_the_severity(bench: Bench, serve: Any, by_rules: dict[str, Any]) -> None:
    noise = the_incident(bench.check(urls(serve(trigger={"urgency": "noise"}))))
    serious = the_incident(bench.check(urls(serve(trigger={"urgency": "serious"}))))
    assert noise["severity"] != serious["severity"] == by_rules["severity"]
    assert noise["opinions"][0]["says"] == "noise" and serious["opinions"][0]["says"] == "serious"


def test_the_review_tier_names_another_cause(bench: Bench, serve: Any) -> None:
    agrees = the_incident(bench.check(urls(serve(review=SURE))))
    other = the_incident(bench.check(urls(serve(review=SURE | {"cause": "permission"}))))
    assert agrees["cause"]["id"] == "port-in-use"
    assert other["cause"]["id"] == "permission" or any("permission" in note for note in other["notes"])
    assert agrees["cause"] != other["cause"] or agrees["confidence"] > other["confidence"]


def test_the_meta_tier_is_asked_only_when_the_review_escalates(bench: Bench, serve: Any) -> None:
    sure, unsure = serve(review=SURE), serve(review=ESCALATES)
    report = bench.check(urls(sure))
    assert report["tiers"]["meta"]["calls"] == 0 and sure["meta"].requests == []
    report = bench.check(urls(unsure))
    assert report["tiers"]["meta"]["calls"] == 1 and len(unsure["meta"].requests) == 1


def test_the_meta_tier_words_what_is_told_and_names_no_cause_that_no_evidence_leaves_open(
    bench: Bench, serve: Any
) -> None:
    one = the_incident(bench.check(urls(serve())))
    assert one["by"] == "meta" and one["cause"]["text"] == CONCLUDES["text"]
    other = the_incident(bench.check(urls(serve(meta=CONCLUDES | {"cause": "permission"}))))
    assert (other["cause"]["id"], other["by"]) == ("port-in-use", "review")


# ── a tier that misbehaves ───────────────────────────────────────────────────────────────────────────────────────────

REASONS = {
    "garbage": "garbage",
    "endless": "",  # too long or too late: both are told
    "silence": "timeout",
    "slow": "",
    "http-500": "unreachable",
    "drop": "unreachable",
}
ASKED = {"trigger": "review", "review": "trigger", "meta": "review"}


def assert_honest(report: Report, failed: set[str], by_rules: dict[str, Any]) -> None:
    """It says which tiers failed and why, keeps what the rules found, and calls for a human."""
    incident = the_incident(report)
    for tier in failed:
        told = report["tiers"][tier]
        assert told["state"] == "failed" and told["detail"], (tier, told)
        note = next((note for note in incident["notes"] if note.startswith(f"the {tier} model")), "")
        assert note.endswith(LOOK_AT_IT), (tier, incident["notes"])
    assert all(report["tiers"][tier]["state"] == "ready" for tier in set(TIERS) - failed)
    assert incident["cause"]["id"] == by_rules["cause"]["id"]
    assert incident["evidence"] and incident["decision"] is None


@pytest.mark.parametrize(
    ("tier", "behaviour"),
    drawn([(tier, behaviour) for tier in TIERS for behaviour in REASONS if behaviour != "slow"], 6),
)
def test_one_tier_that_misbehaves(
    bench: Bench, serve: Any, by_rules: dict[str, Any], tier: str, behaviour: str
) -> None:
    report = bench.check(urls(serve(**{tier: behaviour})), SHORT if behaviour == "silence" else DEADLINE)
    incident = the_incident(report)
    assert REASONS[behaviour] in report["tiers"][tier]["detail"]
    late = {later for later in TIERS if report["tiers"][later]["state"] == "failed"}
    assert tier in late
    assert_honest(report, late, by_rules)
    if behaviour not in ("silence", "endless"):
        assert late == {tier}, "only a tier that eats the time takes others with it"
    assert incident["by"] in ("rule", "review", "meta")


@pytest.mark.parametrize("behaviour", drawn(list(REASONS), 3))
def test_all_tiers_misbehave(bench: Bench, serve: Any, by_rules: dict[str, Any], behaviour: str) -> None:
    servers = serve(**dict.fromkeys(TIERS, behaviour))
    for server in servers.values():
        server.pause = 3_600.0
    report = bench.check(urls(servers), SHORT if behaviour in ("silence", "slow") else DEADLINE)
    asked = {tier for tier in TIERS if report["tiers"][tier]["calls"]}
    assert asked and all(report["tiers"][tier]["state"] == "failed" for tier in asked)
    assert_honest(report, {tier for tier in TIERS if report["tiers"][tier]["state"] == "failed"}, by_rules)
    assert the_incident(report)["by"] == "rule" and the_incident(report)["cause"] == by_rules["cause"]


def test_an_answer_outside_the_schema_is_no_answer(bench: Bench, serve: Any, by_rules: dict[str, Any]) -> None:
    report = bench.check(urls(serve(review={"cause": "gremlins", "escalate": "maybe"})))
    incident = the_incident(report)
    assert any("review model" in note for note in incident["notes"])
    assert incident["cause"]["id"] == by_rules["cause"]["id"]


def test_nothing_listens(bench: Bench, by_rules: dict[str, Any]) -> None:
    report = bench.check(dict.fromkeys(TIERS, "http://127.0.0.1:9/v1"))
    assert {(one["state"], one["calls"]) for one in report["tiers"].values()} == {("missing", 0)}
    assert all("http://127.0.0.1:9" in one["detail"] for one in report["tiers"].values())
    incident = the_incident(report)
    assert (incident["cause"], incident["by"]) == (by_rules["cause"], "rule")


@pytest.mark.parametrize("tier", drawn(TIERS, 1))
def test_one_tier_is_not_there(bench: Bench, serve: Any, by_rules: dict[str, Any], tier: str) -> None:
    report = bench.check(urls(serve()) | {tier: "http://127.0.0.1:9/v1"})
    assert {name for name, one in report["tiers"].items() if one["state"] == "missing"} == {tier}
    assert the_incident(report)["cause"]["id"] == by_rules["cause"]["id"]


def test_a_slow_answer_within_the_deadline_counts(bench: Bench, serve: Any) -> None:
    servers = serve(review="slow")
    servers["review"].pause = 0.05
    report = bench.check(urls(servers))
    assert report["tiers"]["review"]["state"] == "ready" and report["tiers"]["review"]["seconds"] > 0.05


# ── a server that dies ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tier", drawn(TIERS, 2))
def test_a_server_killed_while_it_is_asked(
    bench: Bench, serve: Any, by_rules: dict[str, Any], tmp_path: Path, tier: str
) -> None:
    """A server process of its own, which is killed by the request that it gets."""
    mark = tmp_path / "asked"
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.support.scripted_llm import ScriptedLLM\n"
        "def die(request): os.kill(os.getpid(), 9)\n"
        "server = ScriptedLLM(die).start(); print(server.url, flush=True); server._thread.join()\n"
    )
    argv = [sys.executable, "-c", program, str(REPOSITORY), str(mark)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        report = bench.check(urls(serve()) | {tier: url})
        assert process.wait(10) == -signal.SIGKILL, "it was asked, and died of it"
    assert_honest(report, {tier}, by_rules)
    assert report["tiers"][tier]["detail"].startswith("unreachable")


def test_a_server_that_stops_between_two_calls(bench: Bench, serve: Any, by_rules: dict[str, Any]) -> None:
    servers = serve()
    servers["meta"].behaviour = ["drop"]

    def stop_meta(request: Request) -> object:
        return ESCALATES if request.schema else first_allowed(request)

    servers["review"].script = stop_meta
    assert_honest(bench.check(urls(servers)), {"meta"}, by_rules)


def model_servers(parent: int) -> list[psutil.Process]:
    """Our model servers: processes in the tree of the check."""
    try:
        family = psutil.Process(parent).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [one for one in family if one.is_running() and one.name() in ("llama-server", "llama-xllamacpp")]


@pytest.mark.real_model
@pytest.mark.timeout(240)
@pytest.mark.usefixtures("engine")
def test_real_servers_killed_in_the_middle(bench: Bench, by_rules: dict[str, Any]) -> None:
    """All three are killed as soon as they serve; the check started them itself."""
    import threading

    ports = {tier: 18_080 + number for number, tier in enumerate(TIERS)}
    config = bench.folder / "real.toml"
    config.write_text(
        "".join(f'[llm.{tier}]\nmodel = "{model_dir() / MODELS[tier]}"\nport = {ports[tier]}\n' for tier in TIERS)
    )
    killed: list[int] = []

    def killer(pid: int) -> None:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            found = model_servers(pid)
            if len(found) >= 3 and any(one.cpu_times().user > 1.0 for one in found):
                for one in found:
                    one.kill()
                    killed.append(one.pid)
                return
            time.sleep(POLL)

    report = bench.run(
        "--config",
        str(config),
        deadline=45,
        started=lambda pid: threading.Thread(target=killer, args=(pid,), daemon=True).start(),
    )
    assert len(killed) >= 3
    bad = {tier: one for tier, one in report["tiers"].items() if one["state"] in ("failed", "missing")}
    assert bad and all(one["detail"] for one in bad.values()), report["tiers"]
    assert the_incident(report)["cause"]["id"] == by_rules["cause"]["id"]
    assert not any(psutil.pid_exists(pid) for pid in killed)
    left = [one for one in psutil.process_iter(["cmdline"]) if str(bench.folder) in " ".join(one.info["cmdline"] or ())]
    assert left == [], "no server of this check is left"


@pytest.mark.real_model
def test_without_a_llama_server_all_three_tiers_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a fresh host has: no llama-server in PATH, none built, no compiler; the package that came along serves."""
    config = bench.folder / "own.toml"
    smallest = model_dir() / MODELS["trigger"]  # that it serves is the question, not what it says
    tiers = (f'[llm.{tier}]\nmodel = "{smallest}"\nport = {free_port()}\n' for tier in TIERS)
    config.write_text("".join(tiers))
    monkeypatch.delenv("STILLWATCH_LLAMA_SERVER", raising=False)
    shutil.copytree(cache() / "compiled", bench.folder / "nothing/stillwatch/compiled")
    for name in ("PATH", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(bench.folder / "nothing"))
    bench.check_by_rules()
    report = bench.run("--config", str(config), deadline=120)
    late = [one for one in report["tiers"].values() if "timeout" in one["detail"]]  # of a busy host: it was asked
    assert all(one["state"] == "ready" or one in late for one in report["tiers"].values()), report["tiers"]
    assert {one["engine"].split()[0] for one in report["tiers"].values()} == {"xllamacpp"}
    assert report["tiers"]["trigger"]["calls"] and report["tiers"]["trigger"]["output_tokens"]
