"""Names in a query mean what people see under them, and nothing of what is another's."""

import pytest

from teczka.core.search_tree import Name
from teczka.store.queries.meant import known
from tests.cast import make_account, make_cast, make_folder

pytestmark = pytest.mark.django_db


def test_folders_are_called_as_people_see_them() -> None:
    """By the role's name in either language, by a part of a name, by the folder above; on servers that keep all below the inbox, too."""
    cast = make_cast()
    account = make_account(cast.anna)
    told = {
        "INBOX": "inbox", "INBOX/Drafts": "drafts", "INBOX/Sent": "sent", "INBOX/Sent/2024": "", "Sent": "", "Śmietnik": "junk",
        "Stare": "archive", "Sprawy/I C 123/24 Wierzbiccy": "", "Sprawy/Badanie/Pisma": "", "Moje sprawy": "", "INBOX/Klient „Budex”": "",
    }  # fmt: skip
    made = {make_folder(account, path, role).pk: path for path, role in told.items()}
    wierzbiccy, pisma = "Sprawy/I C 123/24 Wierzbiccy", "Sprawy/Badanie/Pisma"
    for name, expected in {
        "odebrane": {"INBOX"},
        "inbox": {"INBOX"},
        "skrzynka odbiorcza": {"INBOX"},
        "Wersje_robocze": {"INBOX/Drafts"},
        "szkice": {"INBOX/Drafts"},
        "wysłane": {"INBOX/Sent", "INBOX/Sent/2024", "Sent"},
        "inbox/sent": {"INBOX/Sent"},
        "spam": {"Śmietnik"},
        "smietnik": {"Śmietnik"},
        "archiwum": {"Stare"},
        "wierzbiccy": {wierzbiccy},
        "I C 123/24 Wierzbiccy": {wierzbiccy},
        "sprawy": {wierzbiccy, pisma},
        "oje spr": {"Moje sprawy"},
        "badanie": {pisma},
        "Sprawy/Badanie": {pisma},
        "adan": {pisma},
        "klient Budex": {"INBOX/Klient „Budex”"},
        "nigdzie": set(),
    }.items():
        assert {made[id_] for id_ in known(cast.anna).named(Name.FOLDER, name)} == expected, name
        for stranger in cast.strangers:
            assert known(stranger).named(Name.FOLDER, name) == [], name


def test_accounts_are_called_by_their_domain_with_or_without_the_sign_before_it() -> None:
    cast = make_cast()
    addresses = ("anna@lipowa.example", "anna@kancelaria-lipowa.example", "anna@lipowa.example.pl")
    lipowa, office, longer = (make_account(cast.anna, one, provider_name=one[-5:]).pk for one in addresses)
    for name, expected in {
        "lipowa.example": {lipowa},
        "@lipowa.example": {lipowa},
        "kancelaria-lipowa.example": {office},
        "@kancelaria-lipowa.example": {office},
        "@lipowa": {lipowa, longer},
        "celaria": {office},
        "anna@": {lipowa, office, longer},
        "LE.PL": {longer},
        "dębowa.example": set(),
    }.items():
        assert {*known(cast.anna).named(Name.ACCOUNT, name)} == expected, name
        for stranger in cast.strangers:
            assert known(stranger).named(Name.ACCOUNT, name) == [], name
