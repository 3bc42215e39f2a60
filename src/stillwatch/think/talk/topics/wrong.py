"""What is wrong with the host: the open incidents, and what could not be read."""

from __future__ import annotations

from stillwatch.records.trigger import Severity
from stillwatch.think.talk.answer import sentence
from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """all quiet
    anything new
    is this server ready for production
    what should I do
    what should I look at first
    what needs my attention
    what is wrong
    what's wrong with this server
    is everything ok
    is everything all right
    any problems
    any issues right now
    how is the server doing
    how are things
    is the host healthy
    health check
    overall status
    status
    what needs my attention
    what should I look at
    is anything broken
    is anything down
    anything wrong
    are there incidents
    list incidents
    show me the alerts
    open alarms
    what are the problems
    is there anything I should worry about
    give me a summary
    how is the system
    something is broken
    what is broken
    anything failing
    is the server ok
    how's it going with the machine
    do I need to know anything
    is the box ok
    is the machine ok
    what is broken right now
    any trouble
    is something up with the host
    what is down
    anything to report
    hows everything
    are there any alerts""",
    "de": """alles ruhig
    gibt es was neues
    was soll ich tun
    was ist los
    was stimmt nicht
    was ist kaputt
    ist alles in ordnung
    ist alles ok
    alles gut
    gibt es probleme
    gibt es störungen
    wie geht es dem server
    ist der server gesund
    zustand des servers
    gesamtstatus
    was braucht meine aufmerksamkeit
    gibt es vorfälle
    zeige die vorfälle
    offene alarme
    welche probleme gibt es
    muss ich mir sorgen machen
    läuft alles
    was ist mit dem server los
    irgendwelche fehler auf dem server
    zusammenfassung
    wie läuft der server
    ist die maschine ok
    stimmt was nicht
    gibt es alarme
    was ist gerade kaputt
    ist etwas ausgefallen
    irgendwelche vorkommnisse
    welche vorfälle sind offen""",
    "fr": """tout est calme
    quoi de neuf
    que dois-je faire
    qu'est-ce qui ne va pas
    qu'est-ce qui cloche
    tout va bien
    est-ce que tout va bien
    y a-t-il des problèmes
    des problèmes
    comment va le serveur
    état du serveur
    état général
    le serveur est-il en bonne santé
    y a-t-il des incidents
    liste des incidents
    montre les alertes
    qu'est-ce qui est en panne
    quelque chose est cassé
    résumé de la situation
    dois-je m'inquiéter
    y a-t-il un souci
    un souci
    la machine va bien
    y a-t-il des alertes
    quelque chose ne marche pas
    quels incidents sont ouverts""",
    "es": """todo tranquilo
    alguna novedad
    qué debo hacer
    qué pasa
    qué está mal
    está todo bien
    todo bien
    hay problemas
    hay algún problema
    cómo está el servidor
    estado del servidor
    estado general
    hay incidentes
    muestra las alertas
    qué está roto
    qué falla
    resumen de la situación
    debo preocuparme
    hay alertas
    va todo bien
    algo va mal
    qué problemas hay
    está bien la máquina
    qué incidentes están abiertos""",
}
FINE = Words(
    en="I see no open incident on this host.",
    de="Ich sehe auf diesem Host keinen offenen Vorfall.",
    fr="Je ne vois aucun incident ouvert sur cet hôte.",
    es="No veo ningún incidente abierto en este equipo.",
)
UNREAD = Words(
    en="Not everything could be read ({what}), so I cannot say that all is well.",
    de="Nicht alles konnte gelesen werden ({what}), daher kann ich nicht sagen, dass alles in Ordnung ist.",
    fr="Tout n'a pas pu être lu ({what}) ; je ne peux donc pas dire que tout va bien.",
    es="No se pudo leer todo ({what}), así que no puedo decir que todo esté bien.",
)
COUNT = Words(
    en="{count:incident is|incidents are} open, the worst first:",
    de="Es gibt {count:offenen Vorfall|offene Vorfälle}, der schlimmste zuerst:",
    fr="Il y a {count:incident ouvert|incidents ouverts}, le plus grave d'abord :",
    es="Hay {count:incidente abierto|incidentes abiertos}, el más grave primero:",
)
MUTED = Words(
    en="Attention, muted: {what}.",
    de="Achtung, stummgeschaltet: {what}.",
    fr="Attention, en sourdine : {what}.",
    es="Atención, silenciado: {what}.",
)
NOTHING = Words(en="nothing yet", de="noch nichts", fr="rien encore", es="todavía nada")
MOST = 6


async def answer(ask: Asking) -> None:
    incidents = sorted(
        (one for one in ask.known.incidents if one.severity > Severity.info), key=lambda one: -one.severity
    )
    loud = [one for one in incidents if one.state != "muted"]
    if len(loud) > 1:
        ask.say(COUNT, count=len(loud))
    for one in loud[:MOST]:
        text = sentence(one, ask.language)
        if len(loud) > 1:
            ask.table.append((f"{one.id}: {text}",))
            ask.subjects.append(one.subject)
        else:
            ask.sentences.append(text)
    for one in incidents:
        if one.state == "muted":
            ask.say(MUTED, what=f"{one.id}, {one.subject}: {one.summary}")
    unread = [f"{one.name}: {one.problem or NOTHING.in_(ask.language)}" for one in ask.known.sources if not one.read]
    if unread or not ask.known.sources:
        ask.say(UNREAD, what="; ".join(unread) or NOTHING.in_(ask.language))
    elif not incidents:
        ask.say(FINE)


TOPIC = Topic(
    name="wrong",
    title=Words(en="what is wrong", de="was nicht stimmt", fr="ce qui ne va pas", es="qué está mal"),
    questions=QUESTIONS,
    answer=answer,
    explains=True,
)
