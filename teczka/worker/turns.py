"""Work of the worker's that is done a turn at a time, on a thread of its own beside all other work."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Turns:
    """`turn` says how many seconds to rest after it; it is woken sooner."""

    def __init__(self, name: str, turn: Callable[[], float]) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._wake = asyncio.Event()
        self._turn = turn

    def wake(self) -> None:
        """There is something to do, or it goes on."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled: a turn that is under way comes to its end."""
        while True:
            self._wake.clear()
            seconds = await asyncio.get_running_loop().run_in_executor(self._pool, self._turn)
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                pass

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
