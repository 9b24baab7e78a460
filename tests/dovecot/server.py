"""A real Dovecot of its own for tests and benchmarks: free loopback ports, its own certificate authority, fresh users on demand.

Importable without pytest. Works as root (mail then belongs to an unprivileged user) and as an ordinary user. The oracle is `mailbox.py`.
"""

import grp
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

from tests.dovecot.mailbox import PASSWORD, Mailbox

HOST = "127.0.0.1"
PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
PARTS = Path("/usr/lib/dovecot")  # Debian packages each protocol by itself

# The auth penalty would delay every login after a refused one by up to 15 s (anvil); on one loopback address that is all of them.
CONFIGURATION = """
base_dir = {run}
state_dir = {run}
log_path = {folder}/dovecot.log
listen = 127.0.0.1
protocols = imap{others}
ssl = {ssl}
{certificates}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login{token_mechanisms}
mail_location = maildir:~/Maildir
mail_fsync = never
maildir_very_dirty_syncs = yes
mail_max_userip_connections = 5000
imap_idle_notify_interval = 29 mins
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
{token_passdb}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mail}/%u allow_all_users=yes
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  client_limit = 4000
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3_port}
  }}
  inet_listener pop3s {{
    port = {pop3s_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 2000
}}
service stats {{
  chroot =
}}
service auth {{
  unix_listener postfix-auth {{
    mode = 0666
  }}
}}
{lmtp}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Kosz {{
    auto = subscribe
    special_use = \\Trash
  }}
  mailbox Archiwum {{
    special_use = \\Archive
  }}
}}
"""

LMTP = """
postmaster_address = postmaster@localhost
service lmtp {
  unix_listener postfix-lmtp {
    mode = 0666
  }
}
"""

TOKEN_PASSDB = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf.ext
}}
"""

# Whether a token is good, and whose it is, only the identity provider knows (RFC 7662). One scope is all that 2.3 can ask for.
INTROSPECTION = """
introspection_mode = post
introspection_url = {url}
force_introspection = yes
username_attribute = username
username_format = %Lu
active_attribute = active
active_value = true
scope = {scope}
timeout_msecs = 3000
"""


class Dovecot:
    """`with Dovecot() as dovecot:` a running server; `add_user` gives a mailbox of its own with the password `password`.

    tls_port speaks TLS from the first byte, plain_port offers STARTTLS and, with loopback's blessing, no encryption at all.
    `introspection`: where it asks about access tokens, and the scope that these must have; then XOAUTH2 and OAUTHBEARER are offered.
    """

    def __init__(
        self,
        names: tuple[str, ...] = ("localhost", HOST),
        *,
        introspection: tuple[str, str] | None = None,
        password: str = PASSWORD,
    ) -> None:
        if PROGRAM is None:
            raise RuntimeError("Dovecot is not installed (Debian: dovecot-imapd)")
        self.ca = trustme.CA()
        self.ca_pem = self.ca.cert_pem.bytes().decode("ascii")
        self.host = HOST
        self.plain_port, self.tls_port, self.pop3_port, self.pop3s_port = free_ports(4)
        self.folder = Path(tempfile.mkdtemp(prefix="dv-"))
        self._names = names
        self._introspection = introspection
        self.password = password
        self._users = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Also after `stop`: the mail and the ports stay the same."""
        if not (self.folder / "dovecot.conf").exists():
            self._configure()
        assert PROGRAM is not None
        self._process = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")], start_new_session=True
        )
        self._wait()

    def stop(self) -> None:
        """Connections are cut. The master would wait ten seconds for clients behind TLS; its group is killed soon."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(0.3)
            except subprocess.TimeoutExpired:
                self._kill()
            self._process = None

    def _kill(self) -> None:
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)
            self._process = None

    def kill_connections(self) -> None:
        """Cut every open session, as a server that restarts does."""
        self.stop()
        self.start()

    def add_user(self, name: str = "") -> Mailbox:
        """A user with an empty mailbox; without a name one is made up. Any name works, every password but ours is refused."""
        self._users += 1
        name = name or f"user{self._users}"
        return Mailbox(
            name, self.password, self.host, self.plain_port, self.folder / "mail" / name / "Maildir", self._owner()
        )

    @property
    def sockets(self) -> Path:
        """`postfix-auth` and `postfix-lmtp`: for a mail transfer agent that signs its people in and delivers to them."""
        return self.folder / "run"

    def client_tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        return context

    def log(self) -> str:
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _owner(self) -> tuple[int, int]:
        if os.getuid():
            return os.getuid(), os.getgid()
        mail = pwd.getpwnam("mail")
        return mail.pw_uid, mail.pw_gid

    def _configure(self) -> None:
        uid, gid = self._owner()
        mail = self.folder / "mail"
        mail.mkdir()
        if os.getuid() == 0:
            self.folder.chmod(0o755)
            os.chown(mail, uid, gid)
            users = {"internal": "dovecot", "login": "dovenull", "group": "dovecot"}
        else:
            me = pwd.getpwuid(uid).pw_name
            users = {"internal": me, "login": me, "group": grp.getgrgid(gid).gr_name}
        text = CONFIGURATION.format(
            run=self.folder / "run",
            folder=self.folder,
            mail=mail,
            password=self.password,
            uid=uid,
            gid=gid,
            plain_port=self.plain_port,
            tls_port=self.tls_port,
            pop3_port=self.pop3_port,
            pop3s_port=self.pop3s_port,
            others="".join(f" {other}" for other in ("pop3", "lmtp") if (PARTS / other).exists()),
            lmtp=LMTP if (PARTS / "lmtp").exists() else "",
            ssl="yes",
            certificates=self._certificates(),
            token_mechanisms=" xoauth2 oauthbearer" if self._introspection else "",
            token_passdb=self._token_passdb(),
            **users,
        )
        (self.folder / "dovecot.conf").write_text(text)

    def _token_passdb(self) -> str:
        if not self._introspection:
            return ""
        url, scope = self._introspection
        (self.folder / "oauth2.conf.ext").write_text(INTROSPECTION.format(url=url, scope=scope))
        return TOKEN_PASSDB.format(folder=self.folder)

    def _certificates(self) -> str:
        issued = self.ca.issue_cert(*self._names)
        issued.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        for number, link in enumerate(issued.cert_chain_pems):
            link.write_to_path(str(self.folder / "cert.pem"), append=number > 0)
        return f"ssl_cert = <{self.folder}/cert.pem\nssl_key = <{self.folder}/key.pem"

    def _wait(self, seconds: float = 20.0) -> None:
        """Until a greeting arrives: an accepted connection alone only proves that the master process listens."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            try:
                with socket.create_connection((self.host, self.plain_port), 5) as probe:
                    if probe.recv(4).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.01)
        self.stop()
        raise RuntimeError(f"Dovecot did not start:\n{self.log()[-4000:]}")


def free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    try:
        for holder in held:
            holder.bind((HOST, 0))
        return [int(holder.getsockname()[1]) for holder in held]
    finally:
        for holder in held:
            holder.close()
