"""Calls of a legacy session in a cluster: what is done before, and the message itself, which
answers in a word or two what came of it."""

import dataclasses
import time
import typing

from legacy_client import Client

SOON = 0.3  # seconds: what has not come by then is not on its way


@dataclasses.dataclass
class Cell:
    """A session whose home is the first replica, and where its messages go."""

    client: Client
    number: int
    situation: str
    keys: str  # the ring that all replicas have
    home: int  # ports, all of them: of the first replica,
    here: int  # of the one under test,
    there: int  # of another one, for the second message,
    alive: list  # and of all that still live
    kept: typing.Any = None  # from before the situation

    @property
    def uri(self):
        return f"test://cell-{self.number}"


def outcome_of(result):
    if "code" in result:
        return f"error {result['code']}"
    return result.get("status") or ("tool error" if result.get("isError") else "result")


def is_progress(message):
    return message.get("method") == "notifications/progress"


def steps_of(messages):
    return [one["params"]["progress"] for one in messages if is_progress(one)]


# --------------------------------------------------------------------------------------------------
# Calls


def call(cell):
    return outcome_of(cell.client.tool(cell.here, "test_simple_text"))


def progress(cell):
    sent = cell.client.begin_tool(cell.here, "test_tool_with_progress")
    answer = sent.answer()
    return f"{steps_of(sent.messages())}, {outcome_of(answer['result'])}"


def notify(cell):
    return str(cell.client.notify(cell.here, "notifications/roots/list_changed"))


def is_ask(message):
    return message.get("method") == "elicitation/create"


def begin_ask(cell, to):
    sent = cell.client.begin_tool(to, "test_streaming_elicitation")
    return sent, sent.find(is_ask)


def reply_to(cell, to, ask):
    answer = {"action": "accept", "content": {"name": "Ada"}}
    assert cell.client.reply(to, ask, answer) == 202


def ask(cell):
    sent, asked = begin_ask(cell, cell.here)
    reply_to(cell, cell.there, asked)
    if answer := sent.answer(SOON):
        return "Ada" in str(answer) and "answered"
    # Lost, but its maker still waits. It takes the balancer a few tries to find it.
    for _ in range(12):
        reply_to(cell, cell.here, asked)
        if "Ada" in str(sent.answer(0.25)):
            return "reply lost"
    return "nobody waits for the reply"


def ask_at_home(cell):
    return begin_ask(cell, cell.home)


def reply(cell):
    sent, asked = cell.kept
    reply_to(cell, cell.here, asked)
    return end_of(cell, sent, "reply lost")


# How a call ends that began at home; its client comes back if it has to.
def end_of(cell, sent, otherwise):
    if sent.wait_for_end(SOON) and not sent.answer() and sent.broken:
        sent = cell.client.get(cell.here, sent.last_id)
    if answer := sent.answer(SOON):
        return outcome_of(answer.get("result") or answer["error"])
    return "ended" if sent.ended else otherwise


def begin_long_call(cell):
    sent = cell.client.begin_tool(cell.home, "test_count", id="long", steps=1, rest_ms=20_000)
    assert sent.find(is_progress)
    return sent


def cancel(cell):
    assert cell.client.notify(cell.here, "notifications/cancelled", requestId="long") == 202
    return end_of(cell, cell.kept, "runs on")


# --------------------------------------------------------------------------------------------------
# Streams that are taken up again


def leave_call(rest_ms):
    def begin(cell):
        sent = cell.client.begin_tool(cell.home, "test_count", "left", steps=3, rest_ms=rest_ms)
        assert sent.find(is_progress)
        sent.close()
        time.sleep(0.3)  # for the call that is to be over, and for what the store gets behind it
        return sent.events[0][0]

    return begin


def resume(cell):
    stream = cell.client.get(cell.here, cell.kept)
    answer = stream.answer()
    steps = steps_of(stream.messages())
    rest = {(2, 3): "each once", (): "rest lost"}.get(tuple(steps), str(steps))
    return f"{rest}, {outcome_of(answer.get('result') or answer['error'])}"


def send_again(cell):
    def send():
        sent = cell.client.begin_tool(cell.here, "test_count", "left", steps=3, rest_ms=3_000)
        return sent, sent.answer()

    sent, answer = send()
    while "is still running" in str(answer):  # a server notices within a second that a client left
        time.sleep(0.2)
        sent, answer = send()
    if "error" in answer:
        return outcome_of(answer["error"])
    return "joined" if sent.events[0][0] == cell.kept else "run again"
