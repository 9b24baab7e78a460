"""`teczka demo`: a law office in a folder of its own, entered by a link."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar

import pytest
from django.urls import NoReverseMatch, reverse

from tests.processes import READY_SECONDS, Running, Teczka, empty, until


def get(url: str) -> tuple[int, str]:
    """Status and page as a browser without cookies comes to it, redirects followed."""
    browser = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
    )
    try:
        with browser.open(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, ""


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[Teczka, Running]]:
    with empty() as teczka, teczka.running("demo", "--data", str(teczka.data), "--port", "0") as running:
        until(lambda: "/demo/" in running.said() or running.process.poll() is not None, READY_SECONDS, "the links")
        yield teczka, running
        assert running.stop()[0] == 0


def links(running: Running) -> dict[str, str]:
    return dict(re.findall(r"^  (.+): (http://localhost:\d+/demo/\S+/)$", running.said(), re.MULTILINE))


def test_its_links_sign_four_people_in_to_their_read_mail(demo: tuple[Teczka, Running]) -> None:
    found = links(demo[1])
    assert len(found) == 4
    for person, link in found.items():
        status, page = get(link)
        assert status == 200
        assert person in page
        assert page.count('role="row"') > 5


def test_a_link_that_was_changed_opens_nothing(demo: tuple[Teczka, Running]) -> None:
    link = next(iter(links(demo[1]).values()))
    assert get(f"{link[:-2]}x/")[0] == 404
    assert get(f"{link.partition('/demo/')[0]}/demo/anybody/")[0] == 404


def test_there_is_no_such_page_outside_a_demo() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("demo", args=["anybody"])


def test_all_that_it_shows_is_stored_and_verified(demo: tuple[Teczka, Running]) -> None:
    found = demo[0]("verify", "--json")
    assert found["clean"]
    assert found["accounts"] == 4
    assert found["messages"] > 200
    assert demo[0]("doctor", "--json")["reading"]["told"].startswith("0 ")


def test_a_running_demo_is_not_cleared_by_another(demo: tuple[Teczka, Running]) -> None:
    done = demo[0].tried("demo", "--data", str(demo[0].data), "--port", "0")
    assert done.returncode == 1
    assert f"Another Teczka (process {demo[1].pid})" in done.stderr


def test_a_folder_that_is_no_demo_s_is_never_cleared() -> None:
    with empty() as teczka:
        teczka.data.mkdir()
        (teczka.data / "pismo.odt").write_text("ważne")
        done = teczka.tried("demo", "--data", str(teczka.data), "--port", "0")
        assert done.returncode == 1
        assert "holds something that no demo has put there" in done.stderr
        assert (teczka.data / "pismo.odt").read_text() == "ważne"
        assert [path.name for path in teczka.data.iterdir()] == ["pismo.odt"]
