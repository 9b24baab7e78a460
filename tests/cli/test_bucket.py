"""`teczka doctor` tries the bucket, and says in words what is wrong with it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import pytest

from teczka.cli import bucket, doctor
from teczka.core.settings import settings
from teczka.store.packs.objects import ObjectBlobs

SIGN_IN = {"ACCESS_KEY_ID": "somebody", "SECRET_ACCESS_KEY": "knows", "REGION": "eu-central-1", "ALLOW_HTTP": "true"}
RIGHTS = ("ListBucket", "PutObject", "GetObject", "DeleteObject")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server with the bucket `packs`."""
    moto = import_module("moto.server")  # heavy, and every process of a run collects every test
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urlopen(Request(f"http://{host}:{port}/packs", method="PUT")).close()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SIGN_IN.items():
        monkeypatch.setenv(f"AWS_{name}", value)


def fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, endpoint: str, url: str = "s3://packs/office") -> str:
    monkeypatch.setenv("AWS_ENDPOINT", endpoint)
    return bucket.fault(replace(settings(), blobs_url=url, data=tmp_path))


@pytest.mark.usefixtures("db")
def test_a_bucket_is_listed_written_read_and_deleted_from_and_nothing_stays(
    s3: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT", s3)
    ours = replace(settings(), blobs_url="s3://packs/office", data=tmp_path)
    found = {finding.what: finding for finding in doctor.examine(ours)}
    assert found["bucket"].good
    assert found["bucket"].told == "s3://packs/office: listed, written, read and deleted from"
    assert list(ObjectBlobs("s3://packs", tmp_path).list()) == []
    found = {finding.what: finding for finding in doctor.examine(replace(ours, blobs_url="s3://others"))}
    assert not found["bucket"].good
    assert found["bucket"].told.startswith("s3://others: it cannot be listed nor written: there is no such bucket")
    assert "bucket" not in {finding.what for finding in doctor.examine(replace(ours, blobs_url=""))}


def test_credentials_that_lack_a_right_are_told_which_and_what_is_left_there(
    s3: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with allowed(s3, monkeypatch, *RIGHTS[:3]):
        told = fault(monkeypatch, tmp_path, s3)
        assert re.fullmatch(
            r"it cannot be deleted: these credentials have no right to that; trial-[0-9a-f]{32} was left there", told
        )
    with allowed(s3, monkeypatch, *RIGHTS[1:]):
        assert fault(monkeypatch, tmp_path, s3) == "it cannot be listed: these credentials have no right to that"
    with allowed(s3, monkeypatch, *RIGHTS):
        assert not fault(monkeypatch, tmp_path, s3)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
        assert "the store refuses these credentials" in fault(monkeypatch, tmp_path, s3)


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (403, "RequestTimeTooSkewed", "this machine's clock is not the store's"),
        (403, "ExpiredToken", "the store refuses these credentials"),
        (400, "AuthorizationHeaderMalformed", "another region than AWS_REGION names"),
        (404, "NoSuchBucket", "there is no such bucket"),
        (400, "TooManyMoons", "TooManyMoons"),
    ],
)
def test_what_a_store_answers_is_put_into_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int, code: str, told: str
) -> None:
    with answering(status, f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode()) as address:
        found = fault(monkeypatch, tmp_path, address)
    assert told in found
    assert "Debug" not in found


def test_no_credentials_no_store_and_no_address_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with answering(404, b"") as nowhere:
        pass
    assert "the store cannot be reached" in fault(monkeypatch, tmp_path, nowhere)
    assert "it cannot be used: " in fault(monkeypatch, tmp_path, nowhere, "sthree://packs")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", nowhere)
    assert "no credentials were found" in fault(monkeypatch, tmp_path, nowhere)


@contextmanager
def allowed(s3: str, monkeypatch: pytest.MonkeyPatch, *rights: str) -> Iterator[None]:
    """The environment's credentials are those of somebody who has these rights of S3 and no other."""
    iam = import_module("boto3").client("iam", endpoint_url=s3, region_name=SIGN_IN["REGION"])
    name, statement = (
        "-".join(rights),
        {"Effect": "Allow", "Action": [f"s3:{right}" for right in rights], "Resource": "*"},
    )
    iam.create_user(UserName=name)
    made: dict[str, Any] = iam.create_access_key(UserName=name)["AccessKey"]
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="packs", PolicyDocument=document)
    with monkeypatch.context() as theirs:
        theirs.setenv("AWS_ACCESS_KEY_ID", made["AccessKeyId"])
        theirs.setenv("AWS_SECRET_ACCESS_KEY", made["SecretAccessKey"])
        _authenticated_after(s3, "0")
        try:
            yield
        finally:
            _authenticated_after(s3, "inf")


def _authenticated_after(s3: str, requests: str) -> None:
    told = {"Content-Type": "text/plain"}
    urlopen(Request(f"{s3}/moto-api/reset-auth", method="POST", data=requests.encode(), headers=told)).close()


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """The address of a store that has one answer for everything."""

    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        asked.send_response_only(status)
        asked.send_header("Content-Length", str(len(body)))
        asked.end_headers()
        asked.wfile.write(body)

    verbs = {f"do_{verb}": answer for verb in ("GET", "PUT", "POST", "DELETE", "HEAD")}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (BaseHTTPRequestHandler,), verbs))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
