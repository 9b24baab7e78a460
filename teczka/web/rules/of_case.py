"""The viewer's rules that are about a case, for its page."""

from teczka.core.conditions import leaves
from teczka.core.rules import File, Rule, Share
from teczka.store.models import User
from teczka.store.queries.cases import CaseLine
from teczka.store.queries.rule_lines import rule_lines
from teczka.web.rules.listing import Shown, shown
from teczka.web.rules.things import Things


def rules_of_case(viewer: User, case: CaseLine) -> list[Shown]:
    things = Things(viewer)
    return [shown(line, things) for line in rule_lines(viewer) if _names(line.meaning, str(case.public_id))]


def _names(rule: Rule, case: str) -> bool:
    done = (str(one.case) for one in rule.then if isinstance(one, File | Share))
    return case in {*done, *(value for leaf in leaves(rule.when) for value in leaf.values)}
