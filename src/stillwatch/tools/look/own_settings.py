"""Settings files of a unit, when each changed, which paths they name, and in which line of them a word stands."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final

from msgspec import Meta

from stillwatch.host.ownfiles import settings_of
from stillwatch.host.smallfile import content
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread
from stillwatch.untrusted.redact import redact

MOST_WORDS: Final = 16
MOST_LINES: Final = 4
MOST_PATHS: Final = 60
_PATH: Final = re.compile(r"(?<![\w/.~:*])/(?!/)[\w@%+.-]+(?:/[\w@%+.-]+)+")
_COMMENT: Final = re.compile(r"\s*[#;]|\s*//")


class Arguments(Tool, frozen=True):
    """Settings files of a unit, when each changed, which paths they name, and in which line of them a word stands."""

    unit: Annotated[str, Meta(min_length=1, max_length=255, description="a unit, for example nginx.service")]
    words: Annotated[str, Meta(max_length=600, description="words to look for, with spaces between; empty: none")] = ""

    async def look(self, reader: HostReader) -> Look:
        state = await reader.systemd.unit(self.unit)
        words = [word for word in dict.fromkeys(self.words.split()) if len(word) > 2][:MOST_WORDS]

        def read() -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
            files = settings_of(state, reader.root)
            return _changed(files, reader.root), _found(files, words, reader.root), _named(files, reader.root)

        files, found, named = await in_thread(read)
        lines = [f"{row['path']}, line {row['line']}: {row['word']}" for row in found]
        text = "\n".join(lines or [row["path"] for row in files]) or "no settings files of it are known"
        return Look(text, {"files": files, "found": found, "paths": named})


def _changed(files: Iterable[str], root: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in files:
        with contextlib.suppress(OSError):
            facts = (root / path.lstrip("/")).stat()
            found.append({"path": path, "changed": facts.st_mtime})
    return found


def _named(files: Iterable[str], root: Path) -> list[str]:
    """Absolute paths in lines that are no comments and hold no secret."""
    found: dict[str, None] = {}
    for path in files:
        for line in content(str(root / path.lstrip("/"))).decode("utf-8", "replace").splitlines():
            if (
                "/" in line
                and not _COMMENT.match(line)
                and (named := _PATH.findall(line[:500]))
                and redact(line) == line
            ):
                found.update(dict.fromkeys(one.rstrip("/.") for one in named))
        if len(found) >= MOST_PATHS:
            break
    return list(found)[:MOST_PATHS]


def _found(files: Iterable[str], words: list[str], root: Path) -> list[dict[str, Any]]:
    """Whole words alone, and none in a line that holds a secret, so that nobody guesses it piece by piece.

    A word of everyday tells nothing, and is sought no more once it is known for one (R41).
    """
    patterns = {word: re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w-])") for word in words}
    found: list[dict[str, Any]] = []
    often = Counter[str]()
    for path in files if words else ():
        text = content(str(root / path.lstrip("/"))).decode("utf-8", "replace")
        here = [word for word in words if word in text]
        for number, line in enumerate(text.splitlines() if here else (), 1):
            rare = (word for word in here if often[word] <= MOST_LINES)
            rows = [word for word in rare if word in line and patterns[word].search(line)]
            if rows and not _COMMENT.match(line) and redact(line) == line:
                often.update(rows)
                found += [{"word": word, "path": path, "line": number} for word in rows]
    return [row for row in found if often[row["word"]] <= MOST_LINES]
