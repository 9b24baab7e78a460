"""The table of providers keeps its own rules, and the matcher takes whole labels and the longest suffix."""

import re
import tomllib
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core import providers
from teczka.core.accounts import Auth
from teczka.core.providers import FACTS, HostRule, Provider, SaveSent, Template, UserName
from teczka.remote.imap.utf7 import encode

FILE = tomllib.loads(FACTS.read_text())
TABLES: dict[str, dict[str, Any]] = FILE["providers"]
EVERY = list(providers.every().values())

NEEDED = set(
    "id name kind domains mx_suffixes host_rule username auth password_kind enable_pl enable_en help_url save_sent limits "
    "quirks folders confidence sources smtp imap".split()
)
OPTIONAL = set(
    "name_en domain_suffixes mx_seen imap_alt pop3 pop3_alt smtp_alt username_smtp username_retry help_urls limits_mem "
    "disagreements host_hint_pl host_hint_en".split()
)
LIMITS = set(
    "imap_connections smtp_connections message_mb imap_download_mb_day imap_upload_mb_day pop3_download_mb_day "
    "transfer_mb_day messages_minute recipients_day recipients_message min_poll_minutes folders_max".split()
)
PORTS = {"imap": {993, 143, 1143}, "pop3": {995, 110}, "smtp": {465, 587, 1025}}
HOST = re.compile(r"\{mx\}|([a-z0-9-]+\.)*\{domain\}|([a-z0-9-]+\.)+[a-z0-9]+|127\.0\.0\.1")

each = pytest.mark.parametrize("name", TABLES)
known = pytest.mark.parametrize("provider", EVERY, ids=lambda one: one.id)


@each
def test_a_table_has_the_keys_it_needs_and_no_others(name: str) -> None:
    table = TABLES[name]
    assert table["id"] == name
    assert set(table) >= NEEDED
    assert not set(table) - NEEDED - OPTIONAL
    assert table["confidence"] in {"high", "medium", "low"}
    assert table["sources"]
    assert set(table["limits"]) <= LIMITS
    assert set(table.get("limits_mem", [])) <= set(table["limits"])
    assert not table["mx_suffixes"] or "mx_seen" in table
    assert table["folders"]["special_use"] in {"yes", "no", "partial", "unknown"}


@each
def test_every_server_of_a_table_has_a_host_and_a_port_that_goes_with_its_encryption(name: str) -> None:
    for kind, ports in PORTS.items():
        table = TABLES[name]
        for server in [*([table[kind]] if kind in table else []), *table.get(f"{kind}_alt", [])]:
            assert set(server) == {"host", "port", "security"}
            assert HOST.fullmatch(server["host"]), server
            assert server["port"] in ports
            assert server["security"] == ("tls" if server["port"] in {993, 995, 465} else "starttls")


@known
def test_a_provider_can_be_offered(provider: Provider) -> None:
    assert provider.imap
    assert provider.smtp
    assert provider.auth
    assert set(provider.auth) <= set(Auth)
    assert all(20 < len(provider.enable[language]) < 420 for language in ("pl", "en"))
    assert provider.help_url == "" or provider.help_url.startswith("http")
    assert bool(provider.host_hint) == (provider.host_rule is HostRule.CUSTOMER)
    assert set(provider.host_hint) in (set(), {"pl", "en"})


def test_no_domain_and_no_suffix_belongs_to_two() -> None:
    for names in (
        [name for one in EVERY for name in (*one.domains, *one.domain_suffixes)],
        [name for one in EVERY for name in one.mx_suffixes],
    ):
        assert [name for name, times in Counter(names).items() if times > 1] == []
        assert [name for name in names if name != name.lower() or name.startswith(".")] == []


def test_the_names_of_folders_are_given_as_they_go_over_the_wire() -> None:
    names = [name for role in FILE["folder_names"].values() for name in role]
    assert names
    assert [name for name in names if encode(name["name"]).decode() != name["wire"]] == []


def test_what_the_brief_names_is_there() -> None:
    by_address = {
        "gmail.com",
        "outlook.com",
        "interia.pl",
        "onet.pl",
        "wp.pl",
        "zoho.eu",
        "int.pl",
        "home.pl",
        "yahoo.com",
        "aol.com",
    }
    assert {domain for domain in by_address if providers.by_domain(domain) is None} == set()
    assert {name for name in ("dhosting", "forpsi", "microsoft-365") if providers.by_id(name) is None} == set()
    poczta = providers.by_id("int-pl")
    assert poczta is not None
    assert {template.host for template in poczta.templates()} == {"poczta.int.pl"}


@pytest.mark.parametrize(
    ("mx", "expected"),
    [
        ("kancelaria-pl.mail.protection.outlook.com", "microsoft-365"),
        ("outlook-com.olc.protection.outlook.com", "outlook-com"),
        ("aspmx.l.google.com", "google-workspace"),
        ("serwer123.home.pl", "home-pl"),
        ("mx.wp.pl", "wp"),
        ("mta5.am0.yahoodns.net", "yahoo"),
        ("mx1.gm0.yahoodns.net", "aol"),
        ("home.pl", "home-pl"),
        ("mail.notgoogle.com", None),
        ("google.com.evil.example", None),
        ("xhome.pl", None),
        ("pl", None),
        ("", None),
    ],
)
def test_a_mail_exchanger_is_known_by_its_longest_whole_suffix(mx: str, expected: str | None) -> None:
    found = providers.by_mx(mx)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("wp.pl", "wp"),
        ("kancelaria.onmicrosoft.com", "microsoft-365"),
        ("my.hub.pl", "interia"),
        ("hub.pl", None),
        ("xhub.pl", None),
        ("sub.gmail.com", None),
        ("", None),
    ],
)
def test_a_domain_is_known_exactly_or_below_a_suffix(domain: str, expected: str | None) -> None:
    found = providers.by_domain(domain)
    assert (found.id if found else None) == expected


def test_of_two_that_share_a_server_the_one_for_own_domains_is_taken() -> None:
    for host, expected in (
        ("outlook.office365.com", "microsoft-365"),
        ("imap.gmail.com", "google-workspace"),
        ("s12.zenbox.pl", "zenbox"),
    ):
        found = providers.by_server(host)
        assert found is not None
        assert found.id == expected


@given(st.lists(st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True), max_size=4), st.sampled_from(EVERY))
def test_whatever_stands_before_a_suffix_the_same_or_a_longer_one_is_found(
    labels: list[str], provider: Provider
) -> None:
    for suffix in provider.mx_suffixes:
        found = providers.by_mx(".".join([*labels, suffix]))
        assert found is not None
        assert max(len(own) for own in found.mx_suffixes) >= len(suffix)


@given(st.text(max_size=60))
def test_any_text_may_be_looked_up(text: str) -> None:
    for look in (providers.by_domain, providers.by_mx, providers.by_server, providers.by_id):
        found = look(text)
        assert found is None or isinstance(found, Provider)


def test_a_template_is_filled_in_or_left_out() -> None:
    assert Template("mail.{domain}", 993, "tls").at("lipowa.pl") is not None
    assert Template("{mx}", 993, "tls").at("lipowa.pl") is None
    filled = Template("{mx}", 993, "tls").at("lipowa.pl", "s1.lh.pl")
    assert filled is not None
    assert filled.host == "s1.lh.pl"


def test_a_user_is_called_as_the_provider_wants() -> None:
    icloud = providers.by_id("icloud")
    assert icloud is not None
    assert (icloud.username.of("anna@icloud.com"), icloud.username_smtp.of("anna@icloud.com")) == (
        "anna",
        "anna@icloud.com",
    )
    assert icloud.username_retry is UserName.ADDRESS
    assert icloud.pop3 == ()
    assert icloud.save_sent is SaveSent.UNKNOWN
    web_de = providers.by_id("web-de")
    assert web_de is not None
    assert web_de.min_poll_minutes == 15
