"""What goes over the wire for an answer, and how long it takes on a slow line."""

import json
import statistics
import time
from typing import Any

from eval.benchmarks.page.browser import Page

TURNS = 60
SLOW = {"offline": False, "latency": 100, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # 400 kbit/s
LAST = 5  # answers that are counted, and as many on the slow line

# Ask as a reader does, and call back with the milliseconds until the whole answer stands on the page.
ASK = """
const [question, done] = arguments;
const said = document.querySelector("#ap-transcript");
const area = document.querySelector("#ap-composer textarea");
const whole = () => [...said.querySelectorAll(".ap-turn")].filter((one) => one.querySelector(".ap-line")).length;
const before = whole();
area.value = question;
area.dispatchEvent(new Event("input", { bubbles: true }));
setTimeout(() => {
  const begun = performance.now();
  const watcher = new MutationObserver(() => {
    if (whole() <= before) return;
    watcher.disconnect();
    requestAnimationFrame(() => done(performance.now() - begun));
  });
  watcher.observe(said, { childList: true, subtree: true });
  area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
}, 50);
"""


def seconds(page: Page, question: str) -> float:
    """Ask; return the seconds until the whole answer stands on the page."""
    return float(page.driver.execute_async_script(ASK, question)) / 1000


def over_the_wire(page: Page, questions: list[str]) -> list[str]:
    """Have a conversation of `TURNS` questions; tell what the last answers carried, and their time on a slow line."""
    page.new()
    for turn in range(TURNS - LAST):
        seconds(page, questions[turn % len(questions)])
    _carried(page)
    carried = []
    for turn in range(TURNS - LAST, TURNS):
        seconds(page, questions[turn % len(questions)])
        time.sleep(0.3)  # the end of the last reply is told a moment later
        carried.append(_carried(page))
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", SLOW)
    slow = [seconds(page, questions[(TURNS + more) % len(questions)]) for more in range(LAST)]
    page.driver.execute_cdp_cmd(
        "Network.emulateNetworkConditions", SLOW | {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    )
    bytes_out, bytes_in, requests = (statistics.median(column) for column in zip(*carried, strict=True))
    most = max(sent + got for sent, got, _ in carried) / 1000
    both = f"{bytes_out / 1000:.1f} kB sent and {bytes_in / 1000:.1f} kB got in {requests:.0f} requests"
    until = "from Enter to the whole answer"
    return [
        f"over the wire for an answer at turn {TURNS}: {both} (medians; at most {most:.1f} kB in all; limit 30)",
        f"at 400 kbit/s, 100 ms {until}: median {statistics.median(slow):.2f} s, longest {max(slow):.2f} s (limit 3)",
    ]


def _carried(page: Page) -> tuple[int, int, int]:
    """Return bytes sent, bytes got and requests since the last call, with their headers, as Chromium counts them."""
    sent = got = requests = 0
    for entry in page.driver.get_log("performance"):
        event: dict[str, Any] = json.loads(entry["message"])["message"]
        if event["method"] == "Network.requestWillBeSent":
            request = event["params"]["request"]
            requests += 1
            sent += len(request.get("postData", "").encode()) + len(request["url"])
        elif event["method"] == "Network.requestWillBeSentExtraInfo":
            sent += sum(len(name) + len(value) + 4 for name, value in event["params"]["headers"].items())
        elif event["method"] == "Network.loadingFinished":
            got += int(event["params"]["encodedDataLength"])
    return sent, got, requests
