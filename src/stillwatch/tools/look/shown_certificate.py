"""The certificate that a TLS service on a port of this machine shows to whoever connects: names, begin and end."""

from __future__ import annotations

import asyncio
import ssl
from typing import Annotated

from msgspec import Meta

from stillwatch.errors import NotReachable
from stillwatch.records.iso import iso
from stillwatch.tools.look.certificates import facts
from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """The certificate that a TLS service on a port of this machine shows to whoever connects: names, begin and end."""

    port: Annotated[int, Meta(ge=1, le=65535, description="the port")]
    name: Annotated[str, Meta(max_length=253, description="the name to ask for (SNI)")] = ""

    async def look(self, reader: HostReader) -> Look:
        from cryptography import x509

        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        try:
            async with asyncio.timeout(2.0):
                _, writer = await asyncio.open_connection(
                    "127.0.0.1", self.port, ssl=unchecked, server_hostname=self.name or None
                )
                shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
                writer.close()
            certificate = x509.load_der_x509_certificate(shown)
        except (OSError, ValueError, TypeError, TimeoutError) as error:
            raise NotReachable(f"port {self.port} shows no certificate: {error or type(error).__name__}") from error
        data = {**facts(certificate), "begins": certificate.not_valid_before_utc.timestamp()}
        text = f"port {self.port} shows a certificate for {', '.join(data['names'][:6])}"
        return Look(f"{text}, valid from {iso(data['begins'])} until {iso(data['ends'])}", data)
