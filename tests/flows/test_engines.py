"""What Stillwatch relies on in the server that runs its models, tried on each engine with a real small model.

Every request goes over HTTP, as ours do; `watched` is started with the product's own flags and, so that its slots can
be seen, `--slots --metrics`.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from stillwatch.helpers.engine import arguments
from stillwatch.helpers.llama import ENVIRONMENT
from stillwatch.llm.child import LEASH
from tests.support.engines import ENGINES, engine_named
from tests.support.rig import model_dir

pytestmark = [pytest.mark.real_model, pytest.mark.process]
KEY = "a-key-that-nobody-guesses-0123456789"
SMALL = model_dir() / "SmolLM2-135M-Instruct.Q4_1.gguf"
PATIENCE = 60.0
POLL = 0.05
ASK = {"messages": [{"role": "user", "content": "nginx was killed by the kernel for using too much memory. " * 12}]}


class Server:
    """One started server. `ask` answers (status, JSON or text)."""

    def __init__(self, engine: str, folder: Path, *more: str, model: Path = SMALL, key: str = f"{KEY}\n") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (folder / "key").write_text(key)
        given = arguments(engine, model=str(model), port=self.port, key_file=str(folder / "key"), context=2048)
        argv = [sys.executable, "-I", str(LEASH), str(os.getpid()), *given, *more]
        self.said = (folder / "said").open("wb+")
        self.process = subprocess.Popen(argv, stderr=self.said, stdout=self.said, env=ENVIRONMENT)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def send(self, path: str, body: Any = None, key: str = KEY) -> http.client.HTTPResponse:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        link = self.connect()
        link.request("GET" if body is None else "POST", path, body and json.dumps(body), headers)
        return link.getresponse()

    def ask(self, path: str, body: Any = None, key: str = KEY) -> tuple[int, Any]:
        answer = self.send(path, body, key)
        text = answer.read().decode(errors="replace")
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def chat(self, **fields: Any) -> Any:
        status, answer = self.ask("/v1/chat/completions", {**ASK, "max_tokens": 8, "temperature": 0, **fields})
        assert status == 200, answer
        return answer

    def is_up(self) -> bool:
        with contextlib.suppress(OSError):
            return self.ask("/health", key="")[0] == 200
        return False

    def wait_up(self) -> Server:
        until(lambda: self.is_up() or self.process.poll() is not None)
        assert self.process.poll() is None, self.words()
        return self

    def words(self) -> str:
        self.said.seek(0)
        return self.said.read().decode(errors="replace")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.said.close()


def until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < limit, "it did not come about"
        time.sleep(POLL)


@pytest.fixture(scope="module", params=ENGINES)
def name(request: pytest.FixtureRequest) -> str:
    return engine_named(request.param)


@pytest.fixture(scope="module")
def watched(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(name, tmp_path_factory.mktemp("engine"), "--slots", "--metrics")
    try:
        yield server.wait_up()
    finally:
        server.end()


@pytest.mark.parametrize("key", ["", "wrong", KEY[:-1], f"{KEY}x", KEY.upper()])
@pytest.mark.parametrize("path", ["/v1/models", "/props", "/slots", "/metrics", "/v1/chat/completions", "/tokenize"])
def test_without_the_key_there_is_nothing(watched: Server, path: str, key: str) -> None:
    body = None if path in ("/v1/models", "/props", "/slots", "/metrics") else {**ASK, "content": "x"}
    status, answer = watched.ask(path, body, key)
    assert status == 401 and str(SMALL) not in str(answer)


def test_health_needs_no_key_and_tells_nothing(watched: Server) -> None:
    assert watched.ask("/health", key="") == (200, {"status": "ok"})


def test_the_key_is_neither_in_the_command_line_nor_in_the_environment(watched: Server) -> None:
    process = psutil.Process(watched.process.pid)
    assert KEY not in str(process.cmdline()) and KEY not in str(process.environ())
    assert KEY not in watched.words()


def test_it_listens_on_loopback_alone(watched: Server) -> None:
    found = psutil.Process(watched.process.pid).net_connections(kind="all")
    listening = [one for one in found if one.status == psutil.CONN_LISTEN]
    assert [one.laddr for one in listening] == [("127.0.0.1", watched.port)]
    own = {a.address for group in psutil.net_if_addrs().values() for a in group if a.family == socket.AF_INET}
    for address in own - {"127.0.0.1"}:
        with pytest.raises(OSError):
            socket.create_connection((address, watched.port), timeout=5)


def test_its_process_tells_which_engine_it_is(watched: Server, name: str) -> None:
    comm = psutil.Process(watched.process.pid).name()
    assert comm == ("llama-xllamacpp" if name == "xllamacpp" else "llama-server")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/tools", None),
        ("/tools", {"tool": "exec_shell_command", "params": {"command": "id"}}),
        ("/cors-proxy", None),
        ("/cors-proxy", {"url": "http://127.0.0.1/"}),
        ("/mcp", None),
        ("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
        ("/models/load", {"model": "x"}),
        ("/models/unload", {"model": "x"}),
        ("/props", {"chat_template": "x"}),
        ("/slots/0?action=save", {"filename": "x"}),
        ("/slots/0?action=restore", {"filename": "x"}),
        ("/", None),
        ("/index.html", None),
    ],
)
def test_nothing_that_acts_on_the_host_is_on(watched: Server, path: str, body: Any) -> None:
    status, answer = watched.ask(path, body)
    assert 400 <= status < 600, (status, answer)


def test_a_page_from_elsewhere_is_not_let_in(watched: Server) -> None:
    link = watched.connect()
    link.request("GET", "/v1/models", headers={"Authorization": f"Bearer {KEY}", "Origin": "http://evil.example"})
    allowed = link.getresponse().headers
    assert allowed.get("Access-Control-Allow-Origin") not in ("*", "http://evil.example")
    assert allowed.get("Access-Control-Allow-Credentials") != "true"


def test_it_serves_the_model_that_it_was_given(watched: Server) -> None:
    properties = watched.ask("/props")[1]
    assert properties["model_path"] == str(SMALL) and properties["total_slots"] == 1
    assert properties["default_generation_settings"]["n_ctx"] == 2048


def test_chat(watched: Server) -> None:
    answer = watched.chat()
    assert answer["choices"][0]["message"]["content"]
    assert 1 <= answer["usage"]["completion_tokens"] <= 8 < answer["usage"]["prompt_tokens"]


def test_an_answer_within_a_schema(watched: Server) -> None:
    schema = {
        "type": "object",
        "properties": {"cause": {"enum": ["oom", "disk-full"]}},
        "required": ["cause"],
        "additionalProperties": False,
    }
    for fields in (
        {"json_schema": schema},
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "cause", "strict": True, "schema": schema},
            }
        },
    ):
        answer = watched.chat(max_tokens=60, **fields)["choices"][0]["message"]["content"]
        assert json.loads(answer)["cause"] in ("oom", "disk-full")


def test_an_answer_within_a_grammar(watched: Server) -> None:
    answer = watched.chat(grammar='root ::= "yes" | "no"')["choices"][0]["message"]["content"]
    assert answer in ("yes", "no")


def test_a_stream(watched: Server) -> None:
    body = {**ASK, "max_tokens": 8, "stream": True, "stream_options": {"include_usage": True}}
    lines = watched.send("/v1/chat/completions", body).read().decode().split("\n\n")
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    assert data.pop() == "[DONE]"
    pieces = [json.loads(one) for one in data]
    assert "".join(p["choices"][0]["delta"].get("content") or "" for p in pieces if p["choices"])
    assert pieces[-1]["usage"]["completion_tokens"] <= 8


def test_a_reader_that_leaves_frees_the_slot(watched: Server) -> None:
    body = {**ASK, "max_tokens": 1500, "stream": True, "ignore_eos": True}
    link = watched.connect()
    link.request("POST", "/v1/chat/completions", json.dumps(body), {"Authorization": f"Bearer {KEY}"})
    assert link.getresponse().readline()
    assert [slot["is_processing"] for slot in watched.ask("/slots")[1]] == [True]
    link.sock.shutdown(socket.SHUT_RDWR) if link.sock else None
    link.close()
    until(lambda: [slot["is_processing"] for slot in watched.ask("/slots")[1]] == [False])
    assert watched.chat()["usage"]["completion_tokens"]


def test_probabilities_of_tokens(watched: Server) -> None:
    choice = watched.chat(max_tokens=3, logprobs=True, top_logprobs=4)["choices"][0]
    for token in choice["logprobs"]["content"]:
        assert len(token["top_logprobs"]) == 4 and all(one["logprob"] <= 0.001 for one in token["top_logprobs"])


def test_what_was_read_before_is_not_read_again(watched: Server) -> None:
    watched.chat()
    usage = watched.chat()["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] > 100


def test_slots_and_metrics(watched: Server) -> None:
    watched.chat()
    (slot,) = watched.ask("/slots")[1]
    assert (slot["id"], slot["n_ctx"]) == (0, 2048)
    text = watched.ask("/metrics")[1]
    counted = [line for line in text.splitlines() if line.startswith("llamacpp:prompt_tokens_total ")]
    assert float(counted[0].split()[1]) > 0


def test_counting_tokens(watched: Server) -> None:
    prompt = watched.ask("/apply-template", ASK)[1]["prompt"]
    tokens = watched.ask("/tokenize", {"content": prompt, "add_special": True, "parse_special": True})[1]["tokens"]
    assert len(tokens) == watched.chat()["usage"]["prompt_tokens"]


def test_what_does_not_fit_is_refused(watched: Server) -> None:
    status, answer = watched.ask("/v1/chat/completions", {"messages": [{"role": "user", "content": "word " * 5000}]})
    assert status == 400 and answer["error"]["type"] == "exceed_context_size_error"


@pytest.fixture
def start(name: str, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    with contextlib.ExitStack() as stack:

        def begin(*more: str, **options: Any) -> Server:
            server = Server(name, tmp_path, *more, **options)
            stack.callback(server.end)
            return server

        yield begin


def test_slots_and_metrics_are_shut_unless_asked_for(start: Callable[..., Server]) -> None:
    server = start().wait_up()
    assert [server.ask(path)[0] for path in ("/slots", "/metrics")] == [501, 501]


def test_a_unix_socket_instead_of_a_port(start: Callable[..., Server], tmp_path: Path) -> None:
    server = start("--host", str(tmp_path / "m.sock"))

    def answers() -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as link:
            link.settimeout(PATIENCE)
            link.connect(str(tmp_path / "m.sock"))
            link.sendall(b"GET /props HTTP/1.0\r\nHost: x\r\n\r\n")
            return b" 401 " in link.recv(4096)
        return False

    until(lambda: answers() or server.process.poll() is not None)
    found = psutil.Process(server.process.pid).net_connections(kind="inet")
    assert not [one for one in found if one.status == psutil.CONN_LISTEN]


@pytest.mark.parametrize("model", ["none.gguf", "bad.gguf"])
def test_a_model_that_cannot_be_read_ends_it(start: Callable[..., Server], tmp_path: Path, model: str) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"GGUF" + b"\0" * 200)
    server = start(model=tmp_path / model)
    assert server.process.wait(PATIENCE) not in (0, None)
    assert model in server.words()


def test_a_port_that_is_taken_ends_it(start: Callable[..., Server]) -> None:
    server = start().wait_up()
    other = start("--port", str(server.port))
    assert other.process.wait(PATIENCE) not in (0, None)
    assert server.is_up()


def test_it_dies_with_whoever_started_it(name: str, tmp_path: Path) -> None:
    """The parent is killed by the kernel's strongest signal, while the model is being loaded."""
    program = (
        "import sys, time; from pathlib import Path; from tests.flows.test_engines import Server\n"
        "print(Server(sys.argv[1], Path(sys.argv[2])).process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, name, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
