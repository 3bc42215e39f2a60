"""How much swap there is and what lies in it."""

from __future__ import annotations

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """how much swap is used
    is the host swapping
    swap usage
    swap
    which process uses swap
    is there swap space""",
    "de": """wie viel swap ist belegt
    swapt der server
    auslagerung
    auslagerungsspeicher
    welcher prozess nutzt swap
    gibt es swap""",
    "fr": """combien de swap est utilisé
    utilisation du swap
    le serveur swappe
    quel processus utilise le swap
    espace d'échange""",
    "es": """cuánto swap se usa
    uso de swap
    está usando swap el servidor
    memoria de intercambio
    qué proceso usa swap""",
}
USED = Words(
    en="{used} of {size} swap are used.",
    de="{used} von {size} Swap sind belegt.",
    fr="{used} de swap sur {size} sont utilisés.",
    es="Se usan {used} de {size} de swap.",
)
NONE = Words(
    en="This host has no swap.",
    de="Dieser Host hat keinen Swap.",
    fr="Cet hôte n'a pas de swap.",
    es="Este equipo no tiene swap.",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("swap")
    if seen.problem:
        ask.cannot(seen, "swapon --show")
        return
    areas = rows(seen, "areas")
    used, whole = (sum(float(row[name]) for row in areas) for name in ("used", "size"))
    ask.say(USED if areas else NONE, seen, used=size(used), size=size(whole))
    for row in rows(seen, "processes")[:8]:
        ask.row(f"{row['name']} (pid {row['pid']})", size(float(row["swap"])), row["unit"], subject=str(row["unit"]))


TOPIC = Topic(
    name="swap",
    title=Words(en="swap", de="Swap", fr="le swap", es="el swap"),
    questions=QUESTIONS,
    answer=answer,
    looks=("swap",),
    whole=True,
)
