from __future__ import annotations

import pytest

from stillwatch.think.talk.respond import Responded, respond
from tests.think.models import always

from .hosts import CLOCK, DATA, TypedLooks, known


async def asked(question: str, *before: str, **more: object) -> Responded:
    return await respond(question, before, known(), looks=TypedLooks(), clock=CLOCK, **more)  # type: ignore[arg-type]


async def test_facts_are_those_of_the_look_and_cite_it() -> None:
    done = await asked("how much memory is free?")
    assert "1.0 GiB of 4.0 GiB" in done.text and "[E1]" in done.text and "java (pid 7)" in done.text
    assert [one.source.partition("(")[0] for one in done.asking.evidence] == ["hardware", "memory", "process_list"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("wie viel arbeitsspeicher ist frei?", "verfügbar"),
        ("combien de mémoire ?", "disponibles"),
        ("¿cuánta ram queda?", "disponibles"),
    ],
)
async def test_the_answer_is_in_the_language_of_the_question(question: str, words: str) -> None:
    assert words in (await asked(question)).text


async def test_what_cannot_be_seen_is_said_with_the_command_that_shows_it() -> None:
    done = await asked("did the backup run?")
    assert "cannot see" in done.text and "nobody may see it here" in done.text


async def test_a_part_that_cannot_be_seen_is_told_of() -> None:
    looks = TypedLooks({name: facts for name, facts in DATA.items() if name != "process_list"})
    done = await respond("how much memory is free?", (), known(), looks=looks, clock=CLOCK)
    assert "1.0 GiB of 4.0 GiB" in done.text and "nobody may see it here" in done.text


async def test_the_state_of_a_unit_is_asked_in_words_about_the_whole_host() -> None:
    done = await asked("is postgresql healthy")
    assert done.topic is not None and done.topic.name == "unit_state"


async def test_a_count_of_the_whole_host_is_not_told_as_that_of_one_unit() -> None:
    looks = TypedLooks({"open_files": {"used": 90, "most": 1000, "processes": []}})
    done = await respond("how many files does nginx have open?", (), known(), looks=looks, clock=CLOCK)
    assert "90" in done.text and "nginx.service" in done.text
    done = await respond("how many files are open?", (), known(), looks=looks, clock=CLOCK)
    assert "90" in done.text and "nginx.service" not in done.text


async def test_a_unit_that_does_not_exist() -> None:
    assert "foobar" in (done := await asked("why is foobar down?")).text and not done.asking.evidence
    assert (await asked("is postgre running?")).understood.named.unit == "postgresql.service"


async def test_a_question_of_two_gets_both_answers() -> None:
    done = await asked("how much memory is free, and which services failed?")
    first, _, second = done.text.partition("shop.service")
    assert "1.0 GiB of 4.0 GiB" in first and second
    ids = [one.id for one in done.asking.evidence]
    assert len(set(ids)) == len(ids) and done.topic is not None and done.topic.name == "services"
    alone = await asked("which services are down and why?")
    assert alone.asking.earlier == ""


@pytest.mark.parametrize("question", ["", "   ", "asdf qwer", "tell me a joke", "!!!"])
async def test_nonsense_gets_fixed_words(question: str) -> None:
    done = await asked(question)
    assert "`help`" in done.text and not done.asking.evidence


async def test_the_second_one_is_a_row_of_the_answer_before() -> None:
    done = await asked("the second one", "which services failed?")
    assert done.understood.named.unit == "shop.service"


async def test_a_model_may_only_choose_a_topic() -> None:
    done = await asked("gimme the lowdown on bits of silicon", model=always({"topic": "hardware"}))
    assert done.topic is not None and done.topic.name == "hardware" and "2 cores" in done.text
    done = await asked("gimme the lowdown on bits of silicon", model=always({"topic": "rm -rf /"}))
    assert done.topic is None and "rm" not in done.text


async def test_something_is_to_be_seen_before_a_model_is_asked() -> None:
    seen, model = list[str](), always({"topic": "hardware"})
    await asked(
        "gimme the lowdown on bits of silicon", model=model, looking=lambda _: seen.append(str(len(model.asked)))
    )
    assert seen[0] == "0" and seen[-1] == "1"
