"""llama.cpp's server in the Python package xllamacpp, as a program that takes the flags of helpers/engine.py.

It listens on 127.0.0.1 or on a unix socket and nowhere else, serves nobody without the key, reads it from a file, and
has none of llama.cpp's tools, MCP servers, proxies, folders of models and web pages: there is no flag for them.
Run as `python -I -m stillwatch.helpers.xllamacpp_server --model FILE …`; `--version` says what it would run, or why it
cannot run here. It ends with 2 for wrong flags, with 1 where the server cannot start.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import re
import signal
import sys
from collections.abc import Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers.engine import PACKAGE, PROCESS_NAME

LOOPBACK: Final = "127.0.0.1"
PR_SET_NAME: Final = 15
ALL_LAYERS: Final = -2
NEEDED: Final = {
    "SSE3": "pni",
    "SSSE3": "ssse3",
    "AVX": "avx",
    "AVX2": "avx2",
    "AVX512": "avx512f",
    "BMI2": "bmi2",
    "F16C": "f16c",
    "FMA": "fma",
    "NEON": "asimd",
    "DOTPROD": "asimddp",
    "SVE": "sve",
}
"""What llama.cpp says it was compiled for → the processor's word for it in /proc/cpuinfo."""
CPUINFO: Final = Path("/proc/cpuinfo")


class Unusable(Exception):
    """It cannot run here, or not with what it was given; one sentence."""


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Ends the program with 2 for a flag that it does not know."""
    parser = argparse.ArgumentParser(prog="xllamacpp_server", allow_abbrev=False)
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--model", default="")
    parser.add_argument("--host", default=LOOPBACK, type=_host)
    parser.add_argument("--port", default=0, type=int)
    parser.add_argument("--api-key-file", default="")
    parser.add_argument("--ctx-size", default=4096, type=int)
    parser.add_argument("--parallel", default=1, type=int)
    parser.add_argument("--cache-reuse", default=0, type=int)
    parser.add_argument("--cache-ram", default=0, type=int)
    parser.add_argument("--threads", default=len(os.sched_getaffinity(0)), type=int)
    parser.add_argument("--gpu-layers", default=0, type=lambda word: ALL_LAYERS if word == "all" else int(word))
    parser.add_argument("--cors-origins", default="")
    parser.add_argument("--reasoning", default="off", choices=["off"])
    parser.add_argument("--poll", default=0, type=int)
    for switch in ("cache-prompt", "slots", "metrics", "cors-credentials", "ui"):
        parser.add_argument(f"--{switch}", action=argparse.BooleanOptionalAction, default=switch == "cache-prompt")
    parser.add_argument("--offline", action="store_true")
    wanted = parser.parse_args(words)
    if wanted.ui or wanted.cors_credentials:
        parser.error("this server has no web page, and no credentials for any")
    return wanted


def read_keys(path: str) -> list[str]:
    """The keys in the file, one a line. Raises Unusable for none: it would be a server for everybody."""
    try:
        lines = Path(path).read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"the key file {path!r} cannot be read: {error}") from error
    keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not keys:
        raise Unusable(f"the key file {path!r} holds no key")
    return keys


def load(cpuinfo: Path = CPUINFO) -> Any:
    """The package. Raises Unusable where it is not here, does not load, or was built for another processor."""
    try:
        package = import_module(PACKAGE)
    except ImportError as error:
        raise Unusable(f"the package {PACKAGE} does not load: {error}") from error
    if lacking := lacks(package.get_system_info(), cpuinfo):
        raise Unusable(f"the package {PACKAGE} was built for processors with {', '.join(lacking)}")
    return package


def lacks(built_for: str, cpuinfo: Path = CPUINFO) -> list[str]:
    """Instruction sets that it was built for and that this processor does not offer; none where nobody can tell."""
    try:
        lines = cpuinfo.read_text(errors="replace").splitlines()
    except OSError:
        return []
    offered = next((line for line in lines if line.startswith(("flags", "Features"))), "").partition(":")[2].split()
    wanted = re.findall(r"(\w+) = 1", built_for)
    return [name for name in wanted if offered and NEEDED.get(name, offered[0]) not in offered]


def configured(package: Any, wanted: argparse.Namespace, keys: Sequence[str]) -> Any:
    """xllamacpp's CommonParams (llama.cpp, common/common.h) as llama-server sets them for the same flags.

    Raises Unusable where this version of the package has not all of them.
    """
    params = package.CommonParams()
    try:
        _set(params, wanted, list(keys))
    except (AttributeError, TypeError, ValueError) as error:
        raise Unusable(f"this version of {PACKAGE} takes other settings: {error}") from error
    return params


def _set(params: Any, wanted: argparse.Namespace, keys: list[str]) -> None:
    params.model.path = wanted.model
    params.hostnames, params.port = [wanted.host], wanted.port
    params.api_keys = keys
    params.n_ctx, params.n_parallel = wanted.ctx_size, wanted.parallel
    params.cache_prompt, params.n_cache_reuse, params.cache_ram_mib = (
        wanted.cache_prompt,
        wanted.cache_reuse,
        wanted.cache_ram,
    )
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads, threads.poll = wanted.threads, wanted.poll
    params.n_gpu_layers = wanted.gpu_layers
    params.enable_reasoning = 0
    params.default_template_kwargs = {"enable_thinking": "false"}
    params.endpoint_slots, params.endpoint_metrics = wanted.slots, wanted.metrics
    params.cors_origins, params.cors_origins_explicit, params.cors_credentials = wanted.cors_origins, True, False
    _shut(params)


def _shut(params: Any) -> None:
    """What must stay off, whatever a later version of the package takes for its default."""
    params.offline = True
    params.ui = params.ui_mcp_proxy = params.endpoint_props = False
    params.server_tools = []
    params.server_tools_runtime = params.mcp_servers_config = params.mcp_servers_json = ""
    params.models_dir = params.models_preset = params.public_path = params.media_path = params.slot_save_path = ""


def serve(wanted: argparse.Namespace) -> None:
    """Runs until a signal ends it. Raises Unusable."""
    keys = read_keys(wanted.api_key_file)
    package = load()
    params = configured(package, wanted, keys)
    _name_the_process()
    try:
        server = package.Server(params)
    except RuntimeError as error:
        raise Unusable(f"the server ends: {error}") from error
    while server:
        signal.pause()


def main(words: Sequence[str]) -> int:
    """The exit code; what is wrong is the last line on stderr."""
    wanted = parse(words)
    try:
        if wanted.version:
            configured(load(), wanted, ["-"])
            print(f"version: {metadata.version(PACKAGE)}")
        else:
            serve(wanted)
    except Unusable as unusable:
        print(f"error: {unusable}", file=sys.stderr)
        return 1
    return 0


def _host(word: str) -> str:
    if word != LOOPBACK and not (word.startswith("/") and word.endswith(".sock") and "," not in word):
        raise argparse.ArgumentTypeError(f"{LOOPBACK}, or the path of a unix socket that ends in .sock")
    return word


def _name_the_process() -> None:
    with contextlib.suppress(OSError):
        ctypes.CDLL(None).prctl(PR_SET_NAME, PROCESS_NAME.encode(), 0, 0, 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
