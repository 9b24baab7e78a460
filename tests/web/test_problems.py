import pytest
from django.utils import translation

from teczka.core.errors import Trouble
from teczka.core.problems import SENTENCES, fill, sentences
from teczka.web.accounts.mending import mended_on
from teczka.web.problems import tell

EVERY_PARAMETER = dict.fromkeys(
    "host port username folder pid found ours user uid log provider granted wanted address megabytes most domain account name field status"
    " minutes left count target version why what unknown place id characters bytes shut".split(),
    "coś",
)
# Of a server's troubles those that come up before an account is there, too.
WHILE_ADDING = {
    Trouble.SERVER_CLOSED,
    Trouble.SERVER_SILENT,
    Trouble.SERVER_GARBAGE,
    Trouble.SERVER_LIMIT,
    Trouble.SERVER_BUSY,
}


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_a_sentence_and_an_advice_in_both_languages(trouble: Trouble) -> None:
    with translation.override("en"):
        english = tell(trouble, EVERY_PARAMETER)
    with translation.override("pl"):
        polish = tell(trouble, EVERY_PARAMETER)
    assert english.what != polish.what
    assert english.advice != polish.advice
    for told in (english, polish):
        assert told.what.endswith(".")
        assert "%(" not in told.what + told.advice
        assert "?" not in told.what + told.advice, "a parameter that nobody gives"


def test_no_sentence_is_for_a_trouble_that_is_no_more() -> None:
    assert set(SENTENCES) == set(Trouble)


@pytest.mark.parametrize("trouble", Trouble)
def test_an_account_that_is_not_there_yet_is_not_said_to_be_tried_again_by_itself(trouble: Trouble) -> None:
    _what, advice = sentences(trouble, unsaved=True)
    if trouble.step in {"address", "connect", "tls", "greeting", "signin", "oauth"} or trouble in WHILE_ADDING:
        assert "ourselves" not in advice
    with translation.override("pl"):
        assert tell(trouble, EVERY_PARAMETER, unsaved=True).advice != fill(advice, EVERY_PARAMETER)


def test_where_an_office_allows_a_server_unencrypted_nobody_is_told_that_no_password_ever_goes_so() -> None:
    told = tell(Trouble.TLS_MISSING, {"host": "poczta.kancelaria.example"}).advice
    assert (
        "Hasło nie zostało wysłane: bez szyfrowania trafia tylko do serwerów, dla których kancelaria na to zezwala."
        in told
    )
    assert "nigdy" not in told


def test_a_refused_port_of_a_public_server_is_not_called_an_address_of_the_office_alone() -> None:
    """The egress gate refuses both, and does not say which."""
    for language, word in (("en", "on port 2143"), ("pl", "na porcie 2143")):
        with translation.override(language):
            assert word in tell(Trouble.CONNECT_FAILED, {"host": "imap.example.com", "port": 2143}).what


@pytest.mark.parametrize("trouble", [Trouble.SIGNIN_TOKEN_SENDING, Trouble.SIGNIN_SENDING_OFF])
def test_nobody_is_sent_to_sign_in_once_more_where_an_administrator_has_to_let_them_send(trouble: Trouble) -> None:
    assert mended_on(trouble) == "account_edit"
    with translation.override("pl"):
        advice = tell(trouble, EVERY_PARAMETER).advice
    assert "administratora poczty u dostawcy o włączenie uwierzytelnionego SMTP" in advice
    assert "połącz konto ponownie" not in advice


def test_a_stored_trouble_without_its_parameters_is_still_told() -> None:
    assert "?" in tell(Trouble.CONNECT_FAILED, {}).what


def test_a_hostile_parameter_is_no_format() -> None:
    with translation.override("en"):
        assert tell(Trouble.ADDRESS_UNKNOWN, {"host": "%(port)s%n"}).what == "There is no server named “%(port)s%n”."
