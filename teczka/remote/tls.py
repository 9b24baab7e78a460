"""Encryption to mail servers: names are verified, TLS 1.2 is the floor, and what fails becomes a sentence that names the step."""

import ssl
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID

from teczka.core.errors import Problem, Trouble
from teczka.remote.types import Server, printable

# OpenSSL's X509_V_ERR_*: the certificate is not yet, or no longer, valid.
_TIME = {9, 10}
# HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH.
_NAME = {62, 64}

# Of a certificate that cannot be read nothing is said.
_UNREADABLE = (ValueError, x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType)
LONGEST = 253  # letters of a name: as many as one in the DNS may have


@lru_cache(maxsize=64)
def _context(ca_pem: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_pem:
        context.load_verify_locations(cadata=ca_pem)
    return context


def client_context(server: Server) -> ssl.SSLContext:
    """One for all connections with the same authorities: it holds the system's certificates, a megabyte that thousands of connections
    share. `server.ca_pem` comes beside the system's; Problem(TLS_UNTRUSTED) where it is no certificate."""
    try:
        return _context(server.ca_pem)
    except (ssl.SSLError, ValueError) as error:
        raise Problem(Trouble.TLS_UNTRUSTED, host=server.host) from error


def handshake_problem(error: Exception, server: Server) -> Problem:
    """What an exception during the handshake means; silence there is a server that speaks no TLS, or nothing at all."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _TIME:
            return Problem(Trouble.TLS_EXPIRED, host=server.host)
        return Problem(Trouble.TLS_NAME if error.verify_code in _NAME else Trouble.TLS_UNTRUSTED, host=server.host)
    if isinstance(error, TimeoutError):
        return Problem(Trouble.GREETING_SILENT, host=server.host, port=server.port)
    return Problem(Trouble.TLS_FAILED, host=server.host)


def facts(tls: ssl.SSLObject | ssl.SSLSocket) -> dict[str, str | int | list[str]]:
    """What a person may want to know of an encrypted connection: version, issuer, expires (ISO 8601, UTC), names (up to five)."""
    told: dict[str, str | int | list[str]] = {"version": tls.version() or ""}
    certificate = tls.getpeercert(binary_form=True)
    try:
        return told | _described(x509.load_der_x509_certificate(certificate or b""))
    except _UNREADABLE:
        return told


def _described(certificate: x509.Certificate) -> dict[str, str | int | list[str]]:
    issuer = certificate.issuer
    named = issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME) or issuer.get_attributes_for_oid(
        NameOID.COMMON_NAME
    )
    return {
        "issuer": _shown(named[0].value) if named else "",
        "expires": certificate.not_valid_after_utc.isoformat(),
        "names": _names(certificate)[:5],
    }


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [_shown(name) for kind in (x509.DNSName, x509.IPAddress) for name in found.get_values_for_type(kind)]


def _shown(told: object) -> str:
    """On one line, printable, not long: whoever made the certificate chose the words."""
    return printable(str(told)[:LONGEST])


def unverified() -> ssl.SSLContext:
    """For looking at a certificate that was refused. Nothing may ever be said over such a connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
