"""The rows of shares, and the grants that follow from them. As the messages' owner, in a transaction of the caller's.

Each statement does all messages and all people at once. Grants are written by one function alone, `teczka_regrant`, which derives them
from shares and teams: whoever changes either is told who sees more now, or less.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from teczka.core.sharing import Scope
from teczka.store.conversations import conversation
from teczka.store.models import Act
from teczka.store.reading import Read
from teczka.store.statements import rows_of
from teczka.store.threads import APART

THESE = "SELECT m.id FROM store_message m WHERE m.owner_id = %(owner)s AND m.id = ANY(%(messages)s) ORDER BY m.id FOR KEY SHARE"
CONVERSATION = conversation("m.owner_id = %(owner)s")

TARGETS = """(SELECT unnest(%(people)s::bigint[]) AS person, NULL::bigint AS team
  UNION ALL SELECT NULL, unnest(%(teams)s::bigint[])) w"""

GIVE = """
INSERT INTO store_share (public_id, office_id, owner_id, message_id, with_user_id, with_case_id, act_id, at)
SELECT gen_random_uuid(), m.office_id, m.owner_id, m.id, w.person, w.team, %(act)s, now() FROM store_message m CROSS JOIN {targets}
WHERE m.owner_id = %(owner)s AND m.id = ANY(%(messages)s) AND w.person IS DISTINCT FROM m.owner_id
ON CONFLICT DO NOTHING RETURNING message_id
"""

STAND = """
INSERT INTO store_share (public_id, office_id, owner_id, thread_id, with_user_id, with_case_id, act_id, at)
SELECT gen_random_uuid(), t.office_id, t.owner_id, t.id, w.person, w.team, %(act)s, now() FROM store_thread t CROSS JOIN {targets}
WHERE t.owner_id = %(owner)s AND w.person IS DISTINCT FROM t.owner_id AND t.id IN (
  SELECT m.thread_id FROM store_message m WHERE m.owner_id = %(owner)s AND m.id = ANY(%(messages)s))
ON CONFLICT DO NOTHING RETURNING id
"""

END = """
UPDATE store_share s SET revoked_at = now(), revoking_id = %(act)s
WHERE s.owner_id = %(owner)s AND s.revoked_at IS NULL AND {which} RETURNING s.message_id
"""
# Of an act, and what came by its standing orders.
OF_ACT = "(s.act_id = %(of)s OR s.standing_id IN (SELECT o.id FROM store_share o WHERE o.act_id = %(of)s))"
OF_THESE = """(s.message_id = ANY(%(messages)s) OR s.thread_id IN (
  SELECT m.thread_id FROM store_message m WHERE m.owner_id = %(owner)s AND m.id = ANY(%(messages)s)))"""
OF_TARGET = """
s.with_user_id IS NOT DISTINCT FROM %(person)s AND s.with_case_id IS NOT DISTINCT FROM %(team)s
  AND (s.message_id = ANY(%(messages)s) OR (%(whole)s AND s.thread_id IN (
    SELECT m.thread_id FROM store_message m WHERE m.owner_id = %(owner)s AND m.id = ANY(%(messages)s))))
"""

# Taking a revocation back, unless it was shared again meanwhile.
AGAIN = """
UPDATE store_share s SET revoked_at = NULL, revoking_id = NULL
WHERE s.owner_id = %(owner)s AND s.revoking_id = %(of)s AND NOT EXISTS (
  SELECT FROM store_share o WHERE o.revoked_at IS NULL AND o.message_id IS NOT DISTINCT FROM s.message_id
    AND o.thread_id IS NOT DISTINCT FROM s.thread_id AND o.with_user_id IS NOT DISTINCT FROM s.with_user_id
    AND o.with_case_id IS NOT DISTINCT FROM s.with_case_id)
RETURNING s.message_id
"""

# The owner's own.
ADDRESSES = """SELECT lower(i.address) FROM store_identity i WHERE i.owner_id = %(owner)s
  UNION SELECT lower(a.address) FROM store_account a WHERE a.owner_id = %(owner)s"""
OWN = f"lower(m.from_address) IN ({ADDRESSES})"

# A reply is shared as its thread is where what it answers is shared so, and it comes from somebody whom such a message names, or goes from
# the owner to such a person: neither a stranger's mail nor another conversation comes in by belonging to the thread, and what its owner
# passes on to somebody else is no reply. Nor is what they wrote here and did not show to the team: in the case, in another one, or in none
# though the conversation is filed to it.
FOLLOW = """
INSERT INTO store_share (public_id, office_id, owner_id, message_id, standing_id, with_user_id, with_case_id, at)
SELECT gen_random_uuid(), s.office_id, s.owner_id, m.id, s.id, s.with_user_id, s.with_case_id, now()
FROM store_message m JOIN store_text mt ON mt.message_id = m.id
JOIN store_share s ON s.thread_id = m.thread_id AND s.owner_id = %(owner)s AND s.revoked_at IS NULL
WHERE m.id = ANY(%(messages)s) AND NOT {apart} AND EXISTS (
  SELECT FROM store_message x JOIN store_share o ON o.message_id = x.id AND o.revoked_at IS NULL
    AND o.with_user_id IS NOT DISTINCT FROM s.with_user_id AND o.with_case_id IS NOT DISTINCT FROM s.with_case_id
  WHERE x.thread_id = m.thread_id AND x.id <> m.id AND x.message_id = mt.headers->'refers'->>-1
) AND EXISTS (
  SELECT FROM store_message x JOIN store_share o ON o.message_id = x.id AND o.revoked_at IS NULL
    AND o.with_user_id IS NOT DISTINCT FROM s.with_user_id AND o.with_case_id IS NOT DISTINCT FROM s.with_case_id
  JOIN store_text t ON t.message_id = x.id
  CROSS JOIN LATERAL jsonb_array_elements(coalesce(t.headers->'from', '[]') || coalesce(t.headers->'to', '[]')
    || coalesce(t.headers->'cc', '[]') || CASE WHEN {own} THEN coalesce(t.headers->'reply_to', '[]') ELSE '[]' END) person
  WHERE x.thread_id = m.thread_id AND x.id <> m.id AND CASE WHEN {own}
    THEN lower(person->>1) NOT IN ({addresses}) AND lower(person->>1) IN (
      SELECT lower(whom->>1) FROM jsonb_array_elements(coalesce(mt.headers->'to', '[]') || coalesce(mt.headers->'cc', '[]')) whom)
    ELSE lower(person->>1) = lower(m.from_address) END)
AND NOT (s.with_case_id IS NOT NULL AND EXISTS (
  SELECT FROM store_outgoing l WHERE l.owner_id = %(owner)s AND l.message_id = m.message_id
    AND NOT (l.case_shared AND l.case_id IS NOT DISTINCT FROM s.with_case_id)
    AND (l.case_id IS NOT NULL OR EXISTS (SELECT FROM store_filing f JOIN store_message x ON x.id = f.message_id
      WHERE x.thread_id = m.thread_id AND f.case_id = s.with_case_id AND f.undone_at IS NULL))))
ON CONFLICT DO NOTHING RETURNING message_id
"""

# Whose view of mail is another one by it, and of which.
REGRANT = "SELECT u.public_id, c.message FROM teczka_regrant(%s::bigint[]) c JOIN store_user u ON u.id = c.changed ORDER BY u.id, c.message"
AUDIENCE = """SELECT u.public_id, a.message_id FROM teczka_audience(%s::bigint[]) a JOIN store_user u ON u.id = a.user_id
ORDER BY u.id, a.message_id"""
REGRANT_OTHERS = "SELECT public_id FROM store_user WHERE id IN (SELECT {by}) ORDER BY id"


@dataclass(frozen=True, slots=True)
class Targets:
    """With whom: inner ids."""

    people: Sequence[int] = ()
    teams: Sequence[int] = ()  # cases


@dataclass(frozen=True, slots=True)
class Given:
    messages: list[int] = field(default_factory=list)  # that somebody was given who had not been
    standing: list[int] = field(default_factory=list)  # shares of threads


def covered(owner_id: int, messages: Sequence[int], scope: Scope) -> list[int]:
    """The messages that a scope reaches from these."""
    every = set(messages)
    if scope is not Scope.MESSAGE:
        every.update(_ids(CONVERSATION, {"owner": owner_id, "messages": list(messages)}))
    return _ids(THESE, {"owner": owner_id, "messages": sorted(every)})


def give(
    owner_id: int, act: Act | None, messages: Sequence[int], scope: Scope, targets: Targets, *, earlier: bool
) -> Given:
    """FOLLOWING under `reading.lock_threads`. What is shared so already stays the share that it is. `earlier`: with what their
    conversations had so far."""
    to = {"people": list(targets.people), "teams": list(targets.teams)}
    every = covered(owner_id, messages, scope if earlier else Scope.MESSAGE)
    columns = {"owner": owner_id, "act": act.pk if act else None, **to}
    given = _ids(GIVE, {**columns, "messages": every})
    standing = _ids(STAND, {**columns, "messages": list(messages)}) if scope is Scope.FOLLOWING else []
    return Given(sorted(set(given)), standing)


def end(owner_id: int, act: Act | None, messages: Sequence[int], scope: Scope, targets: Targets) -> list[int]:
    """Shares with each of these end: of the messages, or of their threads, what they still bring included."""
    ended: list[int] = []
    whole = scope is not Scope.MESSAGE
    every = of_their_threads(owner_id, messages) if whole else list(messages)
    pairs = [(person, None) for person in targets.people] + [(None, team) for team in targets.teams]
    for person, team in pairs:
        columns = {"owner": owner_id, "act": act.pk if act else None, "messages": every, "whole": whole}
        ended += _ids(END, {**columns, "person": person, "team": team}, OF_TARGET)
    return sorted(set(ended))


def of_their_threads(owner_id: int, messages: Sequence[int]) -> list[int]:
    """Every message of their threads, wherever it lies: what was shared can be taken back from the bin, too."""
    return _ids(
        "SELECT m.id FROM store_message m WHERE m.owner_id = %(owner)s AND (m.id = ANY(%(messages)s) OR m.thread_id IN ("
        " SELECT t.thread_id FROM store_message t WHERE t.id = ANY(%(messages)s) AND t.owner_id = %(owner)s))",
        {"owner": owner_id, "messages": list(messages)},
    )


def take_back(owner_id: int, act: Act) -> list[int]:
    """What this act gave is given no longer, and what it revoked is given again. Message ids."""
    columns = {"owner": owner_id, "act": None, "of": act.pk}
    ended = _ids(END, columns, OF_ACT)
    return sorted(set(ended + _ids(AGAIN, columns)))


def take_back_of(owner_id: int, act: Act, messages: Sequence[int]) -> list[int]:
    """What this act gave of these messages, and of what answers them, is given no longer. Message ids."""
    columns = {"owner": owner_id, "act": None, "of": act.pk, "messages": list(messages)}
    return sorted(set(_ids(END, columns, f"{OF_ACT} AND {OF_THESE}")))


def follow(owner_id: int, read: Sequence[Read]) -> list[int]:
    """After messages were joined to their threads (transaction B): those that answer what is shared with its future replies are shared,
    too. Costs one look into an index of standing orders where there are none. Returns the messages that somebody was given."""
    fresh = [one for one in read if one.message.thread_id is None]  # what is read again is no reply that comes
    if not fresh or not _standing(owner_id, [one.message.id for one in fresh]):
        return []
    came = [one.message.id for one in fresh]
    given: list[int] = []
    while more := _ids(FOLLOW, {"owner": owner_id, "messages": came}):  # replies to replies, that came together
        given += more
    return sorted(set(given))


def regrant(messages: Sequence[int]) -> dict[UUID, list[int]]:
    """Grants as shares and teams say now. Returns who sees more of these messages than before, or less, and of which: public ids of people
    → message ids. From here to the transaction's end the office's register is the caller's: of two who change what others see, the later
    one sees both changes."""
    changed: dict[UUID, list[int]] = {}
    if messages:
        for person, message in rows_of(REGRANT, [list(messages)]):
            changed.setdefault(person, []).append(message)
    return changed


def regrant_team(case: int) -> list[UUID]:
    """After the team of a case changed: who sees the mail that was shared with it is who is in it now. Returns public ids of people whose
    view changed."""
    return _people("teczka_regrant_team(%s)", case)


def regrant_person(person: int) -> list[UUID]:
    """After somebody was shut out, or let in again. Returns people as above."""
    return _people("teczka_regrant_person(%s)", person)


def audience(messages: Sequence[int]) -> dict[UUID, list[int]]:
    """Everybody else who sees some of these messages, for whoever does: public ids of people → message ids."""
    seen: dict[UUID, list[int]] = {}
    for person, message in rows_of(AUDIENCE, [list(messages)]):
        seen.setdefault(person, []).append(message)
    return seen


def sees(message: int) -> list[int]:
    """Ids of everybody else who sees it, for whoever does."""
    return [row[0] for row in rows_of("SELECT user_id FROM teczka_audience(ARRAY[%s::bigint])", [message])]


def _people(by: str, of: int) -> list[UUID]:
    return [row[0] for row in rows_of(REGRANT_OTHERS.format(by=by), [of])]


def _standing(owner_id: int, messages: Sequence[int]) -> bool:
    return bool(
        _ids(
            "SELECT s.id FROM store_share s JOIN store_message m ON m.thread_id = s.thread_id"
            " WHERE m.id = ANY(%(messages)s) AND s.owner_id = %(owner)s AND s.revoked_at IS NULL LIMIT 1",
            {"owner": owner_id, "messages": list(messages)},
        )
    )


def _ids(statement: str, columns: dict[str, Any], which: str = "") -> list[int]:
    whole = statement.format(apart=APART, targets=TARGETS, which=which, own=OWN, addresses=ADDRESSES)
    return [row[0] for row in rows_of(whole, columns) if row[0] is not None]
