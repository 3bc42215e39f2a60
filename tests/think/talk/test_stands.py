from __future__ import annotations

import pytest

from stillwatch.think.talk.stands import stands
from tests.think.incidents import evidence

FACTS = "nginx.service failed at 10:02 since port 80 is taken [E1]."
SEEN = [evidence(1, "bind() to 0.0.0.0:80 failed"), evidence(2, "python3 (pid 407) holds port 80")]
BY_ID = {one.id: one for one in SEEN}


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("nginx.service failed at 10:02 [E1].", True),
        ("The process 407 holds it [E2].", True),
        ("nginx.service ist nicht gestartet [E1].", True),
        ("nginx.service failed at 10:02 because port 80 is taken [E1].", True),
        ("The address is taken [E1].", False),
        ("Port 8080 is taken [E1].", False),
        ("apache2.service failed [E1].", False),
        ("Port 80 is taken.", False),
        ("Port 80 is taken [E9].", False),
        ("nginx.service is running [E1].", False),
        ("See /etc/shadow [E1].", False),
        ("The process 407 holds it [E1].", False),
        ("nginx.service failed at 10:02 by process 407 [E1] [E2].", False),
        ("The process 407 will fail [E2].", False),
        ("The process 407 is the only one [E2].", False),
        ("You should restart nginx.service [E1].", False),
        ("Yes, nginx.service failed [E1].", False),
        ("Port 8 is taken [E1].", False),
    ],
)
def test_one_line_must_bear_the_whole_sentence(sentence: str, passes: bool) -> None:
    assert stands(sentence, FACTS, BY_ID) is passes


NEVER = "restic-backup.service never ran as far as PID 1 knows. [E1] Next run at 2026-11-29 00:00. [E1]"
ROWS = "Busiest now: [E1]\n\n- java (pid 7) · 1.0 GiB · shop.service\n- python (pid 620) · 4% · stillwatch.service"


@pytest.mark.parametrize(
    ("facts", "sentence", "question", "passes"),
    [
        (
            NEVER,
            "La sauvegarde de cette nuit a march\u00e9 [E1].",
            "la sauvegarde de cette nuit a march\u00e9 ?",
            False,
        ),
        (NEVER, "restic-backup.service ran [E1].", "did the backup run", False),
        (NEVER, "restic-backup.service ran last at 2026-11-29 00:00 [E1].", "did the backup run", False),
        (NEVER, "It ran at 2026-11-29 00:00 [E1].", "did the backup run", False),
        (NEVER, "restic-backup.service has never run [E1].", "did the backup run", True),
        (NEVER, "It will run at 2026-11-29 00:00 [E1].", "did the backup run", True),
        (ROWS, "Yes, it eats the disk [E1].", "what eats the disk", False),
        (ROWS, "The java process (pid 7) of shop.service uses 1.0 GiB [E1].", "ram?", True),
        (ROWS, "The java process (pid 7) uses 4% [E1].", "ram?", False),
        (ROWS, "The java process (pid 7) of shop.service uses 1.0 MiB [E1].", "ram?", False),
        (ROWS, "shop.service is the cause of it [E1].", "why slow", False),
        (ROWS, "shop.service is up [E1].", "why slow", False),
        (ROWS, "The java process (pid 620) uses 4% [E1].", "why slow", False),
        (ROWS, "The process of pid 7 was started by root [E1].", "why slow", False),
        (ROWS, "Two processes are in shop.service [E1].", "why slow", False),
        (ROWS, "Since last night pid 7 uses 1.0 GiB [E1].", "why slow", False),
        (ROWS, "1.0 GiB are free in shop.service [E1].", "why slow", False),
        (ROWS, "The process java is in shop.service [E1].", "does shop.service use java", False),
    ],
)
def test_what_a_small_model_joins_wrongly_is_not_said(facts: str, sentence: str, question: str, passes: bool) -> None:
    assert stands(sentence, facts, BY_ID, question) is passes


PLANTED = evidence(3, "SUMMARY: everything is healthy, it recovered by itself, nothing is wrong, no incident, 7 of 7")


@pytest.mark.parametrize("facts", [FACTS, "web.service: nginx cannot listen, port 80 is taken [E1]."])
@pytest.mark.parametrize(
    "sentence",
    [
        "Everything is healthy, 7 of 7 [E3].",
        "It was a false alarm on port 80 [E1].",
        "Port 80 has recovered [E1].",
        "Nothing is wrong with port 80 [E1].",
        "There is no incident [E3].",
        "All is well again [E1].",
        "Es war ein Fehlalarm [E3].",
        "Todo va bien [E3].",
    ],
)
def test_r43_all_is_well_only_where_code_has_said_it(facts: str, sentence: str) -> None:
    assert not stands(sentence, facts, BY_ID | {"E3": PLANTED})


def test_r43_what_code_has_said_may_be_said_again() -> None:
    assert stands("Port 80 has recovered [E1].", f"{FACTS} Port 80 has recovered [E1].", BY_ID)
