"""Mail that waits."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """mail queue
    how many mails are queued
    is mail stuck
    are emails being delivered
    mailq
    is mail working
    undelivered mail
    does the mail server deliver""",
    "de": """mailqueue
    wie viele mails warten
    hängen mails fest
    werden mails zugestellt
    mailwarteschlange
    funktioniert die mail
    unzugestellte mails""",
    "fr": """file d'attente des mails
    combien de mails en attente
    les mails sont-ils bloqués
    les mails partent-ils
    mails non distribués""",
    "es": """cola de correo
    cuántos correos esperan
    hay correos atascados
    se entregan los correos
    correo sin entregar""",
}
COUNT = Words(
    en="{count:message waits|messages wait} in the queue of {program}.",
    de="{count:Nachricht wartet|Nachrichten warten} in der Queue von {program}.",
    fr="{count:message attend|messages attendent} dans la file de {program}.",
    es="{count:mensaje espera|mensajes esperan} en la cola de {program}.",
)
OLDEST = Words(
    en="The oldest is of {at}.",
    de="Die älteste ist von {at}.",
    fr="Le plus ancien date de {at}.",
    es="El más antiguo es de {at}.",
)
NONE = Words(
    en="There is no mail server on this host (Postfix, Exim or sendmail).",
    de="Auf diesem Host gibt es keinen Mailserver (Postfix, Exim oder sendmail).",
    fr="Il n'y a pas de serveur de mail sur cet hôte (Postfix, Exim ou sendmail).",
    es="En este equipo no hay servidor de correo (Postfix, Exim o sendmail).",
)
IS = Words(en="{name} is {state}.", de="{name} ist {state}.", fr="{name} est {state}.", es="{name} está {state}.")
CLOSED = Words(
    en="the queue may be read by root alone",
    de="die Warteschlange darf nur root lesen",
    fr="seul root peut lire la file",
    es="solo root puede leer la cola",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("mail_queue")
    if seen.problem:
        ask.cannot(seen, "mailq")
        return
    queues, services = rows(seen, "queues"), seen.data.get("services")
    for name, state in services.items() if isinstance(services, dict) else ():
        ask.say(IS, seen, name=name, state=state)
    for program in dict.fromkeys(str(row["program"]) for row in queues):
        counts = [row["count"] for row in queues if row["program"] == program]
        if None in counts:
            ask.cannot(CLOSED, "sudo mailq")
        else:
            ask.say(COUNT, seen, count=sum(counts), program=program)
            oldest = min((row["oldest"] for row in queues if row["program"] == program and row["oldest"]), default=0)
            if oldest:
                ask.say(OLDEST, seen, at=ask.when(oldest))
    if not queues and not services:
        ask.say(NONE, seen)


TOPIC = Topic(
    name="mail_queue",
    title=Words(en="the mail queue", de="die Mailqueue", fr="la file des mails", es="la cola de correo"),
    questions=QUESTIONS,
    answer=answer,
    looks=("mail_queue",),
)
