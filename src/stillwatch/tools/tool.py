"""A look tool: its fields are its arguments, its docstring the description. HostLooks finds and runs them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import itertools
import pkgutil
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple, Protocol

import msgspec

from stillwatch.errors import StillwatchError
from stillwatch.host.systemd import Systemd
from stillwatch.ports import Clock
from stillwatch.records.event import Untrusted
from stillwatch.records.line import Line
from stillwatch.records.look import Seen
from stillwatch.tables.declared import Probe
from stillwatch.tools import look as folder
from stillwatch.untrusted.redact import redact, safe_text


class JournalReader(Protocol):
    def __call__(self, *, since: float, unit: str | None = None, matches: Sequence[str] = ()) -> Iterable[Line]:
        """Lines from `since` (seconds since the epoch) on, oldest first; those of one unit if named. Blocking.

        matches: only with these fields ("PRIORITY=3"); several values of one field are alternatives.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class HostReader:
    """What a look may read. root: where its files lie; probes: what the owner declared;
    settings_changes: what the daemon saw change in files of settings since a time, of a path or of all."""

    host: str
    clock: Clock
    systemd: Systemd
    journal: JournalReader | None = None
    root: Path = Path("/")
    probes: Sequence[Probe] = ()
    settings_changes: Callable[[float, str], Sequence[Mapping[str, Any]]] | None = None

    def text(self, path: str, most: int = 1_048_576) -> str:
        """The head of a file, "" where there is none. Raises OSError where it may not be read."""
        try:
            with (self.root / path.lstrip("/")).open("rb") as file:
                return file.read(most).decode("utf-8", "replace")
        except (FileNotFoundError, NotADirectoryError):
            return ""

    def paths(self, pattern: str) -> list[Path]:
        """What matches an absolute pattern, sorted; nothing where a folder may not be listed."""
        with contextlib.suppress(OSError):
            return sorted(self.root.glob(pattern.lstrip("/")))
        return []


MOST_ARGUMENTS: Final = 16
_PLAIN: Final = (str, int, float, type(None))


class Look(NamedTuple):
    text: str
    data: Mapping[str, Any]


class Tool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every look tool. Never changes anything.

    diagnosis: a model that looks for a cause is offered it; the others are for people's questions, and a prompt with
    all of them would be too long for a small model.
    """

    seconds: ClassVar[float] = 8.0
    text_limit: ClassVar[int] = 4000
    diagnosis: ClassVar[bool] = False

    @abstractmethod
    async def look(self, reader: HostReader) -> Look:
        """Look once. Raises StillwatchError or OSError for what cannot be seen."""


def find_tools() -> dict[str, type[Tool]]:
    """One tool a file: the module's name is the tool's, its class is called `Arguments`."""
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    return {name: importlib.import_module(f"{folder.__name__}.{name}").Arguments for name in names}


@dataclass(frozen=True, kw_only=True)
class HostLooks:
    """ports.LookTools on this host."""

    reader: HostReader
    tools: Mapping[str, type[Tool]] = field(default_factory=find_tools)

    def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
        return {name: described(tool) for name, tool in self.tools.items()}

    async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
        at = self.reader.clock.now()

        def seen(text: str = "", data: Mapping[str, Any] | None = None, problem: str = "") -> Seen:
            return Seen(
                tool=safe_text(tool, 80),
                arguments=_given(arguments),
                at=at,
                text=Untrusted(text),
                data=data or {},
                problem=safe_text(problem, 300),
            )

        kind = self.tools.get(tool)
        if kind is None:
            return seen(problem=f"no such tool; there are: {', '.join(self.tools)}")
        try:
            request = msgspec.convert(dict(arguments), kind)
            found = await asyncio.wait_for(request.look(self.reader), kind.seconds)
        except msgspec.ValidationError as error:
            return seen(problem=f"wrong argument: {error}")
        except TimeoutError:
            return seen(problem=f"not seen within {kind.seconds:g} s")
        except (StillwatchError, OSError) as error:
            return seen(problem=str(error))
        return seen(_lines(found.text, kind.text_limit), _safe(found.data))


def _lines(text: str, limit: int) -> str:
    return "\n".join(safe_text(line, 400) for line in redact(text)[: limit * 2].splitlines())[:limit]


def _given(arguments: Mapping[str, object]) -> dict[str, Any]:
    """What was asked for, also where it is nonsense: a few plain values, since whoever asks may send a megabyte."""
    few = itertools.islice(arguments.items(), MOST_ARGUMENTS)
    return {safe_text(str(name), 80): _safe(value if isinstance(value, _PLAIN) else "…") for name, value in few}


def _safe(value: Any) -> Any:
    """Every string redacted and cleaned, every list bounded."""
    if isinstance(value, str):
        return safe_text(value, 1000)
    if isinstance(value, Mapping):
        return {str(name): _safe(item) for name, item in value.items()}
    return [_safe(item) for item in value[:300]] if isinstance(value, (list, tuple)) else value


@functools.cache
def described(tool: type[Tool]) -> Mapping[str, Any]:
    """Made once: it takes half a millisecond, and every turn of a chat wants those of all tools."""
    (_,), parts = msgspec.json.schema_components([tool])
    arguments = {key: value for key, value in parts[tool.__name__].items() if key not in ("title", "description")}
    about = {"description": " ".join((tool.__doc__ or "").split()), "arguments": arguments}
    return about if tool.diagnosis else {**about, "for_people": True}


async def in_thread(call: Callable[[], Any]) -> Any:
    """For what blocks; the call must bound itself, since a thread cannot be ended."""
    return await asyncio.to_thread(call)
