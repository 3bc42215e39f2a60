"""How far it may go, and whether one action would be allowed."""

from __future__ import annotations

from typing import TypeVar

from stillwatch.think.talk.orders import VERBS, verb_in
from stillwatch.think.talk.topic import Asking, Topic, Words
from stillwatch.views.gate import EXPLAIN, STATUS, Verb

T = TypeVar("T")

QUESTIONS = {
    "en": """may you restart nginx
    are you allowed to restart nginx
    can you restart nginx
    would you restart nginx
    what are you allowed to do
    autonomy
    what is your autonomy level
    can you change things by yourself
    what may you do
    policy
    do you act by yourself
    would it help to restart nginx
    should I restart nginx
    is it allowed to stop nginx
    which actions are there
    are you permitted to stop nginx
    what would you do if nginx fails
    what happens when nginx crashes
    will you restart nginx when it dies
    why did you not restart nginx
    why don't you fix it yourself""",
    "de": """darfst du nginx neu starten
    kannst du nginx neu starten
    was darfst du
    autonomie
    welche autonomiestufe hast du
    handelst du selbständig
    würdest du nginx neu starten
    soll ich nginx neu starten
    welche aktionen gibt es
    was ist dir erlaubt
    bist du befugt nginx neu zu starten
    darfst du nginx stoppen
    was tust du wenn nginx ausfällt
    was passiert wenn nginx abstürzt
    warum hast du nginx nicht neu gestartet""",
    "fr": """peux-tu redémarrer nginx
    as-tu le droit de redémarrer nginx
    que peux-tu changer
    autonomie
    quel est ton niveau d'autonomie
    agis-tu tout seul
    dois-je redémarrer nginx
    quelles actions existent
    as-tu le droit d'arrêter nginx
    que fais-tu si nginx tombe en panne
    pourquoi n'as-tu pas redémarré nginx""",
    "es": """puedes reiniciar nginx
    tienes permiso para reiniciar nginx
    qué puedes cambiar
    autonomía
    cuál es tu nivel de autonomía
    actúas por tu cuenta
    debo reiniciar nginx
    qué acciones hay
    puedes parar nginx
    qué harías si falla nginx
    por qué no reiniciaste nginx""",
}
LEVEL = Words(
    en="The autonomy is {level}.",
    de="Die Autonomie ist {level}.",
    fr="L'autonomie est {level}.",
    es="La autonomía es {level}.",
)
VERDICT = {
    "allow": Words(
        en="{action} {target} would be done at once: {reason}.",
        de="{action} {target} würde sofort ausgeführt: {reason}.",
        fr="{action} {target} serait fait aussitôt : {reason}.",
        es="{action} {target} se haría enseguida: {reason}.",
    ),
    "ask": Words(
        en="{action} {target} needs your approval: {reason}.",
        de="{action} {target} braucht Ihre Freigabe: {reason}.",
        fr="{action} {target} demande votre accord : {reason}.",
        es="{action} {target} necesita su aprobación: {reason}.",
    ),
    "refuse": Words(
        en="{action} {target} is refused: {reason}.",
        de="{action} {target} wird abgelehnt: {reason}.",
        fr="{action} {target} est refusé : {reason}.",
        es="{action} {target} se rechaza: {reason}.",
    ),
}
HOW = Words(
    en="To have it proposed, write: {order}",
    de="Um es vorzuschlagen, schreiben Sie: {order}",
    fr="Pour le proposer, écrivez : {order}",
    es="Para proponerlo, escriba: {order}",
)
NEVER = Words(
    en="Only the gate changes anything, by typed actions, its policy and your approval; a chat cannot raise the autonomy.",
    de="Nur das Gate ändert etwas: mit festen Aktionen, nach seiner Richtlinie und Ihrer Freigabe; ein Chat kann die Autonomie nicht erhöhen.",
    fr="Seul le gate change quelque chose : actions typées, sa politique et votre accord ; un chat ne peut pas élever l'autonomie.",
    es="Solo el gate cambia algo: acciones fijas, su política y su aprobación; un chat no puede subir la autonomía.",
)
NO_GATE = "no gate answers"
SEE = Words(
    en="All rules: stillwatch policy check; all actions: stillwatch actions list",
    de="Alle Regeln: stillwatch policy check; alle Aktionen: stillwatch actions list",
    fr="Toutes les règles : stillwatch policy check ; toutes les actions : stillwatch actions list",
    es="Todas las reglas: stillwatch policy check; todas las acciones: stillwatch actions list",
)


async def answer(ask: Asking) -> None:
    action = VERBS.get(verb_in(ask.question) or "", "") or ("restart_unit" if ask.named.units else "")
    standing = await _gate(ask, STATUS)
    if not isinstance(standing, str):
        ask.say(LEVEL, ask.found("gate", f"autonomy {standing.level}"), level=standing.level)
    if ask.named.units and action:
        unit = ask.named.unit
        answer = await _gate(ask, EXPLAIN, action=action, target=unit)
        if isinstance(answer, str):
            ask.cannot(answer, f"stillwatch explain action {action} {unit}")
            return
        by = ask.found("gate", f"{action} {unit}: {answer.verdict}, {answer.reason}")
        ask.say(VERDICT[answer.verdict], by, action=action, target=unit, reason=answer.reason.rstrip("."))
        if answer.verdict == "ask":
            ask.say(HOW, order=f"{action.split('_')[0]} {unit.removesuffix('.service')}")
        return
    if isinstance(standing, str):
        ask.cannot(standing, "stillwatch autonomy show")
    ask.say(NEVER)
    ask.say(SEE)


async def _gate(ask: Asking, verb: Verb[T], **fields: str) -> T | str:
    return await ask.known.gate(verb, **fields) if ask.known.gate else NO_GATE


TOPIC = Topic(
    name="policy",
    title=Words(en="what I may do", de="was ich darf", fr="ce que je peux faire", es="lo que puedo hacer"),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
)
