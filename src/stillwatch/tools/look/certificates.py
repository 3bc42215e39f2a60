"""TLS certificates: those that web servers' configuration names or services on this host show, and when they end."""

from __future__ import annotations

import asyncio
import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

CONFIGURED = (
    "/etc/nginx/*.conf", "/etc/nginx/sites-enabled/*", "/etc/nginx/conf.d/*", "/etc/apache2/sites-enabled/*",
    "/etc/httpd/conf.d/*.conf", "/etc/postfix/main.cf", "/etc/dovecot/conf.d/10-ssl.conf", "/etc/haproxy/haproxy.cfg",
)  # fmt: skip
_NAMED = re.compile(
    r"^\s*(?:ssl_certificate|SSLCertificateFile|smtpd_tls_cert_file\s*=|ssl_cert\s*=\s*<?)\s*\"?(/[^\s;\"]+)", re.M
)
STORES = ("/etc/letsencrypt/live/*/fullchain.pem", "/etc/ssl/private/*.crt", "/etc/ssl/certs/ssl-cert-snakeoil.pem")
TLS_PORTS = (443, 8443, 465, 993, 995, 636)


class Arguments(Tool, frozen=True):
    """TLS certificates: those that web servers' configuration names or services here show, and when they end."""

    async def look(self, reader: HostReader) -> Look:
        named = [path for pattern in CONFIGURED for file in reader.paths(pattern) for path in _in(reader, file)]
        named += [f"/{path.relative_to(reader.root)}" for pattern in STORES for path in reader.paths(pattern)]
        rows = [await asyncio.to_thread(_of_file, reader, path) for path in dict.fromkeys(named[:60])]
        rows += await _shown()
        for row in rows:
            if "ends" in row:
                row["days"] = round((row["ends"] - reader.clock.now()) / 86_400, 1)
        unreadable = [row["place"] for row in rows if "ends" not in row]
        known = sorted((row for row in rows if "ends" in row), key=lambda row: float(row["ends"]))
        lines = [f"{row['place']} {', '.join(row['names'][:4])}: ends in {row['days']} days" for row in known]
        lines += [f"{place} may not be read" for place in unreadable]
        return Look("\n".join(lines) or "no certificate is configured or shown here", {
            "certificates": known, "unreadable": unreadable,
        })  # fmt: skip


def _in(reader: HostReader, file: Path) -> list[str]:
    try:
        return _NAMED.findall(reader.text(str(file.relative_to(reader.root))))
    except OSError:
        return []


def _of_file(reader: HostReader, path: str) -> dict[str, Any]:
    from cryptography import x509

    try:
        text = reader.text(path)
        return {"place": path, **facts(x509.load_pem_x509_certificate(text.encode()))}
    except (OSError, ValueError):
        return {"place": path}


def facts(certificate: Certificate) -> dict[str, Any]:
    """Names and end of a certificate."""
    from cryptography import x509

    try:
        more = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [str(name) for name in more.get_values_for_type(x509.DNSName)]
    except x509.ExtensionNotFound:
        names = []
    subject = [str(part.value) for part in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    ends = certificate.not_valid_after_utc
    return {
        "names": names or subject,
        "ends": ends.timestamp(),
        "self_signed": certificate.issuer == certificate.subject,
    }


async def _shown() -> list[dict[str, Any]]:
    """What services on this host's own ports show to whoever connects."""
    listening = {
        one.laddr.port
        for one in await in_thread(lambda: psutil.net_connections("tcp"))
        if one.status == psutil.CONN_LISTEN and one.laddr.port in TLS_PORTS
    }
    return [row for row in await asyncio.gather(*(_ask(port) for port in sorted(listening))) if row]


async def _ask(port: int) -> dict[str, Any]:
    from cryptography import x509

    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(1.5):
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=unchecked)
            shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.close()
        return {"place": f"port {port}", **facts(x509.load_der_x509_certificate(shown))}
    except (OSError, ValueError, TimeoutError, TypeError):
        return {}
