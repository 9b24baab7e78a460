"""Rules on their pages: written and restated, looked at before they do anything, put in order, and of their owner alone."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone, translation

from teczka.actions import rule_runs
from teczka.actions.cases import add_case
from teczka.actions.rule_edit import save_rule
from teczka.core.cases import Card
from teczka.core.rules import rule_from
from teczka.store.models import Case, CaseMember, Message, Rule, RuleException, RuleRun, RuleTemplate, User
from teczka.store.queries.rule_lines import rule_line, rule_lines
from teczka.store.viewer import as_user
from teczka.web.rules.things import Things
from teczka.web.rules.words import restated
from tests.cases import file as file_to
from tests.cases import make_case
from tests.ruled import COURT, make_rule, receive
from tests.web.conftest import Office, browser

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def words(answer: Any) -> str:
    return TOKEN.sub("", " ".join(unescape(answer.content.decode()).split()))


def fields(**more: object) -> dict[str, Any]:
    """Mail from a court's domain is filed to the case whose reference is found."""
    return {
        "name": "Sąd",
        "kind-r": "all",
        "node": ["r.0"],
        "field-r.0": "sender",
        "op-r.0": "domain",
        "value-r.0": "sad.gov.pl",
        "then": ["0"],
        "do-0": "file_found",
    } | more


def of(person: User) -> list[Rule]:
    with as_user(person.pk):
        return list(Rule.objects.filter(owner=person).exclude(name__startswith="Tajemnica").order_by("position", "pk"))


def ticked(answer: Any) -> str:
    found = re.search(r'name="agreed" value="(\w+)"', answer.content.decode())
    return found.group(1) if found else ""


def is_ticked(answer: Any) -> bool:
    return re.search(r'name="agreed" value="\w+" checked', answer.content.decode()) is not None


@pytest.fixture
def case(office: Office) -> Case:
    """With Bartek in its team."""
    made = add_case(office.cast.anna, Card("K 7/26", "Kowalski p. Nowak", references=("I C 12/24",)))
    with as_user(office.cast.anna.pk):
        CaseMember.objects.create(case=made, user=office.cast.bartek, office_id=made.office_id)
    return made


@pytest.fixture
def letter(office: Office, case: Case) -> Message:
    return receive(office.folder, "pozew", "Pozew w sprawie I C 12/24")


def test_a_rule_is_written_in_a_form_and_restated_in_a_sentence(anna: Client, office: Office) -> None:
    answer = anna.post("/rules/add/", fields(), follow=True)
    (rule,) = of(office.cast.anna)
    assert rule.when == {"all": [{"field": "sender", "op": "domain", "value": ["sad.gov.pl"]}]}
    assert rule.then == [{"do": "file", "case": "found"}]
    assert "Gdy nadawca pisze z domeny sad.gov.pl, przypisz wiadomość do sprawy z jej sygnaturą" in words(answer)


def test_what_is_missing_is_said_at_its_line_and_nothing_is_saved(anna: Client, office: Office) -> None:
    answer = anna.post("/rules/add/", fields(name="", **{"value-r.0": "to nie domena"}))
    assert "To nie jest domena." in words(answer)
    assert "Nazwij regułę" in words(answer)
    assert of(office.cast.anna) == []


def test_without_script_buttons_add_and_take_away_lines(anna: Client) -> None:
    page = words(anna.post("/rules/add/", fields(edit="add:r")))
    assert 'name="field-r.1"' in page
    page = words(anna.post("/rules/add/", fields(edit="group:r")))
    assert 'name="kind-r.1"' in page
    assert 'name="field-r.1.0"' in page
    page = words(anna.post("/rules/add/", fields(edit="drop:r.0")))
    assert 'name="field-r.0"' not in page
    page = words(anna.post("/rules/add/", fields(edit="then")))
    assert 'name="do-1"' in page


def test_groups_within_groups_come_back_as_they_were_written(anna: Client, office: Office) -> None:
    nested = {
        "node": ["r.0", "r.1", "r.1.0", "r.1.1"],
        "kind-r.1": "none",
        "field-r.1.0": "words",
        "op-r.1.0": "words",
        "value-r.1.0": "faktura, rachunek",
        "field-r.1.1": "size",
        "op-r.1.1": "over",
        "value-r.1.1": "2,5",
    }
    anna.post("/rules/add/", fields(**nested))
    (rule,) = of(office.cast.anna)
    assert rule.when["all"][1] == {
        "none": [
            {"field": "words", "op": "words", "value": ["faktura", "rachunek"]},
            {"field": "size", "op": "over", "value": 2_500_000},
        ]
    }
    page = words(anna.get(f"/rules/{rule.public_id}/edit/"))
    assert 'value="faktura, rachunek"' in page
    assert 'value="2.5"' in page
    again = anna.post(f"/rules/{rule.public_id}/edit/", fields(**nested))
    assert again.status_code == 302
    assert of(office.cast.anna)[0].version == 1, "saved as it was, it is the same version"


def test_nobody_sees_more_before_its_owner_has_ticked_it(anna: Client, office: Office, case: Case) -> None:
    sharing = fields(**{"do-0": "share_team", "what-0": "K 7/26"})
    answer = anna.post("/rules/add/", sharing)
    assert answer.status_code == 200
    assert "Zaznacz" in words(answer)
    assert of(office.cast.anna) == []
    anna.post("/rules/add/", sharing | {"agreed": ticked(answer)})
    (rule,) = of(office.cast.anna)
    assert rule.then == [{"do": "share", "people": [], "team": str(case.public_id)}]
    wider = sharing | {"value-r.0": "gov.pl", "agreed": ticked(answer)}
    assert anna.post(f"/rules/{rule.public_id}/edit/", wider).status_code == 200, "that was agreed to of another rule"


def test_a_rule_that_was_agreed_to_opens_ticked_and_a_tick_taken_away_stays_away(
    anna: Client, office: Office, case: Case, letter: Message
) -> None:
    rule = make_rule(office.cast.anna, {"do": "share", "team": str(case.public_id)}, when=COURT, name="Sąd")
    where, sharing = f"/rules/{rule.public_id}/edit/", fields(**{"do-0": "share_team", "what-0": "K 7/26"})
    opened = anna.get(where)
    assert is_ticked(opened)
    for edit in (f"except:{letter.public_id}", "then", "refresh"):
        assert not is_ticked(anna.post(f"{where}?in=form", sharing | {"edit": edit})), edit
    assert not is_ticked(anna.post("/rules/told/", sharing))
    assert "Zaznacz, że inni mają widzieć tę pocztę." in words(anna.post(where, sharing))
    assert is_ticked(anna.post(where, sharing | {"agreed": ticked(opened), "edit": "refresh"})), "nothing has changed"
    assert anna.post(where, sharing | {"agreed": ticked(opened)}).status_code == 302


def test_a_saved_rule_names_whoever_has_joined_the_team_since(
    anna: Client, office: Office, case: Case, letter: Message
) -> None:
    """It opens ticked: it shows them new mail already. That it does stands over the tick, and in its sentence."""
    rule = make_rule(office.cast.anna, {"do": "share", "team": str(case.public_id)}, when=COURT, name="Sąd")
    with as_user(office.cast.anna.pk):
        CaseMember.objects.create(case=case, user=office.cast.celina, office_id=case.office_id)
    opened = words(anna.get(f"/rules/{rule.public_id}/edit/"))
    assert "1 wiadomość stanie się widoczna dla 2 osób:</strong> Bartek Nowy, Celina" in opened
    assert "; także każdemu, kto dołączy później)" in opened


def test_a_tick_is_for_the_mail_and_the_people_that_were_shown_and_goes_when_they_are_others(
    anna: Client, office: Office, case: Case, letter: Message
) -> None:
    second = receive(office.folder, "drugie", "Drugie pismo")
    sharing = fields(**{"do-0": "share_team", "what-0": "K 7/26", "except": [str(second.public_id)]})
    shown = anna.post("/rules/told/", sharing)
    assert "1 wiadomość stanie się widoczna dla 1 osoby:" in words(shown)
    agreed = sharing | {"agreed": ticked(shown)}
    assert is_ticked(anna.post("/rules/told/", agreed))
    allowed = anna.post("/rules/add/?in=form", agreed | {"edit": f"allow:{second.public_id}"})
    assert "2 wiadomości staną się widoczne dla 1 osoby:" in words(allowed)
    assert not is_ticked(allowed)
    assert anna.post("/rules/add/", agreed | {"except": []}).status_code == 200
    with as_user(office.cast.anna.pk):
        CaseMember.objects.create(case=case, user=office.cast.celina, office_id=case.office_id)
    grown = anna.post("/rules/told/", agreed)
    assert "dla 2 osób:" in words(grown)
    assert not is_ticked(grown)
    assert "Zaznacz, że inni mają widzieć tę pocztę." in words(anna.post("/rules/add/", agreed))
    assert of(office.cast.anna) == []
    anna.post("/rules/add/", agreed | {"agreed": ticked(grown)})
    assert len(of(office.cast.anna)) == 1


def test_what_it_would_do_stands_beside_the_form(anna: Client, office: Office, case: Case, letter: Message) -> None:
    other = make_case(office.cast.anna, "Inna", number="K 8/26")
    second = receive(office.folder, "drugie", "Drugie pismo")
    file_to(second, office.cast.anna, other)
    told = words(
        anna.post(
            "/rules/told/",
            fields(
                **{"do-0": "file", "what-0": "K 7/26", "then": ["0", "1"], "do-1": "share_team", "what-1": "K 7/26"}
            ),
        )
    )
    assert "Pasują 2 wiadomości." in told
    assert "1 jest w innej sprawie." in told
    assert "2 wiadomości staną się widoczne dla 1 osoby:" in told
    assert "Pozew w sprawie I C 12/24" in told
    less = words(
        anna.post("/rules/told/", fields(**{"except": [str(letter.public_id)], "do-0": "file", "what-0": "K 7/26"}))
    )
    assert "Pasuje 1 wiadomość." in less


def test_not_this_one_makes_an_exception(anna: Client, office: Office, letter: Message) -> None:
    page = words(anna.post("/rules/add/", fields(edit=f"except:{letter.public_id}")))
    assert f'name="except" value="{letter.public_id}"' in page
    anna.post("/rules/add/", fields(**{"except": [str(letter.public_id), str(office.private.public_id)]}))
    (rule,) = of(office.cast.anna)
    with as_user(office.cast.anna.pk):
        assert RuleException.objects.filter(rule=rule).count() == 2
    anna.post(f"/rules/{rule.public_id}/except/", {"message": letter.public_id, "again": "1"})
    with as_user(office.cast.anna.pk):
        assert RuleException.objects.get(rule=rule).message_id == office.private.pk


def test_a_rule_like_this_begins_with_the_sender_the_reference_and_the_case(
    anna: Client, office: Office, case: Case, letter: Message
) -> None:
    file_to(letter, office.cast.anna, case)
    page = words(anna.get(f"/rules/add/?message={letter.public_id}"))
    assert 'value="biuro@sad.gov.pl"' in page
    assert 'value="I C 12/24"' in page
    assert 'value="K 7/26 Kowalski p. Nowak"' in page
    assert browser(office.cast.bartek).get(f"/rules/add/?message={office.private.public_id}").status_code == 404
    assert browser(office.cast.bartek).get(f"/rules/add/?message={office.shared.public_id}").status_code == 404


def test_rules_go_in_the_order_that_their_owner_says(anna: Client, office: Office) -> None:
    for name in ("pierwsza", "druga", "trzecia"):
        anna.post("/rules/add/", fields(name=name))
    assert [rule.name for rule in of(office.cast.anna)] == ["pierwsza", "druga", "trzecia"]
    anna.post(f"/rules/{of(office.cast.anna)[2].public_id}/up/")
    assert [rule.name for rule in of(office.cast.anna)] == ["pierwsza", "trzecia", "druga"]
    anna.post(f"/rules/{of(office.cast.anna)[2].public_id}/down/")
    assert [rule.name for rule in of(office.cast.anna)] == ["pierwsza", "trzecia", "druga"]


def test_many_rules_come_a_hundred_at_a_time_and_move_from_page_to_page(anna: Client, office: Office) -> None:
    def page(answer: Any) -> list[str]:
        return re.findall(r'id="rule-([-0-9a-f]+)"', answer.content.decode())

    while len(of(office.cast.anna)) < 205:
        make_rule(office.cast.anna, {"do": "star"})
    with as_user(office.cast.anna.pk):
        order = [str(one.public_id) for one in Rule.objects.filter(owner=office.cast.anna).order_by("position", "pk")]
    first = anna.get("/rules/")
    assert page(first) == order[:100]
    assert page(anna.get("/rules/", {"at": order[100]})) == order[100:200]
    assert page(anna.get("/rules/", {"at": order[-1]})) == order[200:]
    assert f"?at={order[100]}" in words(first)
    for at, still in ((0, 1), (100, 0), (199, 0), (len(order) - 1, 1)):
        shown = words(anna.get("/rules/", {"at": order[at]}))
        assert len(re.findall(r'data-move="\w+" disabled', shown)) == still, "at the ends of all alone"
    moved = anna.post(f"/rules/{order[99]}/down/", follow=True)
    assert page(moved)[:2] == [order[99], order[101]], "it is looked at where it stands now"
    assert order[100] in page(anna.get("/rules/"))


def test_a_rule_is_switched_off_and_on_and_removed(anna: Client, office: Office) -> None:
    rule = make_rule(office.cast.anna, {"do": "star"}, when=COURT, paused_at=timezone.now(), trouble="rule.busy")
    assert "zatrzymana" in words(anna.get("/rules/"))
    anna.post(f"/rules/{rule.public_id}/on/")
    line = rule_line(office.cast.anna, rule.public_id)
    assert line
    assert (line.paused_at, line.trouble, line.enabled) == (None, "", True)
    assert "Reguła jest wyłączona." in words(anna.post(f"/rules/{rule.public_id}/off/", follow=True))
    anna.post(f"/rules/{rule.public_id}/drop/")
    assert of(office.cast.anna) == []


def test_a_rule_is_tried_on_older_mail_before_it_is_applied(anna: Client, office: Office, letter: Message) -> None:
    answer = anna.post("/rules/add/", fields(**{"try": "1"}), follow=True)
    (rule,) = of(office.cast.anna)
    with as_user(office.cast.anna.pk):
        run = RuleRun.objects.get(rule=rule)
    assert run.dry
    assert "Za chwilę się zacznie" in words(answer)
    while rule_runs.step(run.pk, office.cast.anna.pk):
        pass
    assert "Próba: pasuje 1 wiadomość" in words(anna.get(f"/rules/{rule.public_id}/"))
    assert "Za chwilę się zacznie" in words(anna.post(f"/rules/runs/{run.public_id}/go-on/", follow=True))
    busy = anna.post(f"/rules/{rule.public_id}/try/")
    assert busy.status_code == 409
    assert "Ta reguła jest już stosowana do starszej poczty." in words(busy)
    with as_user(office.cast.anna.pk):
        real = RuleRun.objects.get(rule=rule)
    for verb in ("pause", "resume", "undo", "go-on"):
        assert browser(office.cast.bartek).post(f"/rules/runs/{real.public_id}/{verb}/").status_code == 404
    assert "Wstrzymane" in words(anna.post(f"/rules/runs/{real.public_id}/pause/", follow=True))
    anna.post(f"/rules/runs/{real.public_id}/resume/")
    while rule_runs.step(real.pk, office.cast.anna.pk):
        pass
    page = words(anna.get(f"/rules/{rule.public_id}/"))
    assert "Zastosowano do 1 wiadomości" in page
    assert "przypisano do: K 7/26 Kowalski p. Nowak" in page
    anna.post(f"/rules/runs/{real.public_id}/undo/")
    while rule_runs.step(real.pk, office.cast.anna.pk):
        pass
    assert "cofnięto" in words(anna.get(f"/rules/{rule.public_id}/"))


def test_another_meaning_ends_what_was_paused_and_lets_it_be_tried_anew(
    anna: Client, office: Office, letter: Message
) -> None:
    rule = make_rule(office.cast.anna, {"do": "star"})
    run = rule_runs.apply_now(office.cast.anna, rule.public_id, timezone.now() - timedelta(days=400))
    rule_runs.pause(office.cast.anna, run.public_id)
    page = f"/rules/{rule.public_id}/"
    save_rule(office.cast.anna, rule.public_id, rule_from("Nowa nazwa", rule.when, rule.then))
    assert "Wznów" in words(anna.get(page)), "a name is no other meaning"
    save_rule(office.cast.anna, rule.public_id, rule_from("Nowa nazwa", rule.when, [{"do": "mark_read"}]))
    told = words(anna.get(page))
    assert "Wznów" not in told
    assert "Przerwane" in told
    assert anna.post(f"{page}try/").status_code == 302


def test_what_was_shown_is_applied_at_once_and_nothing_that_was_not(
    anna: Client, office: Office, letter: Message
) -> None:
    stale = anna.post("/rules/add/", fields(apply="of-another-rule"))
    assert "Zobacz, co zrobiłaby teraz." in words(stale)
    assert of(office.cast.anna) == []
    shown = anna.post("/rules/told/", fields()).content.decode()
    assert "Zapisz i zastosuj do 1 wiadomości" in shown
    digest = shown.partition('name="apply" value="')[2].partition('"')[0]
    answer = anna.post("/rules/add/", fields(apply=digest), follow=True)
    assert "Za chwilę się zacznie" in words(answer)
    (rule,) = of(office.cast.anna)
    with as_user(office.cast.anna.pk):
        run = RuleRun.objects.get(rule=rule)
    while rule_runs.step(run.pk, office.cast.anna.pk):
        pass
    assert "Zastosowano do 1 wiadomości" in words(anna.get(f"/rules/{rule.public_id}/"))


def test_a_condition_names_several_accounts_folders_cases_and_kinds(
    anna: Client, office: Office, case: Case, letter: Message
) -> None:
    told = {
        "node": ["r.0", "r.1", "r.2"],
        "field-r.0": "folder", "op-r.0": "is", "value-r.0": [str(office.folder.public_id), "", str(office.folder.public_id)],
        "field-r.1": "attachment_type", "op-r.1": "is", "value-r.1": ["pdf", "sheet"],
        "field-r.2": "reference", "op-r.2": "case", "value-r.2": ["K 7/26 Kowalski p. Nowak", "Skrzynka-Anny/1 Tajemnica lipowa"],
    }  # fmt: skip
    anna.post("/rules/add/", fields(**told))
    (rule,) = of(office.cast.anna)
    folder, kinds, cases = rule.when["all"]
    assert folder["value"] == [str(office.folder.public_id)]
    assert kinds["value"] == ["pdf", "sheet"]
    assert cases["value"] == [str(case.public_id), str(office.case.public_id)]
    page = anna.get(f"/rules/{rule.public_id}/edit/").content.decode()
    assert page.count('name="value-r.1"') == 2
    more = anna.post("/rules/add/?in=form", fields(**told, edit="more:r.1")).content.decode()
    assert more.count('name="value-r.1"') == 3


def test_what_an_administrator_offers_others_begin_with(office: Office, case: Case) -> None:
    keeper = browser(office.cast.dorota)
    rule = make_rule(office.cast.dorota, {"do": "star"}, when=COURT, name="Pisma z sądów")
    keeper.post(f"/rules/{rule.public_id}/offer/")
    anna = browser(office.cast.anna)
    assert "Pisma z sądów" in words(anna.get("/rules/"))
    with as_user(office.cast.anna.pk):
        template = RuleTemplate.objects.get()
    page = words(anna.get(f"/rules/add/?template={template.public_id}"))
    assert 'value="sad.gov.pl"' in page
    anna.post("/rules/add/", fields(template=str(template.public_id)))
    assert of(office.cast.anna)[0].template_id == template.pk
    assert anna.post(f"/rules/templates/{template.public_id}/drop/").status_code == 404
    assert anna.post(f"/rules/{of(office.cast.anna)[0].public_id}/offer/").status_code == 404
    assert "Pisma z sądów" not in words(browser(office.cast.edward).get("/rules/"))
    keeper.post(f"/rules/templates/{template.public_id}/drop/")
    assert of(office.cast.anna)[0].template_id is None


def test_strangers_neither_see_nor_change_a_rule(anna: Client, office: Office, letter: Message) -> None:
    rule = make_rule(office.cast.anna, {"do": "star"}, when=COURT)
    for stranger in office.cast.strangers:
        client = browser(stranger)
        for verb in ("on", "off", "up", "down", "drop", "offer", "try", "except"):
            where = f"/rules/{rule.public_id}/{verb}/"
            assert client.post(where, {"message": letter.public_id}).status_code == 404, (verb, stranger.email)
        assert client.post(f"/rules/{rule.public_id}/edit/", fields()).status_code == 404
        assert rule_lines(stranger) == []
    assert of(office.cast.anna)[0].then == [{"do": "star"}]


def test_a_preview_looks_at_ones_own_mail_alone(office: Office, letter: Message) -> None:
    told = words(browser(office.cast.bartek).post("/rules/told/", fields(**{"except": [str(letter.public_id)]})))
    assert "Pasuje 0 wiadomości." in told
    assert "Pozew" not in told


def test_a_case_shows_the_rules_that_name_it_to_their_owner(anna: Client, office: Office, case: Case) -> None:
    make_rule(office.cast.anna, {"do": "file", "case": str(case.public_id)}, when=COURT, name="Do tej sprawy")
    make_rule(office.cast.anna, {"do": "star"}, when=COURT, name="Inna reguła")
    page = words(anna.get(f"/cases/{case.public_id}/rules/"))
    assert "Do tej sprawy" in page
    assert "Inna reguła" not in page
    assert "Do tej sprawy" not in words(browser(office.cast.bartek).get(f"/cases/{case.public_id}/rules/"))
    assert "K 7/26" in words(anna.get(f"/rules/add/?case={case.public_id}"))


ALL_OF_IT = {
    "all": [
        {"field": "sender", "op": "is", "value": ["a@b.pl", "c@d.pl"]},
        {
            "any": [
                {"field": "subject", "op": "words", "value": ["wezwanie"]},
                {"field": "read", "op": "is", "value": False},
            ]
        },
        {
            "none": [
                {"field": "list", "op": "is", "value": True},
                {"field": "attachment_type", "op": "is", "value": ["pdf", "image"]},
                {"field": "recipients", "op": "domain", "value": ["sad.gov.pl", "ms.gov.pl"]},
            ]
        },
    ]
}
THEN = [{"do": "file", "case": "found"}, {"do": "star"}, {"do": "task", "title": "", "days": 7}, {"do": "stop"}]


POLISH = (
    "Gdy nadawcą jest a@b.pl lub c@d.pl i (w temacie jest „wezwanie” w dowolnej odmianie lub wiadomość nie jest przeczytana)"
    " i (wiadomość nie pochodzi z listy mailingowej i wśród załączników nie ma pliku PDF ani obrazu"
    " i wiadomość nie jest adresowana do nikogo z domeny sad.gov.pl ani ms.gov.pl),"
    " przypisz wiadomość do sprawy z jej sygnaturą (jeśli taka jest dokładnie jedna), oznacz ją gwiazdką,"
    " utwórz zadanie nazwane jak temat (termin: 7 dni od nadejścia) i nie stosuj dalszych reguł."
)
ENGLISH = (
    "When the sender is a@b.pl or c@d.pl and (the subject has “wezwanie” in any form or the message has not been read)"
    " and (the message comes from no mailing list and among the attachments there is not a PDF file or an image"
    " and the message is addressed to nobody in the domain sad.gov.pl or ms.gov.pl),"
    " file the message to the case whose reference is found (where it is just one), star it,"
    " make a task named as its subject (due 7 days after it came) and apply no later rule."
)


@pytest.mark.parametrize(("language", "sentence"), [("pl", POLISH), ("en", ENGLISH)])
def test_a_rule_is_one_grammatical_sentence(office: Office, language: str, sentence: str) -> None:
    with translation.override(language):
        assert restated(rule_from("x", ALL_OF_IT, THEN), Things(office.cast.anna)) == sentence


def test_a_name_with_signs_of_percent_is_said_as_it_is(office: Office) -> None:
    case = make_case(office.cast.anna, "100% Sp. z o.o. %(it)s", number="P 1")
    rule = rule_from(
        "x",
        {"all": [COURT]},
        [{"do": "file", "case": str(case.public_id)}, {"do": "task", "title": "50%", "days": None}],
    )
    with translation.override("en"):
        assert restated(rule, Things(office.cast.anna)).endswith(
            "file the message to the case P 1 100% Sp. z o.o. %(it)s and make a task “50%”."
        )


@pytest.mark.parametrize("asked", ["message", "case", "template"])
def test_a_rule_of_what_is_not_there_is_not_begun(anna: Client, asked: str) -> None:
    assert anna.get(f"/rules/add/?{asked}={UUID(int=7)}").status_code == 404


def test_a_form_of_a_rogue_is_no_error(anna: Client, office: Office) -> None:
    deep = [".".join(["r", *["0"] * depth]) for depth in range(1, 12)]
    rogue: dict[str, Any] = {
        "node": [*deep, "r.9", "x", "r.0"],
        "then": ["0", "0", "9", "x"],
        "name": "\0",
        "do-0": "task",
    }
    rogue |= {f"kind-{path}": "any" for path in deep} | {
        "field-r.9": "rogue",
        "days-0": "²",
        "kind-r": "rogue",
        "except": ["x"],
    }
    assert anna.post("/rules/add/", rogue).status_code == 200
    assert anna.post("/rules/told/", rogue | {"field-r.9": "size", "value-r.9": "nan"}).status_code == 200
    assert anna.post("/rules/told/", rogue | {"field-r.9": "size", "value-r.9": "1e400"}).status_code == 200
    assert of(office.cast.anna) == []


def test_a_rule_that_was_changed_in_another_window_is_not_written_over(anna: Client, office: Office) -> None:
    anna.post("/rules/add/", fields())
    (rule,) = of(office.cast.anna)
    where = f"/rules/{rule.public_id}/edit/"
    seen: Any = anna.get(where).context["seen"]
    assert anna.post(where, fields(name="Sądy", seen=seen)).status_code == 302
    mine = fields(**{"do-0": "star", "seen": seen})
    asked: Any = anna.post(where, mine)
    said = words(asked)
    assert "zapisano tu inną zmianę. Twoja nie jest jeszcze zapisana." in said
    assert "<dt>Nazwa</dt><dd>Sądy</dd>" in said
    assert 'value="star" selected' in said, "what was typed"
    assert of(office.cast.anna)[0].then == rule.then
    assert anna.post(where, mine | {"seen": asked.context["seen"]}).status_code == 302
    assert of(office.cast.anna)[0].name == "Sąd"
