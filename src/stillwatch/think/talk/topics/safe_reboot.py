"""Whether anything speaks against a restart now."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows, strings

QUESTIONS = {
    "en": """is it safe to reboot
    can I reboot now
    can I restart the server now
    safe to restart the host
    may I shut the machine down
    what happens if I reboot
    would a reboot be a problem
    is it a good time to reboot
    ok to reboot
    is now a good moment for a restart""",
    "de": """kann ich den server jetzt neu starten
    kann ich gefahrlos neu starten
    darf ich rebooten
    ist ein neustart gefahrlos möglich
    spricht etwas gegen einen neustart
    kann ich den server herunterfahren
    ist jetzt ein guter zeitpunkt für einen neustart
    ist es sicher neu zu starten""",
    "fr": """puis-je redémarrer le serveur maintenant
    est-il sûr de redémarrer
    un redémarrage poserait-il problème
    peut-on éteindre la machine
    est-ce le bon moment pour redémarrer
    puis-je redémarrer sans risque""",
    "es": """puedo reiniciar el servidor ahora
    es seguro reiniciar
    sería un problema reiniciar
    puedo apagar la máquina
    es buen momento para reiniciar
    puedo reiniciar ya""",
}
PEOPLE = Words(
    en="Logged in: {names}.", de="Angemeldet: {names}.", fr="Connectés : {names}.", es="Conectados: {names}."
)
WORK = Words(en="Under way: {names}.", de="In Arbeit: {names}.", fr="En cours : {names}.", es="En curso: {names}.")
FAILED = Words(
    en="Failed units that a restart may not mend: {names}.",
    de="Ausgefallene Units, die ein Neustart vielleicht nicht heilt: {names}.",
    fr="Unités en échec qu'un redémarrage ne réparera peut-être pas : {names}.",
    es="Unidades fallidas que un reinicio quizá no arregle: {names}.",
)
MOUNTS = Words(
    en="fstab names mounts that are not there now and may stop the start: {names}.",
    de="fstab nennt Einhängepunkte, die jetzt fehlen und den Start aufhalten können: {names}.",
    fr="fstab nomme des montages absents qui peuvent bloquer le démarrage : {names}.",
    es="fstab nombra montajes que faltan y pueden frenar el arranque: {names}.",
)
NOTHING = Words(
    en="I see nothing that speaks against it: nobody logged in, no package work, no failed unit, no missing mount.",
    de="Ich sehe nichts, was dagegen spricht: niemand angemeldet, keine Paketarbeit, keine ausgefallene Unit, kein fehlender Einhängepunkt.",
    fr="Je ne vois rien qui s'y oppose : personne de connecté, pas de travail de paquets, aucune unité en échec, aucun montage manquant.",
    es="No veo nada en contra: nadie conectado, sin trabajo de paquetes, sin unidades fallidas, sin montajes ausentes.",
)
NEVER = Words(
    en="I cannot promise that the host comes back, and I never restart it myself: sudo systemctl reboot",
    de="Dass der Host wiederkommt, kann ich nicht versprechen, und ich starte ihn nie selbst neu: sudo systemctl reboot",
    fr="Je ne peux pas promettre que l'hôte revienne, et je ne le redémarre jamais moi-même : sudo systemctl reboot",
    es="No puedo prometer que el equipo vuelva, y nunca lo reinicio yo: sudo systemctl reboot",
)


async def answer(ask: Asking) -> None:
    seen, services, mounts = await ask.look("inhibitors"), await ask.look("services"), await ask.look("mounts")
    if seen.problem:
        ask.cannot(seen, "who; systemctl list-jobs")
        return
    people = sorted({str(row["user"]) for row in rows(seen, "people")})
    work = [f"{row['name']} (pid {row['pid']})" for row in [*rows(seen, "work"), *rows(seen, "saving")]] + strings(
        seen, "moving"
    )
    found = [
        (PEOPLE, seen, people),
        (WORK, seen, work),
        (FAILED, services, strings(services, "failed")),
        (MOUNTS, mounts, strings(mounts, "missing")),
    ]
    for words, by, names in found:
        if names:
            ask.say(words, by, names=", ".join(names[:8]))
    unseen = [one.problem for one in (services, mounts) if one.problem]
    if unseen:
        ask.cannot(unseen[0], "systemctl --failed")
    elif not any(names for _, _, names in found):
        ask.say(NOTHING, seen, services, mounts)
    ask.say(NEVER)


TOPIC = Topic(
    name="safe_reboot",
    title=Words(
        en="whether it is safe to reboot",
        de="ob ein Neustart gefahrlos ist",
        fr="si un redémarrage est sûr",
        es="si es seguro reiniciar",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("inhibitors", "services", "mounts"),
)
