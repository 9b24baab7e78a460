"""What a failed statement was to write is in no log line."""

import logging
import sys

import pytest
from django.conf import settings
from django.db import DataError, connection
from django.db.transaction import atomic
from django.utils.module_loading import import_string

from teczka.store.arrivals import as_json

MAIL = "Tajemnica obrończa"


def test_an_error_of_the_database_is_told_without_the_mail_that_it_quotes(db: None) -> None:
    formatter = import_string(settings.LOGGING["formatters"]["line"]["()"])()
    rows = as_json([{"subject": f"{MAIL}\0"}])
    with pytest.raises(DataError) as caught, atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM json_to_recordset(%s) AS t (subject text)", [rows])
    assert "JSON data" in str(caught.value)  # it does quote
    try:
        raise RuntimeError("around it") from caught.value
    except RuntimeError:
        record = logging.LogRecord("teczka", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    line = formatter.format(record)
    assert "Tajemnica" not in line
    assert "JSON data" not in line
    assert "SQLSTATE 22P05" in line
    assert "around it" in line
    assert "test_logs.py" in line
