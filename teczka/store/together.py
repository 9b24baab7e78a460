"""Statements that go out at once, in libpq's pipeline mode: a round trip for all. psycopg's own pipeline waits four times for what takes
one, and takes twice the work."""

from collections import deque
from collections.abc import Sequence
from functools import partial
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection
from psycopg.abc import PipelineCommand, PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.generators import fetch_many, pipeline_communicate, send
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

_Key = tuple[str, tuple[int, ...]]
_MOST = 200  # statements that a connection keeps planned; what comes later is planned each time
_numbers = count()
_planned: WeakKeyDictionary[Connection[Any], dict[_Key, bytes]] = WeakKeyDictionary()


def rows_of_last(raw: Connection[Any], *statements: tuple[str, Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Of statements with $1 and their values. They are one transaction, for they are sent before one Sync; so none may be open."""
    try:
        return _rows(raw, statements)
    except InvalidSqlStatementName:  # after a rollback psycopg takes away all that a connection has planned
        _planned.pop(raw, None)
        return _rows(raw, statements)


def _rows(raw: Connection[Any], statements: Sequence[tuple[str, Sequence[Any]]]) -> list[tuple[Any, ...]]:
    at_once = _AtOnce(raw)
    for statement, values in statements:
        at_once.add(statement, values)
    return at_once.rows()


class _AtOnce:
    def __init__(self, raw: Connection[Any]) -> None:
        self._raw = raw
        self._known = _planned.setdefault(raw, {})
        self._commands: deque[PipelineCommand] = deque()
        self._planning: dict[int, tuple[_Key, bytes]] = {}  # by the command's place

    def add(self, statement: str, values: Sequence[Any]) -> None:
        adapt = Transformer(self._raw)
        given = adapt.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types, formats, told = adapt.types or (), adapt.formats, self._raw.pgconn
        key = (statement, tuple(types))
        name = self._known.get(key)
        if name is None and len(self._known) + len(self._planning) >= _MOST:
            self._commands.append(
                partial(told.send_query_params, statement.encode(), given, types, formats, Format.BINARY)
            )
            return
        if name is None:
            name = b"together_%d" % next(_numbers)
            self._planning[len(self._commands)] = key, name
            self._commands.append(partial(told.send_prepare, name, statement.encode(), types))
        self._commands.append(partial(told.send_query_prepared, name, given, formats, Format.BINARY))

    def rows(self) -> list[tuple[Any, ...]]:
        results = self._results()
        for place, (key, name) in self._planning.items():
            if results[place].status == ExecStatus.COMMAND_OK:
                self._known[key] = name
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result, self._raw.info.encoding)
        adapt = Transformer(self._raw)
        adapt.set_pgresult(results[-1])
        return adapt.load_rows(0, results[-1].ntuples, tuple)

    def _results(self) -> list[PGresult]:
        """One for each command. A connection that was left in the middle serves nobody any more."""
        told = self._raw.pgconn
        self._commands.append(told.pipeline_sync)
        told.enter_pipeline_mode()
        try:
            fetched = self._raw.wait(_answers(told, self._commands))
            told.exit_pipeline_mode()
        except BaseException:
            self._raw.close()
            raise
        return [results[-1] for results in fetched[:-1]]


def _answers(told: PGconn, commands: deque[PipelineCommand]) -> PQGen[list[list[PGresult]]]:
    """Some of them come while the commands are sent. What the socket had no room for is sent to its end first: the server answers no
    statement before it has all of it."""
    awaited = len(commands)
    answers: list[list[PGresult]] = yield from pipeline_communicate(told, commands)
    yield from send(told)
    while len(answers) < awaited:
        answers.append((yield from fetch_many(told)))
    return answers
