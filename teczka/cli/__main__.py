"""`teczka COMMAND …`. A command is the module of its name, so that `parse` and `render` load nothing that they do not need."""

import gc
import sys
from importlib import import_module
from types import ModuleType

# What is laid under a command before it is imported: settings and Django, for most.
GROUND = {
    "parse": "",
    "render": "",
    "references": "",
    "discover": "",
    "demo": "teczka.cli.stage",
    "restore": "teczka.cli.filling",
}

MODULES = {"import": "importing"}  # a word of Python's names no module

COMMANDS = {
    "run": "database, web, worker and readers together",
    "web": "serve the pages alone",
    "worker": "keep the accounts: fetch and watch",
    "reader": "read what was fetched: text, threads, search terms",
    "migrate": "bring the database to this version's shape",
    "user": "add people: user add EMAIL --name NAME; a lost phone: user second-factor-off EMAIL",
    "account": "external accounts: account add, account list, account check",
    "keys": "keys rotate: a new key for the stored secrets",
    "sync": "one pass over one account, to its end",
    "search": "find mail as a person finds it",
    "export": "every message of an account, byte for byte",
    "import": "mail out of files: .eml, .mbox, Maildir, .msg, ZIP",
    "parse": "what the reader shows of a message file",
    "render": "the HTML document of the reading frame",
    "references": "court and file references in a text",
    "discover": "which servers an address has, and who says so",
    "backup": "everything into an encrypted archive, while it runs",
    "restore": "a backup into an empty folder, or an empty database and bucket",
    "erase": "messages of a person, for good: rows, bytes, traces",
    "verify": "all that is stored, or what was exported, against its SHA-256",
    "doctor": "look whether everything is as it should be",
    "demo": "a small law office with generated mail, signed in",
}


def main(argv: list[str] | None = None) -> int:
    words = sys.argv[1:] if argv is None else argv
    if not words or words[0] in {"-h", "--help", "help"}:
        sys.stdout.write(_help())
        return 0
    if words[0] not in COMMANDS:
        sys.stderr.write(f"teczka: no command {words[0]!r}\n\n{_help()}")
        return 2
    try:
        status: int = _loaded(words).main(words[1:])
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us has gone; nothing is left to say
        return 1
    return status


def _loaded(words: list[str]) -> ModuleType:
    """The command on its ground. What is imported stays for good: looking for garbage in it is a seventh of a start."""
    gc.disable()
    ground = GROUND.get(words[0], "teczka.cli.ground")
    if ground:
        import_module(ground).lay(words[1:])
    command = import_module(f"teczka.cli.{MODULES.get(words[0], words[0])}")
    gc.freeze()
    gc.enable()
    return command


def _help() -> str:
    lines = (f"  {name:<11} {told}\n" for name, told in COMMANDS.items())
    return "usage: teczka COMMAND [--help] …\n\n" + "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
