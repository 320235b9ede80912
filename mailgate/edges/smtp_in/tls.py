"""Our own certificate: when it ends, as a client would find out."""

from __future__ import annotations

import ssl

from mailgate.errors import Temporary

PARTIAL_CHAIN = 0x80000
"""X509_V_FLAG_PARTIAL_CHAIN: trust the leaf itself, whoever signed it; we ask for its date, not for its issuer."""
EXPIRED = 10
"""X509_V_ERR_CERT_HAS_EXPIRED."""


def certificate_end(cert: str, key: str) -> float:
    """Seconds since 1970 at which the certificate in the PEM file ends; 0 when it has ended already.

    A handshake in memory, with us on both sides. Raises ``Temporary`` when certificate and key cannot be used.
    """
    try:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(cert, key)
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname = False
        client.load_verify_locations(cert)
        client.verify_flags |= ssl.VerifyFlags(PARTIAL_CHAIN)
        return _end(_shake(client, server))
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == EXPIRED:
            return 0.0
        raise Temporary(f"the certificate {cert} cannot be used: {error.verify_message}") from error
    except OSError as error:
        raise Temporary(
            f"the certificate {cert} or its key cannot be used: {error.strerror or type(error).__name__}"
        ) from error


def _shake(client: ssl.SSLContext, server: ssl.SSLContext) -> ssl.SSLObject:
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(back, there)
    theirs = server.wrap_bio(there, back, server_side=True)
    for _ in range(4):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return ours


def _end(shaken: ssl.SSLObject) -> float:
    found = shaken.getpeercert()
    return float(ssl.cert_time_to_seconds(str(found["notAfter"]))) if found else 0.0
