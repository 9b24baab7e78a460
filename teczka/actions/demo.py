"""A small law office to look around in: its mail servers run in this process, everything else is the product."""

from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from teczka.actions import demo_cases, demo_mail
from teczka.actions.accounts import add_account
from teczka.actions.fetch import fetch_alone
from teczka.actions.numbering import add_pattern
from teczka.actions.people import add_user
from teczka.actions.policy import save_policy
from teczka.actions.reading import read_some
from teczka.core.accounts import Endpoint, Mode, NewAccount
from teczka.core.people import FIRST_ZONE, Role
from teczka.core.policy import Policy
from teczka.remote.demo.casebook import PATTERN
from teczka.remote.demo.office import DemoOffice, DemoPerson
from teczka.remote.types import Server
from teczka.store.models import Office, User

PROVIDER = "Poczta kancelarii"
READ = 100  # messages a transaction


class Demo:
    """`with Demo() as demo:` the servers run. The egress gate must allow loopback."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or datetime.now(ZoneInfo(FIRST_ZONE))
        self._office = DemoOffice(self._now)
        self.matters, self.belongs = self._office.matters, self._office.belongs
        self._running = self._office.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._office.stop()

    def fill(self) -> list[User]:
        """The office in an empty database: its people, each with a mailbox, all mail fetched and read; its cases, with the mail of the past
        in them. The advocate comes first."""
        people = self.move_in()
        self.bring_mail(people)
        matters, now = self.matters, self._now
        cases = demo_cases.open_cases(matters, people, now.date())
        demo_mail.file_past(matters, cases, people, self.belongs, now)
        demo_mail.show(people)
        demo_mail.say(people, now)
        demo_cases.keep_notes(cases, people, now)
        demo_cases.keep_papers(matters, cases, people, now)
        demo_cases.give_tasks(cases, people, now)
        demo_cases.pin(cases, people)
        demo_mail.date_back(people)
        demo_cases.date_back(matters, cases, people, now)
        return list(people.values())

    def move_in(self) -> dict[str, User]:
        """People by their keys, in an office without mail."""
        office = Office.objects.create(name=self._running.name, timezone=FIRST_ZONE, language="pl")
        people = {}
        for person in self._running.people:
            role = Role.ADMINISTRATOR if person.administrator else Role.MEMBER
            people[person.key] = user = add_user(office, person.address, person.name, None, role)
            if person.administrator:
                save_policy(user, Policy(plain_hosts=frozenset({self._running.imap.host})))
                add_pattern(user, PATTERN)
        return people

    def bring_mail(self, people: Mapping[str, User]) -> None:
        for person in self._running.people:
            fetch_alone(add_account(people[person.key], self._mailbox(person)))
        while read_some(READ):
            pass

    def arrive(self) -> None:
        """One more letter comes in."""
        self._office.arrive()

    def _mailbox(self, person: DemoPerson) -> NewAccount:
        return NewAccount(
            address=person.address,
            username=person.credential.username,
            password=person.credential.secret,
            incoming=_endpoint(self._running.imap),
            outgoing=_endpoint(self._running.smtp),
            provider_name=PROVIDER,
            sender_name=person.name,
            mode=Mode.MANAGED,
        )


def _endpoint(server: Server) -> Endpoint:
    return Endpoint(server.host, server.port, server.security)
