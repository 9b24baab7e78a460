"""A real Postfix of its own for tests: submission on loopback, with the users and into the mailboxes of the tests' Dovecot.

Everybody at LOCAL_DOMAINS has a mailbox, but for REFUSED; there is nobody elsewhere. Runs as root alone: its master insists.
"""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.dovecot.server import HOST, Dovecot, free_ports

PROGRAM = Path("/usr/lib/postfix/sbin/master")
LOCAL_DOMAINS = ("kancelaria-lipowa.example", "a.example", "b.example")
REFUSED = {
    "nobody@a.example": "550 5.1.1 No such user here",
    "full@a.example": "552 5.2.2 Mailbox full",
    "later@a.example": "450 4.2.0 Greylisted, come again",
}
SIZE = 26_214_400

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.a.example
mydestination =
inet_interfaces = {host}
inet_protocols = ipv4
disable_dns_lookups = yes
smtpd_peername_lookup = no
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = static:all
virtual_transport = lmtp:unix:{dovecot}/postfix-lmtp
default_transport = error:5.1.2 Nobody lives there
relay_transport = error:5.1.2 Nobody lives there
message_size_limit = {size}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {dovecot}/postfix-auth
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_auth_only = yes
smtpd_tls_session_cache_database =
smtpd_recipient_restrictions = check_recipient_access inline:{{ {refused} }}, permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
"""

MASTER = """
{tls_port} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
{starttls_port} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

QUEUES = "active bounce corrupt defer deferred flush hold incoming private saved trace"


class Postfix:
    """`with Postfix(dovecot)`: submission at tls_port (TLS from the first byte) and starttls_port, with the certificate authority, the
    users and the passwords of `dovecot`."""

    def __init__(self, dovecot: Dovecot) -> None:
        if not PROGRAM.exists():
            raise RuntimeError("Postfix is not installed (Debian: postfix)")
        self.host = HOST
        self.folder = Path(tempfile.mkdtemp(prefix="pf-"))
        self.tls_port, self.starttls_port = free_ports(2)
        self.ca_pem = dovecot.ca_pem
        self._dovecot = dovecot
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._configure()
        self._process = subprocess.Popen(
            [PROGRAM, "-c", self.folder / "etc", "-d"], start_new_session=True, stderr=subprocess.DEVNULL
        )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def account_columns(self) -> dict[str, object]:
        """Of an account that sends through it. By name: at 127.0.0.1 we know Proton's Bridge, which files what was sent."""
        return {"smtp_host": "localhost", "smtp_port": self.tls_port, "smtp_security": "tls", "ca_pem": self.ca_pem}

    def log(self) -> str:
        path = self.folder / "postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _configure(self) -> None:
        owner, dropping = pwd.getpwnam("postfix"), grp.getgrnam("postdrop").gr_gid
        self.folder.chmod(0o755)
        for name, mode, group in [
            ("etc", 0o755, 0),
            ("data", 0o700, owner.pw_gid),
            *((f"queue/{queue}", 0o700, owner.pw_gid) for queue in QUEUES.split()),
            ("queue/public", 0o710, dropping),
            ("queue/maildrop", 0o730, dropping),
        ]:
            path = self.folder / name
            path.mkdir(parents=True)
            path.chmod(mode)
            os.chown(path, 0 if name == "etc" else owner.pw_uid, group)
        (self.folder / "queue" / "pid").mkdir()
        self._certificate()
        refused = ", ".join(f"{{ {address} = {answer} }}" for address, answer in REFUSED.items())
        self._write(
            "main.cf",
            MAIN.format(
                folder=self.folder,
                daemons=PROGRAM.parent,
                host=HOST,
                domains=", ".join(LOCAL_DOMAINS),
                dovecot=self._dovecot.sockets,
                size=SIZE,
                refused=refused,
            ),
        )
        ports = {"tls_port": self.tls_port, "starttls_port": self.starttls_port}
        self._write("master.cf", MASTER.format(**ports))

    def _write(self, name: str, text: str) -> None:
        """Postfix reads a fresh file again and again for two seconds: somebody might still be writing it."""
        path = self.folder / "etc" / name
        path.write_text(text)
        os.utime(path, (time.time() - 60,) * 2)

    def _certificate(self) -> None:
        issued = self._dovecot.ca.issue_cert("localhost", HOST)
        issued.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        for number, link in enumerate(issued.cert_chain_pems):
            link.write_to_path(str(self.folder / "cert.pem"), append=number > 0)

    def _wait(self, seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._process and self._process.poll() is None:
            try:
                with socket.create_connection((HOST, self.starttls_port), 5) as probe:
                    if probe.recv(4).startswith(b"220"):
                        return
            except OSError:
                time.sleep(0.01)
        log = self.log()
        self._stop()
        raise RuntimeError(f"Postfix did not start:\n{log[-4000:]}")

    def _stop(self) -> None:
        """Its master ends its children with itself."""
        if self._process:
            self._process.terminate()
            self._process.wait(20)
            self._process = None
