"""What people do is done on the server once, whatever dies or breaks on the way, and whatever the server can do (sync/replay.py)."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from teczka.core.acts import Kind
from teczka.core.errors import Problem, Trouble
from teczka.core.operations import Identity, Pending, Spot
from teczka.sync.batches import batches
from teczka.sync.plan import bare_id
from teczka.sync.replay import PATIENCE, replay
from tests.sync.journal import Died, MemoryJournal
from tests.sync.server import PlayFolder, PlayMailbox, PlayServer

SERVERS = {
    "all": {"MOVE", "UIDPLUS"},
    "no MOVE": {"UIDPLUS"},
    "no UIDPLUS": {"MOVE"},
    "neither": set[str](),
}
DELETED = frozenset({"\\Deleted"})


def raw(number: int, name: str = "") -> bytes:
    return f"Message-ID: <{name or number}@a>\r\n\r\n{number}\r\n".encode()


def server(extensions: set[str], messages: int = 8) -> PlayServer:
    made = PlayServer(extensions=set(extensions))
    for name, validity in ((b"INBOX", 1), (b"A", 2), (b"B", 3)):
        made.folders[name] = PlayFolder(uidvalidity=validity)
    for number in range(messages):
        made.folders[b"INBOX"].deliver(raw(number), f"{number}@a".encode())
    made.folders[b"INBOX"].deliver(raw(0), b"0@a")  # the same bytes once more
    return made


def acted(play: PlayServer) -> MemoryJournal:
    """Flags, a copy, moves alone and in a row, one for good, one of two that are alike, and something of our own."""
    journal, inbox = MemoryJournal(), play.folders[b"INBOX"].messages
    for number in (0, 1, 2):
        journal.note(Kind.FLAG, (b"INBOX", 1, inbox[number]), flags=("\\Seen",))
    copied = journal.note(Kind.COPY, (b"INBOX", 1, inbox[1]), target=Spot(b"A"))
    journal.note(Kind.FLAG, copied, flags=("\\Flagged",))
    for number in (2, 3, 4):
        moved = journal.note(Kind.MOVE, (b"INBOX", 1, inbox[number]), target=Spot(b"A"))
    journal.note(Kind.MOVE, moved, target=Spot(b"B"))
    journal.note(Kind.EXPUNGE, (b"INBOX", 1, inbox[5]))
    journal.note(Kind.MOVE, (b"INBOX", 1, inbox[8]), target=Spot(b"B"))
    ours = journal.note(Kind.APPEND, target=Spot(b"A"), flags=("\\Seen",), date=datetime(2026, 1, 1, tzinfo=UTC))
    journal.raws[ours] = raw(99)
    journal.ops[ours] = replace(journal.ops[ours], identity=Identity(len(raw(99)), 0, b"99@a", b"?"))
    return journal


def lying(play: PlayServer) -> dict[bytes, Counter[tuple[bytes, frozenset[str]]]]:
    """What nobody has marked to be removed."""
    return {
        name: Counter((held.raw, held.flags) for held in folder.messages if not held.flags >= DELETED)
        for name, folder in play.folders.items()
    }


EXPECTED = {
    b"INBOX": Counter(
        {(raw(0), frozenset({"\\Seen"})): 1, (raw(1), frozenset({"\\Seen"})): 1}
        | {(raw(number), frozenset()): 1 for number in (6, 7)}
    ),
    b"A": Counter(
        {
            (raw(1), frozenset({"\\Seen", "\\Flagged"})): 1,
            (raw(2), frozenset({"\\Seen"})): 1,
            (raw(3), frozenset()): 1,
            (raw(99), frozenset({"\\Seen"})): 1,
        }
    ),
    b"B": Counter({(raw(4), frozenset()): 1, (raw(0), frozenset()): 1}),
}


@pytest.fixture(params=SERVERS.values(), ids=SERVERS)
def play(request: pytest.FixtureRequest) -> PlayServer:
    return server(request.param)


def test_everything_is_done_in_its_order(play: PlayServer) -> None:
    journal = acted(play)
    replay(PlayMailbox(play), journal)
    assert lying(play) == EXPECTED
    assert set(journal.ended) == set(journal.ops)
    assert not journal.troubles
    marked = [held for folder in play.folders.values() for held in folder.messages if held.flags >= DELETED]
    assert (len(marked), list(journal.ended.values()).count("marked")) == {
        (True, True): (0, 0),
        (False, True): (0, 0),
        (True, False): (1, 1),  # the one that was to be removed for good
        (False, False): (6, 6),
    }["MOVE" in play.extensions, "UIDPLUS" in play.extensions]


def lives(play: PlayServer, journal: MemoryJournal, at: int) -> Iterator[PlayMailbox]:
    """One that breaks at this point of the wire, one that dies at this point of the journal, one that comes through."""
    yield PlayMailbox(play, breaks_after=at)
    journal.calls, journal.dies_after = 0, at % 12
    yield PlayMailbox(play)
    journal.dies_after = None
    yield PlayMailbox(play)


@pytest.mark.parametrize("extensions", SERVERS.values(), ids=SERVERS)
@pytest.mark.parametrize("told", [True, False], ids=["UIDNEXT told", "UIDNEXT kept"])
def test_whatever_breaks_or_dies_on_the_way_nothing_is_lost_or_doubled(extensions: set[str], told: bool) -> None:
    at, broke = 0, True
    while broke:
        play = server(extensions)
        play.uidnext_told = told
        journal = acted(play)
        broke = False
        for mailbox in lives(play, journal, at):
            try:
                replay(mailbox, journal)
            except Died:
                continue
            except Problem:
                broke = True
        assert lying(play) == EXPECTED, at
        assert not journal.troubles, at
        at += 1
    assert at > 30


@pytest.mark.parametrize("extensions", SERVERS.values(), ids=SERVERS)
def test_of_two_that_are_alike_each_is_moved_wherever_it_breaks(extensions: set[str]) -> None:
    """A copy that was found belongs to the one that has left: or the other's would go for it."""
    for backwards in (False, True):
        for at in range(40):
            play = server(extensions)
            alike = [play.folders[b"INBOX"].messages[0], play.folders[b"INBOX"].messages[8]]
            journal = MemoryJournal()
            for held in reversed(alike) if backwards else alike:
                journal.note(Kind.MOVE, (b"INBOX", 1, held), target=Spot(b"A"))
            for mailbox in lives(play, journal, at):
                with suppress(Died, Problem):
                    replay(mailbox, journal)
            assert lying(play)[b"A"] == {(raw(0), frozenset()): 2}, at
            assert not journal.troubles, at


def test_the_same_by_chance_with_more_deaths_than_one() -> None:
    chance = random.Random(7)
    for turn in range(100):
        play = server(chance.choice(list(SERVERS.values())))
        journal = acted(play)
        for _ in range(chance.randrange(1, 6)):
            journal.calls, journal.dies_after = 0, chance.choice([None, chance.randrange(14)])
            mailbox = PlayMailbox(play, breaks_after=chance.choice([None, chance.randrange(60)]))
            try:
                replay(mailbox, journal)
            except (Died, Problem):
                continue
        journal.dies_after = None
        replay(PlayMailbox(play), journal)
        assert lying(play) == EXPECTED, turn
        assert not journal.troubles, turn


# --- what servers refuse ---


def one(play: PlayServer, kind: Kind, number: int = 0, **fields: object) -> MemoryJournal:
    journal = MemoryJournal()
    journal.note(kind, (b"INBOX", 1, play.folders[b"INBOX"].messages[number]), **fields)
    return journal


def test_a_full_mailbox_takes_no_copy_and_loses_nothing(play: PlayServer) -> None:
    play.full = True
    before = lying(play)
    journal = MemoryJournal()
    for held in play.folders[b"INBOX"].messages[:3]:
        journal.note(Kind.MOVE, (b"INBOX", 1, held), target=Spot(b"A"))
    replay(PlayMailbox(play), journal)
    assert lying(play) == before
    assert set(journal.troubles.values()) == {Trouble.FOLDER_QUOTA}
    assert len(journal.troubles) == 3


@pytest.mark.parametrize("folder", [b"INBOX", b"A"])
def test_a_folder_that_may_only_be_read_refuses_all_at_once(play: PlayServer, folder: bytes) -> None:
    play.read_only = {folder}
    before = lying(play)
    journal = MemoryJournal()
    for held in play.folders[b"INBOX"].messages[:3]:
        journal.note(Kind.MOVE, (b"INBOX", 1, held), target=Spot(b"A"))
    mailbox = PlayMailbox(play)
    replay(mailbox, journal)
    assert lying(play) == before
    assert list(journal.troubles.values()) == [Trouble.FOLDER_READ_ONLY] * 3
    assert mailbox.asked.count("SELECT") <= 2


def test_of_several_that_are_refused_together_those_that_can_be_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    play = server({"MOVE", "UIDPLUS"})
    move = PlayMailbox.move

    def choosy(mailbox: PlayMailbox, uids: list[int], target: bytes) -> object:
        if 2 in uids:
            raise Problem(Trouble.FOLDER_TOO_LARGE, folder="A")
        return move(mailbox, uids, target)

    monkeypatch.setattr(PlayMailbox, "move", choosy)
    journal = MemoryJournal()
    for held in play.folders[b"INBOX"].messages[:3]:
        journal.note(Kind.MOVE, (b"INBOX", 1, held), target=Spot(b"A"))
    replay(PlayMailbox(play), journal)
    assert [held.raw for held in play.folders[b"A"].messages] == [raw(0), raw(2)]
    assert journal.troubles == {2: Trouble.FOLDER_TOO_LARGE}


def test_of_two_that_are_alike_and_half_refused_each_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """One had gone before the server refused: its copy is not taken for the other's."""
    play = server({"MOVE", "UIDPLUS"})
    move, alike = PlayMailbox.move, [play.folders[b"INBOX"].messages[0], play.folders[b"INBOX"].messages[8]]

    def halfway(mailbox: PlayMailbox, uids: list[int], target: bytes) -> object:
        if len(uids) == 2:
            move(mailbox, uids[1:], target)
            raise Problem(Trouble.FOLDER_DENIED, folder="A")
        return move(mailbox, uids, target)

    monkeypatch.setattr(PlayMailbox, "move", halfway)
    journal = MemoryJournal()
    for held in alike:
        journal.note(Kind.MOVE, (b"INBOX", 1, held), target=Spot(b"A"))
    replay(PlayMailbox(play), journal)
    assert lying(play)[b"A"] == {(raw(0), frozenset()): 2}
    assert journal.ended == {1: "done", 2: "done"}


def test_where_one_may_copy_but_not_even_mark_each_is_refused_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    play = server({"UIDPLUS"})

    def refuses(mailbox: PlayMailbox, uids: list[int], flags: list[str], *, add: bool) -> None:
        mailbox.asked.append("STORE")
        raise Problem(Trouble.FOLDER_DENIED, folder="INBOX")

    monkeypatch.setattr(PlayMailbox, "store_flags", refuses)
    journal = MemoryJournal()
    for held in play.folders[b"INBOX"].messages[:2]:
        journal.note(Kind.MOVE, (b"INBOX", 1, held), target=Spot(b"A"))
    mailbox = PlayMailbox(play)
    replay(mailbox, journal)
    assert journal.troubles == {1: Trouble.FOLDER_DENIED, 2: Trouble.FOLDER_DENIED}
    assert mailbox.asked.count("STORE") == 3  # together, and then each


def test_what_is_put_off_waits_with_all_that_comes_after_it_there_and_is_given_up_some_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play = server({"MOVE", "UIDPLUS"})
    journal = one(play, Kind.MOVE, target=Spot(b"A"))
    journal.note(Kind.FLAG, (b"INBOX", 1, play.folders[b"INBOX"].messages[1]), flags=("\\Seen",))
    journal.note(Kind.FLAG, (b"B", 3, play.folders[b"B"].deliver(raw(50), b"50@a")), flags=("\\Seen",))

    def busy(mailbox: PlayMailbox, uids: list[int], target: bytes) -> object:
        raise Problem(Trouble.FOLDER_BUSY, folder="A")

    monkeypatch.setattr(PlayMailbox, "move", busy)
    replay(PlayMailbox(play), journal)
    assert journal.ended == {3: "done"}, "another folder does not wait"
    journal.ops[1] = replace(journal.ops[1], started_at=datetime.now(UTC) - PATIENCE - timedelta(hours=1))
    replay(PlayMailbox(play), journal)
    assert journal.ended == {1: Trouble.FOLDER_BUSY.value, 2: "done", 3: "done"}


def test_where_one_may_mark_but_not_remove_it_is_marked_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared folder without the right to expunge (RFC 4314 §2.1)."""
    play = server({"UIDPLUS"})

    def refuses(mailbox: PlayMailbox, uids: list[int]) -> None:
        raise Problem(Trouble.FOLDER_READ_ONLY, folder="INBOX")

    monkeypatch.setattr(PlayMailbox, "expunge", refuses)
    journal = one(play, Kind.MOVE, target=Spot(b"A"))
    replay(PlayMailbox(play), journal)
    assert journal.ended == {1: "marked"}
    assert [held.flags for held in play.folders[b"INBOX"].messages[:2]] == [DELETED, frozenset()]
    assert [held.raw for held in play.folders[b"A"].messages] == [raw(0)]


def test_what_breaks_every_connection_is_given_up_some_day() -> None:
    play = server({"MOVE", "UIDPLUS"})
    journal = one(play, Kind.FLAG, flags=("\\Seen",))
    journal.ops[1] = replace(journal.ops[1], started_at=datetime.now(UTC) - PATIENCE - timedelta(hours=1))
    with pytest.raises(Problem):
        replay(PlayMailbox(play, breaks_after=0), journal)
    assert journal.troubles == {1: Trouble.SERVER_CLOSED}


def into_a(play: PlayServer, known_below: int = 1) -> MemoryJournal:
    """Two moves, a copy, and something of ours."""
    journal, inbox = MemoryJournal(), play.folders[b"INBOX"].messages
    for number, kind in enumerate((Kind.MOVE, Kind.MOVE, Kind.COPY)):
        journal.note(kind, (b"INBOX", 1, inbox[number]), target=Spot(b"A"), known_below=known_below)
    ours = journal.note(Kind.APPEND, target=Spot(b"A"), flags=("\\Seen",), known_below=known_below)
    journal.raws[ours] = raw(99)
    journal.ops[ours] = replace(journal.ops[ours], identity=Identity(len(raw(99)), 0, b"99@a", b"?"))
    return journal


def called_x(play: PlayServer, journal: MemoryJournal) -> None:
    """What a pass finds out about A."""
    for op in journal.ops.values():
        if op.target:
            journal.ops[op.id] = replace(op, target=replace(op.target, name=b"X"))


@pytest.mark.parametrize("command", ["status", "select", "copy", "move", "append"])
def test_what_is_to_go_into_a_folder_that_is_renamed_waits_for_its_name_and_goes_there_once(
    play: PlayServer, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = getattr(PlayMailbox, command)

    def meanwhile(mailbox: PlayMailbox, *values: object, **more: object) -> object:
        if b"A" in play.folders:
            play.folders[b"X"] = play.folders.pop(b"A")
        return say(mailbox, *values, **more)

    monkeypatch.setattr(PlayMailbox, command, meanwhile)
    journal = into_a(play)
    assert not replay(PlayMailbox(play), journal) or command == "move"
    called_x(play, journal)
    play.folders.setdefault(b"X", PlayFolder()).messages += play.folders.pop(b"A", PlayFolder()).messages
    assert replay(PlayMailbox(play), journal)
    assert not journal.troubles
    assert sorted(held.raw for held in play.folders[b"X"].messages) == sorted(map(raw, (0, 1, 2, 99)))


@pytest.mark.parametrize("extensions", SERVERS.values(), ids=SERVERS)
def test_a_folder_that_is_renamed_at_any_moment_gets_everything_once(extensions: set[str]) -> None:
    at, broke = 0, True
    while broke:
        play = server(extensions)
        journal, broke = into_a(play), False
        try:
            replay(PlayMailbox(play, breaks_after=at), journal)
        except Problem:
            broke = True
        play.folders[b"X"] = play.folders.pop(b"A")
        waits = any(op not in journal.ended for op in journal.ops)
        assert replay(PlayMailbox(play), journal) is not waits
        called_x(play, journal)
        assert replay(PlayMailbox(play), journal)
        assert not journal.troubles, at
        assert sorted(held.raw for held in play.folders[b"X"].messages) == sorted(map(raw, (0, 1, 2, 99))), at
        gone = {raw(number) for number in (0, 1)}
        assert sum(held.raw in gone for held in play.folders[b"INBOX"].messages if not held.flags >= DELETED) == 1, at
        at += 1
    assert at > 15


def test_what_waits_for_a_folder_holds_up_its_own_messages_and_no_others() -> None:
    play = server({"MOVE", "UIDPLUS"})
    journal, inbox = into_a(play), play.folders[b"INBOX"].messages
    again = journal.note(Kind.FLAG, (b"INBOX", 1, inbox[0]), flags=("\\Seen",))
    other = journal.note(Kind.FLAG, (b"INBOX", 1, inbox[4]), flags=("\\Seen",))
    ours = journal.note(Kind.APPEND, target=Spot(b"B"), flags=("\\Seen",), known_below=1)
    journal.raws[ours] = raw(98)
    journal.ops[ours] = replace(journal.ops[ours], identity=Identity(len(raw(98)), 0, b"98@a", b"?"))
    away = journal.note(Kind.REMOVE)
    journal.ops[away] = replace(journal.ops[away], source=Spot(b"INBOX"))
    play.folders[b"X"] = play.folders.pop(b"A")
    assert not replay(PlayMailbox(play), journal)
    assert journal.ended == {other: "done", ours: "done"}
    called_x(play, journal)
    assert replay(PlayMailbox(play), journal)
    assert again in journal.ended


@pytest.mark.parametrize(("kind", "end"), [(Kind.RENAME, Trouble.FOLDER_DENIED), (Kind.REMOVE, "done")])
def test_behind_what_waits_for_a_folder_nothing_waits_that_would_rename_or_remove_it(kind: Kind, end: str) -> None:
    play = server({"MOVE", "UIDPLUS"})
    journal = into_a(play)
    shaping = journal.note(kind, path="C")
    journal.ops[shaping] = replace(journal.ops[shaping], source=Spot(b"A"))
    play.folders[b"X"] = play.folders.pop(b"A")
    assert not replay(PlayMailbox(play), journal)
    assert journal.ended == {shaping: end}


def test_no_pass_looks_for_a_folder_that_was_never_opened() -> None:
    play = server({"MOVE", "UIDPLUS"})
    journal = into_a(play, known_below=0)
    del play.folders[b"A"]
    assert replay(PlayMailbox(play), journal)
    assert set(journal.troubles.values()) == {Trouble.FOLDER_DENIED}
    assert len(journal.ended) == 4


# --- who is who ---


def test_a_message_without_a_name_is_known_by_its_bytes_alone() -> None:
    play = server({"MOVE", "UIDPLUS"})
    nameless = play.folders[b"INBOX"].deliver(b"From: nobody\r\n\r\nx")
    journal = MemoryJournal()
    journal.note(Kind.EXPUNGE, (b"INBOX", 1, nameless))
    mailbox = PlayMailbox(play)
    replay(mailbox, journal)
    assert "BODY" in mailbox.asked
    assert nameless not in play.folders[b"INBOX"].messages


@pytest.mark.parametrize("kind", [Kind.EXPUNGE, Kind.MOVE, Kind.FLAG])
def test_another_message_of_the_same_number_is_not_touched(play: PlayServer, kind: Kind) -> None:
    inbox = play.folders[b"INBOX"]
    journal = one(play, kind, target=Spot(b"A") if kind is Kind.MOVE else None, flags=("\\Seen",))
    inbox.messages[0].raw = raw(0).replace(b"0\r\n", b"1\r\n")  # of the same size, date and name, but its bytes
    journal.ops[1] = replace(journal.ops[1], by_bytes=True)
    before = lying(play)
    replay(PlayMailbox(play), journal)
    assert lying(play) == before
    assert journal.troubles == {1: Trouble.FOLDER_CHANGED}


def test_numbered_anew_those_that_are_alike_are_each_found_once(play: PlayServer) -> None:
    inbox = play.folders[b"INBOX"]
    journal = MemoryJournal()
    for held in (inbox.messages[0], inbox.messages[8]):
        journal.note(Kind.MOVE, (b"INBOX", 1, held), target=Spot(b"A"))
    inbox.expunge(inbox.messages[3])
    inbox.number_anew()
    replay(PlayMailbox(play), journal)
    assert lying(play)[b"A"] == {(raw(0), frozenset()): 2}


def test_looking_for_many_looks_at_each_message_once(monkeypatch: pytest.MonkeyPatch) -> None:
    play = server({"MOVE", "UIDPLUS"}, messages=200)
    inbox, journal, looked = play.folders[b"INBOX"], MemoryJournal(), list[bytes]()
    for held in inbox.messages:
        journal.note(Kind.FLAG, (b"INBOX", 1, held), flags=("\\Seen",))
    inbox.number_anew()

    def look(told: bytes) -> bytes:
        looked.append(told)
        return bare_id(told)

    monkeypatch.setattr("teczka.sync.identity.bare_id", look)
    replay(PlayMailbox(play), journal)
    assert set(journal.ended.values()) == {"done"}
    assert len(looked) < 3 * len(inbox.messages)


def test_sent_mail_that_the_server_filed_itself_is_not_put_there_again(play: PlayServer) -> None:
    journal = MemoryJournal()
    op = journal.note(Kind.APPEND, target=Spot(b"A"), flags=("\\Seen",))
    journal.raws[op] = raw(99)
    journal.ops[op] = replace(journal.ops[op], identity=Identity(len(raw(99)), 0, b"99@a", b"?"), known_below=1)
    play.folders[b"A"].deliver(raw(99) + b"and a footer", b"99@a")
    replay(PlayMailbox(play), journal)
    assert (len(play.folders[b"A"].messages), journal.ended) == (1, {op: "done"})


def test_drafts_of_one_name_are_versions_and_each_is_put_there() -> None:
    play = server({"MOVE", "UIDPLUS"})
    journal = MemoryJournal()
    play.folders[b"A"].deliver(raw(1, "draft"), b"draft@a")
    op = journal.note(Kind.APPEND, target=Spot(b"A"), flags=("\\Draft", "\\Seen"))
    journal.raws[op] = raw(2, "draft")
    journal.ops[op] = replace(journal.ops[op], identity=Identity(len(raw(2, "draft")), 0, b"draft@a", b"?"))
    replay(PlayMailbox(play), journal)
    assert [held.raw for held in play.folders[b"A"].messages] == [raw(1, "draft"), raw(2, "draft")]


def test_a_keyword_that_the_server_would_forget_is_so_here_alone_and_other_flags_are_set() -> None:
    play = server({"MOVE", "UIDPLUS"})
    play.keywords = False
    journal, inbox = MemoryJournal(), play.folders[b"INBOX"].messages
    label = journal.note(Kind.FLAG, (b"INBOX", 1, inbox[0]), flags=("Pilne",))
    star = journal.note(Kind.FLAG, (b"INBOX", 1, inbox[1]), flags=("\\Flagged",))
    replay(PlayMailbox(play), journal)
    assert journal.ended == {label: "local", star: "done"}
    assert [held.flags for held in inbox[:2]] == [set(), {"\\Flagged"}]


# --- sets ---


def test_a_set_is_of_neighbours_that_say_the_same_and_never_of_one_message_twice() -> None:
    def op(number: int, uid: int, folder: bytes = b"A", flag: str = "\\Seen") -> Pending:
        return Pending(number, Kind.FLAG, source=Spot(folder, 1, uid), flags=(flag,))

    ops = [op(1, 1), op(2, 2), op(3, 2), op(4, 3), op(5, 4, b"B"), op(6, 5), op(7, 6, flag="\\Flagged")]
    assert [[one.id for one in batch] for batch in batches(ops)] == [[1, 2], [3, 4], [5], [6], [7]]
    assert [len(batch) for batch in batches([op(uid, uid) for uid in range(1, 1202)])] == [500, 500, 201]
