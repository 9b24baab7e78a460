"""What lies on a server and did not come whole, in the reader's language."""

from collections.abc import Sequence
from itertools import islice

from teczka.store.queries.accounts import AccountLine
from teczka.store.queries.unfetched import Unfetched
from teczka.web.mail.tree import folder_name
from teczka.web.problems import Told, tell


def tell_unfetched(account: AccountLine, missing: Sequence[Unfetched], most: int | None = None) -> list[Told]:
    """Of this account, the first of them. Nothing while its mail is just coming, or where nobody asks for it: then it is on its way, or not
    awaited."""
    if account.fetching or not account.at_work:
        return []
    its = (one for one in missing if one.account == account.public_id)
    return [_told(one) for one in islice(its, most)]


def _told(one: Unfetched) -> Told:
    problem = one.problem
    return tell(problem.trouble, problem.params | {"folder": folder_name(one.path, one.delimiter, one.role)})
