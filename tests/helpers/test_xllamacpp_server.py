"""The package's server as a program: flags, key file, and what it never offers (real models: flows/test_engines.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stillwatch.helpers.engine import arguments, command
from stillwatch.helpers.xllamacpp_server import Unusable, configured, lacks, load, parse, read_keys

GIVEN = arguments("xllamacpp", model="/m.gguf", port=8080, key_file="/k", context=2048, threads=3, gpu_layers=-1)
FLAGS = GIVEN[len(command("xllamacpp")) :]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command("xllamacpp"), *words], capture_output=True, text=True, timeout=60, check=False)


def test_it_takes_the_flags_that_llama_server_is_given() -> None:
    params = configured(load(), parse(FLAGS), ["secret"])
    assert (params.model.path, params.hostnames, params.port, params.api_keys) == (
        "/m.gguf",
        ["127.0.0.1"],
        8080,
        ["secret"],
    )
    assert (params.n_ctx, params.n_parallel, params.n_cache_reuse, params.cache_ram_mib) == (2048, 1, 64, 256)
    assert (params.cpuparams.n_threads, params.cpuparams_batch.n_threads, params.n_gpu_layers) == (3, 3, -2)
    assert (params.cpuparams.poll, params.enable_reasoning) == (0, 0)
    assert (params.cors_origins, params.cors_credentials) == ("http://127.0.0.1:8080", False)
    assert params.cache_prompt and params.offline and not params.endpoint_slots and not params.endpoint_metrics


def test_what_acts_on_the_host_is_off_even_where_a_version_has_it_on() -> None:
    package = load()

    def on() -> Any:
        params = package.CommonParams()
        params.ui = params.ui_mcp_proxy = params.endpoint_props = True
        params.server_tools, params.mcp_servers_json, params.slot_save_path = ["all"], "{}", "/tmp"
        params.public_path = params.media_path = params.models_dir = "/"
        return params

    shut = configured(SimpleNamespace(CommonParams=on), parse(FLAGS), ["secret"])
    assert not any((shut.ui, shut.ui_mcp_proxy, shut.endpoint_props, shut.server_tools, shut.mcp_servers_json))
    assert not any((shut.slot_save_path, shut.public_path, shut.media_path, shut.models_dir))


@pytest.mark.parametrize(
    "words",
    [
        ["--tools", "all"],
        ["--agent"],
        ["--mcp-servers-config", "/x"],
        ["--mcp-servers-json", "{}"],
        ["--ui"],
        ["--ui-mcp-proxy"],
        ["--cors-credentials"],
        ["--api-key", "secret"],
        ["--host", "0.0.0.0"],
        ["--host", "::1"],
        ["--host", "127.0.0.1,0.0.0.0"],
        ["--host", "/x.sock,0.0.0.0.sock"],
        ["--host", "x.sock"],
        ["--path", "/"],
        ["--mod", "/m.gguf"],
    ],
)
def test_there_is_no_flag_for_what_it_must_not_do(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([*FLAGS, *words])
    assert ended.value.code == 2


def test_a_unix_socket_is_as_good_as_loopback() -> None:
    assert parse(["--host", "/run/x/model.sock"]).host == "/run/x/model.sock"


@pytest.mark.parametrize("text", ["", "\n\n", "# a comment\n"])
def test_no_key_is_no_server(text: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    with pytest.raises(Unusable, match=f"{file}.* no key"):
        read_keys(str(file))
    file.write_text(f"{text}secret\n")
    assert read_keys(str(file)) == ["secret"]
    for gone in (str(tmp_path / "none"), ""):
        with pytest.raises(Unusable, match="be read"):
            read_keys(gone)


def test_a_processor_that_lacks_what_it_was_built_for(tmp_path: Path) -> None:
    built = "CPU : SSE3 = 1 | AVX = 1 | AVX2 = 1 | AVX512 = 0 | LLAMAFILE = 1 | OPENMP = 1 | "
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nflags : fpu pni avx\n")
    assert lacks(built, cpuinfo) == ["AVX2"]
    cpuinfo.write_text("processor : 0\nflags : fpu pni avx avx2\n")
    assert lacks(built, cpuinfo) == []
    assert lacks(built, tmp_path / "none") == []
    cpuinfo.write_text("processor : 0\nflags : fpu\n")
    with pytest.raises(Unusable, match="AVX2"):
        load(cpuinfo)


def test_another_version_with_other_settings_is_told() -> None:
    with pytest.raises(Unusable, match="other settings"):
        configured(SimpleNamespace(CommonParams=object), parse(FLAGS), ["secret"])


def test_without_the_package_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(Unusable, match="xllamacpp"):
        load()


@pytest.mark.process
def test_it_ends_with_one_line_that_says_why(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    key = tmp_path / "key"
    key.write_text("secret\n")
    version = run("--version")
    assert version.returncode == 0 and version.stdout.startswith("version: ")
    assert run("--tools", "all").returncode == 2
    no_key = run("--model", str(tmp_path / "m.gguf"), "--api-key-file", str(tmp_path / "none"))
    assert no_key.returncode == 1 and no_key.stderr.startswith("error: ") and no_key.stderr.count("\n") == 1
    no_model = run("--model", str(tmp_path / "m.gguf"), "--api-key-file", str(key))
    assert no_model.returncode == 1 and "m.gguf" in no_model.stderr
    assert "Traceback" not in no_model.stderr and "secret" not in no_model.stderr
