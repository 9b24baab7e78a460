"""A form with a text that is written in the editor, or in a plain field where no script runs."""

from html import escape

from django import forms


class WrittenForm(forms.Form):
    mode = forms.CharField(required=False)  # rich: `html` holds what was written; else `text` does
    html = forms.CharField(required=False, strip=False)
    text = forms.CharField(required=False, strip=False)

    def page(self) -> str:
        """As HTML that nobody has made safe yet."""
        told = self.cleaned_data
        return str(told["html"]) if told["mode"] == "rich" else as_page(told["text"])


def as_page(text: str) -> str:
    if not text.strip():
        return ""
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.rstrip().splitlines())
