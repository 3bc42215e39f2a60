"""An answer on paper: as it streams, then the evidence that it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stillwatch.cli.show.incident import evidence_lines
from stillwatch.cli.terminal import Line, ProgressLine, line, put, put_json, write
from stillwatch.cli.text import plural, seconds, who_says
from stillwatch.records.incident import Evidence
from stillwatch.records.report import Reply
from stillwatch.untrusted.for_terminal import harmless, one_line, paragraphs
from stillwatch.views.report import ReplyView

CITED = re.compile(r"\[(E\d{1,6})\]")


class Speech:
    """The answer as it comes. silent: keep it for the end, for JSON."""

    def __init__(self, *, silent: bool) -> None:
        self.said = ""
        self._silent = silent
        self._progress: ProgressLine | None = None

    def after(self, progress: ProgressLine) -> ProgressLine:
        """The progress line that ends with the first word of the answer: a spinner must not run through it."""
        self._progress = progress
        return progress

    def say(self, piece: str) -> None:
        """Print one piece at once; what is not printable is left out."""
        if self._silent or not piece:
            return
        if self._progress is not None:
            self._progress.stop()
        self.said += piece
        write(harmless(piece))


def show_reply(reply: Reply, speech: Speech, *, as_json: bool, now: float) -> None:
    """Print what has not streamed yet, and what the citations stand for."""
    if as_json:
        put_json(ReplyView.of(reply))
        return
    if speech.said:
        write(harmless("\n"))
    if not speech.said.strip().endswith(reply.text.strip()):
        put([line(), *map(line, paragraphs(reply.text))] if speech.said else map(line, paragraphs(reply.text)))
    put(reply_lines(reply, now=now))


def reply_lines(reply: Reply, *, now: float) -> Iterator[Line]:
    """What stands below the answer."""
    yield line()
    yield from evidence_lines(cited(reply), now=now, label="evidence")
    if reply.note:
        yield line((one_line(reply.note, 400), "yellow"), indent=2)
    cost = ""
    if reply.usage.output_tokens:
        tokens = plural(reply.usage.prompt_tokens + reply.usage.output_tokens, "token")
        cost = f" · {tokens} · {seconds(reply.usage.seconds)}"
    yield line((f"answered by {who_says(reply.by)}{cost}; nothing was changed", "dim"), indent=2)


def cited(reply: Reply) -> list[Evidence]:
    """The evidence that the text names, in the order of its naming."""
    known = {piece.id: piece for piece in reply.evidence}
    return [known[name] for name in dict.fromkeys(CITED.findall(reply.text)) if name in known]
