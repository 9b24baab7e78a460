"""Where Microsoft and Google send people back to: one address each, so that one stands in the registration. What for, the session says."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from teczka.store.models import User
from teczka.web.accounts.oauth import back_for_mailbox
from teczka.web.session.provider_identities import back_to_sign_in, belongs_to_nothing


@login_not_required
@require_GET
def oauth_callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Whoever set out to sign in is a stranger still; mailboxes are for those who are in. A state that one of the two has begun is
    nothing to the other."""
    back = back_to_sign_in(request, provider)
    if back is not None:
        return back
    if not isinstance(request.user, User):
        return belongs_to_nothing(request, provider)
    if request.user.owes_second_factor:
        return redirect("second_factor_set_up")
    return back_for_mailbox(request, provider)  # type: ignore[arg-type]  # somebody has signed in
