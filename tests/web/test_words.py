"""What has a name inside has words on the pages: whoever adds a member says how people read it."""

from django.template.loader import render_to_string

from teczka.core.audit import Verb
from teczka.core.suggestions import Reason
from teczka.web.audit import WORDS
from teczka.web.mail.reasons import SENTENCES
from teczka.web.said import Said, Told


def test_the_register_has_words_for_each_verb() -> None:
    assert set(WORDS) == set(Verb)


def test_each_reason_of_a_suggestion_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Reason)


def test_whatever_is_said_has_a_sentence() -> None:
    silence = render_to_string("said.html", {"said": Told(None, "")})  # type: ignore[arg-type]
    assert [what for what in Said if render_to_string("said.html", {"said": Told(what, "")}) == silence] == []
