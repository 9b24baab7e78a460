"""What was sent up is read by whichever worker is there, without anybody's asking twice."""

import asyncio
import threading

import pytest

from teczka.actions.imports import add_file, begin_import, pause_import, resume_import
from teczka.core.imports import ImportState
from teczka.store.models import Import, Placement, User
from teczka.store.viewer import as_user
from teczka.worker.importing import Imports
from tests.cast import make_cast

pytestmark = pytest.mark.usefixtures("own_database")

LETTER = b"Subject: Pozew\r\n\r\ntekst\r\n"


def state(row: Import) -> tuple[str, int]:
    with as_user(row.owner_id):
        row.refresh_from_db()
        return row.state, Placement.objects.filter(folder__account=row.account_id).count()


async def until_done(imports: Imports, row: Import) -> None:
    async with asyncio.timeout(20):
        while (await asyncio.to_thread(state, row))[0] != ImportState.DONE:
            imports.wake()
            await asyncio.sleep(0.05)


async def worked(row: Import) -> None:
    imports = Imports(threading.Event())
    work = asyncio.create_task(imports.run())
    try:
        await until_done(imports, row)
    finally:
        work.cancel()
        imports.close()


def begun(person: User) -> Import:
    row = begin_import(person, "Stare")
    add_file(person, row.public_id, "a.eml", iter([LETTER]))
    return row


def test_what_was_sent_up_comes_and_what_is_paused_does_not() -> None:
    cast = make_cast()
    paused, row = begun(cast.bartek), begun(cast.anna)
    pause_import(cast.bartek, paused.public_id)
    asyncio.run(worked(row))
    assert state(row) == (ImportState.DONE, 1)
    assert state(paused) == (ImportState.PAUSED, 0)
    resume_import(cast.bartek, paused.public_id)
    asyncio.run(worked(paused))
    assert state(paused) == (ImportState.DONE, 1)
