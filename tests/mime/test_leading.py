"""Links that lead elsewhere than their words say."""

import pytest

from teczka.mime.leading import MOST, misleading
from teczka.mime.preview import plain
from teczka.mime.sanitize import sanitize

LOGIN = "https://evil.example/login"
SAFE = "https://eur01.safelinks.protection.outlook.com/?data=x&amp;url="
LIES = {
    "an address for another": (LOGIN, "https://www.bank.pl/login", "www.bank.pl"),
    "among words": (LOGIN, "Zaloguj się (https://bank.pl) teraz", "bank.pl"),
    "a host alone": (LOGIN, " bank.pl ", "bank.pl"),
    "in pieces": (LOGIN, "<b>www.</b>ba&shy;nk<wbr>.pl", "www.bank.pl"),
    "before the sign @": ("https://www.bank.pl@evil.example/x", "https://www.bank.pl@evil.example/x", "www.bank.pl"),
    "by a port that is a password": (
        "https://bank.pl:443@evil.example/",
        "https://bank.pl:443@evil.example/",
        "bank.pl",
    ),
    "with a slash of Windows": ("https:evil.example\\@www.bank.pl", "www.bank.pl", "www.bank.pl"),
    "with blanks within": ("https://ev&#10;il.example/", "www.bank.pl", "www.bank.pl"),
    "somebody's mail": ("mailto:a7@evil.example", "kontakt@bank.pl", "bank.pl"),
    "below another's host": ("https://bank.pl.evil.example/", "https://bank.pl/", "bank.pl"),
    "wide letters": (LOGIN, "ｗｗｗ．bank．pl", "www.bank.pl"),
    "a counter of the sender's, whatever it is told": (f"{LOGIN}?url=https://bank.pl", "bank.pl", "bank.pl"),
    "behind a provider's check": (f"{SAFE}https%3A%2F%2Fevil.example%2F%3Fu%3Dbank.pl", "bank.pl", "bank.pl"),
    "behind one within another": (
        f"{SAFE}https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%3A%2F%2Fevil.example",
        "bank.pl",
        "bank.pl",
    ),
}
# The check's own host is told where it is not sure where that goes on to.
UNSURE = {
    "twice": f"{SAFE}https%3A%2F%2Fbank.pl&amp;URL=https%3A%2F%2Fevil.example",
    "before the sign @": f"{SAFE}https%3A%2F%2Fbank.pl%40evil.example",
    "with a slash of Windows": f"{SAFE}https%3A%2F%2Fbank.pl%5C%40evil.example",
    "by an address without its beginning": f"{SAFE}bank.pl",
    "of a host that only ends alike": "https://xsafelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fbank.pl",
    "in its parameter": "https://evil.example/?x=https://urldefense.com/v3/__https://bank.pl__;!!A",
    "on another page of that host": "https://www.google.com/amp/url?q=https://bank.pl",
}
TRUE = {
    "the same": ("https://www.bank.pl/login?x=1", "http://bank.pl"),
    "below it": ("https://login.bank.pl/", "www.bank.pl"),
    "another in the path": ("https://click.list.pl/?to=https://bank.pl", "https://click.list.pl/?to=https://bank.pl"),
    "words": (LOGIN, "Zaloguj się. Teraz."),
    "a file": (LOGIN, "umowa.najmu.docx"),
    "a date": (LOGIN, "12.05.2026"),
    "a spelling of its own": ("https://żółw.pl/", "żółw.pl"),
    "capitals": ("HTTPS://WWW.Bank.PL:443", "https://www.bank.pl."),
    "its own mail": ("mailto:jan%40bank.pl?subject=x", "jan@bank.pl"),
    "no host": ("tel:+48221234567", "www.bank.pl"),
    "through a provider's check": (
        f"{SAFE}https%3A%2F%2Fwww.bank.pl%2Flogin%3Fx%3D1&amp;sdata=y",
        "https://www.bank.pl/login",
    ),
    "through Google": ("https://www.google.com/url?q=https://bank.pl/%C5%BC&amp;sa=D", "bank.pl"),
    "through Barracuda": ("https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fbank.pl%2f&amp;c=E", "bank.pl"),
    "through Proofpoint": ("https://urldefense.proofpoint.com/v2/url?u=https-3A__www.bank.pl_x&amp;d=DwMF", "bank.pl"),
    "through Proofpoint's next": ("https://urldefense.com/v3/__https://www.bank.pl/x?y=*A__;Iw!!AbC", "bank.pl"),
    "a check's own address": (f"{SAFE}https%3A%2F%2Fevil.example", f"{SAFE}https%3A%2F%2Fevil.example"),
}


def led(href: str, words: str) -> list[tuple[str, str]]:
    html = f'<p lang="x href="><a style="color:red" href="{href}">{words}</a></p>'
    return [(lead.said, lead.host) for lead in misleading(sanitize(html, cid=lambda name: None).html)]


@pytest.mark.parametrize(("href", "words", "said"), LIES.values(), ids=LIES)
def test_a_link_that_names_another_host_is_told(href: str, words: str, said: str) -> None:
    assert [one[0] for one in led(href, words)] == [said]
    assert led(href, words)[0][1].endswith("evil.example")


@pytest.mark.parametrize("href", UNSURE.values(), ids=UNSURE)
def test_a_check_that_could_go_on_to_two_places_is_no_excuse(href: str) -> None:
    assert [one[0] for one in led(href, "bank.pl")] == ["bank.pl"]


@pytest.mark.parametrize(("href", "words"), TRUE.values(), ids=TRUE)
def test_a_link_that_leads_where_it_says_is_not(href: str, words: str) -> None:
    assert led(href, words) == []


@pytest.mark.parametrize("words", ["apple.com", "\u0430pple.com", "https://\u0430pple.com/x"])
def test_letters_that_look_like_others_are_told(words: str) -> None:
    assert led("https://\u0430pple.com/", words) == [("apple.com", "xn--pple-43d.com")]


def test_plain_texts_links_are_asked_too() -> None:
    assert misleading(plain("https://www.bank.pl@evil.example/x, https://sad.gov.pl i jan@x.pl")) == [
        ("www.bank.pl", "evil.example")
    ]


def test_no_more_are_told_than_can_be_read() -> None:
    assert len(misleading("".join(f'<a href="https://e{n}.example">bank.pl</a>' for n in range(1_000)))) == MOST
