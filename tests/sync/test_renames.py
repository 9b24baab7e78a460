"""A folder that another program renamed is the same folder here; whatever may only look like it is not."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.folders import LocalFolder
from teczka.sync import run
from teczka.sync.renames import OPENING
from tests.sync.memory import MemoryAccount
from tests.sync.server import EPOCH, PlayFolder, PlayMailbox, PlayServer


def filled(uidvalidity: int, *raws: bytes, since: int = 0, known: bool = True) -> PlayFolder:
    folder = PlayFolder(uidvalidity)
    for number, raw in enumerate(raws, since):
        folder.deliver(raw, raw + b"@x" if known else b"", EPOCH + timedelta(seconds=number))
    return folder


def fetched(**folders: PlayFolder) -> tuple[PlayServer, MemoryAccount]:
    """After a whole pass."""
    server, local = PlayServer(), MemoryAccount()
    server.folders |= {name.replace("_", "/").encode(): folder for name, folder in folders.items()}
    assert run(PlayMailbox(server), local).stopped is None
    return server, local


def move(server: PlayServer, old: bytes, new: bytes) -> None:
    server.folders[new] = server.folders.pop(old)


def passed(server: PlayServer, local: MemoryAccount) -> PlayMailbox:
    remote = PlayMailbox(server)
    assert run(remote, local).stopped is None
    for name, folder in server.folders.items():
        assert local.present(name) == folder.present()
    return remote


def known(local: MemoryAccount) -> dict[bytes, LocalFolder]:
    return {folder.name: folder for folder in local.save_folders([])}


@pytest.mark.parametrize("named", [True, False])
def test_a_renamed_folder_is_the_same_and_nothing_of_it_is_fetched_again(named: bool) -> None:
    server, local = fetched(Kowal=filled(7, b"one", b"two", b"three", known=named))
    before = known(local)[b"Kowal"]
    move(server, b"Kowal", b"Kowalski")
    folder = server.folders[b"Kowalski"]
    folder.flag(folder.messages[0], frozenset({"\\Seen"}))
    folder.expunge(folder.messages[1])
    folder.deliver(b"four", b"four@x")
    remote = passed(server, local)
    assert remote.asked.count("BODY") == 1
    assert (known(local)[b"Kowalski"].id, b"Kowal" in known(local)) == (before.id, False)
    assert passed(server, local).asked == ["LIST", "STATUS", "STATUS"]


def test_a_folder_takes_along_what_lies_below_it_and_the_empty_ones_too() -> None:
    server, local = fetched(
        Sprawy=PlayFolder(5), Sprawy_Kowal=filled(6, b"one"), Sprawy_Nowak=PlayFolder(7), Inne=PlayFolder(8)
    )
    before = known(local)
    for name, to in ((b"Sprawy", b"Akta"), (b"Sprawy/Kowal", b"Akta/Kowal"), (b"Sprawy/Nowak", b"Akta/Nowak")):
        move(server, name, to)
    move(server, b"Inne", b"Puste")  # it proves nothing, and nothing lies in it
    assert passed(server, local).asked.count("BODY") == 0
    after = known(local)
    for name, to in ((b"Sprawy", b"Akta"), (b"Sprawy/Kowal", b"Akta/Kowal"), (b"Sprawy/Nowak", b"Akta/Nowak")):
        assert after[to].id == before[name].id
    assert after[b"Puste"].id not in {folder.id for folder in before.values()}


def test_of_folders_that_are_all_numbered_alike_each_is_known_by_its_messages() -> None:
    server, local = fetched(
        A=filled(1, b"one", b"two"), B=filled(1, b"six", b"ten", since=5), C=filled(1, b"or", since=9)
    )
    before = known(local)
    for name, to in ((b"A", b"X"), (b"B", b"Y"), (b"C", b"A/Z")):
        move(server, name, to)
    assert passed(server, local).asked.count("BODY") == 0
    assert [known(local)[to].id for to in (b"X", b"Y", b"A/Z")] == [before[name].id for name in (b"A", b"B", b"C")]


@pytest.mark.parametrize(
    "other",
    [
        filled(7, b"six", b"ten", since=5, known=False),  # other moments
        filled(7, b"six", b"ten"),  # of the same moments and sizes
        filled(7, b"three", b"seven", known=False),
        filled(8, b"one", b"two"),  # the same, but numbered anew
        filled(7),
    ],
)
def test_another_folder_in_its_place_is_not_taken_for_it(other: PlayFolder) -> None:
    server, local = fetched(Kowal=filled(7, b"one", b"two"))
    before = known(local)[b"Kowal"]
    del server.folders[b"Kowal"]
    server.folders[b"Nowak"] = other
    passed(server, local)
    assert known(local)[b"Nowak"].id != before.id
    assert {b"one", b"two"} <= set(local.messages.values())


def test_one_message_that_differs_is_another_folder() -> None:
    server, local = fetched(Kowal=filled(7, b"one", b"two", b"three"))
    del server.folders[b"Kowal"]
    server.folders[b"Nowak"] = filled(7, b"one", b"two", b"other")
    passed(server, local)


def test_a_pass_that_breaks_off_while_it_looks_loses_no_folder() -> None:
    for answers in range(12):
        server, local = fetched(Kowal=filled(7, b"one", b"two", b"three"))
        before = known(local)[b"Kowal"]
        move(server, b"Kowal", b"Kowalski")
        run(PlayMailbox(server, breaks_after=answers), local)
        assert passed(server, local).asked.count("BODY") == 0
        assert known(local)[b"Kowalski"].id == before.id


def test_a_new_folder_that_is_refused_holds_up_nothing() -> None:
    server, local = fetched(Kowal=filled(7, b"one"))
    move(server, b"Kowal", b"Kowalski")
    report = run(PlayMailbox(server, refused={b"Kowalski"}), local)
    assert (report.stopped, [name for name, _ in report.problems]) == (None, ["Kowalski"])


def test_folders_that_changed_names_among_themselves_show_what_lies_in_each() -> None:
    server, local = fetched(A=filled(5, b"one", b"two"), B=filled(6, b"three"))
    server.folders[b"A"], server.folders[b"B"] = server.folders[b"B"], server.folders[b"A"]
    passed(server, local)
    assert len(local.messages) == 3


@given(st.data())
def test_whatever_becomes_of_folders_each_shows_what_lies_in_it(data: st.DataObject) -> None:
    """On servers that number each folder by itself, and on such as number all alike; there no name is given to another folder."""
    alike, serial = data.draw(st.booleans()), count(1)
    server, local = PlayServer(), MemoryAccount()

    def deliver(folder: PlayFolder) -> None:
        number = next(serial)
        folder.deliver(b"%d" % number, b"%d@x" % number if number % 2 else b"", EPOCH + timedelta(seconds=number))

    for name in (b"A", b"A/B", b"C", b"D"):
        server.folders[name] = PlayFolder(1 if alike else next(serial))
        deliver(server.folders[name])
    passed(server, local)
    same = {id(folder): known(local)[name].id for name, folder in server.folders.items()}
    for step in data.draw(st.lists(st.sampled_from(["rename", "swap", "remove", "new", "mail", "break"]), max_size=12)):
        name, other = (data.draw(st.sampled_from(sorted(server.folders)[1:] or [b"INBOX"])) for _ in range(2))
        folder, new = server.folders[name], b"N%d" % next(serial)
        if step == "rename" and name != b"INBOX":
            for below in [each for each in server.folders if each == name or each.startswith(name + b"/")]:
                move(server, below, new + below[len(name) :])
        elif step == "swap" and not alike and name != other:
            server.folders[name], server.folders[other] = server.folders[other], folder
            same = {key: kept for key, kept in same.items() if key not in {id(folder), id(server.folders[name])}}
        elif step == "remove" and name != b"INBOX":
            same.pop(id(server.folders.pop(name)), None)
        elif step == "new":
            server.folders[new] = PlayFolder(1 if alike else next(serial))
        elif step == "mail":
            deliver(folder)
            if len(folder.messages) > 2:
                folder.expunge(folder.messages[1])
        elif step == "break":
            run(PlayMailbox(server, breaks_after=data.draw(st.integers(0, 40))), local)
    passed(server, local)
    after = known(local)
    assert {id(f): after[name].id for name, f in server.folders.items() if id(f) in same}.items() <= same.items()


def numbered(*given: tuple[int, bytes]) -> PlayFolder:
    """UIDs are the account's own numbers of its messages, as where folders are labels; UIDVALIDITY is 1 everywhere."""
    folder = PlayFolder(1)
    for uid, raw in given:
        folder.uidnext = uid
        folder.deliver(raw, raw + b"@x", EPOCH + timedelta(seconds=uid))
    folder.uidnext = 10
    return folder


def test_a_folder_with_mail_below_the_cursor_that_was_never_met_is_another() -> None:
    server, local = fetched(A=numbered((1, b"shared"), (2, b"two"), (3, b"three")))
    del server.folders[b"A"]
    server.folders[b"B"] = numbered((1, b"shared"), (5, b"five"), (6, b"six"))
    passed(server, local)


def test_the_same_message_id_and_second_do_not_make_two_messages_one() -> None:
    first, second = PlayFolder(1), PlayFolder(1)
    first.deliver(b"direct", b"same@x", EPOCH)
    second.deliver(b"by the list", b"same@x", EPOCH)
    server, local = fetched(A=first)
    del server.folders[b"A"]
    server.folders[b"B"] = second
    passed(server, local)


def test_the_inbox_is_never_taken_for_renamed() -> None:
    server, local = fetched(INBOX=filled(7, b"one", b"two"))
    inbox = server.folders.pop(b"INBOX")
    server.folders[b"Kopia"] = filled(7, b"one", b"two")
    passed(server, local)
    server.folders[b"INBOX"] = inbox
    before = local.messages.copy()
    passed(server, local)
    assert (local.messages, set(known(local))) == (before, {b"INBOX", b"Kopia"})


def strangers(many: int) -> tuple[PlayServer, MemoryAccount]:
    """As many folders as there were, all numbered alike, and none of them one of those."""
    server, local = fetched(**{f"A{number}": filled(1, b"one", b"two", since=number) for number in range(many)})
    for number in range(many):
        server.folders[b"B%d" % number] = filled(1, b"six", b"ten", since=500 + number)
        del server.folders[b"A%d" % number]
    return server, local


def test_a_server_of_which_nothing_is_found_is_not_searched_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teczka.sync.renames.IN_VAIN", 3 * OPENING)
    server, local = strangers(20)
    assert passed(server, local).asked.count("EXAMINE") == 20 + 3


def test_what_is_found_uses_nothing_of_that_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teczka.sync.renames.IN_VAIN", OPENING)
    server, local = fetched(A=filled(1, b"one"), B=filled(2, b"two"), C=filled(3, b"three"))
    for name, to in ((b"A", b"X"), (b"B", b"Y"), (b"C", b"Z")):
        move(server, name, to)
    assert passed(server, local).asked.count("BODY") == 0


def test_a_server_that_lists_more_new_folders_than_any_office_has_is_not_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for most, opened in ((1, 2), (2, 2 + 2)):
        monkeypatch.setattr("teczka.sync.renames.MOST_NEW", most)
        server, local = fetched(A=filled(1, b"one"), B=filled(2, b"two"))
        move(server, b"A", b"C")
        move(server, b"B", b"D")
        assert passed(server, local).asked.count("EXAMINE") == opened
        assert len(local._folders) == (5 if most == 1 else 3)


def test_hundreds_of_empty_folders_follow_those_that_are_proved() -> None:
    server, local = fetched(
        **{f"Sprawy_{number}_Pusty": PlayFolder(number + 1) for number in range(300)},
        **{f"Sprawy_{number}": filled(number + 1, b"one") for number in range(0, 300, 3)},
    )
    before = known(local)
    for name in before.keys() - {b"INBOX"}:
        move(server, name, name.replace(b"Sprawy", b"Akta"))
    passed(server, local)
    after = known(local)
    assert {after[name.replace(b"Sprawy", b"Akta")].id for name in before} == {folder.id for folder in before.values()}
