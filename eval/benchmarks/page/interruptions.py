"""Tries in which the page is left, the server ends, or a question gets no answer."""

from eval.benchmarks.page.tries import CHANCE, NOTHING, Reader, Tried, judged, new_question, pause, worst

CLEAR = "const a = document.querySelector('#ap-composer textarea'); a.value = ''; a.dispatchEvent(new Event('input'))"
# What the page asks of the server, as it is sent.
SPY = """
    if (!window.asked) {
      window.asked = [];
      const real = window.fetch;
      window.fetch = (...given) => {
        try {
          const [name, sent] = JSON.parse(given[1].body).data;
          if (name === "ask") window.asked.push(sent);
        } catch {}
        return real(...given);
      };
    }"""


def reloaded_while_answering(reader: Reader) -> Tried:
    """5: reload while answering, once or twice, or go away and come back."""
    page = reader.page
    page.new()
    asked = new_question()
    page.ask(asked)
    pause(1.5)
    for _ in range(CHANCE.choice([1, 2])):
        if CHANCE.random() < 0.3:
            page.driver.get("about:blank")
            pause(2.0)
            page.driver.back()
            page.ready()
        else:
            page.reload()
        pause(0.5)
    there = page.until(lambda: page.asked() == [asked], 5)
    return worst(Tried() if there else Tried(lost="a question"), judged(page, [asked]))


def reloaded_while_typing(reader: Reader) -> Tried:
    """5: reload while typing: the draft is there."""
    page = reader.page
    if CHANCE.random() < 0.5:
        page.new()
    text = new_question()[: CHANCE.randrange(3, 30)]
    area = page.driver.find_element("css selector", "#ap-composer textarea")
    area.clear()
    area.send_keys(text)
    pause(0.05)
    page.reload()
    kept = page.until(lambda: page.draft() == text, 5)
    page.run(
        "const a = document.querySelector('#ap-composer textarea'); a.value = ''; a.dispatchEvent(new Event('input'))"
    )
    return Tried() if kept else Tried(lost="a draft")


def restarted(reader: Reader) -> Tried:
    """5: the server is restarted or killed while answering and typing; the question and the draft are there."""
    page = reader.page
    page.new()
    asked, draft = new_question(), "half a thought"
    page.ask(asked)
    pause(1.5)
    page.run("const a = document.querySelector('#ap-composer textarea'); a.value = arguments[0];"
             "a.dispatchEvent(new Event('input', { bubbles: true }))", draft)  # fmt: skip
    reader.restart(killed=CHANCE.random() < 0.5)
    if CHANCE.random() < 0.5:
        page.reload()
    kept = page.until(lambda: page.draft() == draft and page.asked() == [asked], 10)
    found = judged(page, [asked], answered=False)
    one = next((one for one in page.stored() if one["question"] == asked), {})
    told = one.get("answer") or "server" in one.get("ended", "")
    page.run(
        "const a = document.querySelector('#ap-composer textarea'); a.value = ''; a.dispatchEvent(new Event('input'))"
    )
    return worst(found, Tried() if kept else Tried(lost="question or draft"), Tried() if told else Tried(lost="an end"))


def followed_up(reader: Reader) -> Tried:
    """6: refused, failed and stopped questions never join a follow-up as answered ones."""
    page = reader.page
    page.run(SPY)
    page.new()
    expected: list[bool] = []
    for kind in CHANCE.choices(["answered", "refused", "failed", "stopped"], k=3):
        question = {"refused": NOTHING, "failed": "?"}.get(kind) or new_question()
        page.ask(question)
        page.until(lambda: len(page.asked()) == len(expected) + 1)
        if kind == "stopped":
            pause(0.4)
            page.escape()
        page.whole()
        expected.append(kind == "answered")
    page.ask("How large is it?")
    page.until(lambda: len(page.asked()) == len(expected) + 1)
    page.whole()
    earlier = page.run("return window.asked.at(-1).earlier")
    sent = [one["outcome"] == "answered" for one in earlier]
    late = [one for one, wanted in zip(sent, expected, strict=True) if one and not wanted]
    return Tried(wrong="a question without an answer sent as answered") if late else Tried()
