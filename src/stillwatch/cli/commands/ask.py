"""`stillwatch ask`: one question, one answer with its evidence."""

from __future__ import annotations

import argparse

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, deadline_option, json_option, no_model_option


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="+", metavar="QUESTION", help="the question, best in quotation marks")
    no_model_option(parser)
    deadline_option(parser, 120)
    json_option(parser)


def ask(*, question: list[str], no_model: bool, deadline: float, as_json: bool) -> int:
    """Looks, never changes anything. Every claim points to what was seen, as [E1].

    examples:
      stillwatch ask "why is nginx down?"
      stillwatch ask "what fills the disk?" --json
    """
    from stillwatch.cli import values
    from stillwatch.cli.show.reply import Speech, show_reply
    from stillwatch.cli.terminal import work
    from stillwatch.errors import WrongUsage

    values.deadline(deadline)
    text = " ".join(question).strip()
    if not text:
        raise WrongUsage("the question is empty")
    app = door.app()
    speech = Speech(silent=as_json)
    reply = work(
        lambda progress: app.service().ask(
            text,
            use_models=not no_model,
            deadline=deadline,
            progress=speech.after(progress),
            say=speech.say,
        ),
        quiet=as_json,
    )
    show_reply(reply, speech, as_json=as_json, now=app.clock.now())
    return 0


command = Command(run=ask, arguments=arguments, of_service=True)
