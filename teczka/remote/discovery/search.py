"""The search for an address's servers: whoever is nearest is asked first, and the first who knows ends it, so that others learn nothing.

office → own table → MX, then own table → the domain's own https → (the public directory) → SRV → usual names → by hand.
What is asked about is the domain alone: nobody is told the address, and no password is known here.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address
from threading import Event

from teczka.core import providers
from teczka.core.discovery import Address, Found, Outcome, Service, Source, Step
from teczka.core.errors import Problem
from teczka.core.policy import Policy
from teczka.core.providers import HostRule, Provider
from teczka.remote.discovery.answering import answering
from teczka.remote.discovery.autoconfig import parse
from teczka.remote.discovery.budget import Budget, Over
from teczka.remote.discovery.certificates import renamed
from teczka.remote.discovery.domains import base_domain, parents
from teczka.remote.discovery.names import Exchangers, Names
from teczka.remote.discovery.offers import GENERIC, Candidate, by_hand, candidates, of_config, of_provider, of_servers
from teczka.remote.discovery.tree import NotRead
from teczka.remote.egress import Gate
from teczka.remote.http import Https

SECONDS = 12.0  # the whole search
DNS = 3.0
FETCH = 4.0
KEPT = 4.0  # seconds that are left for guessing, whatever those before it take

DIRECTORY = "https://autoconfig.thunderbird.net/v1.1/"

Attempt = Generator[Step, None, Found | None]


@dataclass(frozen=True)
class World:
    """What a search reaches the outside with."""

    gate: Gate
    names: Names
    https: Https


def search(address: Address, policy: Policy, world: World, stop: Event | None = None) -> Iterator[Step | Found]:
    """Steps as they happen, then what was found. Ends without that only where `stop` was set."""
    return _Search(address, policy, world, Budget(SECONDS, stop or Event())).run()


def built_in(address: Address, known: Provider | None = None) -> Found:
    """What our own table says, of the provider that is known already or else of the domain's; nobody is asked anything."""
    provider = known or providers.by_domain(address.domain)
    if provider and provider.host_rule is HostRule.FIXED:
        return of_provider(address, provider, Source.BUILT_IN, "")
    if provider and provider.host_rule is HostRule.LOCAL:
        return of_servers(address, provider, Source.BUILT_IN, (), ())
    return by_hand(address, provider)


class _Search:
    def __init__(self, address: Address, policy: Policy, world: World, budget: Budget) -> None:
        self._address = address
        self._domain = address.domain
        self._policy = policy
        self._world = world
        self._budget = budget
        self._steps: list[Step] = []
        self._exchangers = Exchangers(known=True)
        self._hint: Provider | None = None  # known, but each of its customers has a server of their own

    @property
    def _mx(self) -> str:
        return self._exchangers.hosts[0] if self._exchangers.hosts else ""

    def run(self) -> Iterator[Step | Found]:
        found: Found | None = None
        attempts: list[Callable[[], Attempt]] = [
            self._office, self._own_table, self._by_mx, self._published, self._directory, self._services, self._guess
        ]  # fmt: skip
        for attempt in attempts:
            if self._exchangers.known or attempt == self._guess:  # names may be known to this machine alone
                found = yield from attempt()
            if self._budget.stopped:
                return
            if found:
                break
        found = found or self._nothing()
        helper = found.provider or (self._hint.id if self._hint else "")
        yield replace(found, provider=helper, steps=tuple(self._steps))

    def _nothing(self) -> Found:
        if self._exchangers.known:
            return by_hand(self._address, self._hint, self._mx)
        return replace(of_servers(self._address, None, Source.BY_HAND, (), ()), unknown_domain=True)

    def _ask(self, source: Source, subject: str, work: Callable[[], Found | None]) -> Attempt:
        """One step: told when it begins, and what came of it."""
        yield Step(source, subject)
        found = None
        try:
            found = work()
            outcome = Outcome.FOUND if found else Outcome.NOTHING
        except (Problem, Over):
            outcome = Outcome.FAILED
        self._steps.append(Step(source, subject, outcome))
        yield self._steps[-1]
        return found

    def _office(self) -> Attempt:
        entry = self._policy.hosts(self._domain)
        if entry is None:
            return None
        said = [(service, server) for service in Service for server in entry.servers(service, self._domain)]
        allowed = [one for one in said if one[1].security != "plain" or self._policy.allows_plain(one[1].host)]
        return (yield from self._ask(Source.OFFICE, self._domain, lambda: self._of_office(allowed)))

    def _of_office(self, said: Sequence[Candidate]) -> Found | None:
        """Of each service the first that answers; where none does, the first, so that the check can say what is wrong with it."""
        good = answering(said, self._world.gate, self._budget)
        first: dict[Service, Candidate] = {}
        for one in (*good, *said):
            first.setdefault(one[0], one)
        return self._useful(of_servers(self._address, None, Source.OFFICE, first.values(), good))

    def _own_table(self) -> Attempt:
        provider = providers.by_domain(self._domain)
        if provider is None or provider.host_rule is HostRule.CUSTOMER:
            self._hint = provider  # its MX will say more
            return None
        yield from ()  # nobody is asked
        return self._of(provider, Source.BUILT_IN)

    def _of(self, provider: Provider, source: Source) -> Found | None:
        if provider.host_rule is HostRule.FIXED:
            return of_provider(self._address, provider, source, self._mx)
        if provider.host_rule is HostRule.LOCAL:
            return self._local(provider, source)
        self._hint = provider
        return self._good(candidates(provider, self._domain, self._mx), provider, source)

    def _local(self, provider: Provider, source: Source) -> Found:
        """A program beside Teczka: named only where the machine's keeper lets us connect to it."""
        gate = self._world.gate
        if all(gate.permits(ip_address(server.host), server.port) for server in provider.templates()):
            return of_provider(self._address, provider, source, "")
        return of_servers(self._address, provider, source, (), ())

    def _good(self, said: Sequence[Candidate], provider: Provider | None, source: Source) -> Found | None:
        good = answering(said, self._world.gate, self._budget)
        return self._useful(of_servers(self._address, provider, source, good, good))

    def _useful(self, found: Found) -> Found | None:
        return found if found.incoming else None

    def _by_mx(self) -> Attempt:
        return (yield from self._ask(Source.BUILT_IN_MX, self._domain, self._of_exchanger))

    def _of_exchanger(self) -> Found | None:
        self._exchangers = self._world.names.exchangers(self._domain, self._budget.left(DNS, KEPT))
        provider = providers.by_mx(self._mx)
        return self._of(provider, Source.BUILT_IN_MX) if provider else None

    def _published(self) -> Attempt:
        own = [
            f"https://autoconfig.{self._domain}/mail/config-v1.1.xml",
            f"https://{self._domain}/.well-known/autoconfig/mail/config-v1.1.xml",
        ]
        found = yield from self._ask(Source.PROVIDER, self._domain, lambda: self._fetched(own, Source.PROVIDER))
        if found or self._budget.stopped or not self._relatives:
            return found
        theirs = [f"https://autoconfig.{name}/mail/config-v1.1.xml" for name in self._relatives]
        subject = self._relatives[-1]
        return (yield from self._ask(Source.PROVIDER, subject, lambda: self._fetched(theirs, Source.PROVIDER)))

    @property
    def _relatives(self) -> tuple[str, ...]:
        """Where the one who receives the domain's mail may publish; none where that is the domain itself."""
        if not self._mx or base_domain(self._mx) == base_domain(self._domain):
            return ()
        return parents(self._mx)

    def _directory(self) -> Attempt:
        for name in (self._domain, *self._relatives) if self._policy.ask_ispdb else ():
            fetched = partial(self._fetched, [DIRECTORY + name], Source.DATABASE)
            found = yield from self._ask(Source.DATABASE, name, fetched)
            if found or self._budget.stopped:
                return found
        return None

    def _fetched(self, urls: Sequence[str], source: Source) -> Found | None:
        """All are asked at once: they are one party's. The first that is of use counts."""
        seconds = self._budget.left(FETCH, KEPT)
        pool = ThreadPoolExecutor(len(urls), thread_name_prefix="autoconfig")
        try:
            return next(filter(None, pool.map(lambda url: self._config(url, source, seconds), urls)), None)
        finally:
            pool.shutdown(wait=False)  # nobody waits for the second where the first is of use

    def _config(self, url: str, source: Source, seconds: float) -> Found | None:
        try:
            response = self._world.https.get(url, seconds=seconds)
            return (
                of_config(self._address, parse(response.body, self._address.text), source)
                if response.status == 200
                else None
            )
        except (Problem, NotRead):
            return None

    def _services(self) -> Attempt:
        return (yield from self._ask(Source.DNS, self._domain, self._of_services))

    def _of_services(self) -> Found | None:
        said = self._world.names.servers(self._domain, self._budget.left(DNS, KEPT))
        return self._good(said, None, Source.DNS) if said else None

    def _guess(self) -> Attempt:
        return (yield from self._ask(Source.GUESSED, self._domain, self._guessed))

    def _guessed(self) -> Found | None:
        said = candidates(providers.every()[GENERIC], self._domain, self._mx)
        return self._good(said, None, Source.GUESSED) or self._good(
            renamed(said, self._world.gate, self._budget), None, Source.GUESSED
        )
