import io
import tarfile

from django.test import Client

from frontend import hatch_build
from teczka.web import source
from tests.web.conftest import Office


def names() -> set[str]:
    answer = Client().get("/source/")
    assert 'filename="teczka-source.tar.gz"' in answer.headers["Content-Disposition"]
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        return set(archive.getnames())


def test_whoever_uses_it_gets_the_source_of_this_very_teczka_without_signing_in(db: None) -> None:
    packed = names()
    for name in ("teczka/web/source.py", "teczka/web/templates/base.html", "frontend/src/mail.ts", "LICENSE"):
        assert f"teczka/{name}" in packed
    assert not [name for name in packed if "__pycache__" in name or "node_modules" in name]


def test_a_wheel_carries_what_it_was_built_with() -> None:
    assert hatch_build.BUILT_WITH == source.BUILT_WITH


def test_the_door_and_the_settings_lead_to_it(anna: Client, office: Office) -> None:
    for client, page in ((Client(), "/sign-in/"), (anna, "/settings/")):
        assert 'href="/source/"' in client.get(page).content.decode()
