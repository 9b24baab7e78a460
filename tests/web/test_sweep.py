"""Every address, as everybody: with both walls, with row-level security alone, and with the query filter alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from teczka.store.models import Message
from teczka.store.queries import walls
from teczka.web.urls import urlpatterns
from tests.conftest import OwnDatabase
from tests.database import BYPASS
from tests.web.access.world import BESIDE, KINDS, OWNERS_ALONE
from tests.web.conftest import SECRETS, Office, browser, make_office

# What a stranger gets. own: their own things, without a trace of Anna's. hidden: as if it did not exist. act: the same, where they try
# to do it. shaping: hidden, and there only for the owner of a managed account. open: anybody may come. keepers: administrators alone, of
# their own office; to all others as if it did not exist.
SWEEP = {
    "home": "own",
    "set_up": "open",
    "join": "open",
    "account_login": "open",
    "account_logout": "own",
    "set_language": "open",
    "help_contents": "open",
    "help": "open",
    "source": "open",
    "palette": "own",
    "case_find": "own",
    "case_import": "own",
    "case_import_confirm": "own",
    "case_template": "own",
    "case_table": "own",
    "own_settings": "own",
    "security": "own",
    "security_elsewhere": "own",
    "second_factor": "open",
    "second_factor_set_up": "own",
    "second_factor_off": "own",
    "second_factor_codes": "own",
    "second_factor_noted": "own",
    "provider_sign_in": "open",
    "provider_connect": "own",
    "provider_disconnect": "own",
    "provider_noted": "own",
    "passkey_in": "open",
    "passkey_begin": "open",
    "passkey_add": "own",
    "passkey_make": "own",
    "passkey_rename": "hidden",
    "passkey_remove": "hidden",
    "account_list": "own",
    "account_lines": "own",
    "account_add": "own",
    "account_details": "own",
    "account_offer": "hidden",
    "account_edit": "hidden",
    "account_check": "hidden",
    "account_signin": "hidden",
    "account_delete": "hidden",
    "account_fetch": "act",
    "account_pause": "act",
    "account_resume": "act",
    "account_restore": "act",
    "diagnosis_send": "own",
    "account_export": "hidden",
    "account_export_file": "act",
    "imports": "own",
    "import_begin": "own",
    "import_file": "act",
    "import_act": "act",
    "unified": "own",
    "unified_rows": "own",
    "unified_accounts": "own",
    "account_reconnect": "act",
    "account_forget": "act",
    "oauth_callback": "open",
    "oauth_again": "own",
    "office_people": "keepers",
    "office_limit": "keepers",
    "office_invite": "keepers",
    "office_person": "keepers",
    "office_person_role": "keepers",
    "office_person_link": "keepers",
    "office_hand_over": "keepers",
    "office_disable": "keepers",
    "office_enable": "keepers",
    "office_lift": "keepers",
    "office_second_factor": "keepers",
    "office_policy": "keepers",
    "office_offers": "keepers",
    "office_offer_add": "keepers",
    "office_offer_drop": "keepers",
    "office_health": "keepers",
    "office_connect": "keepers",
    "office_numbers": "keepers",
    "office_number_drop": "keepers",
    "office_audit": "keepers",
    "office_audit_file": "keepers",
    "office_diagnoses": "keepers",
    "office_diagnosis_close": "keepers",
    "office_oauth": "keepers",
    "office_oauth_remove": "keepers",
    "office_oauth_test": "keepers",
    "reference": "own",
    "folder_tree": "own",
    "folder": "hidden",
    "folder_rows": "hidden",
    "folder_role": "own",
    "folder_heard": "act",
    "folder_create": "shaping",
    "folder_rename": "shaping",
    "folder_remove": "shaping",
    "message": "hidden",
    "message_pane": "hidden",
    "message_conversation": "hidden",
    "message_turn": "hidden",
    "message_body": "hidden",
    "message_marks": "hidden",
    "message_raw": "hidden",
    "message_print": "hidden",
    "message_print_conversation": "hidden",
    "message_part": "hidden",
    "message_unsubscribe": "act",
    "message_erase": "hidden",
    "message_share": "hidden",
    "message_comments": "hidden",
    "comment_edit": "act",
    "comment_delete": "act",
    "comment_hear": "act",
    "shared_list": "own",
    "shared_rows": "own",
    "frame": "own",
    "search": "own",
    "search_rows": "own",
    "search_live": "own",
    "search_offers": "own",
    "search_noted": "own",
    "search_forget": "own",
    "search_save": "own",
    "search_saved": "hidden",
    "search_saved_drop": "act",
    "unfiled": "own",
    "unfiled_rows": "own",
    "file": "act",
    "filing_choose": "own",
    "filing_never": "act",
    "filing_aside": "act",
    "filing_undo": "act",
    "message_labels": "own",
    "act": "own",
    "act_last": "own",
    "act_dismiss": "act",
    "act_undo": "act",
    "compose_new": "own",
    "compose_people": "own",
    "compose_signed_in": "own",
    "compose": "hidden",
    "compose_save": "act",
    "compose_keep": "act",
    "compose_copy": "act",
    "compose_send": "act",
    "compose_done": "hidden",
    "compose_undo": "act",
    "compose_zip": "act",
    "compose_pick": "hidden",
    "compose_files": "act",
    "compose_file": "hidden",
    "compose_file_drop": "act",
    "tasks": "own",
    "reminders": "own",
    "tasks_office": "own",
    "tasks_done": "own",
    "task_add": "own",
    "task_quick": "own",
    "task_told": "own",
    "task_edit": "hidden",
    "task_act": "act",
    "outbox": "own",
    "identity_list": "own",
    "identity_add": "hidden",
    "identity_edit": "hidden",
    "identity_drop": "act",
    "template_list": "own",
    "template_add": "own",
    "template_edit": "hidden",
    "template_drop": "act",
    "case_list": "own",
    "case_add": "own",
    "case": "hidden",
    "case_older": "hidden",
    "case_edit": "hidden",
    "case_tasks": "hidden",
    "case_rules": "hidden",
    "case_audit": "hidden",
    "case_audit_file": "hidden",
    "case_zip": "hidden",
    "case_zip_file": "act",
    "case_documents": "hidden",
    "case_document_add": "act",
    "case_document": "hidden",
    "case_document_rename": "hidden",
    "case_document_remove": "act",
    "case_document_restore": "act",
    "case_notes": "hidden",
    "case_note_add": "act",
    "case_note": "hidden",
    "case_note_drop": "act",
    "case_note_restore": "act",
    "case_people": "hidden",
    "case_team": "hidden",
    "case_close": "act",
    "case_suspend": "act",
    "case_reopen": "act",
    "case_pin": "act",
    "case_unpin": "act",
    "case_wall": "act",
    "case_unwall": "act",
    "rule_list": "own",
    "rule_add": "own",
    "rule_told": "own",
    "rule": "hidden",
    "rule_edit": "hidden",
    "rule_notice": "hidden",
    "rule_try": "act",
    "rule_except": "act",
    "rule_act": "act",
    "rule_run_act": "act",
    "rule_template_drop": "act",
    "outbox_letter": "hidden",
    "outbox_act": "act",
}
HIDDEN = {"hidden", "act", "shaping"}
Answers = dict[str, HttpResponseBase]  # by the address's name

# Where a letter stands that has looks of its own: styles are let in there, and scripts are not.
OF_LETTERS = [
    "compose",
    "compose_new",
    "compose_done",
    "compose_undo",
    "compose_pick",
    "identity_add",
    "identity_edit",
    "template_add",
    "template_edit",
]
# Where one stands as it came: its styles are let in on its elements, and no sheet of it.
ON_PAPER = ["message_print", "message_print_conversation"]
OF_MESSAGES = [
    "message",
    "message_pane",
    "message_conversation",
    "message_turn",
    "message_body",
    "message_marks",
    "message_raw",
    "message_print",
    "message_print_conversation",
    "message_share",
    "message_comments",
]


VERBS = {"rule_act": "off", "rule_run_act": "pause"}  # that its owner may say: of any other nobody hears


PARAMETERS = {pattern.name: list(pattern.pattern.converters) for pattern in urlpatterns}


def address(name: str, office: Office, message: Message) -> str:
    """Of Anna's things, whichever the address wants."""
    hers = {
        "token": "no-such-token",
        "provider": "microsoft",
        "account_id": office.account.public_id,
        "offer_id": office.offer.public_id,
        "person_id": office.cast.anna.public_id,
        "diagnosis_id": office.cast.anna.public_id,
        "folder_id": office.folder.public_id,
        "message_id": message.public_id,
        "path": "2",
        "written": "III K 4321/24",
        "act_id": office.private.public_id,
        "operation_id": office.private.public_id,
        "comment_id": office.comment.public_id,
        "draft_id": office.draft.public_id,
        "file_id": office.file.public_id,
        "identity_id": office.identity.public_id,
        "template_id": office.template.public_id,
        "passkey_id": office.passkey.public_id,
        "case_id": office.case.public_id,
        "note_id": office.note.public_id,
        "document_id": office.document.public_id,
        "task_id": office.task.public_id,
        "verb": "done",
        "filing_id": office.filing.public_id,
        "kind": "jsonl",
        "topic": "privacy",
        "rule_id": office.rule.public_id,
        "search_id": office.search.public_id,
        "run_id": office.run.public_id,
        "import_id": office.brought_in.public_id,
    } | {"verb": VERBS.get(name, "done")}
    return reverse(name, kwargs={parameter: hers[parameter] for parameter in PARAMETERS[name]})


def denied_elsewhere(name: str) -> bool:
    """By what its address names: tests/web/access/asking.of_things."""
    named = [one for one in PARAMETERS[name] if one not in BESIDE]
    return bool(named) and set(named) <= set(KINDS) and named[-1] not in OWNERS_ALONE


def sweep(office: Office, elsewhere: tuple[str, ...]) -> None:
    """`elsewhere`: tests/web/access asks as these for their own pages and for what others than its owner may see, in this very office and
    behind the same wall."""
    for stranger in office.cast.strangers:
        client, there = browser(stranger), stranger.email.split("@")[0] in elsewhere
        for name, kind in SWEEP.items():
            if there and ((kind == "own" and not PARAMETERS[name]) or (kind in HIDDEN and denied_elsewhere(name))):
                continue
            where = address(name, office, office.private)
            answer = client.post(where, {"auth": "microsoft", "do": "cancel"}) if kind == "act" else client.get(where)
            told = f"{name} as {stranger.email}"
            hidden = kind in HIDDEN or (kind == "keepers" and not stranger.is_administrator)
            assert answer.status_code == 404 if hidden else answer.status_code < 500, told
            check_traces(answer, told)


def check_traces(answer: object, told: str) -> None:
    body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined, call-overload]
    whole = body.decode("utf-8", "replace") + str(answer.headers)  # type: ignore[attr-defined]
    assert [secret for secret in SECRETS if secret in whole] == [], told


def check_owner(office: Office) -> None:
    """The sweep proves nothing where the owner sees as little as a stranger."""
    client = browser(office.cast.anna)
    for name, kind in SWEEP.items():
        if kind == "hidden":
            assert client.get(address(name, office, office.private)).status_code == 200, name
    assert "Tajemnica" in client.get(address("folder", office, office.private)).content.decode()
    for name in VERBS:
        assert client.post(address(name, office, office.private)).status_code == 302, name


def check_shared(office: Office) -> None:
    """Whom a message was shared with sees it, and neither the folder nor the account it lies in."""
    for name in OF_MESSAGES:
        answer = browser(office.cast.bartek).get(address(name, office, office.shared))
        assert answer.status_code == 200, name
        check_traces(answer, name)
        assert browser(office.cast.celina).get(address(name, office, office.shared)).status_code == 404, name


def everything(office: Office, elsewhere: tuple[str, ...]) -> None:
    sweep(office, elsewhere)
    check_owner(office)
    check_shared(office)


@contextmanager
def without_the_filter(patch: pytest.MonkeyPatch) -> Iterator[None]:
    with patch.context() as inner:
        inner.setattr(walls, "mine", lambda _table: "true")
        inner.setattr(walls, "visible", lambda _message: "true")
        inner.setattr(walls, "card", lambda _case: "true")
        inner.setattr(walls, "inside", lambda _case_id: "true")
        inner.setattr(walls, "task", lambda _task: "true")
        inner.setattr(walls, "register", lambda _entry: "true")
        yield


@contextmanager
def without_row_level_security() -> Iterator[None]:
    """Serve as a role that sees through every policy."""
    serving = {name: connection.settings_dict[name] for name in ("USER", "OPTIONS")}
    connection.close()
    connection.settings_dict |= {"USER": "postgres", "OPTIONS": {**serving["OPTIONS"], "options": f"-c role={BYPASS}"}}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= serving


def test_every_address_has_its_place_in_the_sweep() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(SWEEP)


def test_strangers_change_nothing_of_an_account(office: Office) -> None:
    for stranger in office.cast.strangers:
        for name in ("account_edit", "account_check", "account_signin", "account_delete"):
            answer = browser(stranger).post(address(name, office, office.private), {"farewell": "remove"})
            assert answer.status_code == 404, f"{name} as {stranger.email}"


def test_row_level_security_alone_keeps_strangers_out(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with without_the_filter(monkeypatch):
        everything(office, ("bartek", "dorota", "edward"))


def test_the_query_filter_alone_keeps_strangers_out(own_database: OwnDatabase) -> None:
    office = make_office()
    with without_row_level_security():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM store_message")
            assert cursor.fetchone() == (2,), "this role should see through row-level security"
        everything(office, ("bartek",))


def test_with_neither_wall_everybody_would_see_everything(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the tests above do try each wall by itself."""
    office = make_office()
    with without_row_level_security(), without_the_filter(monkeypatch):
        answer = browser(office.cast.edward).get(address("message", office, office.private))
    assert answer.status_code == 200


def test_the_administrators_pages_are_the_same_bytes_to_others_as_what_is_not_there(office: Office) -> None:
    for person in (office.cast.anna, office.cast.bartek):
        nothing = browser(person).get("/nowhere/").content
        for name in [name for name, kind in SWEEP.items() if kind == "keepers"]:
            where = address(name, office, office.private)
            for answer in (browser(person).get(where), browser(person).post(where)):
                assert (answer.status_code, answer.content) == (404, nothing), name


@pytest.fixture(scope="module")
def answers(standing: Office, static_files: None, django_db_blocker: DjangoDbBlocker) -> dict[str, Answers]:
    """Every page, as its owner and as somebody who has not signed in get it: looked at in several ways, asked for once."""
    with django_db_blocker.unblock(), transaction.atomic():
        office = deepcopy(standing)
        places = {name: address(name, office, office.private) for name in SWEEP}
        people = {"anna": browser(office.cast.anna), "nobody": browser(None)}
        made = {told: {name: client.get(where) for name, where in places.items()} for told, client in people.items()}
        transaction.set_rollback(True)
    return made


def test_who_has_not_signed_in_is_sent_to_the_door(answers: dict[str, Answers]) -> None:
    for name, kind in SWEEP.items():
        answer = answers["nobody"][name]
        check_traces(answer, name)
        if kind != "open" and name not in {"home", "account_logout"}:
            assert answer.status_code == 302, name
            assert answer.headers["Location"].startswith("/sign-in/?next="), name


def test_every_page_has_a_policy_without_anything_inline(answers: dict[str, Answers]) -> None:
    for made in answers.values():
        for name, answer in made.items():
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, name
            styled = (
                "style-src 'self' 'unsafe-inline'" if name in OF_LETTERS else "style-src 'unsafe-inline'; img-src http"
            )
            if name in ON_PAPER:
                styled = "style-src-attr 'unsafe-inline'"
            assert "'unsafe-inline'" not in policy.replace(styled, ""), name
            assert "'unsafe-eval'" not in policy, name


def test_pages_leave_no_copy_in_the_browser(answers: dict[str, Answers]) -> None:
    for name, answer in answers["anna"].items():
        kept = answer.headers["Cache-Control"]
        assert name == "frame" or "no-store" in kept, name
