"""What a page holds, for tests that go on from it as a browser does."""

from html.parser import HTMLParser

from django.http import HttpResponse


def text_of(answer: object) -> str:
    """Also of a page that unfolds."""
    streaming = getattr(answer, "streaming", False)
    body: bytes = b"".join(answer) if streaming else answer.content  # type: ignore[attr-defined, call-overload]
    return body.decode()


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        name = given.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.fields[self._select] = given["value"]
        elif tag == "input" and name and "disabled" not in given:
            ticked = given.get("type") in {"checkbox", "radio"}
            if "checked" in given or not ticked:
                self.fields[name] = given.get("value", "on" if ticked else "")


def fields_of(answer: HttpResponse | str) -> dict[str, str]:
    """Name → value of everything that stands in the page's forms, as a browser would send it."""
    form = _Form()
    form.feed(answer if isinstance(answer, str) else text_of(answer))
    return form.fields
