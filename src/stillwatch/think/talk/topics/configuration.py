"""What stands in a program's configuration: a file's content is never read out, so this is an honest no."""

from __future__ import annotations

from typing import Final

from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """what ssh keys are installed
    whose ssh keys are allowed
    show me the nginx config
    what is in nginx.conf
    is the nginx config valid
    is root login over ssh allowed
    is password authentication enabled in ssh
    can root log in over ssh
    is ssh login with a password possible
    can I log in as root with ssh
    what is max_connections set to
    which settings does postgresql use
    check the configuration of apache
    cat /etc/ssh/sshd_config
    what does the config file say
    is there a mistake in the nginx config
    print the settings of redis
    does sshd allow passwords
    which port is configured in the config
    which ssh keys are allowed
    show /etc/shadow
    show me the file /etc/passwd""",
    "de": """zeig mir die nginx konfiguration
    was steht in nginx.conf
    ist die nginx config gültig
    ist root login per ssh erlaubt
    ist passwort anmeldung bei ssh erlaubt
    kann sich root per ssh anmelden
    auf was steht max_connections
    prüfe die konfiguration von apache
    ist ein fehler in der nginx konfiguration
    welche einstellungen hat postgresql
    welche ssh schlüssel sind erlaubt
    zeig /etc/shadow""",
    "fr": """montre-moi la configuration de nginx
    que contient nginx.conf
    la configuration de nginx est-elle valide
    la connexion root par ssh est-elle autorisée
    root peut-il se connecter en ssh
    quels réglages utilise postgresql
    vérifie la configuration d'apache""",
    "es": """muéstrame la configuración de nginx
    qué hay en nginx.conf
    es válida la configuración de nginx
    está permitido el acceso root por ssh
    puede root entrar por ssh
    qué ajustes usa postgresql
    revisa la configuración de apache""",
}
WHY = Words(
    en="what stands in configuration files is not read out, since passwords stand there, too",
    de="was in Konfigurationsdateien steht, wird nicht vorgelesen, denn dort stehen auch Passwörter",
    fr="le contenu des fichiers de configuration n'est pas lu, car il s'y trouve aussi des mots de passe",
    es="el contenido de los archivos de configuración no se lee, porque ahí hay también contraseñas",
)
TOLD_BY: Final = {
    "nginx.service": "sudo nginx -T",
    "apache2.service": "sudo apachectl -t",
    "ssh.service": "sudo sshd -T",
    "sshd.service": "sudo sshd -T",
    "postfix.service": "postconf -n",
    "dovecot.service": "doveconf -n",
    "samba.service": "testparm -s",
    "smbd.service": "testparm -s",
    "named.service": "named-checkconf -p",
    "haproxy.service": "sudo haproxy -c -f /etc/haproxy/haproxy.cfg",
}
"""By which command a program itself tells or checks its settings (its own manual page)."""


async def answer(ask: Asking) -> None:
    unit = ask.named.unit
    instead = f"sudo less {ask.named.path}" if ask.named.path else f"systemctl cat {unit}" if unit else "ls /etc"
    ask.cannot(WHY, TOLD_BY.get(unit, instead))


TOPIC = Topic(
    name="configuration",
    title=Words(
        en="what a configuration says",
        de="was in einer Konfiguration steht",
        fr="ce que dit une configuration",
        es="qué dice una configuración",
    ),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
)
