"""`stillwatch note`: something to remember, what is remembered, and what to forget."""

from __future__ import annotations

import argparse

from stillwatch.cli.global_options import door, me
from stillwatch.cli.parser import Command, json_option


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="what to remember, in quotation marks; list; forget N")
    json_option(parser)


def note(*, text: list[str], as_json: bool) -> int:
    """It is kept with your name and the time. 'list' shows all notes with their numbers, 'forget N' removes one.

    examples:
      stillwatch note "backups run at 03:00 and make the disk busy for an hour"
      stillwatch note list
      stillwatch note forget 3
    """
    if text == ["list"]:
        return _list(as_json=as_json)
    if text[0] == "forget" and len(text) == 2 and text[1].isdecimal():
        return _forget(int(text[1]), as_json=as_json)
    return _keep(" ".join(text).strip(), as_json=as_json)


def _list(*, as_json: bool) -> int:
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.cli.text import local_time
    from stillwatch.records.iso import iso
    from stillwatch.untrusted.for_terminal import one_line
    from stillwatch.views.command import NoteView

    notes = door.app().known().notes()
    if as_json:
        put_json([NoteView(note.id, iso(note.at), note.by, note.text) for note in notes])
        return 0
    for note in notes:
        who = f"{local_time(note.at)} {one_line(note.by, 40)}"
        put([line((f"{note.id:>4}  ", "bold"), (f"{who}: ", "dim"), one_line(note.text), hang=6)])
    if not notes:
        put([line("nothing is noted")])
    return 0


def _forget(number: int, *, as_json: bool) -> int:
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.views.command import ForgottenView

    door.app().known().forget(number)
    if as_json:
        put_json(ForgottenView(number))
    else:
        put([line("forgotten")])
    return 0


def _keep(text: str, *, as_json: bool) -> int:
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.errors import WrongUsage
    from stillwatch.records.note import LONGEST_NOTE
    from stillwatch.views.command import NotedView

    if not text:
        raise WrongUsage("the note is empty")
    if len(text) > LONGEST_NOTE:
        raise WrongUsage(f"a note has at most {LONGEST_NOTE} characters, this one has {len(text)}")
    door.app().known().note(text, me())
    if as_json:
        put_json(NotedView(noted=text, by=me()))
    else:
        put([line("noted")])
    return 0


command = Command(run=note, arguments=arguments, of_service=True)
