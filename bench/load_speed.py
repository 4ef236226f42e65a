"""Times people who move a lever every five seconds, all on one process: from rerun sent to script finished.

It speaks the browser's own protocol, without browsers. Before that some hasten, so that the server is at work as it is with many: with its worker.

    python -m bench.load_speed [PEOPLE ...]
"""

import asyncio
import random
import statistics
import sys
import time

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider

from tests.browser import chromium

PEOPLE = (1, 10, 25, 50)
THINK_S = 5.0
MOVES = 8


class Visitor:
    """One person: a connection, the levers seen, and how long each rerun took."""

    def __init__(self, address: str, seed: int, think_s: float = THINK_S) -> None:
        self.address = address.replace("http", "ws") + "/_stcore/stream"
        self.origin, self.random, self.think_s = address, random.Random(seed), think_s
        self.levers: dict[str, Slider] = {}
        self.values: dict[str, float] = {}
        self.page = ""
        self.taken: list[float] = []
        self.errors: list[str] = []

    async def visit(self, moves: int) -> None:
        async with websockets.connect(self.address, origin=self.origin, subprotocols=["streamlit"], max_size=None) as line:
            await self._rerun(line)
            for _ in range(moves):
                await asyncio.sleep(self.random.expovariate(1 / self.think_s))
                self._move()
                begin = time.perf_counter()
                await self._rerun(line)
                self.taken.append(time.perf_counter() - begin)

    def _move(self) -> None:
        name, lever = self.random.choice(list(self.levers.items()))
        steps = round((lever.max - lever.min) / lever.step)
        self.values[name] = lever.min + lever.step * self.random.randint(steps // 3, 2 * steps // 3)

    async def _rerun(self, line) -> None:
        message = BackMsg()
        message.rerun_script.query_string = ""
        message.rerun_script.page_script_hash = self.page
        for name, value in self.values.items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id = name
            state.double_array_value.data.append(value)
        await line.send(message.SerializeToString())
        while not self._seen(ForwardMsg.FromString(await line.recv())):
            pass

    def _seen(self, message: ForwardMsg) -> bool:
        """Notes what a message holds; whether the script has finished."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.page = message.new_session.page_script_hash
        if kind == "delta":
            self._note(message.delta)
        return kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY

    def _note(self, delta: Delta) -> None:
        element = delta.new_element
        shown = element.WhichOneof("type")
        if shown == "slider" and len(element.slider.default) == 1 and element.slider.max > element.slider.min:
            self.levers[element.slider.id] = element.slider
        if shown == "exception" or (shown == "alert" and element.alert.format == 1):
            self.errors.append(element.exception.message or element.alert.body)


async def crowd(address: str, people: int, moves: int = MOVES, think_s: float = THINK_S) -> list[Visitor]:
    """So many visitors at once, arriving within some seconds of one another."""
    visitors = [Visitor(address, seed, think_s) for seed in range(people)]

    async def arrive(place: int, visitor: Visitor) -> None:
        await asyncio.sleep(place * think_s / people)
        await visitor.visit(moves)

    await asyncio.gather(*(arrive(place, visitor) for place, visitor in enumerate(visitors)))
    return visitors


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def main() -> None:
    people = [int(text) for text in sys.argv[1:]] or PEOPLE
    with chromium.serving() as address:
        asyncio.run(crowd(address, 1, moves=1))
        asyncio.run(crowd(address, 6, moves=2, think_s=0.3))
        print(f"{'people':>8}{'reruns':>8}{'median':>10}{'90 %':>10}{'95 %':>10}{'errors':>8}")
        for count in people:
            visitors = asyncio.run(crowd(address, count))
            taken = [1e3 * each for visitor in visitors for each in visitor.taken]
            errors = sum(len(visitor.errors) for visitor in visitors)
            figures = (statistics.median(taken), quantile(taken, 0.9), quantile(taken, 0.95))
            print(f"{count:>8}{len(taken):>8}" + "".join(f"{figure:>7.0f} ms" for figure in figures) + f"{errors:>8}", flush=True)


if __name__ == "__main__":
    main()
