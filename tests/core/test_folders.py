"""What a folder serves as: its owner's choice, the server's word, its name in Polish or English."""

import unicodedata

import pytest

from teczka.core.folders import FolderRole, roles, root
from teczka.core.mail import RemoteFolder


def listed(*told: str, delimiter: str = "/") -> list[RemoteFolder]:
    """`Path \\attribute …`"""
    folders = []
    for line in told:
        path, *attributes = line.split(" \\")
        folders.append(RemoteFolder(path.encode(), path, delimiter, frozenset(f"\\{one}" for one in attributes)))
    return folders


def given(*told: str, chosen: dict[str, FolderRole] | None = None, delimiter: str = "/") -> dict[str, str]:
    """Those that have a role."""
    named = {name.encode(): role for name, role in (chosen or {}).items()}
    found = roles(listed(*told, delimiter=delimiter), named)
    return {name.decode(): role.value for name, role in found.items() if role}


PROVIDERS = {
    "gmail pl": (
        [
            "INBOX",
            "[Gmail] \\noselect",
            "[Gmail]/Wszystkie \\all",
            "[Gmail]/Kosz \\trash",
            "[Gmail]/Wersje robocze \\drafts",
            "[Gmail]/Wysłane \\sent",
            "[Gmail]/Oznaczone gwiazdką \\flagged",
            "[Gmail]/Spam \\junk",
            "[Gmail]/Ważne \\important",
        ],
        {
            "INBOX": "inbox",
            "[Gmail]/Wszystkie": "all",
            "[Gmail]/Kosz": "trash",
            "[Gmail]/Wersje robocze": "drafts",
            "[Gmail]/Wysłane": "sent",
            "[Gmail]/Oznaczone gwiazdką": "flagged",
            "[Gmail]/Spam": "junk",
        },
    ),
    "wp": (
        ["INBOX", "Robocze", "Wysłane", "Kosz", "SPAM"],
        {"INBOX": "inbox", "Robocze": "drafts", "Wysłane": "sent", "Kosz": "trash", "SPAM": "junk"},
    ),
    "exchange pl": (
        ["Inbox", "Kopie robocze", "Elementy wysłane", "Elementy usunięte", "Wiadomości-śmieci", "Archiwum"],
        {
            "Inbox": "inbox",
            "Kopie robocze": "drafts",
            "Elementy wysłane": "sent",
            "Elementy usunięte": "trash",
            "Wiadomości-śmieci": "junk",
            "Archiwum": "archive",
        },
    ),
    "icloud": (
        ["INBOX", "Sent Messages", "Deleted Messages", "Junk", "Drafts", "Archive", "Notes"],
        {
            "INBOX": "inbox",
            "Sent Messages": "sent",
            "Deleted Messages": "trash",
            "Junk": "junk",
            "Drafts": "drafts",
            "Archive": "archive",
        },
    ),
    "home.pl": (
        ["INBOX", "DRAFTS", "SENT", "TRASH", "SPAM"],
        {"INBOX": "inbox", "DRAFTS": "drafts", "SENT": "sent", "TRASH": "trash", "SPAM": "junk"},
    ),
    "yahoo and aol": (
        ["Inbox", "Draft", "Sent", "Trash", "Bulk Mail", "Saved"],
        {
            "Inbox": "inbox",
            "Draft": "drafts",
            "Sent": "sent",
            "Trash": "trash",
            "Bulk Mail": "junk",
            "Saved": "archive",
        },
    ),
    "outlook": (
        ["INBOX", "Szkice", "Wiadomości wysłane", "Usunięte wiadomości", "Junk E-mail"],
        {
            "INBOX": "inbox",
            "Szkice": "drafts",
            "Wiadomości wysłane": "sent",
            "Usunięte wiadomości": "trash",
            "Junk E-mail": "junk",
        },
    ),
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_provider_s_folders_are_known(provider: str) -> None:
    told, expected = PROVIDERS[provider]
    assert given(*told) == expected


def test_folders_below_the_inbox_are_known_by_their_last_name() -> None:
    assert given("INBOX", "INBOX.Sent", "INBOX.Kosz", delimiter=".") == {
        "INBOX": "inbox",
        "INBOX.Sent": "sent",
        "INBOX.Kosz": "trash",
    }


def test_the_owner_s_choice_is_above_the_server_s_word_and_that_above_a_name() -> None:
    told = ["Wysłane", "Wysłane 2 \\sent", "Moje"]
    assert given(*told) == {"Wysłane 2": "sent"}
    assert given(*told, chosen={"Moje": FolderRole.SENT}) == {"Moje": "sent"}
    assert given(*told, chosen={"Wysłane 2": FolderRole.OTHER}) == {"Wysłane": "sent"}
    assert given(*told, chosen={"Wysłane 2": FolderRole.ARCHIVE}) == {"Wysłane": "sent", "Wysłane 2": "archive"}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["INBOX", "INBOX/Akta"], "INBOX/"),
        (["INBOX", "Inbox/Akta", "Inbox/Kosz"], "Inbox/"),
        (["INBOX", "INBOX/Akta", "Kosz"], ""),
        (["INBOX", "INBOXES/Akta"], ""),
        (["INBOX"], ""),
    ],
)
def test_where_all_lie_below_the_inbox_a_new_folder_does_in_the_same_letters(paths: list[str], expected: str) -> None:
    assert root(paths, "/") == expected
    assert root(paths, "") == ""


def test_an_exact_name_is_above_one_with_words_beside_it_and_the_nearest_to_the_root_above_the_others() -> None:
    assert given("Sent Items", "Stare/Sent") == {"Stare/Sent": "sent"}
    assert given("A/Kosz", "Z/B/Kosz", "Archiwum/2024/Kosz") == {"A/Kosz": "trash"}


@pytest.mark.parametrize("name", ["Wysłane do klientów", "Mail", "Elementy", "Spam od teściowej", "Sprawy/Archiwum X"])
def test_what_only_begins_like_one_is_its_owner_s_own(name: str) -> None:
    assert given(name) == {}


def test_letters_made_of_two_characters_are_the_same_letters() -> None:
    assert given(unicodedata.normalize("NFD", "WIADOMOŚCI-ŚMIECI")) != {}


def test_a_folder_that_cannot_be_opened_serves_as_nothing() -> None:
    assert given("Kosz \\noselect", "Kosz/Trash") == {"Kosz/Trash": "trash"}
