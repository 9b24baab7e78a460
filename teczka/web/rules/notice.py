"""What a rule tells its owner on whatever page they look at: that it met mail, or that it stopped itself."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teczka.store.queries.rule_lines import rule_line, rule_log
from teczka.web.problems import tell
from teczka.web.requests import Request, found


@require_safe
def rule_notice(request: Request, rule_id: UUID) -> HttpResponse:
    line = found(rule_line(request.user, rule_id))
    newest = next((hit for hit in rule_log(request.user, rule_id) if not hit.undone), None)
    told = tell(line.why, line.trouble_params) if line.why else None
    return render(request, "rules/notice.html", {"line": line, "hit": newest, "told": told})
