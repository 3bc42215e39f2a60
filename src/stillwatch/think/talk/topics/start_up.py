"""How long the start took."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, number

QUESTIONS = {
    "en": """how long did the boot take
    boot time duration
    why does booting take so long
    startup time
    systemd-analyze""",
    "de": """wie lange hat der start gedauert
    wie lange dauert das booten
    bootzeit
    startdauer""",
    "fr": """combien de temps a pris le démarrage
    durée du démarrage
    temps de boot""",
    "es": """cuánto tardó el arranque
    tiempo de arranque
    duración del arranque""",
}
TOOK = Words(
    en="The last start took {seconds} s in user space.",
    de="Der letzte Start dauerte {seconds} s im Userspace.",
    fr="Le dernier démarrage a pris {seconds} s en espace utilisateur.",
    es="El último arranque tardó {seconds} s en espacio de usuario.",
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
