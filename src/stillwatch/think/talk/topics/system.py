"""Operating system, kernel, name and uptime."""

from __future__ import annotations

from stillwatch.records.amount import span
from stillwatch.think.talk.topic import Asking, Topic, Words, number

QUESTIONS = {
    "en": """uptime
    how long has the server been up
    which os is this
    what kernel is running
    kernel version
    operating system
    which linux is this
    what distribution
    hostname
    what is the name of this server
    is this a virtual machine
    os version
    how long is the server running
    uname
    debian version
    is this a vm
    is this virtual or physical""",
    "de": """uptime
    wie lange läuft der server schon
    welches betriebssystem
    welcher kernel läuft
    kernelversion
    welches linux ist das
    welche distribution
    hostname
    wie heißt der server
    ist das eine virtuelle maschine
    seit wann läuft der server
    debian version
    ist das eine vm
    ist das eine virtuelle maschine""",
    "fr": """uptime
    depuis quand le serveur tourne
    quel système d'exploitation
    quel noyau tourne
    version du noyau
    quelle distribution
    nom du serveur
    est-ce une machine virtuelle
    depuis combien de temps le serveur est allumé""",
    "es": """uptime
    cuánto tiempo lleva encendido el servidor
    qué sistema operativo
    qué kernel
    versión del kernel
    qué distribución
    nombre del servidor
    es una máquina virtual
    desde cuándo está encendido el servidor""",
}
IS = Words(
    en="{name} runs {os} with kernel {kernel} ({architecture}).",
    de="{name} läuft mit {os}, Kernel {kernel} ({architecture}).",
    fr="{name} tourne sous {os}, noyau {kernel} ({architecture}).",
    es="{name} usa {os} con el kernel {kernel} ({architecture}).",
)
UP = Words(
    en="It has been up for {span}, since {at}.",
    de="Er läuft seit {at}, also {span}.",
    fr="Il tourne depuis {at}, soit {span}.",
    es="Está encendido desde {at}: {span}.",
)
VIRTUAL = Words(
    en="It is virtual ({kind}).",
    de="Er ist virtuell ({kind}).",
    fr="Il est virtuel ({kind}).",
    es="Es virtual ({kind}).",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("system")
    if seen.problem:
        ask.cannot(seen, "hostnamectl")
        return
    facts = seen.data
    ask.say(
        IS, seen, name=facts["hostname"], os=facts["os"], kernel=facts["kernel"], architecture=facts["architecture"]
    )
    ask.say(
        UP, seen, span=span(number(seen, "uptime") or 0.0, ask.language), at=ask.when(number(seen, "booted") or 0.0)
    )
    if facts.get("virtual"):
        ask.say(VIRTUAL, seen, kind=facts["virtual"])


TOPIC = Topic(
    name="system",
    title=Words(
        en="system, kernel and uptime",
        de="System, Kernel und Laufzeit",
        fr="le système, le noyau et la durée",
        es="el sistema, el kernel y el tiempo",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("system",),
)
