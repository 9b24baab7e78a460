"""Addresses taken apart, names that look like others, what a person has to agree to, an operator's templates."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.accounts import Auth, Endpoint
from teczka.core.discovery import Found, Offer, Outcome, Service, Source, Standing, Step, Trust
from teczka.core.lookalikes import resembled
from teczka.core.policy import Hosted, Policy, fill


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
