"""What providers say when they let nobody in, as they were seen to say it, and what that means."""

import pytest

from teczka.core import providers
from teczka.core.errors import Problem, Trouble
from teczka.core.refusals import help_with, recognise

SAID = [
    ("[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)", "app_password"),
    ("534 5.7.9 Application-specific password required. For more information, go to", "app_password"),
    ("[AUTHORIZATIONFAILED] Please use an app password", "app_password"),
    ("[ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)", "browser"),
    ("[WEBALERT https://accounts.google.com/signin/continue] Web login required.", "browser"),
    ("534 5.7.14 Please log in via your web browser and then try again.", "browser"),
    ("[ALERT] Too many simultaneous connections. (Failure)", "connections"),
    ("[UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", "connections"),
    ("[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", "quota"),
    ("454 4.7.0 Too many login attempts, please try again later.", "attempts"),
    ("[AUTHENTICATIONFAILED] Too many bad auth attempts", "attempts"),
    ("User is authenticated but not connected.", "unconnected"),
    ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", "sending_off"),
    ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.", "sending_off"),
    ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "modern_only"),
    ("550 5.7.30 Basic authentication is not supported for Client Submission.", "modern_only"),
    ("[ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page", "switched_off"),
    ("[ALERT] You are yet to enable IMAP for your account. Please contact your administrator", "switched_off"),
    ("[AUTH] POP3 access disabled", "switched_off"),
    ("[AUTH] Your account does not have POP access enabled; POP is not enabled", "switched_off"),
    ("Dostęp przez IMAP jest wyłączony w ustawieniach skrzynki", "switched_off"),
    ("[EXPIRED] Password expired", "expired"),
]  # fmt: skip

# They say no more than "no", or a choice of reasons.
NOTHING = [
    "[AUTHENTICATIONFAILED] Authentication failed.",
    "[AUTHENTICATIONFAILED] Invalid credentials (Failure)",
    "[AUTHENTICATIONFAILED] LOGIN Invalid credentials or IMAP is disabled sc=ebI8JB0ug4Y1_290737_53p",
    "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
    "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
    "535 5.7.3 Authentication unsuccessful",
    "[UNAVAILABLE] Temporary authentication failure.",
    "LOGIN failed.",
    "",
]


@pytest.mark.parametrize(("said", "meant"), SAID)
def test_a_known_refusal_is_recognised(said: str, meant: str) -> None:
    assert recognise(said) is Trouble(f"signin.{meant}")
    assert recognise(said.upper()) is Trouble(f"signin.{meant}")


@pytest.mark.parametrize("said", NOTHING)
def test_nothing_is_read_into_a_refusal_without_a_reason(said: str) -> None:
    assert recognise(said) is None


def test_a_long_answer_is_read_in_no_time() -> None:
    """A hostile server chooses how long; tests/remote/test_growth.py measures it."""
    for said in ("too many " * 50_000, "imap " * 100_000, "5.7.139" * 100_000):
        recognise(said)


@pytest.mark.parametrize("provider", providers.every())
def test_a_refused_sign_in_comes_with_the_provider_s_own_help_in_both_languages(provider: str) -> None:
    known = providers.by_id(provider)
    help_ = help_with(Problem(Trouble.SIGNIN_SWITCHED_OFF, host="x"), known)
    assert help_
    assert help_.texts["pl"]
    assert help_.texts["en"] != help_.texts["pl"]
    assert help_with(Problem(Trouble.SERVER_SILENT, host="x"), known) is None
    assert help_with(Problem(Trouble.SIGNIN_REFUSED, host="x"), None) is None


def test_a_server_that_is_not_there_comes_with_where_its_name_is_found() -> None:
    help_ = help_with(Problem(Trouble.ADDRESS_UNKNOWN, host="x"), providers.by_id("home-pl"))
    assert help_
    assert help_.texts == providers.every()["home-pl"].host_hint
    assert help_with(Problem(Trouble.CONNECT_FAILED, host="x", port=1), providers.by_id("gmail")) is None
