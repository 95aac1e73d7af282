"""Many readers of the page at once, each asking as its scripts do."""

import json
import random
import statistics
import threading
import time
import urllib.request
import uuid
from typing import Any

READERS = 20
SECONDS = 60.0


def many_sessions(url: str, questions: list[str]) -> list[str]:
    """Have many sessions ask for a minute, each waiting for its answer before it asks again; tell how it went."""
    waits: list[float] = []
    wrong: list[str] = []
    part = _wire(url)
    end = time.perf_counter() + SECONDS

    def read(number: int) -> None:
        order = random.Random(number)  # noqa: S311  (the same questions in every run)
        while time.perf_counter() < end:
            question = order.choice(questions)
            begun = time.perf_counter()
            try:
                answer = _answer(url, part, f"session{number}", question)
            except (OSError, KeyError, ValueError) as error:
                wrong.append(repr(error))
                continue
            waits.append(time.perf_counter() - begun)
            if (answer or {}).get("question") != question:
                wrong.append(f"{question!r} got {answer and answer['question']!r}")

    readers = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    waits.sort()
    median, most = statistics.median(waits), waits[int(len(waits) * 0.95)]
    return [
        f"{READERS} sessions of the page for {SECONDS:.0f} s: {len(waits)} answers, {len(wrong)} failed or mixed up",
        f"their wait: median {median:.2f} s, 95 % within {most:.2f} s, longest {waits[-1]:.2f} s",
        *wrong[:3],
    ]


def _answer(url: str, part: int, session: str, question: str) -> dict[str, Any] | None:
    exchange = uuid.uuid4().hex
    _call(url, part, session, ["ask", {"exchange": exchange, "question": question}])
    while "done" not in (news := _call(url, part, session, ["follow", {"exchange": exchange}])):
        if "lost" in news:
            return None
    answer: dict[str, Any] | None = news["done"]["answer"]
    return answer


def _wire(url: str) -> int:
    """Return which part of the page carries its calls."""
    with urllib.request.urlopen(f"{url}config", timeout=30) as reply:  # noqa: S310  (our own address)
        parts = json.load(reply)["components"]
    return next(int(part["id"]) for part in parts if part["props"].get("elem_id") == "ap-wire")


def _call(url: str, part: int, session: str, data: list[Any]) -> dict[str, Any]:
    body = {"session_hash": session, "component_id": part, "fn_name": "call", "data": data}
    request = urllib.request.Request(  # noqa: S310  (our own address)
        f"{url}gradio_api/component_server", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as reply:  # noqa: S310
        told: dict[str, Any] = json.load(reply)
    if "error" in told:
        raise ValueError(told["error"])
    return told
