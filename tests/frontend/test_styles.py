"""Templates and stylesheets belong together: what a page names is styled somewhere, and each rule is written once."""

import re
from collections import Counter
from pathlib import Path

from frontend import build
from teczka import web

WEB = Path(web.__file__).parent
SHEETS = {
    sheet.name: re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    for sheet in (WEB / "static" / "teczka").glob("*.css")
}
TAG = r"{%.*?%}|{{.*?}}"
CLASSES = re.compile(rf'class="((?:{TAG}|[^"{{])*)"')
FOR_TESTS = {"comment-own", "passed-over"}  # what they are found by
OWN_STYLES = {"export_index.html", "print.html"}  # pages to be kept or printed, without ours


def _named(markup: str) -> set[str]:
    """Whole names alone: what a tag composes is known when the page is made."""
    written = (re.sub(TAG, lambda tag: " " if tag[0][1] == "%" else "\0", found) for found in CLASSES.findall(markup))
    return {name for names in written for name in names.split() if "\0" not in name and not name.endswith("-")}


def test_each_class_of_a_template_has_a_rule_or_a_script() -> None:
    styled = set(re.findall(r"\.([a-z][\w-]*)", " ".join(SHEETS.values())))
    scripted = set(re.findall(r"[\w-]+", " ".join(one.read_text("utf-8") for one in build.SOURCE.rglob("*.ts"))))
    templates = [page for page in (WEB / "templates").rglob("*.html") if page.name not in OWN_STYLES]
    unknown = {str(page): _named(page.read_text("utf-8")) - styled - scripted - FOR_TESTS for page in templates}
    assert len(templates) > 100
    assert {page: names for page, names in unknown.items() if names} == {}


def test_no_rule_is_written_in_two_stylesheets() -> None:
    rules = Counter(
        rule
        for sheet in SHEETS.values()
        for rule in {" ".join(rule.split()) for rule in re.findall(r"[^{}]+{[^{}]*}", sheet)}
    )
    assert [rule for rule, times in rules.items() if times > 1] == []
