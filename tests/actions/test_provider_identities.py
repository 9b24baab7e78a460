"""Who somebody is at Microsoft or Google, behind the pages: the wall around it, and what looks over it."""

from copy import deepcopy

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from teczka.actions.clients import NewClient, remove_client, save_client
from teczka.actions.invitations import new_link
from teczka.actions.oauth import Return
from teczka.actions.provider_identities import begin_connecting, begin_signing_in, disconnect, who_came
from teczka.core.accounts import Auth
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.oauth import Identity
from teczka.store import provider_identities
from teczka.store.models import Office, ProviderIdentity, User
from teczka.store.queries.provider_identities import connected
from teczka.store.sessions import SessionStore
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast

ISSUER = "https://login.microsoftonline.com/99999999-8888-7777-6666-555555555555/v2.0"
HERS = Identity(("anna@m365.example",), ISSUER, "1")


@pytest.fixture(scope="module")
def standing(lasting: None) -> Cast:
    return make_cast()


@pytest.fixture
def cast(standing: Cast, db: None) -> Cast:
    made = deepcopy(standing)
    save_client(made.dorota, Auth.MICROSOFT, NewClient("client", "secret", "common"))
    save_client(made.edward, Auth.MICROSOFT, NewClient("client", "secret", "common"))
    connect(made.anna)
    return made


def connect(owner: User, who: Identity = HERS, viewer: User | None = None) -> None:
    with as_user((viewer or owner).pk), transaction.atomic():
        ProviderIdentity.objects.create(
            office_id=owner.office_id,
            owner=owner,
            provider=Auth.MICROSOFT,
            issuer=who.issuer,
            subject=who.subject,
            address=who.name,
        )


def known(cast: Cast, who: Identity = HERS) -> int | None:
    return provider_identities.known_as(cast.office.pk, Auth.MICROSOFT, who)


def test_its_owner_alone_sees_it_and_nobody_makes_one_for_another(cast: Cast) -> None:
    assert not ProviderIdentity.objects.exists()
    for stranger in cast.strangers:
        with as_user(stranger.pk):
            assert not ProviderIdentity.objects.exists()
            assert not ProviderIdentity.objects.update(subject="2")
        with pytest.raises(ProgrammingError, match="row-level security"):
            connect(cast.anna, Identity(("x",), ISSUER, "2"), viewer=stranger)
    assert connected(cast.anna)[Auth.MICROSOFT].address == "anna@m365.example"


def test_an_identity_is_known_to_the_letter_and_in_its_own_office(cast: Cast) -> None:
    assert known(cast) == cast.anna.pk
    for other in (
        Identity(HERS.names, ISSUER, "2"),
        Identity(HERS.names, ISSUER, ""),
        Identity(HERS.names, ISSUER.upper(), "1"),
        Identity(HERS.names, "https://login.microsoftonline.com/x/v2.0", "1"),
    ):
        assert known(cast, other) is None
    assert provider_identities.known_as(cast.other_office.pk, Auth.MICROSOFT, HERS) is None
    assert provider_identities.known_as(cast.office.pk, Auth.GOOGLE, HERS) is None
    User.objects.filter(pk=cast.anna.pk).update(is_active=False)
    assert known(cast) is None


def test_whoever_looks_learns_nothing_by_what_is_asked_at_the_door(cast: Cast) -> None:
    for viewer in (*cast.strangers, cast.anna):
        with as_user(viewer.pk):
            assert known(cast) is None
            assert provider_identities.somebody(cast.office.pk, Auth.MICROSOFT) is None


def test_an_office_s_door_has_a_way_in_where_somebody_can_come_by_it(cast: Cast) -> None:
    def somebody(office: Office = cast.office, auth: Auth = Auth.MICROSOFT) -> int | None:
        return provider_identities.somebody(office.pk, auth)

    assert somebody() == cast.anna.pk
    assert somebody(cast.other_office) is None
    assert somebody(auth=Auth.GOOGLE) is None
    Office.objects.filter(pk=cast.office.pk).update(restored_at=timezone.now())
    assert somebody() is None
    Office.objects.filter(pk=cast.office.pk).update(restored_at=None)
    remove_client(cast.dorota, Auth.MICROSOFT)
    assert somebody() is None, "another office's registration is none of ours"
    save_client(cast.dorota, Auth.MICROSOFT, NewClient("client", "secret", "common"))
    User.objects.filter(pk=cast.anna.pk).update(is_active=False)
    assert somebody() is None


def test_one_identity_is_one_person_s_and_one_person_has_one_of_a_provider(cast: Cast) -> None:
    for owner, who in ((cast.bartek, HERS), (cast.anna, Identity(("x",), ISSUER, "2"))):
        with pytest.raises(IntegrityError):
            connect(owner, who)
    connect(cast.edward)
    assert [known(cast), provider_identities.known_as(cast.other_office.pk, Auth.MICROSOFT, HERS)] == [
        cast.anna.pk,
        cast.edward.pk,
    ], "each office has its own"


def test_a_visit_to_connect_signs_nobody_in(cast: Cast) -> None:
    url, visit = begin_connecting(cast.bartek, Auth.MICROSOFT, "https://teczka.example/oauth/microsoft/callback")
    assert url.startswith("https://login.microsoftonline.com/common/")
    with pytest.raises(Problem) as caught:
        who_came(visit, Return("code"))
    assert caught.value.trouble is Trouble.OAUTH_STATE


def test_what_was_replaced_meanwhile_lets_nobody_in(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between who of the office that is, and what connects them."""
    _, visit = begin_signing_in(cast.office.pk, Auth.MICROSOFT, "https://teczka.example/oauth/microsoft/callback", "")
    monkeypatch.setattr("teczka.actions.provider_identities.prove", lambda *_: HERS)
    assert who_came(visit, Return("code")) == cast.anna

    def replaced(*_: object) -> int:
        with as_user(cast.anna.pk):
            ProviderIdentity.objects.all().delete()
        connect(cast.anna, Identity(HERS.names, ISSUER, "2"))
        return cast.anna.pk

    monkeypatch.setattr(provider_identities, "known_as", replaced)
    with pytest.raises(Problem) as caught:
        who_came(visit, Return("code"))
    assert caught.value.trouble is Trouble.OAUTH_UNKNOWN


@pytest.mark.parametrize("become", [{"password": "another"}, {"is_active": False}])
def test_who_is_another_meanwhile_changes_nothing(cast: Cast, become: dict[str, object]) -> None:
    """Their password was changed in another browser, or they were shut out, while their page was under way."""
    User.objects.filter(pk=cast.anna.pk).update(**become)
    with pytest.raises(NotAllowed):
        disconnect(cast.anna, Auth.MICROSOFT, SessionStore())
    assert Auth.MICROSOFT in connected(cast.anna)


def test_an_administrator_of_the_office_ends_it_and_nobody_else(cast: Cast) -> None:
    assert provider_identities.drop(cast.anna.pk) == 0, "nobody looks"
    for stranger in (cast.bartek, cast.edward):
        with as_user(stranger.pk):
            assert provider_identities.drop(cast.anna.pk) == 0
    new_link(cast.dorota, cast.anna.public_id)
    assert known(cast) is None
    assert User.objects.get(pk=cast.anna.pk).sign_in_changed_at is not None
    new_link(cast.dorota, cast.bartek.public_id)
    assert User.objects.get(pk=cast.bartek.pk).sign_in_changed_at is None, "who had none is told nothing"
