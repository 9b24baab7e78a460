"""Accounts' own colours, by Account.colour; tokens.css has them as --account-0 … --account-7, and .colour-N sets --account."""

from django.utils.translation import pgettext_lazy

COLOURS = [
    pgettext_lazy("colour", "blue"),
    pgettext_lazy("colour", "teal"),
    pgettext_lazy("colour", "green"),
    pgettext_lazy("colour", "amber"),
    pgettext_lazy("colour", "orange"),
    pgettext_lazy("colour", "red"),
    pgettext_lazy("colour", "violet"),
    pgettext_lazy("colour", "grey"),
]
