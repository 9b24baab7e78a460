"""Checking the catalogues: words are found in code and in templates, and each kind of gap is told."""

from pathlib import Path

import polib

from tools import catalogues

TEMPLATE = """{% load i18n %}<h1>{% translate "Mail" %}</h1>{% trans "Open" context "verb" %}{{ _("Sign out")|upper }}
{% blocktranslate count n=unread %}One (new) message{% plural %}{{ n }} messages{% endblocktranslate %}
{% blocktranslate with who=name %}It's {{ who }}{% endblocktranslate %}"""
CODE = "from x import gettext as _\nfrom x import gettext as now\nnow('Soon')\n"
CODE += "_('Wrong password')\npgettext('verb', 'File')\nngettext('one', 'many', n)\nother('no word')\n"


def _catalogue(*entries: polib.POEntry) -> polib.POFile:
    catalogue = polib.POFile()
    catalogue.extend(entries)
    return catalogue


def test_words_are_found_in_templates() -> None:
    expected = {
        (None, "Mail"),
        ("verb", "Open"),
        (None, "Sign out"),
        (None, "One (new) message"),
        (None, "It's %(who)s"),
    }
    assert set(catalogues.in_template(TEMPLATE)) == expected


def test_words_are_found_in_code() -> None:
    assert set(catalogues.in_code(CODE)) == {(None, "Soon"), (None, "Wrong password"), ("verb", "File"), (None, "one")}


def test_a_missing_an_empty_a_fuzzy_and_a_stale_entry_are_told() -> None:
    here = Path("page.html")
    words = {(None, "good"): here, (None, "missing"): here, (None, "empty"): here, (None, "fuzzy"): here}
    entries = [
        polib.POEntry(msgid="good", msgstr="dobry"),
        polib.POEntry(msgid="empty", msgstr=""),
        polib.POEntry(msgid="fuzzy", msgstr="niejasny", flags=["fuzzy"]),
        polib.POEntry(msgid="stale", msgstr="stary"),
    ]
    told = "\n".join(catalogues.faults(words, _catalogue(*entries)))
    assert told.splitlines() == [
        "page.html: 'missing' is not in the catalogue",
        "page.html: 'empty' is not translated",
        "page.html: 'fuzzy' is not translated",
        "'stale' is used no more",
    ]
