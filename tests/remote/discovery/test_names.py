"""MX and SRV, asked of a real DNS server."""

from collections import Counter
from itertools import count

import pytest
from dns.name import from_text
from dns.rdataclass import IN
from dns.rdatatype import SRV as SRV_TYPE
from dns.rdtypes.IN.SRV import SRV
from dns.resolver import NoResolverConfiguration, Resolver
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.accounts import Endpoint
from teczka.core.discovery import Service
from teczka.core.errors import Problem, Trouble
from teczka.remote.discovery.names import Exchangers, Names, ordered
from tests.internet import Internet


def test_exchangers_come_best_first_in_lower_case(internet: Internet) -> None:
    internet.mx("lipowa.example", "MX1.Hoster.example", "mx2.hoster.example")
    internet.records["lipowa.example", "MX"].reverse()
    assert Names().exchangers("lipowa.example", 1) == Exchangers(True, ("mx1.hoster.example", "mx2.hoster.example"))
    assert internet.asked == ["MX lipowa.example"]


@pytest.mark.parametrize(
    ("records", "expected"),
    [([], Exchangers(True)), (["."], Exchangers(True)), (None, Exchangers(False))],
    ids=["none", "takes no mail", "no such domain"],
)
def test_a_domain_without_mail_and_one_that_is_not_there_are_told_apart(
    internet: Internet, records: list[str] | None, expected: Exchangers
) -> None:
    if records is not None:
        internet.addresses["www.lipowa.example"] = ["192.0.2.1"]
        internet.mx("lipowa.example", *records)
    assert Names().exchangers("lipowa.example", 1) == expected


@pytest.mark.parametrize("trouble", ["silent", "broken"])
def test_a_name_server_without_an_answer_is_a_problem_in_time(internet: Internet, trouble: str) -> None:
    getattr(internet, trouble).add("lipowa.example")
    with pytest.raises(Problem) as caught:
        Names().exchangers("lipowa.example", 0.3)
    assert caught.value.trouble is Trouble.SERVER_SILENT


def test_a_machine_without_name_servers_is_a_problem_and_not_a_crash() -> None:
    def none() -> Resolver:
        raise NoResolverConfiguration

    with pytest.raises(Problem):
        Names(none).exchangers("lipowa.example", 0.3)


def test_services_come_tls_first_and_what_is_not_offered_is_left_out(internet: Internet) -> None:
    domain = "lipowa.example"
    internet.srv(domain, "_imap", "0 1 143 mail.lipowa.example.")
    internet.srv(domain, "_imaps", "20 1 993 b.lipowa.example.", "10 1 993 A.lipowa.example.")
    internet.srv(domain, "_pop3s", "0 0 0 .")
    internet.srv(domain, "_submission", "0 1 587 mail.lipowa.example.", "5 1 465 mail.lipowa.example.")
    assert Names().servers(domain, 1) == [
        (Service.IMAP, Endpoint("a.lipowa.example", 993, "tls")),
        (Service.IMAP, Endpoint("b.lipowa.example", 993, "tls")),
        (Service.IMAP, Endpoint("mail.lipowa.example", 143, "starttls")),
        (Service.SMTP, Endpoint("mail.lipowa.example", 587, "starttls")),
        (Service.SMTP, Endpoint("mail.lipowa.example", 465, "tls")),
    ]
    assert Counter(internet.asked) == Counter(
        f"SRV {service}._tcp.{domain}"
        for service in ("_imap", "_imaps", "_pop3", "_pop3s", "_submission", "_submissions")
    )


def test_one_service_without_an_answer_does_not_hide_the_others(internet: Internet) -> None:
    internet.silent.add("_imaps._tcp.lipowa.example")
    internet.srv("lipowa.example", "_pop3s", "0 1 995 mail.lipowa.example.")
    assert Names().servers("lipowa.example", 0.3) == [(Service.POP3, Endpoint("mail.lipowa.example", 995, "tls"))]


def record(priority: int, weight: int, name: str) -> SRV:
    return SRV(IN, SRV_TYPE, priority, weight, 993, from_text(name))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 65535)), max_size=8), st.randoms())
def test_any_records_are_put_in_order_and_none_is_lost(numbers: list[tuple[int, int]], random: object) -> None:
    below = random.randrange  # type: ignore[attr-defined]
    records = [record(priority, weight, f"h{place}.") for place, (priority, weight) in enumerate(numbers)]
    done = ordered(records, below)
    assert [one.priority for one in done] == sorted(one.priority for one in records)
    assert {one.target for one in done} == {one.target for one in records}


def test_among_equals_the_heavier_comes_first_as_often_as_its_weight_says() -> None:
    records = [record(1, 10, "light."), record(1, 30, "heavy."), record(1, 0, "spare.")]
    drawn = count()
    first = Counter(ordered(records, lambda most: next(drawn) % most)[0].target.to_text() for _ in range(41))
    assert first["heavy."] == 30
    assert first["light."] == 10
    assert first["spare."] == 1
