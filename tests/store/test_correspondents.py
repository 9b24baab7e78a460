"""Who comes to be known, and how well."""

from teczka.actions.reading import read_some
from teczka.store.models import Account, Correspondent, Identity, Message
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast, make_folder
from tests.stored import store

ANNA = "anna@kancelaria-lipowa.example"


def raw(sender: str, to: str, number: int) -> bytes:
    return f"Message-ID: <{number}@a>\r\nFrom: {sender}\r\nTo: {to}\r\nSubject: x\r\n\r\nx".encode()


def known(account: Account) -> dict[str, tuple[str, int, int]]:
    while read_some(100):
        pass
    with as_user(account.owner_id):
        rows = Correspondent.objects.filter(account=account)
        return {row.address: (row.name, row.sent_count, row.received_count) for row in rows}


def test_who_wrote_and_who_was_written_to_is_counted_once_a_message(own_database: object) -> None:
    account = make_account(make_cast().anna)
    with as_user(account.owner_id):
        Identity.objects.create(
            office_id=account.office_id, owner_id=account.owner_id, account=account, address="biuro@lipowa.example"
        )
    received = [raw("Jan <JAN@a.example>", ANNA, 1), raw("jan@a.example", f"{ANNA}, ewa@b.example", 2)]
    own = [
        raw(f"Anna <{ANNA}>", "jan@a.example, Ewa <ewa@b.example>", 3),
        raw("biuro@lipowa.example", "ewa@b.example", 4),
    ]
    store(account, received)
    store(account, own, "Sent")
    expected = {"jan@a.example": ("Jan", 1, 2), "ewa@b.example": ("Ewa", 2, 0)}
    assert known(account) == expected
    with as_user(account.owner_id):
        Message.objects.filter(account=account).update(indexed_with=None)
    assert known(account) == expected, "read again by a newer version"


def test_nobody_is_known_by_spam_or_by_a_draft(own_database: object) -> None:
    account = make_account(make_cast().anna)
    for number, role in enumerate(("junk", "drafts")):
        make_folder(account, role, role)
        store(account, [raw("oszust@spam.example", ANNA, number)], role)
    assert known(account) == {}


def test_nobody_was_written_to_in_ones_name_by_somebody_else(own_database: object) -> None:
    account = make_account(make_cast().anna)
    store(account, [raw(f"Anna <{ANNA}>", "Jan <jan@podobny.example>", 1)])
    assert known(account) == {}
