"""Recipients: whom a page completes from, and what a pasted list means."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from teczka.store.queries.correspondents import known_people, written_domains
from teczka.web.compose.form import people, spelled
from teczka.web.requests import Request


@require_http_methods(["GET", "HEAD", "POST"])
def compose_people(request: Request) -> HttpResponse:
    if request.method == "POST":
        domains = written_domains(request.user)
        found = people(request.POST.get("text", ""))
        return JsonResponse({"people": [_told(name, address, domains) for name, address in found]})
    known = known_people(request.user)
    return JsonResponse({"people": [{"name": one.name, "address": one.address} for one in known]})


def _told(name: str, address: str, domains: set[str]) -> dict[str, object]:
    domain = address.rpartition("@")[2].lower()
    wrong = not spelled(address)
    return {"name": name, "address": address, "wrong": wrong, "outside": not wrong and domain not in domains}
