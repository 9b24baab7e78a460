"""Encryption to mail servers: names are verified, TLS 1.2 is the floor, and what fails becomes a sentence that names the step."""

import ssl
from functools import lru_cache

from teczka.core.errors import Problem, Trouble
from teczka.remote.types import Server

# OpenSSL's X509_V_ERR_*: the certificate is not yet, or no longer, valid.
_TIME = {9, 10}
# HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH.
_NAME = {62, 64}


@lru_cache(maxsize=64)
def _context(ca_pem: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_pem:
        context.load_verify_locations(cadata=ca_pem)
    return context


def client_context(server: Server) -> ssl.SSLContext:
    """One for all connections with the same authorities: it holds the system's certificates, a megabyte that thousands of connections
    share. `server.ca_pem` comes beside the system's."""
    try:
        return _context(server.ca_pem)
    except (ssl.SSLError, ValueError) as error:  # what was given is no certificate
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
