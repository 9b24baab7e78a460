"""Whom an answer goes to, and as whom one answers."""

import pytest

from teczka.core.recipients import (
    Answer,
    Heard,
    Mailbox,
    answers_as,
    in_secret,
    reply,
    reply_all,
    takes_no_answer,
    without_doubles,
)


def people(*addresses: str) -> list[Mailbox]:
    return [Mailbox("", address) for address in addresses]


OWN = ["anna@kancelaria.example", "sekretariat@kancelaria.example"]
ANNA, OFFICE = people(*OWN)
JAN, EWA, COURT, LIST = people("jan@example.pl", "ewa@example.pl", "sad@example.pl", "izba@lists.example")
HEARD = Heard([JAN], to=[ANNA, EWA], cc=[COURT, OFFICE])


def test_an_answer_goes_to_the_sender() -> None:
    assert reply(HEARD, OWN) == Answer([JAN], [], [], [])


def test_an_answer_goes_where_the_sender_wants_it_and_says_so() -> None:
    heard = Heard([JAN], reply_to=[EWA], to=[ANNA])
    assert reply(heard, OWN) == Answer([EWA], [], removed=[JAN], added=[EWA])


def test_an_answer_to_what_one_wrote_goes_to_whom_one_wrote() -> None:
    assert reply(Heard([ANNA], to=[JAN], cc=[EWA]), OWN) == Answer([JAN], [], [], [])
    assert reply_all(Heard([OFFICE], to=[JAN, ANNA], cc=[EWA]), OWN).to == [JAN]
    assert reply_all(Heard([OFFICE], to=[JAN, ANNA], cc=[EWA]), OWN).cc == [EWA]


def test_an_answer_to_all_goes_to_everybody_but_oneself() -> None:
    assert reply_all(HEARD, OWN) == Answer([JAN, EWA], [COURT], removed=[ANNA, OFFICE], added=[])


def test_an_answer_to_all_says_whom_reply_to_adds_and_whom_it_leaves_out() -> None:
    heard = Heard([JAN], reply_to=[COURT], to=[ANNA, EWA])
    assert reply_all(heard, OWN) == Answer([COURT, EWA], [], removed=[JAN, ANNA], added=[COURT])


def test_who_answers_is_not_written_to_where_the_sender_wants_answers_with_them_too() -> None:
    assert reply_all(Heard([JAN], [JAN, ANNA], [ANNA, EWA]), OWN).to == [JAN, EWA]


def test_nobody_is_written_to_twice_however_they_are_spelt() -> None:
    heard = Heard([JAN], to=people("JAN@example.pl", "ewa@Example.PL"), cc=[EWA, JAN])
    answer = reply_all(heard, OWN)
    assert [one.address for one in answer.to] == ["jan@example.pl", "ewa@Example.PL"]
    assert answer.cc == []


def test_ones_own_address_with_a_tag_is_ones_own() -> None:
    assert reply_all(Heard([JAN], to=people("Anna+sad@kancelaria.example")), OWN).to == [JAN]


def test_a_note_to_oneself_is_answered_to_oneself() -> None:
    assert reply_all(Heard([ANNA], to=[ANNA]), OWN).to == [ANNA]
    assert reply(Heard([ANNA], to=[]), OWN).to == [ANNA]


def test_a_letter_from_nobody_is_answered_to_nobody() -> None:
    assert reply_all(Heard(), OWN) == Answer([], [], [], [])
    assert reply(Heard(people("")), OWN).to == []


def test_who_was_in_bcc_is_told_so() -> None:
    assert in_secret(Heard([JAN], to=[EWA]), OWN)
    assert not in_secret(HEARD, OWN)
    assert not in_secret(Heard([ANNA], to=[EWA]), OWN)
    assert not in_secret(Heard([JAN], to=[LIST], list_post=[LIST]), OWN)


@pytest.mark.parametrize(
    ("heard", "address"),
    [
        (Heard([JAN], to=[EWA, OFFICE], cc=[ANNA]), OFFICE.address),
        (Heard([JAN], to=[EWA], cc=people("ANNA@kancelaria.example")), ANNA.address),
        (Heard([OFFICE], to=[ANNA]), OFFICE.address),
        (Heard([JAN], to=[LIST], delivered_to=[OFFICE]), OFFICE.address),
        (Heard([JAN], to=people("sekretariat+nowy@kancelaria.example", "anna@kancelaria.example")), ANNA.address),
        (Heard([JAN], to=people("sekretariat+nowy@kancelaria.example")), OFFICE.address),
        (Heard([JAN], to=[EWA]), ""),
    ],
)
def test_whoever_the_letter_came_to_answers(heard: Heard, address: str) -> None:
    assert answers_as(heard, OWN) == address


@pytest.mark.parametrize(
    "address", ["noreply@x.pl", "no-reply@x.pl", "NoReply+123@x.pl", "do-not-reply@x.pl", "donotreply@x.pl", "nie-odpowiadaj@x.pl",
                "nieodpowiadaj@bank.pl", "powiadomienia.no_reply@x.pl", "info-noreply@x.pl"]
)  # fmt: skip
def test_addresses_that_take_no_answer_are_known(address: str) -> None:
    assert takes_no_answer(address)


@pytest.mark.parametrize(
    "address", ["jan@noreply.pl", "norep@x.pl", "reply@x.pl", "nina.replynska@x.pl", "arno.replika@x.pl", ""]
)
def test_others_take_answers(address: str) -> None:
    assert not takes_no_answer(address)


def test_each_address_stays_where_it_stands_first() -> None:
    assert without_doubles([JAN, JAN], people("JAN@example.pl", "ewa@example.pl"), [EWA, COURT]) == [
        [JAN],
        [EWA],
        [COURT],
    ]
