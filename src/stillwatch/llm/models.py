"""The GGUF files on this host: which there are, whether they are whole, and which tier gets which."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from stillwatch.config import Llm
from stillwatch.errors import StillwatchError, WrongUsage, unusable
from stillwatch.helpers.as_owner import as_owner
from stillwatch.llm.catalogue import DEFAULT, Entry, catalogue, entry_for_file
from stillwatch.records.chat import TIERS, Tier

GIB = 1 << 30
MAGIC = b"GGUF"
BLOCK = 4 << 20
SMALL_FILE = 300 * 1000 * 1000
"""Bytes below which a model that the catalogue does not know is asked for enums only."""

Progress = Callable[[int, int], None]
"""Hears (bytes so far, bytes in all or 0)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model of the catalogue, a file of this host, or both.

    path: None where it is not here; size: bytes, reckoned where not `exact`.
    """

    name: str
    path: Path | None
    size: int
    licence: str = ""
    sha256: str = ""
    source: str = ""
    tiers: tuple[Tier, ...] = ()
    memory_gib: int = 0
    parameters: float = 0.0
    exact: bool = True


def models(folders: Sequence[Path]) -> tuple[Model, ...]:
    """The catalogue and what else lies in the folders, smallest first; a file that is not whole yet does not count."""
    files = {path.name: path for folder in reversed(folders) for path in _files(folder)}
    known = [_known(entry, files.pop(entry.file, None)) for entry in catalogue().values()]
    other = [Model(name=path.stem, path=path, size=path.stat().st_size, source="file") for path in files.values()]
    return (*known, *sorted(other, key=lambda model: model.size))


def find(name: str, folders: Sequence[Path]) -> Path:
    """The file for a catalogue name, a file name in one of the folders or a path.

    Raises WrongUsage with what to do about it.
    """
    entry = catalogue().get(name)
    if entry is not None:
        for folder in folders:
            if is_readable_file(folder / entry.file):
                return folder / entry.file
        raise WrongUsage(f"model {name} is not on this host", next_step=f"stillwatch models pull {name}")
    for path in (Path(name), *(folder / file for folder in folders for file in (name, f"{name}.gguf"))):
        if path.suffix == ".gguf" and is_readable_file(path):
            return path.absolute()
    raise WrongUsage(f"no model {name!r}", next_step="stillwatch models list")


def is_readable_file(path: Path) -> bool:
    """Whether there is a file that we may read. Raises WrongUsage for one that is there and may not be read."""
    try:
        found = path.is_file()
    except PermissionError:
        found = True
    if found and not os.access(path, os.R_OK, effective_ids=True):
        bring = f"stillwatch models import {path}"
        raise WrongUsage(f"{path} cannot be read by the user that runs this", next_step=bring)
    return found


def enums_only(model: str | Path) -> bool:
    """Whether this model is too small to be asked for more than a choice from a list; by its name or its file."""
    entry = catalogue().get(str(model)) or entry_for_file(Path(model).name)
    if entry is not None:
        return entry.enums_only
    try:
        return Path(model).stat().st_size < SMALL_FILE
    except OSError:
        return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """words: may be asked for sentences and free text, not enums alone; parameters: billions, 0 where unknown."""

    words: bool
    parameters: float


def capabilities(model: str | Path) -> Capabilities:
    """What may be asked of a model, by its name or its file."""
    entry = catalogue().get(str(model)) or entry_for_file(Path(model).name)
    return Capabilities(words=not enums_only(model), parameters=entry.parameters if entry else 0.0)


def advise(available: Iterable[Model], memory: int) -> dict[Tier, Model]:
    """Which model each tier gets on a host with `memory` bytes (0: unknown), of those that are here.

    The largest that fits thinks for meta, the next for review, the smallest triggers; together they take at most half
    of the memory. Where there are fewer models than tiers, one carries several. Empty where there is none.
    """
    here = sorted((model for model in available if model.path is not None), key=lambda model: model.size)
    room = memory // 2 if memory else sum(model.size for model in here)
    meta = next((model for model in reversed(here) if _suits(model, "meta") and model.size <= room), None)
    meta = meta or next((model for model in reversed(here) if model.size <= room), None)
    if meta is None:
        return {}
    smaller = [model for model in here if model.size < meta.size]
    rest = room - meta.size
    review = next((model for model in reversed(smaller) if _suits(model, "review") and model.size <= rest), meta)
    rest -= review.size if review is not meta else 0
    below = [model for model in smaller if _suits(model, "trigger") and model.size < review.size and model.size <= rest]
    return {"trigger": below[0] if below else review, "review": review, "meta": meta}


def assign(llm: Llm, folders: Sequence[Path], memory: int | None = None) -> Mapping[Tier, Path | str]:
    """Tier → its model file, or a sentence why there is none: what the configuration names, else what is advised."""
    advised = advise(models(folders), _memory() if memory is None else memory)
    assigned: dict[Tier, Path | str] = {}
    for tier in TIERS:
        named = llm.tier(tier).model
        if named is None:
            found = advised[tier].path if tier in advised else None
            assigned[tier] = found or f"no model on this host – stillwatch models pull {DEFAULT}"
            continue
        try:
            assigned[tier] = find(named, folders)
        except WrongUsage as error:
            assigned[tier] = str(error)
    return assigned


def digest(path: Path, progress: Progress | None = None) -> str:
    """SHA-256 of a file as hex digits; takes a second a gigabyte and more."""
    total, done, sum256 = path.stat().st_size, 0, hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            sum256.update(block)
            done += len(block)
            if progress:
                progress(done, total)
    return sum256.hexdigest()


def verify(path: Path, progress: Progress | None = None) -> Literal["whole", "broken", "unknown"]:
    """Whether a file is what the catalogue says; `unknown` where that does not say."""
    entry = entry_for_file(path.name)
    if entry is None or not entry.sha256:
        recorded = _recorded(path)
        if not recorded:
            return "unknown"
    else:
        recorded = entry.sha256
    return "whole" if digest(path, progress) == recorded else "broken"


def import_file(source: Path, folder: Path, progress: Progress | None = None) -> Path:
    """Copy a GGUF file into the models folder, whole or not at all. Raises WrongUsage for anything else."""
    if not source.is_file():
        raise WrongUsage(f"no file {source}")
    if not is_gguf(source):
        raise WrongUsage(f"{source} is no GGUF file")
    target = folder / (source.name if source.suffix == ".gguf" else f"{source.name}.gguf")
    if target.exists() and target.samefile(source):
        return target
    size = source.stat().st_size
    need_room(folder, size)
    part = target.with_name(target.name + ".part")
    with source.open("rb") as reading, as_owner(folder):
        try:
            _copy(reading, part, size, progress)
            keep(part, target, (entry.sha256 if (entry := entry_for_file(target.name)) else ""))
        finally:
            part.unlink(missing_ok=True)
    return target


def keep(part: Path, target: Path, sha256: str, progress: Progress | None = None) -> None:
    """Check a finished `.part` and give it its name; the sum stays beside it. Raises StillwatchError if it is wrong.

    A model is no secret, and its server runs as another user.
    """
    found = digest(part, progress)
    if not is_gguf(part) or (sha256 and found != sha256):
        part.unlink()
        wrong = "has the wrong SHA-256" if sha256 and found != sha256 else "is no GGUF file"
        raise StillwatchError(f"{target.name} {wrong} and was thrown away", next_step="try again")
    note = target.with_name(target.name + ".sha256")
    note.write_text(f"{found}  {target.name}\n")
    for file in (part, note):
        file.chmod(0o644)
    part.replace(target)


def is_gguf(path: Path) -> bool:
    """GGUF specification: a file begins with the four bytes "GGUF"."""
    try:
        with path.open("rb") as file:
            return file.read(4) == MAGIC
    except OSError:
        return False


def need_room(folder: Path, size: int) -> None:
    """Make the folder. Raises StillwatchError where `size` bytes do not fit, or where it cannot be made."""
    try:
        if not folder.is_dir():
            with as_owner(folder):
                folder.mkdir(parents=True)
                folder.chmod(0o755)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise unusable(folder, error) from error
    if free < size:
        raise StillwatchError(f"{folder} has room for {free / GIB:.1f} GiB and {size / GIB:.1f} are needed")


def _copy(reading: IO[bytes], part: Path, total: int, progress: Progress | None) -> None:
    done = 0
    with part.open("wb") as writing:
        while block := reading.read(BLOCK):
            writing.write(block)
            done += len(block)
            if progress:
                progress(done, total)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".gguf" and path.is_file())
    except OSError:
        return []


def _known(entry: Entry, path: Path | None) -> Model:
    return Model(
        name=entry.name,
        path=path,
        size=path.stat().st_size if path else entry.likely_size,
        exact=path is not None or entry.size > 0,
        licence=entry.licence,
        sha256=entry.sha256,
        source=entry.source,
        tiers=entry.tiers,
        memory_gib=entry.memory_gib,
        parameters=entry.parameters,
    )


def _suits(model: Model, tier: Tier) -> bool:
    """A model that the catalogue does not know suits every tier."""
    return not model.tiers or tier in model.tiers


def _recorded(path: Path) -> str:
    try:
        return path.with_name(path.name + ".sha256").read_text()[:64]
    except OSError:
        return ""


def _memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
