"""What waits for a person's approval."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """what waits for approval
    pending approvals
    what do you propose
    what should be done
    what would you do
    is there anything to approve
    what can be done about it
    how do I approve
    your suggestions
    proposals
    how can I fix it
    how do I fix this
    recommendation
    is anything waiting for me
    what do you suggest
    do you need my approval""",
    "de": """was wartet auf freigabe
    offene freigaben
    was schlägst du vor
    was soll man tun
    was würdest du tun
    gibt es etwas freizugeben
    wie gebe ich frei
    vorschläge
    wie behebe ich das
    was kann man dagegen tun
    wartet etwas auf mich
    was rätst du
    was soll ich machen""",
    "fr": """qu'est-ce qui attend une approbation
    que proposes-tu
    que faut-il faire
    que ferais-tu
    y a-t-il quelque chose à approuver
    comment approuver
    propositions
    comment réparer cela
    que suggères-tu
    quelque chose m'attend""",
    "es": """qué espera aprobación
    qué propones
    qué habría que hacer
    qué harías
    hay algo que aprobar
    cómo apruebo
    propuestas
    cómo lo arreglo
    qué sugieres
    qué me recomiendas
    hay algo pendiente de mí""",
}
WAITS = Words(
    en="{id} waits for your approval: {what}.",
    de="{id} wartet auf Ihre Freigabe: {what}.",
    fr="{id} attend votre accord : {what}.",
    es="{id} espera su aprobación: {what}.",
)
HOW = Words(
    en="To approve it write `approve {id} CODE` with the six digits of your authenticator; `reject {id}` drops it.",
    de="Zum Freigeben `approve {id} CODE` mit den sechs Ziffern Ihres Authenticators schreiben; `reject {id}` verwirft es.",
    fr="Pour l'approuver, écrivez `approve {id} CODE` avec les six chiffres de votre authentificateur ; `reject {id}` l'abandonne.",
    es="Para aprobarlo escriba `approve {id} CODE` con los seis dígitos de su autenticador; `reject {id}` lo descarta.",
)
COULD = Words(
    en="For {id} ({subject}) I would propose: {what}.",
    de="Zu {id} ({subject}) würde ich vorschlagen: {what}.",
    fr="Pour {id} ({subject}) je proposerais : {what}.",
    es="Para {id} ({subject}) propondría: {what}.",
)
NOTHING = Words(
    en="Nothing waits for an approval, and I have no change to propose.",
    de="Nichts wartet auf eine Freigabe, und ich habe keine Änderung vorzuschlagen.",
    fr="Rien n'attend d'accord, et je n'ai aucun changement à proposer.",
    es="Nada espera aprobación y no tengo ningún cambio que proponer.",
)


async def answer(ask: Asking) -> None:
    incidents = [one for one in ask.known.incidents if one.proposal is not None]
    for one in incidents:
        assert one.proposal is not None
        what = f"{one.proposal.action} {one.proposal.target}"
        if one.proposal_id and one.state == "waiting":
            ask.say(WAITS, id=one.proposal_id, what=what)
            ask.say(HOW, id=one.proposal_id)
        else:
            ask.say(COULD, id=one.id, subject=one.subject, what=what)
    if not incidents:
        ask.say(NOTHING)


TOPIC = Topic(
    name="waiting",
    title=Words(
        en="what waits for approval",
        de="was auf Freigabe wartet",
        fr="ce qui attend un accord",
        es="lo que espera aprobación",
    ),
    questions=QUESTIONS,
    answer=answer,
)
