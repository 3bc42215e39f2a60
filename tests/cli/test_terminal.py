"""Paper: plain where nobody looks, wrapped and coloured where somebody does; on a real terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.cli.terminal import coloured, line, wrapped
from stillwatch.untrusted.for_terminal import harmless, one_line

PAGE = (
    "from stillwatch.cli.terminal import line, put\n"
    "put([line(('red words', 'red'), ' and ' + 'plain ' * 40, indent=2, hang=6)])"
)


def on_a_terminal(code: str, columns: int = 60, until: str = "", **environment: str) -> str:
    """What a program writes to a pseudo-terminal of that width. Its input ends once it has written `until`."""
    leader, follower = pty.openpty()
    inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=follower,
        stderr=follower,
        env={**inherited, "TERM": "xterm-256color", "COLUMNS": str(columns), **environment},
    )
    os.close(follower)
    assert child.stdin is not None
    said = b""
    try:
        if not until:
            child.stdin.close()
        while chunk := os.read(leader, 65536):
            said += chunk
            if until.encode() in said:
                child.stdin.close()
    except OSError:
        pass  # the terminal closes with its last user
    assert child.wait(timeout=30) == 0
    os.close(leader)
    return said.decode()


def test_a_terminal_gets_colour_and_wrapping() -> None:
    said = on_a_terminal(PAGE)
    assert "\x1b[31mred words" in said
    rows = said.replace("\x1b[31m", "").replace("\x1b[0m", "").splitlines()
    assert all(len(row) <= 60 for row in rows)
    assert all(row.startswith("      plain") for row in rows[1:])


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color_and_a_dumb_terminal_get_no_escapes(environment: dict[str, str]) -> None:
    said = on_a_terminal(PAGE, **environment)
    assert "\x1b" not in said
    assert all(len(row) <= 60 for row in said.splitlines())


def test_a_pipe_gets_whole_lines() -> None:
    done = subprocess.run([sys.executable, "-c", PAGE], capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    assert "\x1b" not in done.stdout


@pytest.mark.process
def test_progress_shows_on_a_terminal_alone() -> None:
    code = (
        "import sys, threading; from stillwatch.cli.terminal import ProgressLine\n"
        "with ProgressLine(wanted={}) as tell:\n"
        " tell('[red]reading[/red] the journal\\x1b[2J'); sys.stdin.read()\n"
        " tell.stop(); tell('late')\n"
        " [thread.join(20) for thread in threading.enumerate()[1:]]; print(threading.active_count(), 'thread')\n"
        "print('done')"
    )
    shown = "[red]reading[/red] the journal[2J"
    assert on_a_terminal(code.format(True), until=shown).endswith("1 thread\r\ndone\r\n")
    assert on_a_terminal(code.format(False)) == "1 thread\r\ndone\r\n"
    command = [sys.executable, "-c", code.format(True)]
    piped = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert (piped.stdout, piped.stderr) == ("1 thread\ndone\n", "")


def test_wide_characters_count_twice() -> None:
    rows = coloured([line("漢字" * 40)], 40).splitlines()
    assert all(len(row) <= 20 for row in rows)


@given(st.text(max_size=300), st.integers(40, 120))
def test_markup_and_width_hold_for_any_text(text: str, width: int) -> None:
    clean = one_line(text)
    for page in (wrapped([line(clean, indent=2, hang=4)], width), coloured([line((clean, "bold"))], width)):
        body = page.replace("\x1b[1m", "").replace("\x1b[0m", "")
        assert "\x1b" not in body
        assert "".join(body.split()) == "".join(clean.split())


@given(st.text(max_size=500), st.integers(2, 100))
def test_one_line_is_one_printable_line(text: str, limit: int) -> None:
    clean = one_line(text, limit)
    assert len(clean) <= limit
    assert clean.isprintable()


@given(st.text(max_size=300))
def test_harmless_keeps_only_line_breaks(text: str) -> None:
    assert all(character == "\n" or character.isprintable() for character in harmless(text))
