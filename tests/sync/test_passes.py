"""A server that changes at will, passes that break anywhere: P1, P2 and P4 hold after each, and one whole pass makes both sides equal."""

from array import array
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from teczka.core.errors import Problem, Trouble
from teczka.core.folders import LocalFolder
from teczka.core.mail import RemoteMessage
from teczka.sync import run
from tests.sync.memory import MemoryAccount
from tests.sync.server import EPOCH, Held, PlayFolder, PlayMailbox, PlayServer

FLAGS = st.frozensets(st.sampled_from(["\\Seen", "\\Flagged", "$Label1"]))


class Killed(BaseException):
    """The process ends here."""


class MortalAccount(MemoryAccount):
    """Dies before a chosen write. What was written stays, as after a kill -9."""

    lives: int | None = None

    def __getattribute__(self, name: str) -> Any:
        if name in {
            "save_folders",
            "rename_folder",
            "renumber",
            "add",
            "place",
            "set_flags",
            "mark_gone",
            "give_up",
            "opened",
            "complete",
        }:
            if self.lives == 0:
                raise Killed
            if self.lives is not None:
                self.lives -= 1
        return super().__getattribute__(name)


class Passes(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.server = PlayServer()
        self.local = MortalAccount()
        self.ever: set[bytes] = set()  # every body that was stored
        self.serial = 0
        self.made = 0  # folders
        self.twins: set[datetime] = set()
        self.lied_to = False  # a cursor may stand above mail that an ill server hid: counts tell, in the next pass

    @initialize(condstore=st.booleans(), uidnext_told=st.booleans())
    def kind_of_server(self, condstore: bool, uidnext_told: bool) -> None:
        self.server.condstore, self.server.uidnext_told = condstore, uidnext_told

    @property
    def inbox(self) -> PlayFolder:
        return self.server.folders[b"INBOX"]

    def some(self, data: st.DataObject) -> tuple[PlayFolder, Held] | None:
        pairs = [(folder, held) for folder in self.server.folders.values() for held in folder.messages]
        return data.draw(st.sampled_from(pairs)) if pairs else None

    @rule(data=st.data(), many=st.integers(1, 120), known=st.booleans())
    def deliver(self, data: st.DataObject, many: int, known: bool) -> None:
        folder = data.draw(st.sampled_from(sorted(self.server.folders)))
        for _ in range(many):
            self.serial += 1
            named = b"%d@x" % self.serial if known else b""
            when = EPOCH + timedelta(seconds=self.serial)
            self.server.folders[folder].deliver(b"message %d" % self.serial, named, when)

    @rule(data=st.data())
    def deliver_a_copy(self, data: st.DataObject) -> None:
        if found := self.some(data):
            folder = data.draw(st.sampled_from(sorted(self.server.folders)))
            self.server.folders[folder].deliver(found[1].raw, found[1].message_id, found[1].when)

    @rule(data=st.data())
    def deliver_a_twin(self, data: st.DataObject) -> None:
        """Other bytes, alike in all that a re-match looks at. Both stay: one that takes the other's place while UIDVALIDITY changes would
        be mistaken for it, and no summary could tell."""
        if found := self.some(data):
            self.twins |= {found[1].when}
            self.serial += 1
            twin = (b"%d" % self.serial).ljust(len(found[1].raw), b"!")[: len(found[1].raw)]
            found[0].deliver(twin, found[1].message_id, found[1].when)

    @rule(data=st.data(), flags=FLAGS)
    def flag(self, data: st.DataObject, flags: frozenset[str]) -> None:
        if found := self.some(data):
            found[0].flag(found[1], flags)

    @rule(data=st.data())
    def expunge(self, data: st.DataObject) -> None:
        if (found := self.some(data)) and found[1].when not in self.twins:
            found[0].expunge(found[1])

    @rule(data=st.data())
    def expunge_all(self, data: st.DataObject) -> None:
        folder = self.server.folders[data.draw(st.sampled_from(sorted(self.server.folders)))]
        for held in list(folder.messages):
            if held.when not in self.twins:
                folder.expunge(held)

    @rule(data=st.data())
    def number_anew(self, data: st.DataObject) -> None:
        self.server.folders[data.draw(st.sampled_from(sorted(self.server.folders)))].number_anew()

    @precondition(lambda self: self.server.uidnext_told)
    @rule(data=st.data(), breaks_after=st.integers(0, 60), lives=st.integers(0, 8))
    def make_anew(self, data: st.DataObject, breaks_after: int, lives: int) -> None:
        """Under the same UIDVALIDITY with UIDs from 1, or as a backup had it: fewer messages than there were UIDs, old ones among them."""
        self.whole_passes()
        name = data.draw(st.sampled_from(sorted(self.server.folders)))
        folder = self.server.folders[name]
        if folder.messages and not self.twins & {held.when for held in folder.messages}:
            made, kept = (
                PlayFolder(folder.uidvalidity),
                data.draw(st.lists(st.sampled_from(folder.messages), max_size=5)),
            )
            if data.draw(st.booleans()):
                kept = folder.messages[: data.draw(st.integers(0, len(folder.messages) - 1))]
                made.uidnext = 1
                for held in kept:
                    made.uidnext = held.uid
                    made.deliver(held.raw, held.message_id, held.when)
            else:
                for held in kept:
                    made.deliver(held.raw, held.message_id, held.when)
            while made.uidnext < folder.uidnext - 1 and data.draw(st.booleans()):
                self.serial += 1
                made.deliver(b"message %d" % self.serial, b"%d@x" % self.serial, EPOCH + timedelta(seconds=self.serial))
            if made.messages and made.uidnext < folder.uidnext:
                self.server.folders[name] = made
                self.broken_pass(breaks_after)
                self.killed_pass(lives)
                self.whole_passes()

    @precondition(lambda self: len(self.server.folders) < 3)
    @rule(data=st.data())
    def new_folder(self, data: st.DataObject) -> None:
        self.made += 1
        self.server.folders[self.others(data, taken=False)] = PlayFolder(uidvalidity=1000 * self.made)

    def others(self, data: st.DataObject, taken: bool = True) -> bytes:
        """A folder's name other than the inbox's."""
        names = {b"A", b"B", b"A/C", b"B/C", b"F1", b"F2"}
        there = sorted(names & set(self.server.folders) if taken else names - set(self.server.folders))
        return data.draw(st.sampled_from(there)) if there else b""

    @rule(data=st.data())
    def rename_folder(self, data: st.DataObject) -> None:
        """With what lies below it, RFC 3501 §6.3.5."""
        old, new = self.others(data), self.others(data, taken=False)
        if old and new and not new.startswith(old + b"/"):
            for name in sorted(self.server.folders):
                to = new + name[len(old) :]
                if (name == old or name.startswith(old + b"/")) and to not in self.server.folders:
                    self.server.folders[to] = self.server.folders.pop(name)

    @rule(data=st.data())
    def swap_folders(self, data: st.DataObject) -> None:
        one, other = self.others(data), self.others(data)
        if one and other:
            folders = self.server.folders
            folders[one], folders[other] = folders[other], folders[one]

    @rule(data=st.data())
    def remove_folder(self, data: st.DataObject) -> None:
        name = self.others(data)
        if name and not self.twins & {held.when for held in self.server.folders[name].messages}:
            del self.server.folders[name]

    @rule(after=st.integers(0, 300))
    def broken_pass(self, after: int) -> None:
        run(PlayMailbox(self.server, breaks_after=after), self.local)

    @rule(lives=st.integers(0, 12))
    def killed_pass(self, lives: int) -> None:
        self.local.lives = lives
        try:
            run(PlayMailbox(self.server), self.local)
        except Killed:
            pass
        finally:
            self.local.lives = None

    @rule()
    def pass_of_an_ill_server(self) -> None:
        run(PlayMailbox(self.server, lists_nothing=True, shows_nothing=True), self.local)
        self.lied_to = True

    @rule()
    def whole_passes(self) -> None:
        """Two: what vanished in a crowd is believed at the second telling; another for what was once in trouble."""
        for _ in range(3):
            assert run(PlayMailbox(self.server), self.local).stopped is None
        self.lied_to = False
        for name, folder in self.server.folders.items():
            assert self.local.present(name) == folder.present()
        quiet = PlayMailbox(self.server)
        assert run(quiet, self.local).messages == 0
        if self.server.condstore and self.server.uidnext_told:
            assert quiet.asked == ["LIST"] + ["STATUS"] * len(self.server.folders)

    @invariant()
    def nothing_stored_is_ever_lost(self) -> None:
        assert self.ever <= set(self.local.messages.values())
        self.ever = set(self.local.messages.values())

    @invariant()
    def nothing_is_shown_that_the_server_never_had(self) -> None:
        for (_, _, uid), placed in self.local.placements.items():
            assert uid >= 1
            assert placed.digest in self.local.messages

    @invariant()
    def the_cursor_passes_only_what_is_stored_gone_or_troubled(self) -> None:
        """P1. Only of UIDs that the server still has under the UIDVALIDITY that we know."""
        for name, known in self.local._folders.items():
            folder = self.server.folders.get(name)
            if folder and known.uidvalidity == folder.uidvalidity and not self.lied_to:
                for held in folder.messages:
                    key = (known.id, folder.uidvalidity, held.uid)
                    assert (
                        held.uid >= known.complete_below or key in self.local.placements or key in self.local.troubles
                    )


Passes.TestCase.settings = settings(stateful_step_count=25)
TestPasses = Passes.TestCase


def account_with(count: int, server: PlayServer) -> MemoryAccount:
    for number in range(count):
        server.folders[b"INBOX"].deliver(b"message %d" % number, b"%d@x" % number)
    local = MemoryAccount()
    assert run(PlayMailbox(server), local).messages == count
    return local


def test_the_newest_come_first_with_their_envelopes() -> None:
    order: list[tuple[int, bool]] = []

    class Watched(MemoryAccount):
        def add(self, folder: Any, uidvalidity: int, kept: Any) -> int:
            order.extend((message.uid, message.envelope is not None) for message in kept.batch)
            return super().add(folder, uidvalidity, kept)

    server = PlayServer()
    for number in range(400):
        server.folders[b"INBOX"].deliver(b"message %d" % number)
    run(PlayMailbox(server), Watched())
    assert {uid for uid, _ in order[:50]} == set(range(351, 401))
    assert all(enveloped for _, enveloped in order[:50])
    assert min(uid for uid, _ in order[50:150]) > max(uid for uid, _ in order[-100:])


def test_a_folder_that_is_suddenly_empty_is_believed_only_when_told_again() -> None:
    server = PlayServer()
    local = account_with(500, server)
    run(PlayMailbox(server, shows_nothing=True), local)
    assert len(local.present(b"INBOX")) == 500
    run(PlayMailbox(server), local)  # it was only ill
    assert len(local.present(b"INBOX")) == 500
    for held in list(server.folders[b"INBOX"].messages):
        server.folders[b"INBOX"].expunge(held)
    run(PlayMailbox(server), local)
    assert len(local.present(b"INBOX")) == 500
    run(PlayMailbox(server), local)
    assert local.present(b"INBOX") == {}
    assert len(local.messages) == 500


def test_flags_that_changed_while_the_server_was_ill_are_seen_once_it_is_well() -> None:
    server = PlayServer()
    local = account_with(500, server)
    inbox = server.folders[b"INBOX"]
    inbox.flag(inbox.messages[0], frozenset({"\\Seen"}))
    run(PlayMailbox(server, shows_nothing=True), local)
    run(PlayMailbox(server), local)
    assert local.present(b"INBOX") == inbox.present()


def anew(*raws: bytes) -> PlayFolder:
    """Under the UIDVALIDITY that a folder of the name had before, with UIDs from 1."""
    made = PlayFolder()
    for number, raw in enumerate(raws):
        made.deliver(raw, raw + b"@x", EPOCH + timedelta(days=1, seconds=number))
    return made


def test_a_folder_made_anew_under_its_uidvalidity_is_fetched_and_what_is_known_is_not() -> None:
    server = PlayServer()
    local = account_with(9, server)
    kept = server.folders[b"INBOX"].messages[6:]
    made = server.folders[b"INBOX"] = anew(b"one", b"two")
    for held in kept:
        made.deliver(held.raw, held.message_id, held.when)
    remote = PlayMailbox(server)
    assert run(remote, local).stopped is None
    assert local.present(b"INBOX") == made.present()
    assert remote.asked.count("BODY") == 2
    assert len(local.messages) == 11


@pytest.mark.parametrize("condstore", [True, False])
def test_a_folder_that_comes_back_larger_than_it_was_is_looked_through(condstore: bool) -> None:
    server, local = PlayServer(condstore=condstore), MemoryAccount()
    server.folders[b"A"] = anew(b"one", b"two")
    assert run(PlayMailbox(server), local).stopped is None
    del server.folders[b"A"]
    assert run(PlayMailbox(server), local).stopped is None
    server.folders[b"A"] = made = anew(b"another", b"two", b"a third", b"and a fourth")
    assert run(PlayMailbox(server), local).stopped is None
    assert local.present(b"A") == made.present()


def test_numbers_that_go_back_cost_a_look_and_no_download() -> None:
    """Of a server that tells them wrong, or a copy of it that is behind."""
    server = PlayServer()
    local = account_with(700, server)
    inbox, before = server.folders[b"INBOX"], dict(local.placements)
    inbox.uidnext, inbox.modseq = 300, 5
    for looks in (500, 0):
        remote = PlayMailbox(server)
        assert run(remote, local).stopped is None
        assert (remote.asked.count("BODY"), remote.asked.count("SUMMARY")) == (0, looks)
    assert local.placements == before


def test_what_tells_another_size_than_it_has_is_the_same_message(monkeypatch: pytest.MonkeyPatch) -> None:
    server = PlayServer()
    local = account_with(20, server)
    monkeypatch.setattr("tests.sync.server.len", lambda raw: len(raw) + 7, raising=False)
    server.folders[b"INBOX"].uidnext = 3
    remote = PlayMailbox(server)
    assert run(remote, local).stopped is None
    assert remote.asked.count("BODY") == 0


def test_a_first_fetch_that_breaks_off_goes_on_where_a_server_tells_sizes_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And reads a Message-ID otherwise than we do: that is two signs, and in each pass again."""
    server, local = PlayServer(), MemoryAccount()
    for number in range(400):
        server.folders[b"INBOX"].deliver(b"message %d" % number, b"%d@x" % number)
    monkeypatch.setattr("tests.sync.server.len", lambda raw: len(raw) + 7, raising=False)
    bodies = []
    for after in (200, None):
        remote = PlayMailbox(server, breaks_after=after)
        run(remote, local)
        bodies.append(remote.asked.count("BODY"))
        local.message_ids[sha256(b"message 399").digest()] = b"399 @x"
    assert bodies[0] < 200
    assert bodies[1] < 300
    assert local.present(b"INBOX") == server.folders[b"INBOX"].present()


@pytest.mark.parametrize("name", [b"", b"odd @x"])
def test_what_was_moved_there_and_is_told_otherwise_is_the_same_message(name: bytes) -> None:
    """One without a name whose copy the server dated anew; one whose name we read otherwise."""
    server = PlayServer()
    local = account_with(100, server)
    inbox = server.folders[b"INBOX"]
    held = inbox.deliver(b"moved", b"odd@x" if name else b"")
    landed = RemoteMessage(held.uid, held.flags, held.when - timedelta(days=not name), 5, held.raw)
    known = local.save_folders(PlayMailbox(server).folders())[0]
    local.add(known, 1, local.keep([landed]))
    local.message_ids[sha256(b"moved").digest()] = name
    before = dict(local.placements)
    assert run(PlayMailbox(server), local).stopped is None
    assert local.placements == before


def test_under_the_number_of_a_message_that_was_erased_another_is_fetched() -> None:
    class Erasing(MemoryAccount):
        def stored_uids(self, folder: LocalFolder, uidvalidity: int, lowest: int = 1) -> "array[int]":
            stored = super().stored_uids(folder, uidvalidity, lowest)
            erased = self._folders[folder.name].complete_below != 0
            return array("Q", [1]) if erased and not stored and lowest == 1 else stored

    server, local = PlayServer(), Erasing()
    server.folders[b"A"] = anew(b"one")
    assert run(PlayMailbox(server), local).stopped is None
    local.placements.clear()
    del server.folders[b"A"]
    run(PlayMailbox(server), local)
    server.folders[b"A"] = made = anew(b"another")
    assert run(PlayMailbox(server), local).stopped is None
    assert local.present(b"A") == made.present()


def test_what_was_moved_there_and_erased_at_once_makes_no_others_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    server = PlayServer()
    local = account_with(3, server)
    server.folders[b"INBOX"].deliver(b"erased")
    before, known = dict(local.placements), local.stored_uids
    monkeypatch.setattr(local, "stored_uids", lambda *where: array("Q", [*(known(*where)), 4]))
    assert run(PlayMailbox(server), local).stopped is None
    assert local.placements == before


def test_a_few_that_vanish_are_believed_at_once() -> None:
    server = PlayServer()
    local = account_with(20, server)
    for held in list(server.folders[b"INBOX"].messages):
        server.folders[b"INBOX"].expunge(held)
    run(PlayMailbox(server), local)
    assert local.present(b"INBOX") == {}


def test_after_a_change_of_uidvalidity_only_the_unmatched_are_downloaded() -> None:
    server = PlayServer()
    local = account_with(300, server)
    local.message_ids = {digest: raw.removeprefix(b"message ") + b"@x" for digest, raw in local.messages.items()}
    server.folders[b"INBOX"].deliver(b"new", b"new@x")
    server.folders[b"INBOX"].number_anew()
    remote = PlayMailbox(server)
    run(remote, local)
    assert remote.asked.count("BODY") == 1
    assert local.present(b"INBOX") == server.folders[b"INBOX"].present()
    assert len(local.messages) == 301


def test_after_a_change_of_uidvalidity_nothing_leaves_the_list_whose_body_does_not_come() -> None:
    class Withholding(PlayMailbox):
        def messages(self, *asked: Any, **more: Any) -> Iterator[RemoteMessage]:
            for told in super().messages(*asked, **more):
                if told.body not in withheld:
                    yield told

    server, local = PlayServer(), MemoryAccount()
    inbox = server.folders[b"INBOX"]
    for number in range(40):
        inbox.deliver(b"message %d" % number)
    run(PlayMailbox(server), local)
    withheld = {held.raw for held in inbox.messages[:30]}
    inbox.number_anew()
    run(Withholding(server), local)
    shown = sorted(local.messages[placed.digest] for placed in local.placements.values() if not placed.gone)
    assert shown == sorted(held.raw for held in inbox.messages)
    withheld.clear()
    assert run(PlayMailbox(server), local).messages == 30
    assert not local.troubles
    assert local.present(b"INBOX") == inbox.present()


def test_a_message_that_always_breaks_the_connection_holds_up_no_other() -> None:
    server = PlayServer()
    for number in range(250):
        server.folders[b"INBOX"].deliver(b"message %d" % number)
    server.poisoned = {b"message 130"}
    local = MemoryAccount()
    passes = 0
    while run(PlayMailbox(server), local).stopped:
        passes += 1
        assert passes <= 3
    assert len(local.messages) == 249
    assert run(PlayMailbox(server), local).stopped is None


def test_a_refused_folder_holds_up_no_other() -> None:
    server = PlayServer()
    server.folders[b"A"] = PlayFolder()
    server.folders[b"B"] = PlayFolder()
    server.folders[b"B"].deliver(b"message")
    local = MemoryAccount()
    report = run(PlayMailbox(server, refused={b"A"}), local)
    assert [name for name, _ in report.problems] == ["A"]
    assert isinstance(report.problems[0][1], Problem)
    assert (report.stopped, report.messages) == (None, 1)


def test_an_empty_body_of_a_message_that_has_a_size_is_not_stored() -> None:
    class Hollow(PlayMailbox):
        def messages(self, uids: list[int], envelopes: bool = False) -> Any:
            yield RemoteMessage(1, frozenset(), self.server.folders[b"INBOX"].messages[0].when, 5, b"")

    server = PlayServer()
    server.folders[b"INBOX"].deliver(b"12345")
    local = MemoryAccount()
    assert run(Hollow(server), local).messages == 0
    assert not local.messages
    assert list(local.troubles.values()) == [1]
    assert run(PlayMailbox(server), local).messages == 1
    assert not local.troubles


def test_what_is_removed_while_it_is_fetched_is_no_trouble() -> None:
    class Racing(PlayMailbox):
        def messages(self, uids: list[int], envelopes: bool = False) -> Any:
            inbox = self.server.folders[b"INBOX"]
            inbox.expunge(inbox.messages[0])
            yield from super().messages(uids, envelopes)

    server = PlayServer()
    for number in range(3):
        server.folders[b"INBOX"].deliver(b"message %d" % number)
    local = MemoryAccount()
    assert run(Racing(server), local).messages == 2
    assert not local.troubles


def test_trouble_with_what_is_removed_is_forgotten_while_a_first_fetch_lies_broken() -> None:
    server = PlayServer()
    inbox = server.folders[b"INBOX"]
    for number in range(60):
        inbox.deliver(b"message %d" % number)
    server.poisoned = {b"message 30"}
    local = MemoryAccount()
    assert run(PlayMailbox(server), local).stopped
    assert local.troubles
    inbox.expunge(next(held for held in inbox.messages if held.raw in server.poisoned))
    assert run(PlayMailbox(server), local).stopped is None
    assert not local.troubles


def test_withheld_mail_behind_which_the_connection_breaks_holds_up_no_folder() -> None:
    class Withholding(PlayMailbox):
        withheld = False

        def messages(self, uids: list[int], *rest: Any, **more: Any) -> Any:
            self.withheld = 1 in uids and self._open == b"INBOX"
            yield from super().messages([uid for uid in uids if not self.withheld or uid != 1], *rest, **more)

        def uids(self, lowest: int = 1) -> list[int]:
            if self.withheld:
                raise Problem(Trouble.SERVER_CLOSED, host="play.example")
            return super().uids(lowest)

    server = PlayServer()
    server.folders[b"Other"] = PlayFolder()
    for name, count in ((b"INBOX", 3), (b"Other", 1)):
        for number in range(count):
            server.folders[name].deliver(b"%s %d" % (name, number))
    local = MemoryAccount()
    for _ in range(3):
        run(Withholding(server), local)
    assert run(Withholding(server), local).stopped is None
    assert len(local.messages) == 3
    assert list(local.troubles.values()) == [3]


class Refusing(PlayMailbox):
    """A command for any of these UIDs is refused as a whole, and for which of them is not said."""

    bad: frozenset[int] = frozenset()

    def messages(self, uids: list[int], *rest: Any, **more: Any) -> Any:
        for at in range(0, len(uids), 100):
            chunk = uids[at : at + 100]
            self.asked.append("FETCH")
            if not self.bad.isdisjoint(chunk):
                raise Problem(Trouble.FOLDER_REFUSED, folder="INBOX")
            yield from super().messages(chunk, *rest, **more)


@pytest.mark.parametrize(("count", "bad"), [(3, {2}), (3, {1, 3}), (250, {130}), (250, {1, 77, 201, 250})])
def test_a_message_for_which_a_command_is_refused_holds_up_no_other(count: int, bad: set[int]) -> None:
    server = PlayServer()
    for number in range(count):
        server.folders[b"INBOX"].deliver(b"message %d" % number)
    local, remote = MemoryAccount(), Refusing(server)
    remote.bad = frozenset(bad)
    report = run(remote, local)
    assert (report.messages, report.stopped, report.problems) == (count - len(bad), None, [])
    assert {uid: tries for (_, _, uid), tries in local.troubles.items()} == dict.fromkeys(bad, 1)
    for _ in range(3):
        run(remote, local)
    assert set(local.troubles.values()) == {3}
    assert remote.asked.count("FETCH") < 100


def test_a_folder_that_refuses_every_command_is_given_up_after_a_few() -> None:
    server = PlayServer()
    for number in range(5000):
        server.folders[b"INBOX"].deliver(b"message %d" % number)
    server.folders[b"Other"] = PlayFolder()
    server.folders[b"Other"].deliver(b"elsewhere", b"", None)
    server.folders[b"Other"].messages[0].uid = 6000
    local, remote = MemoryAccount(), Refusing(server)
    remote.bad = frozenset(range(1, 5001))
    report = run(remote, local)
    assert (report.messages, report.stopped, len(local.troubles)) == (1, None, 10)
    assert [problem.trouble for _, problem in report.problems] == [Trouble.FOLDER_REFUSED]
    assert remote.asked.count("FETCH") < 40


def twins(*raws: bytes, message_id: bytes = b"same@x") -> tuple[PlayServer, MemoryAccount]:
    """Fetched messages that are alike in size, INTERNALDATE and Message-ID."""
    server = PlayServer()
    for raw in raws:
        server.folders[b"INBOX"].deliver(raw, message_id, EPOCH)
    local = MemoryAccount()
    run(PlayMailbox(server), local)
    return server, local


@pytest.mark.parametrize("gone", [0, 1])
def test_what_is_ambiguous_here_is_downloaded_and_not_guessed(gone: int) -> None:
    server, local = twins(b"one", b"two")
    inbox = server.folders[b"INBOX"]
    inbox.expunge(inbox.messages[gone])
    inbox.number_anew()
    run(PlayMailbox(server), local)
    assert local.present(b"INBOX") == inbox.present()


def test_what_is_ambiguous_there_is_downloaded_and_not_guessed() -> None:
    server, local = twins(b"one")
    inbox = server.folders[b"INBOX"]
    inbox.deliver(b"two", b"same@x", EPOCH)
    inbox.messages.reverse()
    inbox.number_anew()
    run(PlayMailbox(server), local)
    assert local.present(b"INBOX") == inbox.present()


def test_messages_without_an_id_are_downloaded_and_not_guessed() -> None:
    server, local = twins(b"one", message_id=b"")
    inbox = server.folders[b"INBOX"]
    inbox.expunge(inbox.messages[0])
    inbox.deliver(b"two", b"", EPOCH)
    inbox.number_anew()
    run(PlayMailbox(server), local)
    assert local.present(b"INBOX") == inbox.present()


def test_flags_that_changed_while_a_first_fetch_lay_broken_are_seen() -> None:
    server = PlayServer()
    inbox = server.folders[b"INBOX"]
    for number in range(60):
        inbox.deliver(b"message %d" % number)
    local = MemoryAccount()
    assert run(PlayMailbox(server, breaks_after=40), local).stopped
    stored = next(held for held in inbox.messages if held.raw in local.messages.values())
    inbox.flag(stored, frozenset({"\\Seen"}))
    assert run(PlayMailbox(server), local).stopped is None
    assert local.present(b"INBOX") == inbox.present()
