"""What the page sends at every pause, and when it is sent without script."""

import re
from collections.abc import Callable
from typing import Any

from django import forms

from teczka.core.drafts import LONGEST_SUBJECT, People, Written
from teczka.core.errors import Problem
from teczka.mime.addresses import read
from teczka.mime.recipients import wire

_WORD = re.compile(r'"(?:[^"\\]|\\.)*+"?|[^\s"]+|\s+')
_BARE = re.compile(r'[^<>(),;:"@]+@[^<>(),;:"@]+[,;]?')
_CELL = re.compile(r'(?:"(?:[^"\\]|\\.)*+"?|[^;\t"])+')
_ALONE = re.compile(r'<?([^\s<>(),;:"@]+@[^\s<>(),;:"@]+)>?')


class DraftForm(forms.Form):
    revision = forms.IntegerField(min_value=0)
    sender = forms.UUIDField(required=False)
    to = forms.CharField(required=False)
    cc = forms.CharField(required=False)
    bcc = forms.CharField(required=False)
    subject = forms.CharField(required=False, max_length=LONGEST_SUBJECT)
    mode = forms.CharField(required=False)  # rich: `html` holds what was written; else `text` does
    html = forms.CharField(required=False, strip=False)
    text = forms.CharField(required=False, strip=False)
    quoted = forms.CharField(required=False)
    receipt = forms.BooleanField(required=False)
    case = forms.UUIDField(required=False)
    case_shared = forms.BooleanField(required=False)

    def written(self, kept: Callable[[str], str]) -> Written:
        """`kept` turns addresses of the letter's pictures into what is stored."""
        told: dict[str, Any] = self.cleaned_data
        rich = told["mode"] == "rich"
        return Written(
            sender=told["sender"],
            to=people(told["to"]),
            cc=people(told["cc"]),
            bcc=people(told["bcc"]),
            subject=" ".join(told["subject"].split()),
            html=kept(told["html"]) if rich else "",
            text="" if rich else told["text"],
            plain=not rich,
            quoted=rich and bool(told["quoted"]),
            receipt=told["receipt"],
            case=told["case"],
            case_shared=told["case_shared"],
        )


def people(text: str) -> People:
    """As in a header, or a list that somebody pasted: an address a line, rows of a table, semicolons, groups, blanks alone."""
    # What stands in a line without an address is not the name of whoever stands in the next: a semicolon ends it, where a comma would not.
    lines = "".join(
        ("" if line.startswith("<") else ";") + (_row(line) or _parted(line)) + ","
        for line in map(str.strip, text.splitlines())
        if line
    )
    found = {one.address.casefold() or one.name: one for one in reversed(read(lines.encode("utf-8", "replace")))}
    return [(one.name, one.address) for one in reversed(list(found.values()))]


def _row(line: str) -> str:
    """One recipient out of a spreadsheet: one cell is the address, others with letters make the name. Empty where it is no row."""
    cells = [cell.strip() for cell in _CELL.findall(line)]
    address = next((cell for cell in cells if _ALONE.fullmatch(cell)), "")
    rest = [cell.strip('"') for cell in cells if cell is not address and any(map(str.isalpha, cell))]
    if not address or not rest or line.count("@") > 1 or any("<" in cell for cell in rest):
        return ""
    return as_header([(" ".join(rest), address.strip("<>"))])


def _parted(line: str) -> str:
    """A comma wherever one recipient follows another without: a header has none there, and its reader would take one for a name."""
    out, last = "", ""
    for word in _WORD.findall(line):
        if word.isspace():
            out += " "
            continue
        follows = last.endswith(">") and word[0] not in "(,;"
        follows |= bool(_BARE.fullmatch(last) and last[-1] not in ",;" and _BARE.fullmatch(word))
        out += f", {word}" if follows and out.endswith(" ") else word
        last = word
    return out


def as_header(people: People) -> str:
    """The other way: what stands in a field."""
    return "; ".join(f'"{_quoted(name)}" <{address}>' if name else address for name, address in people)


def spelled(address: str) -> bool:
    """Whether a letter can be sent there."""
    try:
        wire(address)
    except Problem:
        return False
    return True


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
