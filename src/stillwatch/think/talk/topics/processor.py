"""Load and processor: how busy the host is, and with what."""

from __future__ import annotations

from stillwatch.think.talk.extremes import tell_extremes
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows, strings

QUESTIONS = {
    "en": """what was the highest load today
    show the cpu history
    what uses the cpu
    cpu usage
    cpu?
    load
    what is the load
    load average
    why is the server slow
    why is it so slow
    the host is slow
    is the cpu busy
    which process uses most cpu
    top processes
    what is eating the processor
    is the system overloaded
    how busy is the server
    how high is the load
    performance problems
    everything is sluggish
    top
    who uses all the cpu
    what is hogging the cpu
    who consumes the cpu
    what makes the machine slow
    why is the box slow""",
    "de": """was braucht die cpu
    cpu auslastung
    prozessorauslastung
    last
    wie hoch ist die last
    systemlast
    warum ist der server langsam
    wieso ist alles so langsam
    welcher prozess braucht am meisten cpu
    ist der server überlastet
    wie ausgelastet ist der server
    top prozesse
    was lastet den prozessor aus
    der server hängt
    was frisst den prozessor
    warum ist die maschine so langsam
    wer verbraucht die cpu""",
    "fr": """qu'est-ce qui utilise le processeur
    utilisation du cpu
    charge du système
    quelle est la charge
    pourquoi le serveur est lent
    le serveur est lent
    quel processus consomme le plus de cpu
    le serveur est-il surchargé
    charge moyenne
    cpu
    qui consomme le processeur
    la machine rame
    pourquoi ça rame
    qu'est-ce qui mange le cpu""",
    "es": """qué usa la cpu
    uso de cpu
    carga del sistema
    cuál es la carga
    por qué va lento el servidor
    el servidor está lento
    qué proceso usa más cpu
    está sobrecargado el servidor
    carga media
    procesador ocupado
    quién consume la cpu
    por qué va lenta la máquina
    qué se come la cpu""",
}
LOAD = Words(
    en="Load {one}, {five}, {quarter} (1, 5, 15 min) on {cores:core|cores}; the processor is {busy} busy right now.",
    de="Last {one}, {five}, {quarter} (1, 5, 15 min) auf {cores:Kern|Kernen}; der Prozessor ist gerade zu {busy} ausgelastet.",
    fr="Charge {one}, {five}, {quarter} (1, 5, 15 min) sur {cores:cœur|cœurs} ; le processeur est occupé à {busy} en ce moment.",
    es="Carga {one}, {five}, {quarter} (1, 5, 15 min) en {cores:núcleo|núcleos}; el procesador está ocupado al {busy} ahora.",
)
HIGH = Words(
    en="That is more than its cores can do at once.",
    de="Das ist mehr, als die Kerne gleichzeitig schaffen.",
    fr="C'est plus que ce que ses cœurs peuvent traiter à la fois.",
    es="Es más de lo que sus núcleos pueden a la vez.",
)
LOW = Words(
    en="That is within what its cores can do.",
    de="Das schaffen die Kerne.",
    fr="C'est dans les capacités de ses cœurs.",
    es="Está dentro de lo que sus núcleos pueden.",
)
LOAD_A_CORE = Words(
    en="the load of a core (5 min)",
    de="die Last je Kern (5 min)",
    fr="la charge par cœur (5 min)",
    es="la carga por núcleo (5 min)",
)
TOP = Words(en="Busiest now:", de="Am meisten rechnen gerade:", fr="Les plus actifs :", es="Los más ocupados:")
STUCK = Words(
    en="{count:process is|processes are} stuck in the kernel, which counts as load: {names}.",
    de="{count:Prozess hängt|Prozesse hängen} im Kernel, was als Last zählt: {names}.",
    fr="{count:processus est bloqué|processus sont bloqués} dans le noyau, ce qui compte comme charge : {names}.",
    es="{count:proceso está bloqueado|procesos están bloqueados} en el kernel, lo que cuenta como carga: {names}.",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("load")
    averages = seen.data.get("load")
    if seen.problem or not isinstance(averages, list) or len(averages) != 3:
        ask.cannot(seen.problem or "the kernel does not tell its load", "top")
        return
    cores, busy = number(seen, "cores") or 1, number(seen, "busy") or 0.0
    one, five, quarter = (f"{float(value):.2f}" for value in averages)
    ask.say(LOAD, seen, one=one, five=five, quarter=quarter, cores=f"{cores:.0f}", busy=f"{busy:.0%}")
    ask.say(HIGH if float(averages[0]) > cores else LOW, seen)
    tell_extremes(ask, "load", LOAD_A_CORE, lambda value: f"{value:.2f}")
    stuck = strings(seen, "stuck")
    if len(stuck) > 1:
        ask.say(STUCK, seen, count=len(stuck), names=", ".join(sorted(set(stuck))[:5]))
    processes = rows(seen, "processes")
    if processes:
        ask.say(TOP, seen)
    for row in processes[:6]:
        ask.row(
            f"{row['name']} (pid {row['pid']})", f"{float(row['share']):.0%}", row["unit"], subject=str(row["unit"])
        )


TOPIC = Topic(
    name="processor",
    title=Words(
        en="processor and load", de="Prozessor und Last", fr="le processeur et la charge", es="el procesador y la carga"
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("load",),
    explains=True,
    whole=True,
)
