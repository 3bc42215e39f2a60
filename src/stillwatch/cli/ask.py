"""`stillwatch ask`: one question, one answer with its evidence."""

from __future__ import annotations

from typing import Annotated

import typer

from stillwatch.cli.everywhere import door
from stillwatch.cli.flags import AsJson


def command(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    no_model: Annotated[bool, typer.Option("--no-model", help="Answer from the rules alone.")] = False,
    deadline: Annotated[float, typer.Option(metavar="SECONDS", help="By when it has to be answered.")] = 120,
    as_json: AsJson = False,
) -> int:
    """Looks, never changes anything. Every claim points to what was seen, as [E1].

    \b
    Examples:
      stillwatch ask "why is nginx down?"
      stillwatch ask "what fills the disk?" --json
    """
    from stillwatch.cli import values
    from stillwatch.cli.show_reply import Speech, show_reply
    from stillwatch.cli.work import work
    from stillwatch.errors import WrongUsage

    values.deadline(deadline)
    if not question.strip():
        raise WrongUsage("the question is empty")
    app = door.app()
    speech = Speech(silent=as_json)
    reply = work(
        lambda progress: app.service().ask(
            question,
            use_models=not no_model,
            deadline=deadline,
            progress=speech.until_it_speaks(progress),
            say=speech.say,
        ),
        quiet=as_json,
    )
    show_reply(reply, speech, as_json=as_json, now=app.clock.now())
    return 0
