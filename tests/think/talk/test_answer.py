from dataclasses import replace

from stillwatch.records.action import Proposal
from stillwatch.records.cause import Cause
from stillwatch.think.talk.answer import asked_about, cited, numbered, parted, sentence
from tests.think.incidents import evidence, incident

CAUSE = Cause(id="port-in-use", object="python3 (pid 7)", text="python3 (pid 7) holds port 80")
WEB = incident(cause=CAUSE, confidence=0.95, proposal=Proposal(action="terminate_process", target="7"))
DB = incident(id="I2", subject="db.service", summary="db.service was killed")


def test_units_are_found_by_their_whole_name() -> None:
    names = ["web.service", "web-admin.service", "b.service"]
    assert asked_about("why is web down?", names) == ["web.service"]
    assert asked_about("Why is WEB-ADMIN.service slow?", names) == ["web-admin.service"]
    assert asked_about("what is wrong?", names) == []


def test_evidence_is_numbered_through() -> None:
    incidents, everything = numbered([WEB, DB])
    assert [one.id for one in everything] == ["E1", "E2", "E3", "E4"]
    assert [one.incident for one in everything] == ["I1", "I1", "I2", "I2"]
    assert incidents[1].evidence[0].id == "E3"


def test_what_was_not_looked_into_yet_has_no_cause_to_doubt() -> None:
    said = sentence(incident(evidence=()))
    assert said.startswith("web.service failed. ") and "[" not in said and "cause" not in said


def test_the_answer_names_cause_evidence_and_proposal() -> None:
    incidents, _ = numbered([DB, WEB])
    about = incidents[1]
    text = sentence(about)
    assert "holds port 80" in text and "[E3]" in text and "terminate process 7" in text
    assert sentence(about, "de") != text and "port 80" in sentence(about, "de").lower()


def test_citations_of_nothing_are_taken_out() -> None:
    text, used = cited("It is full [E1], trust me [E9].", [evidence(1), evidence(2)])
    assert text == "It is full [E1], trust me ." and [one.id for one in used] == ["E1"]


def test_a_cause_cites_its_evidence_by_the_new_names() -> None:
    cause = Cause(id="port-in-use", object="db.service", text="db.service cannot listen (E1, E2).")
    incidents, _ = numbered([WEB, replace(DB, cause=cause), replace(DB, cause=replace(cause, text="so (E7)."))])
    second, third = incidents[1], incidents[2]
    assert second.cause is not None and third.cause is not None
    ids = [one.id for one in second.evidence][:2]
    assert parted(second.cause.text) == ("db.service cannot listen", " ".join(f"[{id}]" for id in ids))
    assert parted(third.cause.text) == ("so", ""), "what it rests on is not here"
    assert sentence(second).count(f"[{ids[0]}]") == 1
