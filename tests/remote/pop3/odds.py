"""What servers are known, or can be feared, to do with listings, on the wire and between sessions."""

from contextlib import suppress

from teczka.core.errors import Problem
from teczka.remote.pop3.limits import Limits
from tests.remote.pop3.plays import Play
from tests.remote.pop3.server import Held
from tests.remote.pop3.stage import filled, grown_and_shrunk, scenario


@scenario
def sizes_are_all_wrong(play: Play) -> None:
    play.quirks.size = lambda held: 7
    filled(play)
    grown_and_shrunk(play)


@scenario
def sizes_are_too_large(play: Play) -> None:
    """As Exchange counted them: each message's end is doubted until the next answer comes."""
    play.quirks.size = lambda held: len(held.raw) + 900
    filled(play)
    play.quirks.capa = b""
    grown_and_shrunk(play)


@scenario
def sizes_differ_with_each_session(play: Play) -> None:
    play.quirks.size = lambda held: len(held.raw) + play.server.sessions
    filled(play)
    grown_and_shrunk(play)


@scenario
def sizes_count_bare_line_ends(play: Play) -> None:
    play.quirks.size = lambda held: len(held.raw) - held.raw.count(b"\r")
    filled(play)
    grown_and_shrunk(play)


@scenario
def the_list_leaves_some_out(play: Play) -> None:
    play.quirks.lists = lambda lines: [line if at % 2 else b"-" for at, line in enumerate(lines)]
    filled(play)
    grown_and_shrunk(play)


@scenario
def the_names_leave_some_out(play: Play) -> None:
    play.quirks.names = lambda lines: [line if at % 2 else b"-" for at, line in enumerate(lines)]
    filled(play)
    grown_and_shrunk(play)


@scenario
def both_leave_all_out(play: Play) -> None:
    play.quirks.names = play.quirks.lists = lambda lines: []
    filled(play)
    grown_and_shrunk(play)


@scenario
def the_list_says_more_than_it_should(play: Play) -> None:
    play.quirks.lists = lambda lines: [line + b" and more (words)" for line in lines]
    filled(play)
    grown_and_shrunk(play)


@scenario
def the_list_holds_nonsense(play: Play) -> None:
    play.quirks.lists = lambda lines: [b"octets" if at == 2 else line for at, line in enumerate(lines)]
    filled(play)
    grown_and_shrunk(play)


@scenario
def stat_counts_too_many(play: Play) -> None:
    play.quirks.stat = lambda count: count + 3
    filled(play)
    grown_and_shrunk(play)


@scenario
def stat_counts_none(play: Play) -> None:
    play.quirks.stat = lambda count: 0
    filled(play)
    grown_and_shrunk(play)


@scenario
def the_newest_come_first(play: Play) -> None:
    play.quirks.shows = lambda held: held[::-1]
    filled(play)
    grown_and_shrunk(play)


@scenario
def the_order_changes_with_each_session(play: Play) -> None:
    play.quirks.shows = lambda held: play.random.sample(held, len(held))
    filled(play)
    grown_and_shrunk(play)
    play.quirks.name = None
    grown_and_shrunk(play)


@scenario
def the_same_message_lies_there_twice(play: Play) -> None:
    raw = play.letter()
    play.put(raw)
    play.put(raw)
    filled(play)
    play.messages.pop(0)
    play.whole()
    play.put(raw)
    grown_and_shrunk(play)


@scenario
def the_same_message_twice_without_names(play: Play) -> None:
    play.quirks.name = None
    raw = play.letter()
    for _ in range(3):
        play.put(raw)
    filled(play)
    play.messages.pop(0)
    play.whole()
    grown_and_shrunk(play)


@scenario
def messages_alike_in_size_and_headers(play: Play) -> None:
    play.quirks.name = None
    for number in range(5):
        play.put(play.letter(body=b"other bytes %d\r\n" % number, head=b"Message-ID: <same@x>\r\n"))
    play.whole()
    play.quirks.name = lambda held, _: b"%d/%d" % (held.serial, play.server.sessions)
    play.whole()


@scenario
def messages_without_an_id(play: Play) -> None:
    play.quirks.name = None
    for number in range(5):
        play.put(play.letter(body=b"%d\r\n" % number, head=b"Subject: same\r\n"))
    play.whole()
    play.remove(2)
    play.whole()


# On the wire


@scenario
def no_capabilities(play: Play) -> None:
    play.quirks.capa = b""
    filled(play)
    grown_and_shrunk(play)


@scenario
def the_server_ends_its_lines_bare(play: Play) -> None:
    play.quirks.line_end, play.quirks.last_line = b"\n", b".\n"
    play.quirks.body = lambda raw: raw.replace(b"\r\n", b"\n")
    play.messages.extend(Held(900 + n, play.letter().replace(b"\r\n", b"\n")) for n in range(4))
    play.whole()
    play.messages.extend(Held(950 + n, play.letter().replace(b"\r\n", b"\n")) for n in range(4))
    play.whole()


@scenario
def messages_with_bare_line_ends(play: Play) -> None:
    for end in (b"a\nb\n", b"\n\n", b"a\r\nb\nc", b"\n.\nmore\n", b".\n..\n.\n"):
        play.put(play.letter(body=end + b"\r\n"))
    play.whole()
    grown_and_shrunk(play)


@scenario
def dots_are_not_doubled(play: Play) -> None:
    play.quirks.doubles_dots = False
    for number in range(4):
        play.put(play.letter(body=b".one\r\n. two\r\n.\tthree %d\r\n" % number))
    play.whole()


@scenario
def a_lone_dot_is_not_doubled(play: Play) -> None:
    play.quirks.doubles_dots = False
    for number in range(4):
        play.put(play.letter(body=b"before\r\n.\r\nafter %d\r\n" % number))
    play.whole()


@scenario
def a_lone_dot_is_not_doubled_and_nothing_is_pipelined(play: Play) -> None:
    play.quirks.capa = b"UIDL\r\nTOP\r\nUSER\r\n"
    a_lone_dot_is_not_doubled(play)


@scenario
def many_dots(play: Play) -> None:
    for body in (b".", b"..", b".\r\n.\r\n", b"\r\n.\r\n\r\n", b"...\r\n....\r\n", b".\r\n" * 5000, b"." * 5000):
        play.put(play.letter(body=body + b"\r\n"))
    play.whole()


@scenario
def the_last_dot_is_glued_to_the_last_letter(play: Play) -> None:
    play.quirks.capa = b"UIDL\r\nUSER\r\n"
    play.put(play.letter(body=b"the end"))
    play.quirks.body = lambda raw: raw + b".\r\n"
    play.quirks.last_line = b""
    play.whole()


@scenario
def no_line_end_at_the_end(play: Play) -> None:
    for number in range(4):
        play.put(play.letter(body=b"the end %d" % number))
    play.whole()


@scenario
def empty_messages_and_hardly_any(play: Play) -> None:
    for raw in (b"\r\n", b"a", b"a: b\r\n\r\n", b".", b"\r\n\r\n", b".\r\n", b"\r\n.\r\n"):
        play.put(raw)
    play.whole()


@scenario
def lines_without_end(play: Play) -> None:
    for length in (998, 2048, 70_000, 3_000_000):
        play.put(play.letter(body=b"y" * length + b"\r\n"))
    play.whole()


@scenario
def messages_too_large_for_memory(play: Play) -> None:
    play.limits = Limits(spool_above=20_000)
    for length in (19_000, 21_000, 2_500_000):
        play.put(play.letter(body=(b"z" * 75 + b"\r\n.\r\n") * (length // 80)))
    play.whole()
    play.quirks.name = None
    play.whole()


@scenario
def eight_bit_and_nul(play: Play) -> None:
    play.put(play.letter(body=bytes(range(256)) * 40 + b"\r\n"))
    play.whole()


@scenario
def headers_of_another_message(play: Play) -> None:
    play.quirks.name, play.quirks.top = None, lambda _: play.messages[0].raw
    filled(play)
    grown_and_shrunk(play)


@scenario
def headers_with_all_of_the_message(play: Play) -> None:
    play.quirks.name, play.quirks.top = None, lambda held: held.raw
    filled(play)
    grown_and_shrunk(play)


@scenario
def headers_that_are_empty(play: Play) -> None:
    play.quirks.name, play.quirks.top = None, lambda _: b""
    filled(play)
    grown_and_shrunk(play)


@scenario
def headers_that_the_server_amends(play: Play) -> None:
    """Status lines come and go with what other programs do; the first bytes that we had stay the message."""
    play.quirks.name = None
    filled(play)
    play.quirks.top = lambda held: b"Status: RO\r\n" + held.raw.partition(b"\r\n\r\n")[0] + b"\r\nX-UIDL: 7\r\n\r\n"
    play.whole()
    assert not play.fetched()


@scenario
def a_message_that_is_refused(play: Play) -> None:
    filled(play)
    poisoned = play.put(play.letter())
    play.deliver(3)
    play.quirks.refuses = frozenset({poisoned.serial})
    for _ in range(5):
        play.session()
    assert len(play.here()) == 11  # it holds up no other
    play.quirks.refuses = frozenset()
    play.local.troubles.clear()  # the day after
    play.whole()


@scenario
def a_message_that_is_refused_and_then_removed(play: Play) -> None:
    """Nobody is told any more that it did not come."""
    filled(play)
    poisoned = play.put(play.letter())
    play.quirks.refuses = frozenset({poisoned.serial})
    play.session()
    assert play.local.troubles
    play.messages.remove(poisoned)
    play.session()
    assert not play.local.troubles


# Between sessions


@scenario
def what_was_fetched_is_hidden(play: Play) -> None:
    """Gmail. It stays in sight here."""
    play.quirks.hides_after = True
    play.deliver(6)
    play.session()
    play.deliver(2)
    play.session()
    play.session()
    assert play.shown().total() == 8
    assert not play.here()
    play.quirks.hides_after = False
    play.server.drop.hidden.clear()
    play.whole()


@scenario
def the_mailbox_is_empty_for_a_while(play: Play) -> None:
    filled(play, 150)
    play.quirks.shows = lambda _: []
    play.session()
    assert play.here().total() == 150  # told once
    play.session()
    assert not play.here()
    play.quirks.shows = list
    play.whole()
    assert not play.fetched()


@scenario
def half_of_it_is_shown(play: Play) -> None:
    filled(play, 40)
    play.quirks.shows = lambda held: held[20:]
    play.session()
    play.quirks.shows = list
    play.whole()
    assert not play.fetched()


@scenario
def everything_is_removed_and_comes_back(play: Play) -> None:
    filled(play)
    gone = play.remove(8)
    play.whole()
    for held in gone:
        play.put(held.raw)
    play.whole()


@scenario
def the_session_is_cut(play: Play) -> None:
    play.deliver(20)
    for _ in range(10):
        play.quirks.cut_after = play.random.randrange(200, 9000)
        try_once(play)
    play.quirks.cut_after = -1
    play.local.troubles.clear()
    play.whole()


@scenario
def the_session_is_cut_while_the_names_change(play: Play) -> None:
    filled(play, 12)
    play.quirks.name = lambda held, _: b"%d.%d" % (play.server.sessions, held.serial)
    play.quirks.top = lambda _: None
    for _ in range(6):
        play.quirks.cut_after = play.random.randrange(400, 6000)
        try_once(play)
    play.quirks.cut_after = -1
    play.local.troubles.clear()
    play.whole()


def try_once(play: Play) -> None:
    """A session that may not even begin."""
    with suppress(Problem):
        play.session()
