"""The first beat of a page: what is not for this viewer is not there."""

import pytest
from django.db import ProgrammingError
from django.http import Http404

from teczka.core.errors import NotAllowed
from teczka.store.models import CaseNote
from teczka.store.viewer import as_user
from teczka.web.requests import allowed
from tests.cases import make_case
from tests.cast import make_cast


@pytest.mark.django_db
def test_what_row_level_security_alone_refuses_is_not_there_and_other_mistakes_are_seen() -> None:
    cast = make_cast()
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
