"""The office's rules for external accounts."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from teczka.actions.policy import save_policy
from teczka.core.policy import Hosted, Policy
from teczka.core.providers import Kind, every
from teczka.store.queries.policy import policy
from teczka.web.office.access import for_administrators
from teczka.web.requests import Request
from teczka.web.said import Said, said, say

MOST_ACCOUNTS = 100
MOST_LINES = 1000
SPARE = 1  # empty lines for a further hosted domain
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


def is_domain(name: str) -> bool:
    return len(name) <= 253 and _DOMAIN.fullmatch(name) is not None


class Lines(forms.CharField):
    """One entry a line; commas serve as well. `check` says which lines are none, `wrong` says so to the person."""

    def __init__(self, check: Callable[[str], bool], wrong: Any, **options: Any) -> None:
        attributes = {"rows": 4, "spellcheck": "false", "autocapitalize": "none"}
        super().__init__(required=False, max_length=100_000, widget=forms.Textarea(attributes), **options)
        self._check, self._wrong = check, wrong

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(sorted(value)) if isinstance(value, frozenset) else value

    def clean(self, value: Any) -> frozenset[str]:
        lines = [line.strip().rstrip(".").lower() for line in re.split(r"[\n,;]", super().clean(value) or "")]
        told = [line for line in lines if line]
        wrong = [line for line in told if not self._check(line)]
        if wrong or len(told) > MOST_LINES:
            raise ValidationError(self._wrong % {"lines": ", ".join(wrong[:3])})
        return frozenset(told)


class PolicyForm(forms.Form):
    account_limit = forms.IntegerField(
        label=gettext_lazy("External accounts a person"),
        help_text=gettext_lazy("For somebody in particular another number can be set beside their name."),
        min_value=1,
        max_value=MOST_ACCOUNTS,
    )
    allowed_domains = Lines(
        is_domain,
        gettext_lazy("These are no domains: %(lines)s. Type what stands behind the @, one a line."),
        label=gettext_lazy("Allowed domains"),
        help_text=gettext_lazy("One a line, such as kancelaria.pl; its subdomains count too. Empty: all domains."),
    )
    forbidden_domains = Lines(
        is_domain,
        gettext_lazy("These are no domains: %(lines)s. Type what stands behind the @, one a line."),
        label=gettext_lazy("Forbidden domains"),
        help_text=gettext_lazy("They go before the allowed ones. Accounts that are there already stay."),
    )
    public_providers = forms.MultipleChoiceField(
        label=gettext_lazy("Public providers"),
        help_text=gettext_lazy("Whoever adds a mailbox at one of these is told that your office counts it as public."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ask_ispdb = forms.BooleanField(
        label=gettext_lazy("Ask Thunderbird's public directory for servers that nobody else knows"),
        help_text=gettext_lazy(
            "The directory at autoconfig.thunderbird.net then learns the domain of the address, never the address itself."
        ),
        required=False,
    )
    plain_hosts = Lines(
        is_domain,
        gettext_lazy("These are no server names: %(lines)s. Type them whole, one a line."),
        label=gettext_lazy("Servers without encryption"),
        help_text=gettext_lazy(
            "Only for a server inside your own network: whoever listens on the way reads passwords and mail. One name a line."
        ),
    )

    def __init__(self, data: Any, kept: Policy) -> None:
        names = ("account_limit", "allowed_domains", "forbidden_domains", "ask_ispdb", "plain_hosts")
        initial = {name: getattr(kept, name) for name in names} | {"public_providers": list(kept.public_providers)}
        super().__init__(data, initial=initial)
        mailboxes = [(one.id, one.name) for one in every().values() if one.kind is Kind.MAILBOX]
        self.fields["public_providers"].choices = mailboxes  # type: ignore[attr-defined]

    def clean(self) -> None:
        both = self.cleaned_data.get("allowed_domains", frozenset()) & self.cleaned_data.get(
            "forbidden_domains", frozenset()
        )
        if both:
            self.add_error(
                "forbidden_domains", _("Allowed as well: %(lines)s.") % {"lines": ", ".join(sorted(both)[:3])}
            )


class HostedForm(forms.Form):
    """One hosted domain, and where its mail lies."""

    domain = forms.CharField(label=gettext_lazy("Domain"), required=False, max_length=253)
    imap = forms.CharField(label="IMAP", required=False, max_length=2000)
    pop3 = forms.CharField(label="POP3", required=False, max_length=2000)
    smtp = forms.CharField(label="SMTP", required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        told = {name: (self.cleaned_data.get(name) or "").strip() for name in ("domain", "imap", "pop3", "smtp")}
        told["domain"] = told["domain"].lstrip("@").rstrip(".").lower()
        if any(told.values()) and not is_domain(told["domain"]):
            self.add_error("domain", _("Type a domain, such as kancelaria.pl."))
        if told["domain"] and not told["imap"] and not told["pop3"]:
            self.add_error("imap", _("Name a server for IMAP or for POP3."))
        for kind in ("imap", "pop3", "smtp"):
            if not _understood(hosted_of(told), kind):
                self.add_error(
                    kind, _("Type host, host:port or host:port:tls, with commas between; DOMAIN stands for the domain.")
                )
        return told


HostedForms = forms.formset_factory(HostedForm, extra=SPARE, max_num=MOST_ACCOUNTS)


def hosted_of(told: dict[str, str]) -> Hosted:
    def split(text: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in text.split(",") if word.strip())

    return Hosted(told["domain"], split(told["imap"]), split(told["pop3"]), split(told["smtp"]))


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def office_policy(request: Request) -> HttpResponse:
    kept = policy(request.user)
    form = PolicyForm(request.POST or None, kept)
    hosted = HostedForms(request.POST or None, prefix="hosted", initial=_lines(kept))
    if request.method == "POST" and form.is_valid() and hosted.is_valid():
        entries = tuple(hosted_of(line) for line in hosted.cleaned_data if line.get("domain"))
        told = form.cleaned_data
        told["public_providers"] = frozenset(told["public_providers"])
        save_policy(request.user, Policy(**told, hosted=entries))
        say(request, Said.SAVED)
        return redirect("office_policy")
    return render(request, "office/policy.html", {"form": form, "hosted": hosted, "said": said(request)})


def _understood(entry: Hosted, kind: str) -> bool:
    try:
        return all(is_domain(server.host) for server in entry.servers(kind, "example.com"))
    except ValueError:
        return False


def _lines(kept: Policy) -> list[dict[str, str]]:
    return [
        {"domain": entry.domain, **{kind: ", ".join(getattr(entry, kind)) for kind in ("imap", "pop3", "smtp")}}
        for entry in kept.hosted
    ]
