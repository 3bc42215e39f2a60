"""What gets printed: lines of styled pieces, with colour and wrapping on a terminal, plain and unwrapped elsewhere.

Nothing else of the command line writes to stdout or stderr, and what is written here is `ForTerminal`.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TextIO, TypeVar

from stillwatch.records.safe import ForTerminal
from stillwatch.untrusted.for_terminal import json_text, one_line, piece

if TYPE_CHECKING:
    from rich.status import Status

T = TypeVar("T")

NARROWEST = 40
WIDEST = 120


@dataclass(frozen=True, slots=True)
class Line:
    """pieces: text with its style ("bold", "red", "dim", "" …); indent: columns before the line;

    hang: columns before its continuation lines where it is wrapped.
    """

    pieces: tuple[tuple[ForTerminal, str], ...] = ()
    indent: int = 0
    hang: int = 0

    @property
    def text(self) -> str:
        return (" " * self.indent + "".join(text for text, _ in self.pieces)).rstrip()


def line(*pieces: str | tuple[str, str], indent: int = 0, hang: int | None = None) -> Line:
    """A line of pieces; a bare string has no style; continuation lines hang below the text by default.

    What a terminal would obey is taken out of each, wherever it came from.
    """
    styled = tuple((piece(each), "") if isinstance(each, str) else (piece(each[0]), each[1]) for each in pieces)
    return Line(styled, indent, indent if hang is None else hang)


def put(lines: Iterable[Line]) -> None:
    """Print to stdout: colours only on a terminal that wants them, wrapped only on a terminal."""
    if not is_terminal(sys.stdout):
        _out("".join(f"{each.text}\n" for each in lines))
    elif wants_colour():
        _out(coloured(lines, columns()))
    else:
        _out(wrapped(lines, columns()))


def write(text: ForTerminal) -> None:
    """Text to stdout, at once. Raises BrokenPipeError if nobody reads it any more."""
    _out(text)


def tell(text: ForTerminal) -> None:
    """A line to stderr, at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _out(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def put_json(value: object) -> None:
    """One value as JSON to stdout, indented: `jq` does not care, and people do."""
    import json

    from stillwatch.views.shape import plain

    write(json_text(json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n"))


def put_json_line(value: object) -> None:
    """One value as JSON on a line of its own, for streams."""
    import json

    from stillwatch.views.shape import plain

    write(json_text(json.dumps(plain(value), ensure_ascii=False) + "\n"))


def wrapped(lines: Iterable[Line], width: int) -> str:
    return "".join(f"{_wrap(each, width)}\n" for each in lines)


def _wrap(each: Line, width: int) -> str:
    return textwrap.fill(
        "".join(text for text, _ in each.pieces),
        width,
        initial_indent=" " * each.indent,
        subsequent_indent=" " * min(each.hang, width // 2),
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def coloured(lines: Iterable[Line], width: int) -> str:
    """The same with terminal colours. Text is never read as markup."""
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    page = StringIO()
    console = Console(file=page, force_terminal=True, width=width, highlight=False, emoji=False, markup=False)
    for each in lines:
        text = Text.assemble(*((shown, style) for shown, style in each.pieces))
        hang = min(each.hang, width // 2)
        rows = text.wrap(console, width - max(hang, each.indent)) or [Text()]
        for number, row in enumerate(rows):
            row.rstrip()
            console.print(Text(" " * (hang if number else each.indent)) + row, soft_wrap=True)
    return page.getvalue()


def is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def wants_colour() -> bool:
    """NO_COLOR and a dumb terminal are heeded."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") not in {"", "dumb"}


def columns() -> int:
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))


class ProgressLine:
    """A spinner with one short line on stderr; silent unless stderr is a terminal. Call it with what goes on now."""

    def __init__(self, *, wanted: bool = True) -> None:
        self._status: Status | None = None
        if wanted and is_terminal(sys.stderr) and os.environ.get("TERM", "") not in {"", "dumb"}:
            from rich.console import Console
            from rich.status import Status

            self._status = Status("starting", console=Console(stderr=True), spinner="dots")

    def __call__(self, message: str) -> None:
        if self._status is not None:
            from rich.text import Text

            self._status.update(Text(one_line(message, 200)))

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Wipe the line for good: something else is about to be printed."""
        if self._status is not None:
            self._status.stop()
            self._status = None


def work(start: Callable[[ProgressLine], Coroutine[Any, Any, T]], *, quiet: bool) -> T:
    """Run one asynchronous verb to its end, with its progress shown. quiet: no progress line, even on a terminal."""
    import asyncio

    with ProgressLine(wanted=not quiet) as progress:
        return asyncio.run(start(progress))
