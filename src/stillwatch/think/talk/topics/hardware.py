"""Machine, processor and memory."""

from __future__ import annotations

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, number

QUESTIONS = {
    "en": """what hardware is this
    how many cores
    which cpu is this
    how many cpus does it have
    what machine is this
    hardware
    how much ram is installed
    how much memory does the machine have in total
    processor model
    specs
    what kind of machine is it""",
    "de": """welche hardware ist das
    wie viele kerne
    welche cpu ist verbaut
    welcher prozessor
    wie viel ram ist eingebaut
    hardware
    was für eine maschine ist das
    was für ein rechner ist das""",
    "fr": """quel matériel
    combien de cœurs
    quel processeur
    combien de ram est installée
    matériel du serveur
    caractéristiques de la machine
    combien de processeurs a la machine
    quel genre de machine est-ce""",
    "es": """qué hardware tiene
    cuántos núcleos
    qué procesador tiene
    cuánta ram tiene instalada
    características de la máquina
    hardware
    qué máquina es esta
    cuántos procesadores tiene""",
}
HAS = Words(
    en="It has {cores:core|cores} ({processor}) and {memory} memory.",
    de="Er hat {cores:Kern|Kerne} ({processor}) und {memory} Arbeitsspeicher.",
    fr="Il a {cores:cœur|cœurs} ({processor}) et {memory} de mémoire.",
    es="Tiene {cores:núcleo|núcleos} ({processor}) y {memory} de memoria.",
)
MACHINE = Words(
    en="The machine calls itself {machine}.",
    de="Die Maschine nennt sich {machine}.",
    fr="La machine s'appelle {machine}.",
    es="La máquina se llama {machine}.",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("hardware")
    if seen.problem:
        ask.cannot(seen, "lscpu; free -h")
        return
    ask.say(
        HAS,
        seen,
        cores=seen.data["cores"],
        processor=seen.data["processor"] or "?",
        memory=size(number(seen, "memory") or 0.0),
    )
    if seen.data.get("machine"):
        ask.say(MACHINE, seen, machine=seen.data["machine"])


TOPIC = Topic(
    name="hardware",
    title=Words(en="hardware", de="Hardware", fr="le matériel", es="el hardware"),
    questions=QUESTIONS,
    answer=answer,
    looks=("hardware",),
)
