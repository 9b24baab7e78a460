"""What a slow network, or a test slower than its page, brings out of order.

    pytest -p tests.slowly --slow-page 300 --slow-test 200 tests/browser

A test of a page that passes by chance fails so: each request takes at least as long as the first says, and before each word to the
browser the test waits by lot, up to the second (milliseconds). A test's lot is drawn by SEED and its own name, whatever ran before and
in whichever process: the same SEED draws a similar run again, for how many words a test says depends on how long it waited.
"""

import asyncio
import os
from collections.abc import Awaitable
from random import Random
from typing import Any

import pytest
from playwright._impl._sync_base import SyncBase
from playwright.sync_api import BrowserContext, Page

LOT = Random()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow-page", type=int, default=0, metavar="MS")
    parser.addoption("--slow-test", type=int, default=0, metavar="MS")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    LOT.seed(f"{os.environ.get('SEED', '1')} {item.nodeid}")


def pytest_configure(config: pytest.Config) -> None:
    latency, pause = config.getoption("--slow-page"), config.getoption("--slow-test")
    new_page, told = BrowserContext.new_page, SyncBase._sync

    def slow_page(self: BrowserContext) -> Page:
        page = new_page(self)
        network = self.new_cdp_session(page)
        network.send("Network.enable")
        network.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        return page

    def slow_test(self: SyncBase, awaitable: Awaitable[Any]) -> Any:
        told(self, asyncio.sleep(LOT.uniform(0, pause) / 1000))
        return told(self, awaitable)

    if latency:
        BrowserContext.new_page = slow_page  # type: ignore[method-assign]
    if pause:
        SyncBase._sync = slow_test  # type: ignore[method-assign]
