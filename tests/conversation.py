"""Conversations to be shared: letters that answer one another, as transaction B leaves them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from teczka.core.sharing import Scope
from teczka.store.models import Account, Case, CaseMember, Folder, Grant, Message, User
from teczka.store.viewer import as_user
from tests.cast import make_account, make_folder
from tests.web.mailroom import ARRIVED, store

CLIENT, OWNER, STRANGER = "jan@klient.example", "anna@kancelaria-lipowa.example", "obcy@gdziekolwiek.example"
MESSAGE, THREAD, FOLLOWING = Scope.MESSAGE, Scope.THREAD, Scope.FOLLOWING


def letter(
    name: str, answers: str = "", sender: str = CLIENT, to: str = OWNER, body: str = "", files: int = 0
) -> bytes:
    references = f"References: {' '.join(f'<{one}@list.example>' for one in answers.split())}\r\n" if answers else ""
    head = (
        f"From: {sender}\r\nTo: {to}\r\nSubject: Pismo {name}\r\nMessage-ID: <{name}@list.example>\r\n{references}"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    return (head + (body or f"Treść pisma {name}.")).replace("\r\n", "\n").replace("\n", "\r\n").encode()


@dataclass
class Mailroom:
    """One person's account, letters by their names."""

    owner: User
    address: str = OWNER
    account: Account = field(init=False)
    inbox: Folder = field(init=False)
    letters: dict[str, Message] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = make_account(self.owner, self.address)
        self.inbox = make_folder(self.account)

    def arrive(
        self, name: str, answers: str = "", *, folder: Folder | None = None, draft: bool = False, **more: str
    ) -> Message:
        when: datetime = ARRIVED + timedelta(minutes=len(self.letters))
        made = store(folder or self.inbox, letter(name, answers, **more), when, draft=draft)  # type: ignore[arg-type]
        self.letters[name] = made
        return made

    def seen_by(self, *names: str) -> dict[str, list[str]]:
        """First names of those who were granted each letter, whatever the reason."""
        with as_user(self.owner.pk):
            rows = Grant.objects.filter(owner_id=self.owner.pk).values_list("message_id", "user__name")
            of = {message.pk: name for name, message in self.letters.items()}
            told: dict[str, set[str]] = {name: set() for name in names or self.letters}
            for message, user in rows:
                if of.get(message) in told:
                    told[of[message]].add(user.split()[0])
        return {name: sorted(people) for name, people in told.items()}


def make_case(
    maker: User, *team: User, number: str = "K 1/26", name: str = "Kowal przeciw Nowak", walled: bool = False
) -> Case:
    """A case's row and its team, without a page."""
    with as_user(maker.pk):
        made = Case.objects.create(
            office=maker.office, number=number, name=name, created_by=maker, sort_key=name, haystack=name
        )
        for one in (maker, *team):
            CaseMember.objects.get_or_create(case=made, user=one, office_id=maker.office_id)
        if walled:
            Case.objects.filter(pk=made.pk).update(walled=True)
    return made
