"""Containers on this host."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """which containers are running
    docker containers
    docker ps
    is docker running any containers
    list containers
    podman containers
    how many containers
    kubernetes pods
    virtual machines on this host""",
    "de": """welche container laufen
    docker container
    laufen container
    liste der container
    wie viele container
    welche docker container gibt es""",
    "fr": """quels conteneurs tournent
    conteneurs docker
    liste des conteneurs
    combien de conteneurs
    y a-t-il des conteneurs""",
    "es": """qué contenedores están corriendo
    contenedores docker
    lista de contenedores
    cuántos contenedores
    hay contenedores""",
}
COUNT = Words(
    en="{count:container has|containers have} processes here.",
    de="{count:Container hat|Container haben} hier Prozesse.",
    fr="{count:conteneur a|conteneurs ont} des processus ici.",
    es="{count:contenedor tiene|contenedores tienen} procesos aquí.",
)
ENGINE = Words(en="{name} is {state}.", de="{name} ist {state}.", fr="{name} est {state}.", es="{name} está {state}.")
NO_ENGINE = Words(
    en="No container engine is loaded here.",
    de="Hier ist keine Container-Engine geladen.",
    fr="Aucun moteur de conteneurs n'est chargé ici.",
    es="Aquí no hay ningún motor de contenedores cargado.",
)
NAMES = Words(
    en="Names, images and stopped ones only the engine tells: sudo docker ps -a",
    de="Namen, Images und gestoppte nennt nur die Engine: sudo docker ps -a",
    fr="Seul le moteur donne noms, images et conteneurs arrêtés : sudo docker ps -a",
    es="Los nombres, imágenes y detenidos solo los dice el motor: sudo docker ps -a",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("containers")
    if seen.problem:
        ask.cannot(seen, "sudo docker ps")
        return
    found, engines = rows(seen, "containers"), seen.data.get("engines")
    ask.say(COUNT, seen, count=len(found))
    for name, state in engines.items() if isinstance(engines, dict) else ():
        ask.say(ENGINE, seen, name=name, state=state)
    if engines == {}:
        ask.say(NO_ENGINE, seen)
    for row in found:
        ask.row(f"{row['engine']} {row['name']}", row["program"], row["processes"])
    if found or engines:
        ask.say(NAMES)


TOPIC = Topic(
    name="containers",
    title=Words(en="containers", de="Container", fr="les conteneurs", es="los contenedores"),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
    looks=("containers",),
)
