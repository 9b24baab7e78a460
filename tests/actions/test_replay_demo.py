"""What is done to the demo's mail is done on the demo's own server."""

import ssl
from uuid import uuid4

import trustme

from teczka.actions.fetch import Fetching
from teczka.actions.folders import create_folder, remove_folder, rename_folder
from teczka.actions.secrets import seal_password
from teczka.core.accounts import Mode
from teczka.core.acts import OperationState, Verb
from teczka.remote.demo.servers import HOST
from teczka.remote.types import Security
from teczka.store.leases import Leases
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.contract.worlds import demo_servers
from tests.replayed import COLUMNS, Played, letter, ours
from tests.stored import WHEN

ANNA = "anna@kancelaria.example"


def test_acts_and_folders_reach_the_demos_server(own_database: OwnDatabase) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    pem = authority.cert_pem.bytes().decode("ascii")
    servers, server = demo_servers(Security.TLS, context, pem)
    mailbox = servers.mailboxes[ANNA]
    for number in range(5):
        servers.do(lambda number=number: mailbox.inbox.add(letter(number), WHEN))
    owner = make_cast().anna
    account = make_account(owner, host=HOST, port=server.port, username=ANNA, ca_pem=pem, mode=Mode.MANAGED)
    with as_user(owner.pk):
        seal_password(account, mailbox.password)
    leases = Leases()
    lease = leases.try_take(account.pk)
    assert lease is not None
    box = Played(owner, account, None, Fetching(account.pk, owner.pk, lease))  # type: ignore[arg-type]
    try:
        box.sync()
        create_folder(owner, uuid4(), account.public_id, "Żak & syn")
        box.act(Verb.MOVE, "Pismo 1", target="Żak & syn")
        rename_folder(owner, uuid4(), box.folder("Żak & syn").public_id, "Żak")
        box.act(Verb.STAR, "Pismo 2")
        box.act(Verb.ARCHIVE, "Pismo 3")
        box.replay()
        assert {held.name for held in mailbox.folders.values()} >= {"Żak", "INBOX"}
        remove_folder(owner, uuid4(), box.folder("Żak").public_id)
        box.replay()
        box.sync()
        assert set(box.states()) == {OperationState.DONE}
        assert "Żak" not in mailbox.folders
        there = sorted(
            (uid, *held.flags) for folder in mailbox.folders.values() for uid, held in folder.messages.items()
        )
        here = sorted((uid, *flags) for (_, _, uid), (_, flags) in ours(account).items())
        assert there == here
        assert len(there) == 5
        assert COLUMNS["flagged"] in {flag for _, *flags in there for flag in flags}
    finally:
        box.fetching.close()
        leases.close()
        servers.stop()
