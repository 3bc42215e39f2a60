"""How much memory is free, and what uses it."""

from __future__ import annotations

from stillwatch.records.amount import size
from stillwatch.think.talk.extremes import tell_extremes
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows

QUESTIONS = {
    "en": """which process uses most memory
    what was the lowest free memory today
    how much memory is free
    how much ram is used
    mem?
    memory
    ram usage
    memory usage
    what uses the memory
    who eats all the ram
    which process uses most memory
    is there enough memory
    are we out of memory
    top memory consumers
    memory hog
    how much ram is left
    free memory
    is the memory full
    how much memory does nginx use
    memory of nginx
    how full is the ram
    what is eating the ram
    who consumes the memory
    what is hogging memory
    memory consumption
    how much ram do we have left""",
    "de": """wie viel speicher ist frei
    wie viel arbeitsspeicher ist frei
    wie viel ram ist belegt
    ram auslastung
    speicherauslastung
    speicherverbrauch
    was verbraucht den speicher
    was braucht so viel ram
    welcher prozess braucht am meisten speicher
    ist genug speicher da
    ist der arbeitsspeicher voll
    wie voll ist der ram
    wie viel ram hat nginx belegt
    wer frisst den speicher
    was frisst ram
    ram voll
    wer verbraucht den ram""",
    "fr": """combien de mémoire est libre
    combien de mémoire
    combien de mémoire reste-t-il
    combien de ram est utilisée
    utilisation de la mémoire
    qu'est-ce qui utilise la mémoire
    quel processus consomme le plus de mémoire
    mémoire libre
    mémoire vive
    la mémoire est-elle pleine
    mémoire utilisée par nginx
    qui mange la mémoire
    qu'est-ce qui consomme la ram
    il reste combien de mémoire""",
    "es": """cuánta memoria hay libre
    cuánta memoria queda
    cuánta ram se usa
    uso de memoria
    qué consume la memoria
    qué proceso usa más memoria
    memoria libre
    memoria ram
    está llena la memoria
    cuánta memoria usa nginx
    quién consume la ram
    qué está comiendo la memoria""",
}
FREE = Words(
    en="{available} of {total} memory are available ({used} used).",
    de="{available} von {total} Arbeitsspeicher sind verfügbar ({used} belegt).",
    fr="{available} de mémoire sur {total} sont disponibles ({used} utilisés).",
    es="Hay {available} de {total} de memoria disponibles ({used} en uso).",
)
AVAILABLE = Words(
    en="the share of memory that is available",
    de="der verfügbare Anteil des Speichers",
    fr="la part de mémoire disponible",
    es="la parte de memoria disponible",
)
TOP = Words(en="Most is used by:", de="Am meisten belegen:", fr="Les plus gros consommateurs :", es="Lo que más usa:")
MINE = Words(
    en="{unit} has at least {size} in {count} of the biggest processes.",
    de="{unit} belegt mindestens {size} in {count} der größten Prozesse.",
    fr="{unit} utilise au moins {size} dans {count} des plus gros processus.",
    es="{unit} usa al menos {size} en {count} de los mayores procesos.",
)
NOT_AMONG = Words(
    en="Of {unit} no process stands among the fifteen that use most.",
    de="Von {unit} steht kein Prozess unter den fünfzehn größten.",
    fr="Aucun processus de {unit} ne figure parmi les quinze plus gros.",
    es="Ningún proceso de {unit} está entre los quince mayores.",
)


async def answer(ask: Asking) -> None:
    machine, seen = await ask.look("hardware"), await ask.look("memory")
    share, total = number(seen, "memory-available"), number(machine, "memory")
    if seen.problem or share is None or not total:
        ask.cannot(seen.problem or "the kernel does not tell", "free -h")
        return
    used = f"{1 - share:.0%}"
    ask.say(FREE, seen, machine, available=size(share * total), total=size(total), used=used)
    tell_extremes(ask, "memory-available", AVAILABLE, lambda value: f"{value:.0%}")
    top = await ask.look("process_list", sort="memory", arguments=False)
    processes = rows(top, "processes")
    for unit in ask.named.units[:3] if not top.problem else ():
        mine = [row for row in processes if row["unit"] == unit]
        whole = size(sum(float(row["memory"]) for row in mine))
        ask.say(MINE if mine else NOT_AMONG, top, unit=unit, size=whole, count=len(mine))
    if processes:
        ask.say(TOP, top)
    for row in processes[:6]:
        ask.row(f"{row['name']} (pid {row['pid']})", size(float(row["memory"])), row["unit"], subject=str(row["unit"]))


TOPIC = Topic(
    name="memory",
    title=Words(en="memory", de="Arbeitsspeicher", fr="la mémoire", es="la memoria"),
    questions=QUESTIONS,
    answer=answer,
    looks=("hardware", "memory", "process_list"),
)
