"""The search as a whole, in an internet on loopback: who is asked, in which order, what comes of it, and that it ends in time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

import pytest

from teczka.core.accounts import Auth
from teczka.core.discovery import Found, Outcome, Service, Source, Standing, Step
from teczka.core.policy import Hosted, Policy
from teczka.mime.recipients import parted
from teczka.remote.discovery import search as searching
from teczka.remote.discovery.names import Names
from teczka.remote.discovery.search import World, built_in, search
from teczka.remote.egress import Gate
from teczka.remote.http import Https
from tests.dovecot.server import Dovecot
from tests.internet import Internet
from tests.remote.discovery.conftest import DOMAIN
from tests.remote.discovery.servers import smtp
from tests.remote.discovery.test_autoconfig import document, server
from tests.remote.imap.hostile import Client, Hostile, Script
from tests.remote.test_http import answering, asked, page

pytestmark = pytest.mark.dovecot

ADDRESS = f"anna@{DOMAIN}"
AUTOCONFIG = f"autoconfig.{DOMAIN}"
GATE = Gate.parse("127.0.0.1")
NOT_FOUND = answering(page(b"no", status=b"404 Not Found"))
LIPOWA = document(server(), server("pop3", f"pop3.{DOMAIN}", "995"), server("smtp", f"smtp.{DOMAIN}", "465"))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same search with a tenth of the patience."""
    monkeypatch.setattr(searching, "FETCH", 0.4)
    monkeypatch.setattr(searching, "DNS", 0.4)
    monkeypatch.setattr("teczka.remote.discovery.answering.ROUND", 0.4)
    monkeypatch.setattr("teczka.remote.discovery.certificates.SECONDS", 0.3)


def told(address: str, policy: Policy | None = None, gate: Gate = GATE) -> list[Step | Found]:
    return list(search(parted(address), policy or Policy(), World(gate, Names(), Https(gate))))


def find(address: str, policy: Policy | None = None, gate: Gate = GATE) -> Found:
    found = told(address, policy, gate)[-1]
    assert isinstance(found, Found)
    return found


def servers(found: Found) -> list[str]:
    return [f"{one.service.value} {one.server.host}:{one.server.port}:{one.server.security}" for one in found.offers]


def outcomes(found: Found) -> list[tuple[Source, str, Outcome]]:
    return [(step.source, step.subject, step.outcome) for step in found.steps]


@contextmanager
def web(internet: Internet, name: str, script: Script) -> Iterator[Hostile]:
    with Hostile(script, tls=True, ca=internet.ca, name=name) as made:
        internet.leads(name, 443, made.port)
        yield made


@pytest.mark.parametrize(
    ("address", "provider", "username", "retry"),
    [
        ("anna@gmail.com", "gmail", "anna@gmail.com", ""),
        ("anna@WP.pl", "wp", "anna@WP.pl", "anna"),
        ("anna@icloud.com", "icloud", "anna", "anna@icloud.com"),
    ],
)
def test_a_known_mailbox_is_found_without_asking_anybody(
    internet: Internet, address: str, provider: str, username: str, retry: str
) -> None:
    found = find(address)
    assert (found.source, found.provider, found.confirm, found.steps) == (Source.BUILT_IN, provider, (), ())
    assert (found.incoming[0].username, found.incoming[0].username_retry) == (username, retry)
    assert found == built_in(parted(address))
    assert internet.asked == internet.looked_up == []


def test_a_domain_of_its_own_at_microsoft_365_is_known_by_its_mx_and_nobody_else_is_asked(internet: Internet) -> None:
    internet.mx(DOMAIN, "lipowa-example.mail.protection.outlook.com")
    found = find(ADDRESS)
    assert (found.source, found.provider, found.name) == (Source.BUILT_IN_MX, "microsoft-365", DOMAIN)
    assert found.incoming[0].server.host == "outlook.office365.com"
    assert {one.auth for one in found.offers} == {(Auth.MICROSOFT,)}
    assert {one.standing for one in found.offers} == {Standing.KNOWN}
    assert found.confirm == ()
    assert internet.asked == [f"MX {DOMAIN}"]
    assert internet.looked_up == []


def test_the_domains_own_word_over_https_is_taken_and_never_told_the_address(internet: Internet) -> None:
    internet.mx(DOMAIN, f"mx.{DOMAIN}")
    with web(internet, AUTOCONFIG, answering(page(LIPOWA))) as first:
        steps = told(ADDRESS)
    found = steps[-1]
    assert isinstance(found, Found)
    assert (found.source, found.name) == (Source.PROVIDER, "Lipowa")
    assert servers(found) == [
        f"imap imap.{DOMAIN}:993:tls",
        f"pop3 pop3.{DOMAIN}:995:tls",
        f"smtp smtp.{DOMAIN}:465:tls",
    ]
    assert outcomes(found) == [(Source.BUILT_IN_MX, DOMAIN, Outcome.NOTHING), (Source.PROVIDER, DOMAIN, Outcome.FOUND)]
    assert steps[:-1] == [
        one for step in found.steps for one in (replace(step, outcome=Outcome.ASKING), step)
    ]  # each told when it begins and when it is over
    assert first.clients[0].lines[0] == b"GET /mail/config-v1.1.xml HTTP/1.1\r\n"
    assert not [line for line in first.clients[0].lines if b"anna" in line.lower() or b"%40" in line]


def test_well_known_is_asked_as_well_and_autoconfig_goes_first(internet: Internet) -> None:
    second = document(server(host=f"second.{DOMAIN}"))
    with web(internet, DOMAIN, answering(page(second))) as made:
        assert servers(find(ADDRESS)) == [f"imap second.{DOMAIN}:993:tls"]
        assert made.clients[0].lines[0] == b"GET /.well-known/autoconfig/mail/config-v1.1.xml HTTP/1.1\r\n"
        with web(internet, AUTOCONFIG, answering(page(LIPOWA))):
            assert servers(find(ADDRESS))[0] == f"imap imap.{DOMAIN}:993:tls"


def test_servers_of_a_strange_domain_are_named_for_confirmation_and_look_alikes_told(internet: Internet) -> None:
    published = document(
        server(host="imap.far.example.org"), server(host="imap.forpsl.com"), server(host="imap.forpsi.com")
    )
    with web(internet, AUTOCONFIG, answering(page(published))):
        found = find(ADDRESS)
    assert [(one.base_domain, one.standing, one.resembles) for one in found.incoming] == [
        ("example.org", Standing.FOREIGN, ""),
        ("forpsl.com", Standing.LOOKALIKE, "forpsi.com"),
        ("forpsi.com", Standing.KNOWN, ""),
    ]
    assert found.confirm == ("example.org", "forpsl.com")


def test_a_known_provider_is_signed_in_to_as_our_table_says_whatever_was_published(internet: Internet) -> None:
    oauth = "<authentication>OAuth2</authentication>"
    published = document(
        server(host="outlook.office365.com", more=oauth), server(host="imap.strange.example", more=oauth)
    )
    with web(internet, AUTOCONFIG, answering(page(published))):
        found = find(ADDRESS)
    assert found.provider == "microsoft-365"
    assert [(one.server.host, one.auth) for one in found.incoming] == [("outlook.office365.com", (Auth.MICROSOFT,))]


def test_who_receives_the_mail_may_have_published_too(internet: Internet) -> None:
    internet.mx(DOMAIN, "mx1.mail.hoster.example")
    with (
        web(internet, "autoconfig.hoster.example", answering(page(document(server(host="imap.hoster.example"))))),
        web(internet, "autoconfig.mail.hoster.example", NOT_FOUND) as nearer,
    ):
        found = find(ADDRESS)
    assert (found.source, found.confirm) == (Source.PROVIDER, ("hoster.example",))
    assert len(nearer.clients) == 1


def test_the_public_directory_is_asked_only_where_the_office_says_so(internet: Internet) -> None:
    internet.mx(DOMAIN, "mx1.mail.hoster.example")
    published = document(server(host="imap.hoster.example"))

    def script(client: Client) -> None:
        known = asked(client)[0].startswith(b"GET /v1.1/hoster.example ")
        client.send(page(published) if known else page(b"", status=b"404 Not Found"))

    with web(internet, "autoconfig.thunderbird.net", script) as directory:
        assert find(ADDRESS).source is Source.BY_HAND
        assert directory.clients == []
        found = find(ADDRESS, Policy(ask_ispdb=True))
    assert (found.source, servers(found)) == (Source.DATABASE, ["imap imap.hoster.example:993:tls"])
    assert [client.lines[0] for client in directory.clients] == [
        f"GET /v1.1/{name} HTTP/1.1\r\n".encode() for name in (DOMAIN, "mail.hoster.example", "hoster.example")
    ]


def test_srv_records_are_taken_where_what_they_name_answers(dovecot: Dovecot, internet: Internet) -> None:
    internet.srv(DOMAIN, "_imaps", f"0 1 993 gone.{DOMAIN}.", f"1 1 993 imap.{DOMAIN}.")
    internet.srv(DOMAIN, "_pop3", f"0 1 110 mail.{DOMAIN}.")
    internet.srv(DOMAIN, "_submissions", "0 0 0 .")
    internet.leads(f"imap.{DOMAIN}", 993, dovecot.tls_port)
    internet.leads(f"mail.{DOMAIN}", 110, dovecot.pop3_port)
    found = find(ADDRESS)
    assert found.source is Source.DNS
    assert servers(found) == [f"imap imap.{DOMAIN}:993:tls", f"pop3 mail.{DOMAIN}:110:starttls"]
    assert [(one.username, one.username_retry, one.checked) for one in found.offers] == [(ADDRESS, "anna", True)] * 2


def test_an_unknown_domain_is_guessed_by_names_that_answer(dovecot: Dovecot, internet: Internet) -> None:
    internet.mx(DOMAIN, f"mx.{DOMAIN}")
    internet.leads(f"imap.{DOMAIN}", 993, dovecot.tls_port)
    internet.leads(f"mail.{DOMAIN}", 993, dovecot.tls_port)
    internet.leads(f"pop3.{DOMAIN}", 110, dovecot.pop3_port)
    with Hostile(smtp, tls=True, ca=internet.ca, name=f"mail.{DOMAIN}") as outgoing:
        internet.leads(f"smtp.{DOMAIN}", 465, outgoing.port)  # whose certificate is for another name
        internet.leads(f"mail.{DOMAIN}", 465, outgoing.port)
        found = find(ADDRESS)
    assert (found.source, found.confirm) == (Source.GUESSED, ())
    assert servers(found) == [
        f"imap imap.{DOMAIN}:993:tls",
        f"pop3 pop3.{DOMAIN}:110:starttls",
        f"smtp mail.{DOMAIN}:465:tls",
    ]
    assert [step.outcome for step in found.steps] == [Outcome.NOTHING, Outcome.NOTHING, Outcome.NOTHING, Outcome.FOUND]
    assert "anna" not in dovecot.log()


def test_a_hosters_name_in_the_certificate_is_proposed_tested_and_needs_a_persons_word(internet: Internet) -> None:
    def imap(client: Client) -> None:
        client.send(b"* OK ready\r\n")
        client.command()
        client.ok(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")

    with Hostile(imap, tls=True, ca=internet.ca, name="s12.hoster.example") as hoster:
        internet.leads(f"mail.{DOMAIN}", 993, hoster.port)
        assert find(ADDRESS).source is Source.BY_HAND  # the name is nobody's
        internet.leads("s12.hoster.example", 993, hoster.port)
        found = find(ADDRESS)
    assert (found.source, servers(found)) == (Source.GUESSED, ["imap s12.hoster.example:993:tls"])
    assert (found.confirm, found.incoming[0].checked) == (("hoster.example",), True)


def test_an_operators_own_domain_goes_by_its_templates_before_anything_else(
    dovecot: Dovecot, internet: Internet
) -> None:
    internet.mx(DOMAIN, "aspmx.l.google.com")
    internet.leads(f"imap.{DOMAIN}", 993, dovecot.tls_port)
    hosted = Hosted(
        DOMAIN, ("nowhere.DOMAIN", "imap.DOMAIN", "imap.forpsi.com"), (), ("smtp.DOMAIN:587", "smtp.forpsi.com")
    )
    found = find(ADDRESS, Policy(hosted=(hosted,)))
    assert found.source is Source.OFFICE
    assert servers(found) == [f"imap imap.{DOMAIN}:993:tls", f"smtp smtp.{DOMAIN}:587:starttls"]
    assert [one.checked for one in found.offers] == [True, False]
    assert internet.asked == []


def test_an_operators_servers_that_do_not_answer_are_still_named_so_that_the_check_can_say_why(
    internet: Internet,
) -> None:
    hosted = Hosted(DOMAIN, ("imap.DOMAIN", "imap.forpsi.com"), ("DOMAIN:110:plain", "pop3.DOMAIN"))
    policy = Policy(hosted=(hosted,))
    assert servers(find(ADDRESS, policy)) == [f"imap imap.{DOMAIN}:993:tls", f"pop3 pop3.{DOMAIN}:995:tls"]
    policy = replace(policy, plain_hosts=frozenset({DOMAIN}))
    assert servers(find(ADDRESS, policy))[1] == f"pop3 {DOMAIN}:110:plain"


def test_a_customers_own_server_is_found_by_the_mx_or_the_way_to_find_it_is_told(
    dovecot: Dovecot, internet: Internet
) -> None:
    internet.mx(DOMAIN, "s12.lh.pl")
    found = find(ADDRESS)
    assert (found.source, found.provider) == (Source.BY_HAND, "lh-pl")
    assert found.incoming[0].server.host == "s12.lh.pl"
    assert not found.incoming[0].checked
    internet.leads(f"mail.{DOMAIN}", 993, dovecot.tls_port)
    found = find(ADDRESS)
    assert (found.source, found.provider, found.incoming[0].server.host) == (
        Source.BUILT_IN_MX,
        "lh-pl",
        f"mail.{DOMAIN}",
    )


def test_bridge_is_named_only_where_the_keeper_allows_it(internet: Internet) -> None:
    assert find("anna@proton.me", gate=Gate()).incoming == ()
    assert find("anna@proton.me", gate=Gate()).provider == "proton"
    allowed = find("anna@proton.me", gate=Gate.parse("127.0.0.1:1143, 127.0.0.1:1025"))
    assert servers(allowed) == ["imap 127.0.0.1:1143:starttls", "smtp 127.0.0.1:1025:starttls"]


def test_a_domain_that_is_not_there_is_said_to_be_none_and_what_may_be_meant(internet: Internet) -> None:
    found = find("anna@gmial.com")
    assert (found.unknown_domain, found.suggestion, found.offers) == (True, "anna@gmail.com", ())
    assert internet.asked == ["MX gmial.com"]
    assert "autoconfig.gmial.com" not in internet.looked_up


def test_names_that_this_machine_alone_knows_are_still_guessed(dovecot: Dovecot, internet: Internet) -> None:
    internet.leads(f"imap.{DOMAIN}", 993, dovecot.tls_port)
    internet.unknown.add(DOMAIN)
    found = find(ADDRESS)
    assert (found.source, found.unknown_domain) == (Source.GUESSED, False)


def test_where_nobody_knows_a_proposal_is_left_to_the_person(internet: Internet) -> None:
    internet.mx(DOMAIN, ".")
    found = find(ADDRESS)
    assert (found.source, found.unknown_domain) == (Source.BY_HAND, False)
    assert [one.checked for one in found.offers] == [False] * 3
    assert servers(found) == [
        f"imap imap.{DOMAIN}:993:tls",
        f"pop3 pop3.{DOMAIN}:995:tls",
        f"smtp smtp.{DOMAIN}:465:tls",
    ]


def test_a_search_among_silent_servers_ends_in_time(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that can be named accepts connections and says nothing, and so does the name server about services."""
    monkeypatch.setattr(searching, "SECONDS", 2.0)
    monkeypatch.setattr(searching, "KEPT", 0.6)
    monkeypatch.setattr(searching, "FETCH", 9.0)
    monkeypatch.setattr(searching, "DNS", 0.3)
    internet.silent |= {
        f"{service}._tcp.{DOMAIN}" for service in ("_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission")
    }
    with Hostile(Client.wait_for_goodbye) as silent:
        for name in ("imap", "pop3", "smtp", "mail", "poczta", "autoconfig"):
            for port in (443, 993, 143, 995, 110, 465, 587):
                internet.leads(f"{name}.{DOMAIN}", port, silent.port)
        begun = time.monotonic()
        found = find(ADDRESS)
        assert time.monotonic() - begun < 2.5
    assert found.source is Source.BY_HAND


def test_a_search_that_nobody_waits_for_asks_nobody_any_more(internet: Internet) -> None:
    internet.mx(DOMAIN, f"mx.{DOMAIN}")
    stop = Event()
    steps = search(parted(ADDRESS), Policy(), World(GATE, Names(), Https(GATE)), stop)
    first = next(steps)
    stop.set()
    rest = list(steps)
    assert first == Step(Source.BUILT_IN_MX, DOMAIN)
    assert [one for one in rest if isinstance(one, Found)] == []
    assert internet.asked == internet.looked_up == []


@pytest.mark.parametrize("name", [AUTOCONFIG, DOMAIN, f"imap.{DOMAIN}", f"mail.{DOMAIN}"])
def test_names_that_lead_inside_are_not_dialled_by_any_step(
    internet: Internet, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    internet.addresses[name] = ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1"]
    internet.srv(DOMAIN, "_imaps", f"0 1 993 {name}.")
    dialled: list[object] = []
    monkeypatch.setattr("socket.socket.connect", lambda sock, address: dialled.append(address))
    assert find(ADDRESS, Policy(ask_ispdb=True), gate=Gate()).source is Source.BY_HAND
    assert [address for address in dialled if address != ("127.0.0.1", internet.dns_port)] == []


def test_of_each_service_the_offers_can_be_taken(internet: Internet) -> None:
    found = find("anna@gmail.com")
    assert [len(found.of(service)) for service in Service] == [1, 1, 2]
