"""Questions before a letter goes: on a risk, and on nothing else."""

import pytest

from teczka.core.outgoing import Origin
from teczka.core.risks import Looked, Risk, risks

FAMILIAR = frozenset(("klient.example", "lipowa.example"))


def found(**told: object) -> list[Risk]:
    plain = {
        "kind": Origin.NEW,
        "subject": "Pozew",
        "words": "Dzień dobry.",
        "addresses": ("jan@klient.example",),
        "files": 0,
    }
    return [risk for risk, _whom in risks(Looked(**(plain | {"familiar": FAMILIAR} | told)))]  # type: ignore[arg-type]


def test_an_ordinary_letter_is_asked_nothing_about() -> None:
    assert found() == []
    assert found(kind=Origin.REPLY_ALL) == []
    assert found(addresses=("nowy@nieznany.example",)) == []  # a new client is no risk


def test_a_letter_without_a_subject_is_asked_about() -> None:
    assert found(subject="  ") == [Risk.SUBJECT]


@pytest.mark.parametrize(
    "words",
    ["W załączeniu przesyłam pozew.", "w załączniku umowa", "Załączam odpis.", "w zalaczeniu", "dołączam plik", "zalaczam",
     "Please find attached the claim.", "The claim is attached.", "I've attached it"],
)  # fmt: skip
def test_a_letter_that_speaks_of_a_file_has_one(words: str) -> None:
    assert found(words=words) == [Risk.FILE]
    assert found(words=words, files=1) == []


@pytest.mark.parametrize("words", ["Proszę o załatwienie sprawy.", "Pan Załączny", "attach importance to it"])
def test_words_that_are_merely_like_it_are_left_in_peace(words: str) -> None:
    assert found(words=words) == []


def test_an_answer_to_a_domain_that_the_conversation_does_not_know_is_asked_about() -> None:
    assert found(kind=Origin.REPLY, addresses=("jan@klient.example", "obcy@k1ient.example")) == [Risk.OUTSIDE]
    assert found(kind=Origin.FORWARD, addresses=("obcy@k1ient.example",)) == []  # that is what forwarding is for


def test_who_got_it_in_bcc_is_told_before_answering_everybody() -> None:
    assert found(kind=Origin.REPLY_ALL, was_bcc=True) == [Risk.WAS_BCC]
    assert found(kind=Origin.REPLY, was_bcc=True) == [Risk.WAS_BCC]  # begun as one to the sender alone
    assert found(kind=Origin.FORWARD, was_bcc=True) == []


def test_an_address_that_nobody_reads_is_named() -> None:
    letter = Looked(Origin.REPLY, "Pismo", "", ("no-reply@klient.example",), 0, FAMILIAR)
    assert list(risks(letter)) == [(Risk.NOBODY_READS, ["no-reply@klient.example"])]


def test_a_letter_to_the_other_side_of_its_case_is_asked_about() -> None:
    against = frozenset(("anna@nowak.example",))
    assert found(addresses=("Anna@Nowak.example",), opposing=against) == [Risk.OPPOSING]
    assert found(opposing=against) == []
