"""A submission server that misbehaves, as a process of its own: what it has taken stands in a file, whoever is killed meanwhile.

`python -m tests.faults.mailserver LOG SEED SHARE` prints its port, and lets that share of the sessions go wrong; SIGUSR1: no more of them.
A line of the log is a message that it has: its Message-ID, and a recipient.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

HOST = "127.0.0.1"
MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE | re.IGNORECASE)
SESSION = 760  # bytes that a client says in all, nearly
REPLIES = 7  # to EHLO, AUTH, MAIL, RCPT, DATA, the end; and the greeting
BAD = (b"451 4.3.0 not now", b"550 5.7.1 never", b"421 4.3.2 closing", b"rubbish", b"250-", b"250 ok\r\n250 ok")


class Fault:
    """What goes wrong in one session; by default nothing."""

    def __init__(self, random: Random | None) -> None:
        self.hear = self.say = self.silent = self.bad = -1
        self.answer = b""
        if random is None:
            return
        kind = random.choice(("hear", "hear", "hear", "say", "silent", "bad"))
        if kind == "hear":
            self.hear = random.randrange(SESSION)
        elif kind == "say":
            self.say = random.randrange(220)
        elif kind == "silent":
            self.silent = random.randrange(REPLIES)
        else:
            self.bad, self.answer = random.randrange(REPLIES), random.choice(BAD)


class Cut(Exception):
    """The connection ends here."""


class Session:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault, log: int) -> None:
        self._reader, self._writer, self._fault, self._log = reader, writer, fault, log
        self._buffer = b""
        self._heard = self._said = self._replies = 0

    async def run(self) -> None:
        await self._reply(b"220 mx ESMTP")
        recipients: list[bytes] = []
        while True:
            line = await self._line()
            verb = line[:4].upper()
            if verb == b"RCPT" and self._takes():
                recipients.append(line.partition(b"<")[2].partition(b">")[0])
            if verb == b"DATA":
                await self._reply(b"354 go")
                await self._text(recipients)
                continue
            answers = {
                b"EHLO": b"250-mx\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250 AUTH PLAIN",
                b"AUTH": b"235 2.7.0 in",
            }
            await self._reply(answers.get(verb, b"250 2.0.0 ok"))
            if verb == b"QUIT":
                return

    async def _text(self, recipients: list[bytes]) -> None:
        text = b""
        while not text.endswith(b"\r\n.\r\n"):
            text += await self._line() + b"\r\n"
        found = MESSAGE_ID.search(text)
        for recipient in recipients if found and self._takes() else ():
            os.write(self._log, (found[1] if found else b"?") + b" " + recipient + b"\n")
        await self._reply(b"250 2.0.0 queued")

    def _takes(self) -> bool:
        """Not where it is about to say that it does not."""
        refuses = self._replies == self._fault.bad and self._fault.answer[:1] in b"45"
        return not refuses

    async def _line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            most = self._fault.hear - self._heard if self._fault.hear >= 0 else 65536
            if most <= 0:
                raise Cut
            data = await self._reader.read(most)
            if not data:
                raise Cut
            self._heard += len(data)
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    async def _reply(self, answer: bytes) -> None:
        number, self._replies = self._replies, self._replies + 1
        if number == self._fault.silent:
            await self._reader.read()
            raise Cut
        data = (self._fault.answer if number == self._fault.bad else answer) + b"\r\n"
        if 0 <= self._fault.say < self._said + len(data):
            self._writer.write(data[: self._fault.say - self._said])
            await self._writer.drain()
            raise Cut
        self._said += len(data)
        self._writer.write(data)
        await self._writer.drain()


async def serve(log: Path, seed: int, share: float) -> None:
    random, file = Random(seed), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    shares = [share]
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, shares.__setitem__, 0, 0.0)

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = Fault(random if random.random() < shares[0] else None)
        with suppress(Cut, OSError):
            await Session(reader, writer, fault, file).run()
        if random.random() < 0.5:
            writer.transport.abort()  # a reset, not an end
        writer.close()

    server = await asyncio.start_server(session, HOST, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


class MailServer:
    """From the test's side."""

    def __init__(self, log: Path, process: subprocess.Popen[str]) -> None:
        self._log = log
        self._process = process
        assert process.stdout
        self.port = int(process.stdout.readline())

    def behave(self) -> None:
        self._process.send_signal(signal.SIGUSR1)

    def taken(self) -> Counter[tuple[str, str]]:
        """How often it took each message for each recipient: (Message-ID, address)."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return Counter((name, address) for name, _, address in (line.partition(" ") for line in lines))


@contextmanager
def mail_server(log: Path, seed: int, share: float) -> Iterator[MailServer]:
    command = [sys.executable, "-m", "tests.faults.mailserver", str(log), str(seed), str(share)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield MailServer(log, process)
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
