"""The rest of a conversation around the message that is read: opened in place, by keys, and as fresh as the stream tells."""

import re
from typing import Any

from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Locator, Page, expect

from teczka.store.events import changed
from teczka.store.models import Message, Placement
from teczka.store.viewer import as_user
from tests.browser.conftest import WIDE, Office
from tests.browser.test_hostile import PAYLOADS
from tests.browser.test_pages import check
from tests.browser.test_sharing import LOOKS
from tests.cast import make_folder
from tests.conversation import OWNER, Mailroom


class Talk(Mailroom):
    """Its letters bear ids of its own: all tests are Anna's."""

    def arrive(self, name: str, answers: str = "", **more: Any) -> Message:
        whole = [f"{self.address.split('@')[0]}-{one}" for one in (name, *answers.split())]
        self.letters[name] = super().arrive(whole[0], " ".join(whole[1:]), **more)
        return self.letters[name]


def begin(office: Office, name: str) -> Talk:
    """1 ← 2 (Anna's own) ← 3 ← 4 ← 5."""
    made = Talk(office.cast.anna, f"{name}@lipowa.example")
    sent = make_folder(made.account, "Wysłane", "sent")
    made.arrive("1", body="Klient opisuje, o co mu chodzi i czego się spodziewa po kancelarii.")
    made.arrive("2", "1", folder=sent, sender=OWNER, to="Jan Kowal <jan@klient.example>, Ewa <ewa@klient.example>")
    made.arrive("3", "1 2", body="Dzień dobry,\n\nprzesyłam dokumenty.\n\n" + "Jeszcze jedno zdanie.\n" * 60)
    made.arrive("4", "1 2 3")
    made.arrive("5", "1 2 3 4")
    return made


def tell(mail: Talk) -> None:
    with as_user(mail.owner.pk):
        changed([mail.owner.public_id], mail.account.public_id, [mail.inbox.public_id])


def choose(page: Page, mail: Talk, name: str) -> None:
    with page.expect_response("**/conversation/"):  # once the stream has begun
        page.goto(f"/folders/{mail.inbox.public_id}/?m={mail.letters[name].public_id}")
    page.locator('#rows [role="presentation"].spacer').first.wait_for(state="attached")
    expect(page.locator("#pane-head h1")).to_have_text(f"Pismo {mail.account.address.split('@')[0]}-{name}")
    page.locator("#rows").focus()


def line(page: Page, mail: Talk, name: str) -> Locator:
    return page.locator(f'[data-turn="{mail.letters[name].public_id}"]')


def test_a_line_opens_where_it_stands_and_its_letter_is_answered_from_there(page: Page, office: Office) -> None:
    mail = begin(office, "opens")
    choose(page, mail, "3")
    earlier, frame = line(page, mail, "2"), page.frame_locator("#frame").locator("body")
    earlier.locator(".turn-line").press("a")  # what is not seen is not answered
    expect(earlier.locator("iframe")).to_have_count(1)
    earlier.locator(".turn-line").press("o")
    expect(earlier.locator("iframe")).to_have_count(0)
    expect(earlier).to_contain_text("Ja → Jan Kowal, Ewa")
    earlier.locator(".turn-line").click()
    expect(earlier.frame_locator("iframe").locator("body")).to_contain_text(re.compile("Treść pisma .*-2"))
    expect(earlier.locator(".who-sees")).to_have_text("Prywatna – tylko Ty")
    page.wait_for_function("() => document.querySelector('.turn iframe').clientHeight < 120")  # as tall as its letter
    expect(page.locator("#turns-tools")).to_contain_text("Rozwinięte: 2 z 5")
    expect(frame).to_contain_text("przesyłam dokumenty")
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        check(page)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"]})
    with page.expect_request(lambda request: request.method == "POST" and "compose" in request.url) as asked:
        earlier.frame_locator("iframe").locator("body").press("r")  # within it: that one is answered
    assert f"reply:{mail.letters['2'].public_id}" in (asked.value.post_data or "").replace("%3A", ":")
    earlier.locator(".turn-line").click()
    expect(earlier.locator("iframe")).to_have_count(0)
    expect(page.locator("#turns-tools")).to_contain_text("Rozwinięte: 1 z 5")


def test_looking_into_a_turn_marks_it_as_read_and_fetching_ahead_does_not(page: Page, office: Office) -> None:
    mail = begin(office, "seen")
    choose(page, mail, "3")
    later = line(page, mail, "4")
    expect(later).to_have_class("turn unread")
    later.locator(".turn-line").click()
    expect(later).to_have_class("turn")
    with as_user(mail.owner.pk):
        seen = Placement.objects.filter(message__in=mail.letters.values(), seen=True).values_list(
            "message_id", flat=True
        )
        assert set(seen) <= {mail.letters[name].pk for name in "34"}
        assert mail.letters["4"].pk in seen


def test_keys_go_from_turn_to_turn_and_open_them(page: Page, office: Office) -> None:
    mail = begin(office, "keys")
    choose(page, mail, "3")

    page.keyboard.press("n")
    expect(line(page, mail, "4").locator(".turn-line")).to_be_focused()
    page.keyboard.press("p")
    expect(page.locator("#frame")).to_be_focused()
    page.keyboard.press("p")
    page.keyboard.press("p")
    first = line(page, mail, "1")
    expect(first.locator(".turn-line")).to_be_focused()
    page.keyboard.press("o")
    expect(first.locator("iframe")).to_have_count(1)
    first.frame_locator("iframe").locator("body").press("o")  # its frame's keys are heard
    expect(first.locator("iframe")).to_have_count(0)
    page.keyboard.press(";")
    expect(page.locator("#turns-tools")).to_contain_text("Rozwinięte: 5 z 5")
    expect(page.locator(".turn iframe")).to_have_count(4)
    page.keyboard.press(":")
    expect(page.locator(".turn iframe")).to_have_count(0)
    assert page.evaluate("() => document.querySelector('.app').getBoundingClientRect().top") == 0


def test_an_answer_that_comes_meanwhile_is_told_and_nothing_is_lost(page: Page, office: Office) -> None:
    mail = begin(office, "live")
    choose(page, mail, "3")
    line(page, mail, "2").locator(".turn-line").click()
    inside = line(page, mail, "2").frame_locator("iframe").locator("body")
    expect(inside).to_contain_text(re.compile("Treść pisma .*-2"))
    page.wait_for_function("() => document.querySelector('.turn iframe').clientHeight < 120")
    page.evaluate("() => { document.querySelector('.turn iframe').dataset.stays = '1' }")
    page.locator(".comment-new > summary").click()
    page.locator(".comment-new textarea").fill("Piszę uwagę")
    page.locator("#pane").evaluate("pane => { pane.scrollTop = 300 }")
    top = "() => document.getElementById('frame').getBoundingClientRect().top"
    before = page.evaluate(top)
    mail.arrive("6", "1 2 3 4 5", body="Odpowiedź na wszystko.")
    early = mail.arrive("0", "1")
    with as_user(mail.owner.pk):  # what was filed elsewhere comes back: it stands above the text
        Message.objects.filter(pk=early.pk).update(internaldate=mail.letters["1"].internaldate)
    tell(mail)
    expect(page.locator("#turns-newer")).to_contain_text("Są 3 nowsze wiadomości w tej rozmowie")
    expect(line(page, mail, "6")).to_contain_text("Odpowiedź na wszystko.")
    expect(line(page, mail, "0")).to_be_attached()
    assert page.locator(".turn iframe").get_attribute("data-stays") == "1"
    assert abs(page.evaluate(top) - before) < 1
    expect(page.locator(".comment-new textarea")).to_have_value("Piszę uwagę")
    with as_user(mail.owner.pk):
        Placement.objects.filter(message__in=[mail.letters["6"], mail.letters["5"]]).update(gone_at=early.internaldate)
        bin_ = make_folder(mail.account, "Kosz", "trash")
        Placement.objects.filter(message=mail.letters["4"]).update(folder=bin_)
        Message.objects.filter(pk__in=[mail.letters[name].pk for name in "56"]).update(thread=None)
    tell(mail)
    expect(page.locator("#turns-later li")).to_have_count(0)
    expect(page.locator("#turns-newer")).to_be_hidden()
    page.locator("#pane-head [data-action=star]").click()  # the pane is made anew: what is open is open again
    expect(inside).to_contain_text(re.compile("Treść pisma .*-2"))


def test_a_pane_that_was_kept_is_right_again_when_it_is_gone_back_to(page: Page, office: Office) -> None:
    mail = begin(office, "kept")
    choose(page, mail, "5")
    page.keyboard.press("j")
    expect(page.locator("#pane-head h1")).to_have_text(re.compile("Pismo .*-4"))
    mail.arrive("6", "1 2 3 4 5")
    tell(mail)
    expect(line(page, mail, "6")).to_be_attached()
    page.keyboard.press("k")
    expect(page.locator("#pane-head h1")).to_have_text(re.compile("Pismo .*-5"))
    expect(page.locator("#turns-newer")).to_contain_text("Jest nowsza wiadomość w tej rozmowie")
    page.locator("#turns-newer a").click()
    expect(line(page, mail, "6").frame_locator("iframe").locator("body")).to_contain_text(
        re.compile("Treść pisma .*-6")
    )
    expect(line(page, mail, "6").locator(".turn-line")).to_be_focused()


def test_without_script_a_line_leads_to_its_message(office: Office, browser: Browser) -> None:
    mail = begin(office, "noscript")
    context = browser.new_context(base_url=office.site.url, java_script_enabled=False)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(mail.owner), "url": office.site.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"/messages/{mail.letters['3'].public_id}/")
    line(page, mail, "4").locator("a").click()
    expect(page.locator("h1")).to_have_text(re.compile("Pismo .*-4"))
    context.close()


def test_hostile_mail_in_a_turn_runs_nothing_and_goes_nowhere(browser: Browser, office: Office) -> None:
    """One in eight, as its sender wrote it, not sanitised: the wall alone."""
    mail = Talk(office.cast.anna, "zly@lipowa.example")
    mail.arrive("0")
    payloads = PAYLOADS[::8]
    for number in range(1, len(payloads) + 1):
        mail.arrive(str(number), "0")
    with as_user(mail.owner.pk), connection.cursor() as cursor:
        for number, payload in enumerate(payloads, 1):
            told = f"<p>Treść</p> {payload}"
            which = mail.letters[str(number)].pk
            cursor.execute("UPDATE store_text SET html = %s WHERE message_id = %s", [told, which])
    context = browser.new_context(viewport=WIDE, base_url=office.site.url)  # type: ignore[arg-type]
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(mail.owner), "url": office.site.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    opened: list[Page] = []
    context.on("page", lambda other: opened.append(other))  # noqa: PLW0108  playwright marks its listeners
    page.goto(f"/folders/{mail.inbox.public_id}/?m={mail.letters['0'].public_id}")
    where = page.url
    page.locator("[data-turns-all]").click()
    expect(page.locator(".turn-line")).to_have_count(len(payloads))
    for number in range(1, len(payloads) + 1):
        turn = line(page, mail, str(number))
        turn.locator(".turn-line").click()
        expect(turn.frame_locator("iframe").locator("p", has_text="Treść").first).to_be_attached()
        paths = page.evaluate(
            "() => [...document.querySelectorAll('.turn iframe')].map(one => one.contentWindow.location.pathname)"
        )
        assert paths == [f"/messages/{mail.letters[str(number)].public_id}/body/"], payloads[number - 1]
        assert page.evaluate("() => window.ran") is None, payloads[number - 1]
        turn.locator(".turn-line").click()
    assert page.url == where
    assert not opened
    context.close()
