"""`teczka demo`: a law office in a folder of its own, entered by a link."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar

import psycopg
import pytest
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import sync_playwright

from tests.browser.from_nothing import ARGUMENTS, CHROMIUM, read_file_share_answer
from tests.processes import READY_SECONDS, Running, Teczka, empty, until

pytestmark = pytest.mark.usefixtures("unguarded")


def visitor() -> urllib.request.OpenerDirector:
    """A browser without cookies."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar()))


def get(url: str, browser: urllib.request.OpenerDirector | None = None) -> tuple[int, str]:
    """Status and page, redirects followed."""
    browser = browser or visitor()
    try:
        with browser.open(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, ""


FILLED_SECONDS = 4 * READY_SECONDS  # an office of two years is made first


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[Teczka, Running]]:
    with empty() as teczka, teczka.running("demo", "--data", str(teczka.data), "--port", "0") as running:
        until(lambda: "/demo/" in running.said() or running.process.poll() is not None, FILLED_SECONDS, "the links")
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


def test_each_finds_their_cases_and_what_is_shown_to_them_and_nothing_behind_a_wall(
    demo: tuple[Teczka, Running],
) -> None:
    seen = {person: pages(link) for person, link in links(demo[1]).items()}
    helena, tomasz, beata, marcin = seen.values()
    assert "Wierzbiccy" in helena["cases/?show=all"]
    assert "Project Heron" in helena["cases/?show=closed"]
    assert all("Olszanka" in page["cases/?show=all"] for page in (helena, beata))  # its team
    shown = [page[path] for page in (tomasz, marcin) for path in ("cases/?show=all", "tasks/", "shared/")]
    assert not any("Olszanka" in page for page in shown)
    assert [page["shared/"].count('role="row"') > 5 for page in seen.values()] == [True, True, True, False]
    assert all(page["unfiled/"].count('role="row"') > 5 for page in seen.values())
    for group in ("Po terminie", "Dziś", "W ciągu tygodnia", "Później"):
        assert group in helena["tasks/"]


def test_only_what_the_script_shows_to_a_team_is_shown_to_it(demo: tuple[Teczka, Running]) -> None:
    helena, _, beata, _ = links(demo[1]).values()
    assert "Marek Dobrowidz" in case_page(beata, "Stalbet")
    assert "Grażyna Mączyńska" in case_page(helena, "Złoty Kłos")  # filed there for herself alone
    assert "Grażyna Mączyńska" not in case_page(beata, "Złoty Kłos")


def case_page(link: str, name: str) -> str:
    browser, here = visitor(), link.partition("/demo/")[0]
    get(link, browser)
    found = re.search(rf'href="(/cases/[\w-]+/)"[^>]*>\s*{name}', get(f"{here}/cases/?show=all", browser)[1])
    assert found
    return get(here + found[1], browser)[1]


def pages(link: str) -> dict[str, str]:
    """What somebody finds who comes in by the link."""
    browser, here = visitor(), link.partition("demo/")[0]
    get(link, browser)
    return {
        path: get(here + path, browser)[1]
        for path in ("cases/?show=all", "cases/?show=closed", "shared/", "unfiled/", "tasks/")
    }


@pytest.mark.browser
def test_who_comes_by_the_link_reads_files_shares_and_answers(demo: tuple[Teczka, Running]) -> None:
    """From a clean clone: python -m tests.browser.from_nothing."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="pl-PL")
        read_file_share_answer(page, next(iter(links(demo[1]).values())))
        browser.close()


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
    with psycopg.connect(demo[0].dsn()) as look:
        assert look.execute("SELECT count(*) FROM store_message WHERE indexed_with IS NULL").fetchone() == (0,)


def test_a_running_demo_is_not_cleared_by_another(demo: tuple[Teczka, Running]) -> None:
    done = demo[0].tried("demo", "--data", str(demo[0].data), "--port", "0")
    assert done.returncode == 1
    assert f"Another Teczka (process {demo[1].pid})" in done.stderr


def test_a_folder_that_is_no_demo_s_is_never_cleared() -> None:
    with empty() as teczka:
        teczka.data.mkdir()
        (teczka.data / "pismo.odt").write_text("ważne")
        done = teczka.begun("demo", "--data", str(teczka.data), "--port", "0")
        assert done.returncode == 1
        assert "holds something that no demo has put there" in done.stderr
        assert (teczka.data / "pismo.odt").read_text() == "ważne"
        assert [path.name for path in teczka.data.iterdir()] == ["pismo.odt"]
