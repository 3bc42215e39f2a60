"""How long the start took, and what of it took longest."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows

QUESTIONS = {
    "en": """how long did the boot take
    boot time duration
    why does booting take so long
    startup time
    systemd-analyze
    systemd-analyze blame
    what takes so long at boot
    which services slow down the boot
    slowest services at startup""",
    "de": """wie lange hat der start gedauert
    wie lange dauert das booten
    bootzeit
    startdauer
    was dauert beim booten so lange
    welche dienste bremsen den start""",
    "fr": """combien de temps a pris le démarrage
    durée du démarrage
    temps de boot
    qu'est-ce qui ralentit le démarrage""",
    "es": """cuánto tardó el arranque
    tiempo de arranque
    duración del arranque
    qué retrasa el arranque""",
}
TOOK = Words(
    en="The last start took {seconds} s in user space.",
    de="Der letzte Start dauerte {seconds} s im Userspace.",
    fr="Le dernier démarrage a pris {seconds} s en espace utilisateur.",
    es="El último arranque tardó {seconds} s en espacio de usuario.",
)
LONGEST = Words(
    en="From their start until they were up these took longest:",
    de="Vom Start bis sie oben waren, brauchten am längsten:",
    fr="Du lancement à l'état actif, les plus lents :",
    es="Desde el arranque hasta estar activos, los más lentos:",
)
NOT_YET = Words(
    en="The start has not finished yet.",
    de="Der Start ist noch nicht abgeschlossen.",
    fr="Le démarrage n'est pas terminé.",
    es="El arranque no ha terminado.",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("start_up")
    if seen.problem:
        ask.cannot(seen, "systemd-analyze")
        return
    took = number(seen, "userspace")
    ask.say(NOT_YET if took is None else TOOK, seen, seconds=f"{took or 0.0:.1f}")
    if units := rows(seen, "units"):
        ask.say(LONGEST, seen)
        for row in units:
            ask.row(row["unit"], f"{float(row['seconds']):.3f} s", subject=str(row["unit"]))


TOPIC = Topic(
    name="start_up",
    title=Words(
        en="how long the start took",
        de="wie lange der Start dauerte",
        fr="la durée du démarrage",
        es="la duración del arranque",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("start_up",),
)
