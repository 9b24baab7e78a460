"""What servers are known, or can be feared, to do with names (UIDL)."""

from dataclasses import replace
from hashlib import md5, sha256

from tests.remote.pop3.plays import Play
from tests.remote.pop3.server import Held, by_serial
from tests.remote.pop3.stage import by_number, came_by_imap, filled, grown_and_shrunk, no_name, scenario


@scenario
def names_that_last(play: Play) -> None:
    filled(play)
    grown_and_shrunk(play)
    play.fetched()
    play.whole()
    assert not play.fetched()


@scenario
def no_names(play: Play) -> None:
    play.quirks.name = None
    filled(play)
    play.whole()
    assert not play.fetched()  # headers and sizes tell
    grown_and_shrunk(play)


@scenario
def no_names_and_no_headers(play: Play) -> None:
    play.quirks.name, play.quirks.top = None, lambda _: None
    filled(play)
    grown_and_shrunk(play)


@scenario
def no_names_and_no_sizes(play: Play) -> None:
    play.quirks.name, play.quirks.size = None, lambda _: 0
    filled(play)
    grown_and_shrunk(play)


@scenario
def empty_names(play: Play) -> None:
    play.quirks.name = no_name
    filled(play)
    grown_and_shrunk(play)


@scenario
def some_names_are_empty(play: Play) -> None:
    play.quirks.name = lambda held, _: b"" if held.serial % 3 else by_serial(held, 0)
    filled(play)
    grown_and_shrunk(play)


@scenario
def all_names_are_one(play: Play) -> None:
    play.quirks.name = lambda _held, _number: b"same"
    filled(play)
    grown_and_shrunk(play)


@scenario
def names_come_in_pairs(play: Play) -> None:
    play.quirks.name = lambda held, _: b"pair%d" % (held.serial // 4)
    filled(play)
    grown_and_shrunk(play)


@scenario
def a_pair_of_one_name_loses_one(play: Play) -> None:
    play.quirks.name = lambda held, _: b"pair"
    play.deliver(2)
    play.whole()
    play.messages.pop(0)
    play.whole()


@scenario
def names_are_numbers(play: Play) -> None:
    play.quirks.name = by_number
    filled(play)
    grown_and_shrunk(play)


@scenario
def names_are_numbers_of_messages_alike_in_size(play: Play) -> None:
    play.quirks.name = by_number
    alike_in_size(play)


@scenario
def names_count_messages_alike_in_size_from_zero(play: Play) -> None:
    play.quirks.name = lambda _held, number: b"%d" % (number - 1)
    alike_in_size(play)


@scenario
def names_are_offsets_of_messages_alike_in_size(play: Play) -> None:
    play.quirks.name = lambda held, number: b"%d" % (len(held.raw) * (number - 1))
    alike_in_size(play)


def alike_in_size(play: Play) -> None:
    """The last would be taken for the first."""
    for number in range(6):
        play.put(play.letter(body=b"%06d\r\n" % number, head=b"Message-ID: <%06d@x>\r\n" % number))
    play.whole()
    play.messages.pop(0)
    play.put(play.letter(body=b"%06d\r\n" % 9, head=b"Message-ID: <%06d@x>\r\n" % 9))
    play.whole()


@scenario
def names_count_from_zero(play: Play) -> None:
    play.quirks.name = lambda _held, number: b"%d" % (number - 1)
    filled(play)
    play.messages.pop(0)
    play.whole()
    grown_and_shrunk(play)


@scenario
def names_are_offsets_in_a_file(play: Play) -> None:
    def offset(held: Held, _number: int) -> bytes:
        before = play.messages[: play.messages.index(held)]
        return b"%d" % sum(len(one.raw) for one in before)

    play.quirks.name = offset
    filled(play)
    grown_and_shrunk(play)


@scenario
def names_change_with_each_session(play: Play) -> None:
    play.quirks.name = lambda held, _: b"%d.%d" % (play.server.sessions, held.serial)
    filled(play)
    assert not play.session().messages
    assert not play.fetched()  # headers and sizes tell
    grown_and_shrunk(play)


@scenario
def names_are_all_new_once(play: Play) -> None:
    filled(play, 30)
    play.quirks.name = lambda held, _: b"after the move %d" % held.serial
    play.deliver(2)
    play.whole()
    assert play.fetched() == 2


@scenario
def names_are_all_new_and_there_are_no_headers(play: Play) -> None:
    filled(play)
    play.quirks = play.server.quirks = replace(play.quirks, name=lambda h, _: b"new%d" % h.serial, top=lambda _: None)
    play.whole()
    assert play.fetched() == 8


@scenario
def names_are_given_to_others(play: Play) -> None:
    filled(play)
    play.quirks.name = lambda held, _: b"uid%06d" % (held.serial + 2)
    play.whole()
    grown_and_shrunk(play)


@scenario
def names_are_mirrored(play: Play) -> None:
    filled(play)
    play.quirks.name = lambda held, number: b"uid%06d" % play.messages[-number].serial
    play.whole()


@scenario
def a_name_is_reused_at_once(play: Play) -> None:
    filled(play)
    gone, came = play.messages.pop(), play.put(play.letter())
    play.quirks.name = lambda held, _: by_serial(gone if held is came else held, 0)
    play.whole()


@scenario
def a_name_is_reused_after_a_while(play: Play) -> None:
    filled(play)
    gone = play.messages.pop()
    play.whole()
    came = play.put(play.letter(body=b"x" * (len(gone.raw) - 40), head=b"Message-ID: <r@x>\r\n"))
    play.quirks.name = lambda held, _: by_serial(gone if held is came else held, 0)
    play.whole()


@scenario
def names_are_digests_of_the_content(play: Play) -> None:
    play.quirks.name = lambda held, _: sha256(held.raw).hexdigest()[:32].encode()
    filled(play)
    play.put(play.messages[0].raw)
    grown_and_shrunk(play)


@scenario
def names_are_message_ids(play: Play) -> None:
    play.quirks.name = lambda held, _: held.raw.split(b"\r\n")[0][12:] or b"none"
    filled(play)
    play.put(play.messages[0].raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\nthe same id\r\n")
    play.whole()
    grown_and_shrunk(play)


@scenario
def overlong_names(play: Play) -> None:
    play.quirks.name = lambda held, _: by_serial(held, 0) * 300
    filled(play)
    grown_and_shrunk(play)


@scenario
def eight_bit_names(play: Play) -> None:
    play.quirks.name = lambda held, _: b"\xff\x80\x00" + md5(b"%d" % held.serial).digest().translate(None, b"\r\n \t")
    filled(play)
    grown_and_shrunk(play)


@scenario
def names_with_spaces_in_and_around(play: Play) -> None:
    play.quirks.name = lambda held, _: b"  a b %d  " % held.serial
    filled(play)
    play.whole()
    assert not play.fetched()
    grown_and_shrunk(play)


@scenario
def names_that_look_like_statuses(play: Play) -> None:
    play.quirks.name = lambda held, _: b"-ERR +OK %d ." % held.serial
    filled(play)
    grown_and_shrunk(play)


@scenario
def names_vanish_for_a_session(play: Play) -> None:
    filled(play)
    play.quirks.name = None
    play.whole()
    assert not play.fetched()
    play.quirks.name = by_serial
    play.whole()
    assert not play.fetched()


@scenario
def the_mailbox_moves_to_another_server(play: Play) -> None:
    """Other names, other sizes, other headers on top: only bytes tell, and where those changed it is another message."""
    filled(play)
    play.quirks.name = lambda held, _: b"00%x" % held.serial
    play.quirks.size = lambda held: held.raw.count(b"\n") + len(held.raw)
    play.whole()
    grown_and_shrunk(play)


@scenario
def what_came_by_imap_is_known_by_its_headers(play: Play) -> None:
    play.deliver(8)
    came_by_imap(play)
    play.deliver(2)
    play.whole()
    assert play.fetched() == 2
    grown_and_shrunk(play)


@scenario
def what_came_by_imap_looks_like_what_did_not(play: Play) -> None:
    for number in range(4):
        play.put(play.letter(body=b"other bytes %d\r\n" % number, head=b"Message-ID: <same@x>\r\n"))
    came_by_imap(play)
    for number in range(4, 8):
        play.put(play.letter(body=b"other bytes %d\r\n" % number, head=b"Message-ID: <same@x>\r\n"))
    play.whole()
    grown_and_shrunk(play)
