"""How warm the host is."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """how hot is the cpu
    temperature
    is the server overheating
    how warm is it
    what temperature does the processor have
    sensors
    is it too hot
    fan and temperature
    temps
    cpu temps
    is the machine hot""",
    "de": """wie heiß ist die cpu
    temperatur
    überhitzt der server
    wie warm ist der server
    welche temperatur hat der prozessor
    ist es zu heiß
    ist die maschine heiß""",
    "fr": """quelle est la température
    température du processeur
    le serveur surchauffe-t-il
    fait-il trop chaud
    est-ce que ça chauffe
    la machine est-elle chaude""",
    "es": """qué temperatura tiene la cpu
    temperatura
    se está sobrecalentando el servidor
    está demasiado caliente
    temperatura del procesador
    está caliente la máquina""",
}
HOTTEST = Words(
    en="The warmest sensor is {name} with {degrees} °C.",
    de="Der wärmste Fühler ist {name} mit {degrees} °C.",
    fr="Le capteur le plus chaud est {name} avec {degrees} °C.",
    es="El sensor más caliente es {name} con {degrees} °C.",
)
NO_SENSOR = Words(
    en="no temperature sensor shows itself here (virtual machines and containers have none)",
    de="hier zeigt sich kein Temperatursensor (virtuelle Maschinen und Container haben keinen)",
    fr="aucun capteur de température ne se montre ici (les machines virtuelles et conteneurs n'en ont pas)",
    es="aquí no se muestra ningún sensor de temperatura (máquinas virtuales y contenedores no tienen)",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("temperatures")
    found = sorted(rows(seen, "sensors"), key=lambda row: -float(row["celsius"]))
    if not found:
        ask.cannot(seen.problem or NO_SENSOR, "sensors")
        return
    ask.say(
        HOTTEST,
        seen,
        name=f"{found[0]['sensor']} {found[0]['label']}".strip(),
        degrees=f"{float(found[0]['celsius']):.0f}",
    )
    for row in found[1:]:
        ask.row(f"{row['sensor']} {row['label']}".strip(), f"{float(row['celsius']):.0f} °C")


TOPIC = Topic(
    name="temperature",
    title=Words(en="temperature", de="Temperatur", fr="la température", es="la temperatura"),
    questions=QUESTIONS,
    answer=answer,
    looks=("temperatures",),
    whole=True,
)
