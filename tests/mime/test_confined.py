"""The process that extracts: what it cannot do, and that no file takes its reader with it."""

import json
import os
import resource
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from teczka.core.extraction import Lack
from teczka.mime.extraction import confined, wire
from teczka.mime.extraction.confined import Answer, Extractor, File
from teczka.mime.extraction.confinement import MEMORY
from tests import attached
from tests.processes import alive, until

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter")
TEXT = File("a.txt", "text/plain", "")
PDF = File("a.pdf", "application/pdf", "")
# Seconds of the processor, and at no time much memory.
SLOW = attached.pdf(*["x"] * 600, packed=False).replace(b"(x) Tj", b"(slowa slowa) Tj " * 1_500)


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    with Extractor() as made:
        yield made


def read(extractor: Extractor, data: bytes, file: File = TEXT) -> Answer:
    return extractor.extract(file, lambda: iter([data]))


CONFINED = """
import json, os, socket, subprocess, threading
from teczka.mime.extraction.confinement import confine
assert confine()
def tried(what):
    try:
        what()
    except BaseException as error:
        return type(error).__name__
    return "done"
tries = {
    "read a file": lambda: open("/etc/passwd"),
    "list a folder": lambda: os.listdir("/"),
    "write a file": lambda: open("/tmp/x", "w"),
    "a socket": lambda: socket.socket(),
    "a local socket": lambda: socket.socket(socket.AF_UNIX),
    "fork": lambda: os.fork(),
    "run": lambda: os.execv("/bin/true", ["true"]),
    "a thread": lambda: threading.Thread(target=print).start(),
    "end another": lambda: os.kill(os.getppid(), 0),
    "more of the same": lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_NOFILE, (99, 99)),
    "memory": lambda: bytearray(600_000_000),
    "reckon": lambda: sum(range(100_000)),
}
os.write(1, json.dumps({name: tried(what) for name, what in tries.items()}).encode())
"""


@LINUX
def test_a_confined_process_reckons_and_speaks_and_nothing_else() -> None:
    done = subprocess.run([sys.executable, "-c", CONFINED], capture_output=True, check=True, cwd=confined._HOME)
    told = json.loads(done.stdout)
    assert told.pop("reckon") == "done"
    assert told.pop("memory") == "MemoryError"
    assert told.pop("a thread") == "RuntimeError"
    assert set(told.values()) <= {"PermissionError", "ValueError"}, told


@LINUX
def test_the_process_is_confined_and_knows_nothing_of_us(extractor: Extractor) -> None:
    assert read(extractor, b"tekst") == Answer("tekst", None)
    assert extractor.confined
    told = Path("/proc") / str(extractor.pid)
    assert (told / "environ").read_bytes() == b""
    assert {one.name for one in (told / "fd").iterdir()} == {"0", "1", "2"}
    status = dict(line.split(":\t", 1) for line in (told / "status").read_text().splitlines() if ":\t" in line)
    assert (status["Seccomp"], status["NoNewPrivs"], status["Threads"].strip()) == ("2", "1", "1")
    assert resource.prlimit(extractor.pid, resource.RLIMIT_AS) == (MEMORY, MEMORY)


def test_every_kind_of_file_is_read_behind_the_walls(extractor: Extractor) -> None:
    """Whatever a library wants to load, it has loaded before they close."""
    words = "Umowa najmu w Łodzi, żółta"
    for name, data in {
        "a.pdf": attached.pdf(words),
        "a.docx": attached.docx(words),
        "a.odt": attached.odt(words),
        "a.xlsx": attached.xlsx([words]),
        "a.rtf": attached.rtf(words),
        "a.html": f"<html><p>{words}</html>".encode("iso8859-2"),
        "a.txt": words.encode("cp1250"),
        "b.txt": words.encode("cp852"),
    }.items():
        told = read(extractor, data, File(name, "application/octet-stream", "cp852" if name == "b.txt" else ""))
        assert told == Answer(words, None), name
    form = read(extractor, attached.form("Imie", words, words, "Przyjeto"), PDF)
    assert (form.text.count(words), "Przyjeto" in form.text, form.lack) == (2, True, None)
    letter = attached.letter("Temat", words, ("a.docx", "application/octet-stream", attached.docx(words)))
    assert read(extractor, letter, File("a.eml", "message/rfc822", "")).text.count(words) == 2


def test_one_process_reads_many_files_and_then_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "MOST_FILES", 3)
    with Extractor() as extractor:
        pids = []
        for _ in range(4):
            assert read(extractor, b"tekst").text == "tekst"
            pids.append(extractor.pid)
    assert pids[0] == pids[1]
    assert pids[2] == 0
    assert pids[3] not in pids[:2]


def test_a_file_that_takes_too_much_of_the_processor_ends_it_and_the_next_is_read() -> None:
    with Extractor(seconds=1) as extractor:
        read(extractor, b"tekst")
        assert read(extractor, SLOW, PDF) == Answer("", Lack.TOO_SLOW)
        assert read(extractor, b"tekst") == Answer("tekst", None)


def test_a_file_that_takes_too_long_by_the_clock_ends_it() -> None:
    with Extractor(patience=0.2) as extractor:
        assert read(extractor, SLOW, PDF) == Answer("", Lack.TOO_SLOW)
        assert read(extractor, b"tekst") == Answer("tekst", None)


def test_a_file_that_takes_too_much_memory_is_told_and_the_next_is_read() -> None:
    packed = zlib.compressobj(1)
    first, again = (packed.compress(b" " * 10_000_000) + packed.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    stream = first + again * 70
    data = attached.pdf("x")
    start = data.index(b"stream\n") + 7
    bomb = data[:start] + stream + data[data.index(b"\nendstream", start) :]
    with Extractor() as extractor:
        told = read(extractor, bomb, PDF)
        assert told.text == ""
        assert told.lack in {Lack.TOO_HUNGRY, Lack.KILLS}
        assert read(extractor, b"tekst") == Answer("tekst", None)


def test_a_process_that_was_killed_between_two_files_costs_nothing(extractor: Extractor) -> None:
    read(extractor, b"tekst")
    os.kill(extractor.pid, signal.SIGKILL)
    assert read(extractor, b"drugi") == Answer("drugi", None)


def test_a_file_that_kills_a_new_process_too_is_to_blame(extractor: Extractor) -> None:
    tries = 0

    def deadly() -> Iterator[bytes]:
        nonlocal tries
        tries += 1
        yield b"tekst"
        os.kill(extractor.pid, signal.SIGKILL)

    read(extractor, b"tekst")
    assert extractor.extract(TEXT, deadly) == Answer("", Lack.KILLS)
    assert tries == 2
    assert read(extractor, b"tekst") == Answer("tekst", None)


def test_where_the_bytes_do_not_come_the_next_file_is_not_mixed_with_them(extractor: Extractor) -> None:
    def broken() -> Iterator[bytes]:
        yield b"pierwsza polowa"
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        extractor.extract(TEXT, broken)
    assert read(extractor, b"drugi") == Answer("drugi", None)


@pytest.mark.parametrize("said", ["x", float("nan"), float("inf"), 1e300, -1.0])
def test_a_process_that_says_something_else_is_not_believed(said: object, monkeypatch: pytest.MonkeyPatch) -> None:
    with Extractor() as extractor:
        read(extractor, b"tekst")
        monkeypatch.setattr(wire, "hear", lambda take: {"seconds": said})
        running = extractor._running
        assert running
        assert extractor._try(TEXT, lambda: iter([b"tekst"])) == Answer("", Lack.KILLS)
        assert running.process.returncode is not None


@LINUX
def test_the_process_ends_with_its_reader_however_that_ends() -> None:
    """While it is at work, too: nobody would read what it finds."""
    script = (
        "import sys\nfrom teczka.mime.extraction.confined import Extractor, File\nextractor = Extractor()\n"
        "def pieces():\n    yield sys.stdin.buffer.read()\n    print(extractor.pid, flush=True)\n"
        "extractor.extract(File('a.pdf', '', ''), pieces)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=confined._HOME
    ) as reader:
        assert reader.stdin
        assert reader.stdout
        reader.stdin.write(SLOW)
        reader.stdin.close()
        pid = int(reader.stdout.readline())
        begun = seconds_of(pid)
        until(lambda: seconds_of(pid) > begun + 0.2, what="its work")
        reader.kill()
    until(lambda: not alive(pid), 1.0, "its end")


def seconds_of(pid: int) -> float:
    """That a process has run."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
