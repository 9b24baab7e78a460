"""The first beat of a page: what is not for this viewer is not there."""

from uuid import uuid4

import pytest
from django.db import ProgrammingError
from django.http import Http404
from django.urls import reverse

from teczka.core.errors import NotAllowed
from teczka.store.models import CaseNote
from teczka.store.viewer import as_user
from teczka.web.requests import allowed
from tests.cases import make_case
from tests.web.conftest import Office, browser


@pytest.mark.parametrize("language", ["pl", "en"])
def test_what_is_another_s_or_was_removed_is_a_page_with_the_way_back(office: Office, language: str) -> None:
    celina = office.cast.celina
    celina.language = language
    celina.save()
    client = browser(celina)
    pages = [
        ("case", office.case, "case_list"),
        ("task_edit", office.task, "tasks"),
        ("rule", office.rule, "rule_list"),
    ]
    for name, thing, back in [*pages, ("template_edit", office.template, "template_list")]:
        for which in (thing.public_id, uuid4()):
            answer = client.get(reverse(name, args=[which]))
            page = answer.content.decode()
            assert answer.status_code == 404
            assert {"pl": "zostało usunięte", "en": "was removed"}[language] in page
            assert f'<a class="button" href="{reverse(back)}">' in page


def test_what_row_level_security_alone_refuses_is_not_there_and_other_mistakes_are_seen(office: Office) -> None:
    cast = office.cast
    case = make_case(cast.anna, "Kowalski")

    def write() -> None:
        """As somebody who was taken out of the team between the look and the writing."""
        with as_user(cast.celina.pk):
            CaseNote.objects.create(office_id=case.office_id, case=case, author=cast.celina, text="x")

    def mistake() -> None:
        raise ProgrammingError("relation does not exist")

    def refuse() -> None:
        raise NotAllowed

    for act in (write, refuse):
        with pytest.raises(Http404):
            allowed(act)
    with pytest.raises(ProgrammingError):
        allowed(mistake)
