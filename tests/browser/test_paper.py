"""A message's page for paper (ADR 0054): whole, no line of it cut, and nothing that a mail says changes the table above it."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage

import pypdfium2
import pytest
from django.db import connection
from playwright.sync_api import BrowserContext, Page, expect

from teczka.mime.sanitize import sanitize
from teczka.store.models import Folder, Message
from teczka.store.viewer import as_user
from tests.browser.conftest import Mail, MailFolder, Office, intercept
from tests.browser.test_hostile import PAYLOADS
from tests.cast import make_account, make_folder
from tests.web.mailroom import store

LINES = 200
TEXT = "Pozwany wnosi o oddalenie powództwa w całości i o zasądzenie kosztów procesu. "
COLUMNS = "".join(f"<td nowrap style='white-space:nowrap'>Kolumna{one} {'x' * 40}</td>" for one in range(16))
AT_ONCE = 150
MARGIN = 40  # points: less than the page's own
NUMBER = re.compile(r"W(\d+)w")

# Not sanitised: each would lie over the table, move it or take it away, if it stood in the table's own document.
OVER = [
    "<div style='position:absolute;top:-90px;left:-60px;width:2000px;height:2000px;background:red'>X</div>",
    "<div style='position:fixed;inset:0;background:red;z-index:2147483647'>X</div>",
    "<div style='margin:-300px;height:900px;background:red'>X</div>",
    "<div style='float:left;margin:-300px 0 0 -300px;width:900px;height:900px;background:red'>X</div>",
    "<div style='transform:translateY(-300px) scale(9);height:300px;background:red'>X</div>",
    "<p style='outline:900px solid red;box-shadow:0 0 0 900px red'>X</p>",
    "<p style='counter-reset:page 90;page:other;view-transition-name:x;anchor-name:--x'>X</p>",
    "<style>:host{position:fixed!important;inset:-300px!important;background:red!important;z-index:99999!important}</style>",
    "<style>:host{transform:translateY(-300px)!important;outline:900px solid red!important}</style>",
    "<style>:root,html,body,table,.facts,td{color:red!important;display:none!important}</style>",
    "<style>@page{margin:0;size:3cm}@font-face{font-family:'system-ui';src:url(/messages/x)}</style>",
    "<link rel=stylesheet href='/static/teczka/mail.css'><meta name=color-scheme content=dark>",
    "<p id=whole class=facts>X</p><slot></slot><base href=https://evil.example/>",
]


@pytest.fixture(scope="module")
def folder(office: Office) -> Folder:
    return make_folder(make_account(office.cast.anna, "papier@lipowa.example"))


def letter(html: str, **attached: bytes) -> bytes:
    made = EmailMessage()
    made["From"], made["To"] = "Sąd <sad@krakow.example>", "Anna <anna@lipowa.example>"
    made["Subject"] = "Odpowiedź na pozew"
    made.set_content(html, subtype="html")
    for name, content in attached.items():
        made.add_attachment(content, "application", "pdf", filename=f"{name}.pdf")
    return made.as_bytes()


def raw(message: Message, html: str) -> None:
    """The mail as its sender wrote it."""
    with as_user(message.owner_id), connection.cursor() as cursor:
        cursor.execute("UPDATE store_text SET html = %s WHERE message_id = %s", [html, message.pk])


def sheets(page: Page, paper: str = "A4") -> list[pypdfium2.PdfPage]:
    return list(pypdfium2.PdfDocument(page.pdf(format=paper)))


def words(sheet: pypdfium2.PdfPage) -> str:
    return str(sheet.get_textpage().get_text_range())


def lines(html: str) -> str:
    return html.join(f"W{number}w z wielu. " for number in range(1, LINES + 1))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(
    "html",
    [
        f"<p>{lines('</p><p>')}</p>",
        f"<div style='display:inline-block;width:1500px'>{lines('<br>')}</div>",
        f"<table width=1200><tr><td nowrap>{lines('<br>')}</td><td width=900>{TEXT}</td></tr></table>",
        f"<table style='display:inline-table;table-layout:fixed;width:3000px'><tr><td>{lines('<tr><td>')}</table>",
        f"<table border=1>{'<tr>' + COLUMNS}</table><p>{lines('<br>')}</p>",
        f"<div style='height:40px'>{lines('<br>')}</div>",
        f"<ul style='float:left;width:90%'><li>{lines('<li>')}</ul>",
    ],
    ids=["paragraphs", "box", "wide table", "fixed table", "many columns", "overflow", "float"],
)
def test_no_line_is_lost_or_cut_at_the_edge_of_a_sheet(page: Page, folder: Folder, html: str, paper: str) -> None:
    message = store(folder, letter(f"{html}<p>{paper}</p>"))
    page.goto(f"/messages/{message.public_id}/print/")
    printed = sheets(page, paper)
    assert len(printed) > 2
    # A line that is cut stands on both sheets.
    assert Counter(map(int, NUMBER.findall("\n".join(map(words, printed))))) == dict.fromkeys(range(1, LINES + 1), 1)
    for number, sheet in enumerate(printed, 1):
        check_margins(sheet)
        assert f"Strona {number} z {len(printed)}" in words(sheet)


def check_margins(sheet: pypdfium2.PdfPage) -> None:
    text = sheet.get_textpage()
    for at in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(at)
        if right > left:
            assert left > MARGIN, text.get_text_range(at, 20)
            assert right < sheet.get_width() - MARGIN, text.get_text_range(at, 20)
            assert bottom > MARGIN / 2, text.get_text_range(at, 20)
            assert top < sheet.get_height() - MARGIN, text.get_text_range(at, 20)


def test_the_table_above_is_the_same_whatever_the_mail_says(context: BrowserContext, folder: Folder) -> None:
    """The wall alone, without the sanitiser. What it refuses is written to the console: here that is no complaint."""
    page = context.new_page()
    message = store(folder, letter("<p>Spokojnie</p>", Wyrok=b"%PDF-1.4"))
    address, calm = f"/messages/{message.public_id}/print/", None
    for html in ("<p>Spokojnie</p>", *OVER):
        raw(message, html)
        page.goto(address)
        page.emulate_media(media="print")
        seen = head(page)
        calm = calm or seen
        assert seen == calm, html
        first = words(sheets(page)[0])
        assert "sad@krakow.example" in first, html
        assert hashlib.sha256(b"%PDF-1.4").hexdigest() in re.sub(r"\s", "", first), html
        assert "Strona 1 z" in first, html


def head(page: Page) -> tuple[str, bytes]:
    """What stands above the mail, as words and as a picture."""
    top = page.locator(".mail").bounding_box()
    assert top
    clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": top["y"]}  # type: ignore[index]
    return page.locator(".facts").first.inner_text(), page.screenshot(clip=clip)  # type: ignore[arg-type]


def test_no_mail_comes_out_of_its_place(page: Page, office: Office) -> None:
    """Sanitised, as every mail is: the document is the same as if they were empty."""
    out = ["</template></div></div></div></article><article class=message>", "<template></template>", "<slot name=x>"]
    mails = [sanitize(f"A {payload} Z", cid=lambda _: None).html for payload in (*out, *OVER, *PAYLOADS)]
    made = office.folder("paper", len(mails))
    with as_user(made.owner.pk), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE store_text t SET html = %s FROM store_message m"
            f" WHERE m.id = t.message_id AND m.account_id = {made.account.pk} AND m.size = %s",
            [(html, number) for number, html in enumerate(mails, 1)],
        )
        ids = [str(one) for one in Message.objects.filter(account=made.account).values_list("public_id", flat=True)]
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        page.goto(f"/messages/{some[0]}/print/?" + "&".join(f"message={one}" for one in some[1:]))
        assert page.evaluate(
            """() => [...document.querySelectorAll("body > article.message")].map(one => [
                 one.querySelectorAll("*").length - one.querySelectorAll("table *, table, .place").length,
                 one.querySelector(".host").childElementCount,
                 [...one.querySelector(".host").shadowRoot.children].map(each => each.localName).join(" "),
                 document.body.lastElementChild.id,
               ].join())"""
        ) == ["5,0,style div,whole"] * len(some)


def test_ctrl_p_prints_the_message_and_the_menu_its_conversation(
    page: Page, open_folder: Callable[[MailFolder], Mail], office: Office
) -> None:
    mail = open_folder(office.folder("ctrl-p", 3))
    page.evaluate(
        """() => document.addEventListener("load", ({ target }) => {
             if (target.id === "paper") target.contentWindow.print = () => { window.printed = target.contentDocument };
           }, true)"""
    )
    mail.press("j")
    mail.shows(3)
    ways: list[Callable[[], None]] = [
        lambda: mail.press("Control+p"),
        lambda: page.frame_locator("#frame").locator("body").press("Control+p"),
        lambda: page.get_by_role("link", name="Drukuj").click(),
        lambda: by_menu(mail, "Drukuj rozmowę"),
    ]
    for way in ways:
        way()
        page.wait_for_function("() => window.printed?.querySelector('h1').textContent === 'Pismo 3'")
        page.evaluate("() => { window.printed = null }")
    expect(page.locator("#paper")).to_have_count(1)
    page.locator("#rows").focus()
    mail.press("x", "j", "x")
    for name in ("Drukuj Ctrl", "Drukuj rozmowę"):
        page.evaluate("() => { window.printed = null }")
        by_menu(mail, name)
        page.wait_for_function("() => window.printed?.querySelectorAll('article.message').length === 2")


def test_a_page_for_paper_that_does_not_come_is_told_of_with_a_way_to_it(
    page: Page, open_folder: Callable[[MailFolder], Mail], office: Office
) -> None:
    mail = open_folder(office.folder("bez-papieru", 1))
    page.evaluate(
        "(set) => { set = setTimeout; window.setTimeout = (run, after) => after === 15_000 ? (window.late = run, 0) : set(run, after) }"
    )
    mail.press("j")
    mail.shows(1)
    message = mail.identify(1)
    intercept(page, f"**/messages/{message}/print/", lambda _: None)
    with page.expect_request(f"**/messages/{message}/print/"):
        mail.press("Control+p")
    expect(page.locator("#toast")).to_be_empty()
    page.evaluate("() => window.late()")
    expect(page.locator("#toast")).to_contain_text("Strona do druku jeszcze się nie wczytała.")
    link = page.get_by_role("link", name="Otwórz ją w nowej karcie")
    expect(link).to_have_attribute("href", re.compile(f"/messages/{message}/print/$"))


def test_more_than_one_page_takes_is_refused_in_a_sentence(
    page: Page, open_folder: Callable[[MailFolder], Mail], office: Office
) -> None:
    mail = open_folder(office.folder("za-wiele", 3))
    mail.press("j")
    mail.shows(3)
    mail.press("*", "a")
    page.locator('[data-action="mark-everything"]').dispatch_event("click")
    by_menu(mail, "Drukuj Ctrl")
    expect(page.locator("#toast")).to_contain_text("Naraz można wydrukować najwyżej 201 wiadomości")
    expect(page.locator("#paper")).to_have_count(0)


def by_menu(mail: Mail, name: str) -> None:
    mail.press(".")
    mail.page.get_by_role("menuitem", name=re.compile(f"^{name}")).click()
