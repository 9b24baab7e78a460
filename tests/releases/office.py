"""A small office with everything in it, as a release leaves it to the next: the world of tests/web/access, and beside it what pages do not
make: secrets, letters on their way, mail in one folder of a thread."""

from pathlib import Path

from teczka.actions.reading import read_some
from teczka.actions.secrets import seal_password
from teczka.core.outgoing import State
from teczka.store.backup.envelope import Secret, Way
from teczka.store.viewer import as_user
from tests.backed import letter, on_the_way
from tests.cases import upload
from tests.stored import store
from tests.web.access.world import make_world

RELEASES = Path(__file__).parent.parent / "data" / "releases"
MOST_BYTES = 2_000_000  # of each
OPENS = Secret(Way.KEY_FILE, b"the fixtures of releases hold no secret")
PASSWORD = "haslo-do-skrzynki"
DOCUMENT = b"%PDF-1.4 umowa najmu"
ON_THE_WAY = (State.HELD, State.QUEUED)


def make() -> None:
    office = make_world().office
    with as_user(office.cast.anna.pk):
        seal_password(office.account, PASSWORD)
    store(office.account, [letter(number) for number in range(5)], folder="INBOX", first_uid=100)
    upload(office.case, office.cast.anna, "umowa.pdf", DOCUMENT)
    for state in ON_THE_WAY:
        on_the_way(office.account, state)
    while read_some(100):
        pass
