"""The strings of a sign-in, byte for byte as their documents print them."""

import base64

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.remote.sasl import bearer, oauthbearer, plain, xoauth2
from teczka.remote.types import Credential

ANNA = Credential("anna@kancelaria.example", "żeton", bearer=True)


def test_xoauth2_is_the_sample_of_microsoft_s_page() -> None:
    said = xoauth2(Credential("test@contoso.onmicrosoft.com", "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA", bearer=True))
    assert base64.b64encode(said.initial) == (
        b"dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVy"
        b"IEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ=="
    )
    assert said.farewell == b""


def test_oauthbearer_is_the_sample_of_rfc_7628() -> None:
    token = Credential("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", bearer=True)
    said = oauthbearer(token, "server.example.com", 143)
    assert base64.b64encode(said.initial) == (
        b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9"
        b"QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    )
    assert said.farewell == b"\x01"


def test_a_name_cannot_end_the_header_that_it_stands_in() -> None:
    said = oauthbearer(Credential("a=b,c@x.pl", "t", bearer=True), "h", 1)
    assert said.initial.startswith(b"n,a=a=3Db=2Cc@x.pl,\x01host=h\x01")


def test_plain_has_no_authorization_identity_and_carries_utf_8() -> None:
    assert plain(Credential("anna", "żółw")).initial == b"\0anna\0" + "żółw".encode()


def test_a_token_goes_by_a_token_s_mechanism_or_not_at_all() -> None:
    offered = bearer(ANNA, {"PLAIN", "XOAUTH2", "OAUTHBEARER"}, "h", 993)
    assert offered is not None
    assert offered.mechanism == "XOAUTH2"
    second = bearer(ANNA, {"PLAIN", "OAUTHBEARER"}, "h", 993)
    assert second is not None
    assert second.mechanism == "OAUTHBEARER"
    assert bearer(ANNA, {"PLAIN", "LOGIN"}, "h", 993) is None


@pytest.mark.parametrize("bad", ["a\x01auth=Bearer x", "a\r\n", "a\0", "a\x7f"])
def test_no_field_is_smuggled_in(bad: str) -> None:
    for credential in (Credential(bad, "t", bearer=True), Credential("anna", bad, bearer=True)):
        with pytest.raises(Problem) as caught:
            bearer(credential, {"XOAUTH2"}, "h", 993)
        assert caught.value.trouble is Trouble.SIGNIN_TOKEN


def test_no_secret_is_printed() -> None:
    assert "żeton" not in repr(xoauth2(ANNA)) + repr(ANNA)
