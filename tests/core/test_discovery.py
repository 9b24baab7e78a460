"""Addresses taken apart, names that look like others, what a person has to agree to, an operator's templates."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.accounts import Auth, Endpoint
from teczka.core.discovery import Address, Found, Offer, Outcome, Service, Source, Standing, Step, Trust
from teczka.core.errors import Problem, Trouble
from teczka.core.lookalikes import resembled
from teczka.core.policy import Hosted, Policy, fill


@pytest.mark.parametrize(
    ("text", "local", "domain"),
    [
        (" Anna.Lipowa@Lipowa.PL ", "Anna.Lipowa", "lipowa.pl"),
        ("anna@źródło.example", "anna", "xn--rdo-gna01bwk.example"),
        ("anna@lipowa.com.pl.", "anna", "lipowa.com.pl"),
        ('"a@b"@lipowa.pl', '"a@b"', "lipowa.pl"),
        ("anna@xn--rdo-gna01bwk.example", "anna", "xn--rdo-gna01bwk.example"),
    ],
)
def test_an_address_is_taken_apart(text: str, local: str, domain: str) -> None:
    address = Address.parse(text)
    assert (address.text, address.local, address.domain) == (text.strip(), local, domain)


@pytest.mark.parametrize(
    "text",
    [
        "", "anna", "anna@", "@lipowa.pl", "anna@lipowa", "anna@127.0.0.1", "anna@[127.0.0.1]", "anna@li_powa.pl", "an na@lipowa.pl",
        "anna@lipowa..pl", "anna@-lipowa.pl", "anna@lipowa.pl/x", "anna@lipowa.pl:993", "an\0na@lipowa.pl", "a" * 65 + "@lipowa.pl",
        "anna@" + "a" * 64 + ".pl", "anna@" + "a." * 130 + "pl", "anna@lipowa.pl\r\nX: y", "anna@" + "ź" * 64 + ".pl",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Problem) as caught:
        Address.parse(text)
    assert caught.value.trouble is Trouble.ADDRESS_SPELLING


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_problem(text: str) -> None:
    try:
        address = Address.parse(text)
    except Problem:
        return
    assert address.domain.isascii()
    assert not set(address.domain) & set("/:@?# \r\n\0")


@pytest.mark.parametrize(
    ("domain", "other"),
    [
        ("gmial.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("qmail.com", "gmail.com"),
        ("rnail.com", "mail.com"),
        ("forpsl.com", "forpsi.com"),
        ("f0rpsi.com", "forpsi.com"),
        ("xn--gmal-nza.com", "gmail.com"),  # gmaíl
        ("xn--nteria-ovf.pl", "interia.pl"),  # a Ukrainian і
        ("kancelaria-lipowa.pl", "kancelarialipowa.pl"),
    ],
)
def test_a_name_that_can_be_mistaken_for_another_is_told(domain: str, other: str) -> None:
    assert resembled(domain, ["unlike.example", other]) == other


@pytest.mark.parametrize(
    ("domain", "other"),
    [
        ("gmail.com", "gmail.com"),
        ("onet.eu", "onet.pl"),
        ("wp.eu", "wp.pl"),
        ("o2.pl", "wp.pl"),
        ("lipowa.pl", "debowa.pl"),
        ("", "onet.pl"),
    ],
)
def test_the_same_and_the_unlike_are_not(domain: str, other: str) -> None:
    assert resembled(domain, [other]) == ""


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=3))
def test_any_names_can_be_compared(domain: str, others: list[str]) -> None:
    assert resembled(domain, others) in {"", *others}


def offer(standing: Standing, base: str) -> Offer:
    return Offer(Service.IMAP, Endpoint(f"imap.{base}", 993, "tls"), "anna", base_domain=base, standing=standing)


def test_strange_domains_need_a_persons_word_unless_the_office_gave_its_own() -> None:
    offers = (
        offer(Standing.OWN, "lipowa.pl"),
        offer(Standing.FOREIGN, "far.example"),
        offer(Standing.KNOWN, "home.pl"),
    )
    found = Found("anna@lipowa.pl", Source.DNS, "lipowa.pl", incoming=offers, outgoing=offers[1:2])
    assert found.confirm == ("far.example",)
    assert Found("anna@lipowa.pl", Source.OFFICE, "lipowa.pl", incoming=offers).confirm == ()


def test_what_was_found_survives_a_session() -> None:
    found = Found(
        "anna@lipowa.pl", Source.GUESSED, "lipowa.pl", "home-pl",
        incoming=(Offer(Service.POP3, Endpoint("pop3.lipowa.pl", 995, "tls"), "anna", "a", (Auth.GOOGLE, Auth.PASSWORD), "lipowa.pl"),),
        steps=(Step(Source.DNS, "lipowa.pl", Outcome.FAILED),),
        suggestion="anna@lipova.pl",
    )  # fmt: skip
    assert Found.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_every_source_has_its_trust() -> None:
    assert [source.trust for source in (Source.BUILT_IN, Source.PROVIDER, Source.GUESSED)] == [
        Trust.SURE,
        Trust.LIKELY,
        Trust.UNSURE,
    ]
    assert all(source.trust in Trust for source in Source)


@pytest.mark.parametrize(
    ("template", "kind", "expected"),
    [
        ("imap.DOMAIN", "imap", Endpoint("imap.lipowa.pl", 993, "tls")),
        ("pop3.forpsi.com", "pop3", Endpoint("pop3.forpsi.com", 995, "tls")),
        ("smtp.DOMAIN:587", "smtp", Endpoint("smtp.lipowa.pl", 587, "starttls")),
        (" Mail.DOMAIN:143:starttls ", "imap", Endpoint("mail.lipowa.pl", 143, "starttls")),
        ("DOMAIN:2143:plain", "imap", Endpoint("lipowa.pl", 2143, "plain")),
    ],
)
def test_an_operators_template_is_filled_in(template: str, kind: str, expected: Endpoint) -> None:
    assert fill(template, kind, "lipowa.pl") == expected


@pytest.mark.parametrize(
    "template", ["", ":993", "mail:x", "mail:0", "mail:70000", "mail:993:ssl", "mail:993:tls:more"]
)
def test_a_template_that_cannot_be_understood_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"is not host|invalid literal"):
        fill(template, "imap", "lipowa.pl")


def test_an_operators_entry_stands_for_subdomains_and_the_nearest_counts() -> None:
    policy = Policy(hosted=(Hosted("lipowa.pl", imap=("a",)), Hosted("biuro.lipowa.pl", imap=("b",))))
    assert [
        entry.imap if entry else None for entry in map(policy.hosts, ("lipowa.pl", "x.biuro.lipowa.pl", "xlipowa.pl"))
    ] == [("a",), ("b",), None]
