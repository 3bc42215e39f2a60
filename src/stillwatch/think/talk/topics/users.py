"""Accounts, administrators, and what sudo was used for."""

from __future__ import annotations

from stillwatch.records.look import Seen
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows
from stillwatch.think.talk.words import COMMON_ANYWHERE, folded, words_of

QUESTIONS = {
    "en": """which users exist
    list users
    user accounts
    who has sudo rights
    who is admin
    who can become root
    which accounts can log in
    is there a user ann
    does the user ann exist
    which groups is ann in
    who is in the sudo group
    sudo
    what was run with sudo
    who used sudo
    has ann sudo rights
    sudoers
    who has root access
    what may ann run as root
    may ann use sudo without a password
    who is the user ann
    who is ann
    what is the account www-data for
    does root have a password
    which users have no password
    is the root account locked
    what is the home directory of ann
    which shell does ann use""",
    "de": """welche benutzer gibt es
    liste der benutzer
    benutzerkonten
    wer hat sudo rechte
    wer ist administrator
    wer kann root werden
    welche konten können sich anmelden
    gibt es den benutzer ann
    in welchen gruppen ist ann
    was wurde mit sudo ausgeführt
    wer hat sudo benutzt
    wer hat root rechte
    wer ist der benutzer ann
    hat root ein passwort
    ist das root konto gesperrt
    welche shell hat ann""",
    "fr": """quels utilisateurs existent
    liste des utilisateurs
    comptes utilisateurs
    qui a les droits sudo
    qui est administrateur
    qui peut devenir root
    l'utilisateur ann existe-t-il
    qu'est-ce qui a été lancé avec sudo
    qui a utilisé sudo
    qui est l'utilisateur ann
    root a-t-il un mot de passe
    quel est le shell de ann""",
    "es": """qué usuarios existen
    lista de usuarios
    cuentas de usuario
    quién tiene permisos sudo
    quién es administrador
    quién puede ser root
    existe el usuario ann
    qué se ejecutó con sudo
    quién usó sudo
    quién es el usuario ann
    tiene root contraseña
    qué shell tiene ann""",
}
CAN = Words(
    en="{count:account|accounts} can log in: {names}.",
    de="{count:Konto kann|Konten können} sich anmelden: {names}.",
    fr="{count:compte peut|comptes peuvent} se connecter : {names}.",
    es="{count:cuenta puede|cuentas pueden} iniciar sesión: {names}.",
)
ADMINS = Words(
    en="Group {group}: {names}.",
    de="Gruppe {group}: {names}.",
    fr="Groupe {group} : {names}.",
    es="Grupo {group}: {names}.",
)
NO_ADMINS = Words(
    en="Nobody is in the groups sudo, wheel or admin.",
    de="In den Gruppen sudo, wheel und admin ist niemand.",
    fr="Personne n'est dans les groupes sudo, wheel ou admin.",
    es="Nadie está en los grupos sudo, wheel o admin.",
)
ONE = Words(
    en="{name} (uid {uid}) has the shell {program} and is in: {groups}.",
    de="{name} (uid {uid}) hat die Shell {program} und ist in: {groups}.",
    fr="{name} (uid {uid}) a le shell {program} et appartient à : {groups}.",
    es="{name} (uid {uid}) tiene el shell {program} y está en: {groups}.",
)
USED = Words(
    en="{count:command was|commands were} run with sudo in the last {hours} h.",
    de="{count:Befehl wurde|Befehle wurden} in den letzten {hours} h mit sudo ausgeführt.",
    fr="{count:commande a été lancée|commandes ont été lancées} avec sudo ces {hours} dernières heures.",
    es="{count:orden ejecutada|órdenes ejecutadas} con sudo en las últimas {hours} h.",
)
MAY = Words(
    en="{who} may run {programs} as {run_as} with sudo{free}.",
    de="{who} darf mit sudo {programs} als {run_as} ausführen{free}.",
    fr="{who} peut lancer {programs} en tant que {run_as} avec sudo{free}.",
    es="{who} puede ejecutar {programs} como {run_as} con sudo{free}.",
)
FREE = Words(en=", without a password", de=", ohne Passwort", fr=", sans mot de passe", es=", sin contraseña")
EVERYTHING = Words(en="everything", de="alles", fr="tout", es="todo")
NO_RULE = Words(
    en="No rule of sudo is about {who}.",
    de="Keine sudo-Regel betrifft {who}.",
    fr="Aucune règle sudo ne concerne {who}.",
    es="Ninguna regla de sudo se refiere a {who}.",
)
NO_RULES = Words(
    en="The sudoers files have no rule.",
    de="Die sudoers-Dateien enthalten keine Regel.",
    fr="Les fichiers sudoers n'ont aucune règle.",
    es="Los archivos sudoers no tienen ninguna regla.",
)
MORE = Words(
    en="{count:line or file|lines or files} of sudoers I did not understand, so more may be granted: sudo -l -U NAME",
    de="{count:Zeile oder Datei|Zeilen oder Dateien} von sudoers habe ich nicht verstanden, es kann also mehr erlaubt sein: sudo -l -U NAME",
    fr="Je n'ai pas compris {count:ligne ou fichier|lignes ou fichiers} de sudoers, d'autres droits sont donc possibles : sudo -l -U NOM",
    es="No entendí {count:línea o archivo|líneas o archivos} de sudoers, así que puede haber más permisos: sudo -l -U NOMBRE",
)
HOME = Words(
    en="Its home is {home}; {can}.", de="Sein Heimatverzeichnis ist {home}; {can}.",
    fr="Son répertoire personnel est {home} ; {can}.", es="Su directorio personal es {home}; {can}.",
)  # fmt: skip
CAN_LOG_IN = Words(
    en="its shell lets it log in", de="die Shell lässt Anmeldungen zu", fr="son shell permet la connexion",
    es="su shell permite entrar",
)  # fmt: skip
CANNOT_LOG_IN = Words(
    en="its shell does not let it log in", de="die Shell lässt keine Anmeldung zu",
    fr="son shell ne permet pas la connexion", es="su shell no permite entrar",
)  # fmt: skip
SHADOW = Words(
    en="which accounts have a password or are locked stands in /etc/shadow, which root alone may read",
    de="welche Konten ein Passwort haben oder gesperrt sind, steht in /etc/shadow, das nur root lesen darf",
    fr="les comptes avec mot de passe ou verrouillés figurent dans /etc/shadow, que seul root peut lire",
    es="qué cuentas tienen contraseña o están bloqueadas está en /etc/shadow, que solo root puede leer",
)
PASSWORDS = (
    "password",
    "passwort",
    "kennwort",
    "mot de passe",
    "contrasen",
    "locked",
    "gesperrt",
    "verrouill",
    "bloquead",
)
RAN = (
    "ran",
    "run",
    " do ",
    " did ",
    "machte",
    "gemacht",
    "tat ",
    "fait",
    "hizo",
    "hecho",
    "used",
    "ausgeführt",
    "benutzt",
    "lancé",
    "utilisé",
    "ejecut",
    "usó",
    "commands",
    "befehle",
)
MOST_RULES = 6
MOST_TRIED = 6


async def answer(ask: Asking) -> None:
    if "sudo" in ask.question.casefold() and any(word in ask.question.casefold() for word in RAN):
        hours = round(min(max(ask.named.span.hours, 1.0), 720.0) if ask.named.span else 24.0)
        seen = await ask.look("sudo_use", hours=float(hours))
        if seen.problem:
            ask.cannot(seen, "journalctl -t sudo")
            return
        found = rows(seen, "commands")
        ask.say(USED, seen, count=seen.data.get("count"), hours=hours)
        for row in found[:10]:
            ask.row(ask.when(row["at"]), row["user"], row["command"], "DENIED" if row["denied"] else "")
        return
    text = folded(ask.question)
    if "sudo" not in text and any(word in text for word in PASSWORDS):
        ask.cannot(SHADOW, f"sudo passwd -S {ask.named.user or '-a'}")
        return
    seen = await _account(ask)
    if seen.problem:
        ask.cannot(seen, "getent passwd")
        return
    accounts = rows(seen, "accounts")
    if seen.arguments.get("user") and accounts:
        one = accounts[0]
        ask.say(
            ONE, seen, name=one["name"], uid=one["uid"], program=one["shell"], groups=", ".join(one["groups"]) or "–"
        )
        ask.say(
            HOME, seen, home=one["home"], can=(CAN_LOG_IN if one["can_log_in"] else CANNOT_LOG_IN).in_(ask.language)
        )
    else:
        ask.say(CAN, seen, count=len(accounts), names=", ".join(str(row["name"]) for row in accounts))
    admins = seen.data.get("admins")
    groups = (
        {name: people for name, people in admins.items() if name in ("sudo", "wheel", "admin")}
        if isinstance(admins, dict)
        else {}
    )
    for group, people in groups.items():
        ask.say(ADMINS, seen, group=group, names=", ".join(people))
    if not groups:
        ask.say(NO_ADMINS, seen)
    await _rules(ask)


async def _account(ask: Asking) -> Seen:
    """The account that the question names, of a service too; else all that can log in."""
    words = [word for word in words_of(ask.question) if word not in COMMON_ANYWHERE]
    for word in [ask.named.user] if ask.named.user else words[:MOST_TRIED]:
        seen = await ask.look("users", user=word)
        if seen.problem or seen.data.get("accounts"):
            return seen
    return await ask.look("users")


async def _rules(ask: Asking) -> None:
    """By the sudoers files: of the account that is named, else of all."""
    who = ask.named.user
    seen = await ask.look("sudo_rules", user=who)
    if seen.problem:
        ask.cannot(seen, f"sudo -l -U {who or 'NAME'}")
        return
    found = rows(seen, "rules")
    for row in found[:MOST_RULES]:
        programs = ", ".join(map(str, row["programs"]))
        ask.say(
            MAY,
            seen,
            who=row["who"],
            run_as=row["run_as"],
            programs=EVERYTHING.in_(ask.language) if programs == "ALL" else programs,
            free="" if row["password"] else FREE.in_(ask.language),
        )
    for row in found[MOST_RULES:]:
        ask.row(row["who"], row["run_as"], ", ".join(map(str, row["programs"])))
    if not found:
        ask.say(NO_RULE if who else NO_RULES, seen, who=who)
    if unread := number(seen, "unread"):
        ask.say(MORE, seen, count=f"{unread:.0f}")


TOPIC = Topic(
    name="users",
    title=Words(en="users and sudo", de="Benutzer und sudo", fr="les utilisateurs et sudo", es="los usuarios y sudo"),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
    looks=("users", "sudo_rules", "sudo_use"),
)
