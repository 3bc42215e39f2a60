"""pip, which fetches from the package index of this host: also where Stillwatch itself was installed without it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from stillwatch.errors import NotReachable

NEXT_STEP = "apt-get install -y python3-venv"


async def pip_command(folder: Path) -> list[str]:
    """How pip is started: that of this interpreter, else one in a virtual environment that is made in `folder`.

    The program of an installed service has none (install/program.py). Raises NotReachable where none can be had.
    """
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    own = folder / "pip"
    base = f"{sys.base_prefix}/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    code, output = await _ended([base, "-I", "-m", "venv", str(own)])
    if code:
        raise NotReachable(f"there is no pip here: {output}", next_step=NEXT_STEP)
    return [str(own / "bin/python"), "-m", "pip"]


async def _ended(argv: Sequence[str]) -> tuple[int, str]:
    """(exit code, last line)."""
    pipe, null, out = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL, asyncio.subprocess.STDOUT
    try:
        process = await asyncio.create_subprocess_exec(*argv, stdin=null, stdout=pipe, stderr=out)
    except OSError as error:
        return 1, f"{argv[0]}: {error.strerror}"
    output, _ = await process.communicate()
    lines = output.decode(errors="replace").strip().splitlines() or ["it said nothing"]
    return process.returncode or 0, lines[-1][:200]
