"""Whether the host should be restarted."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, strings

QUESTIONS = {
    "en": """does the server need a reboot
    is a reboot needed
    reboot required
    do we have to restart the machine
    pending reboot
    is a restart necessary
    reboot pending after updates
    should the server be rebooted
    do I have to reboot""",
    "de": """muss der server neu gestartet werden
    ist ein neustart nötig
    neustart erforderlich
    reboot nötig
    steht ein neustart aus
    muss ich rebooten
    muss gebootet werden
    muss die maschine neu gestartet werden""",
    "fr": """faut-il redémarrer le serveur
    un redémarrage est-il nécessaire
    redémarrage requis
    doit-on rebooter
    doit-on redémarrer
    la machine doit-elle redémarrer""",
    "es": """hay que reiniciar el servidor
    es necesario reiniciar
    reinicio pendiente
    se requiere reinicio
    hace falta un reinicio
    tengo que reiniciar""",
}
ASKED_FOR = Words(
    en="A restart is asked for{by}.",
    de="Ein Neustart wird verlangt{by}.",
    fr="Un redémarrage est demandé{by}.",
    es="Se pide un reinicio{by}.",
)
BY = Words(en=" by {names}", de=" von {names}", fr=" par {names}", es=" por {names}")
NEWER = Words(
    en="Kernel {running} runs, {newest} is installed.",
    de="Es läuft Kernel {running}, installiert ist {newest}.",
    fr="Le noyau {running} tourne, {newest} est installé.",
    es="Corre el kernel {running}; está instalado {newest}.",
)
NO = Words(
    en="Nothing asks for a restart.",
    de="Nichts verlangt einen Neustart.",
    fr="Rien ne demande de redémarrage.",
    es="Nada pide un reinicio.",
)
CONTAINER = Words(
    en="This is a container: the kernel is its host's.",
    de="Dies ist ein Container: der Kernel ist der des Wirts.",
    fr="Ceci est un conteneur : le noyau est celui de son hôte.",
    es="Esto es un contenedor: el kernel es el de su anfitrión.",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("reboot_needed")
    if seen.problem:
        ask.cannot(seen, "ls /run/reboot-required")
        return
    if seen.data.get("asked"):
        names = ", ".join(strings(seen, "packages")[:8])
        ask.say(ASKED_FOR, seen, by=BY.in_(ask.language).format(names=names) if names else "")
    if seen.data.get("newer"):
        ask.say(NEWER, seen, running=seen.data.get("running"), newest=seen.data.get("newest"))
    if not seen.data.get("asked") and not seen.data.get("newer"):
        ask.say(NO, seen)
    if seen.data.get("container"):
        ask.say(CONTAINER, seen)


TOPIC = Topic(
    name="reboot_needed",
    title=Words(
        en="whether a reboot is needed",
        de="ob ein Neustart nötig ist",
        fr="si un redémarrage est nécessaire",
        es="si hace falta reiniciar",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("reboot_needed",),
)
