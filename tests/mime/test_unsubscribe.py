"""How a list says that it can be left."""

import pytest

from teczka.mime.parse import scan_headers
from teczka.mime.unsubscribe import Kind, Way

ONE_CLICK = "List-Unsubscribe=One-Click"


def ways(field: str, post: str = "") -> list[Way]:
    return scan_headers(
        f"Subject: x\r\nList-Unsubscribe: {field}\r\nList-Unsubscribe-Post: {post}\r\n\r\n".encode()
    ).unsubscribe


@pytest.mark.parametrize(
    ("field", "post", "kinds"),
    [
        ("<mailto:u@x.example?subject=bye>, <https://x.example/u?i=1>", "", [Kind.MAILTO, Kind.LINK]),
        ("<mailto:u@x.example>, <https://x.example/u?i=1>", ONE_CLICK, [Kind.POST, Kind.MAILTO]),
        ("<https://x.example/u>", "list-unsubscribe=ONE-click", [Kind.POST]),
        ("<https://x.example/u>", "something=else", [Kind.LINK]),
        ("<http://x.example/u>", ONE_CLICK, []),
        ("<javascript:alert(1)>, <file:///etc/passwd>, <https:///u>, <https://[x/u>", ONE_CLICK, []),
        ("https://x.example/u", ONE_CLICK, []),
        ("", ONE_CLICK, []),
    ],
)
def test_the_ways_out_of_a_list_best_first(field: str, post: str, kinds: list[Kind]) -> None:
    assert [way.kind for way in ways(field, post)] == kinds


def test_an_address_may_be_folded_and_encoded() -> None:
    assert ways("<https://x.example/\r\n\tu?i=1>") == [Way(Kind.LINK, "https://x.example/u?i=1")]
    assert ways("=?us-ascii?Q?=3Chttps=3A=2F=2Fx=2Eexample=2Fu=3E?=") == [Way(Kind.LINK, "https://x.example/u")]
    assert ways("<https://News.X.example:443/u>")[0].host == "news.x.example"
