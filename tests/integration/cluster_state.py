"""What a cluster knows of a legacy session: what it asked for, its stream, its tasks, its end. What
is done before, and the message itself, which answers in a word or two what came of it."""

import threading
import time

import session_ids
from cluster_calls import SOON, outcome_of
from legacy_client import Listener

BEHIND = 0.1  # seconds: what is written to the store behind an answer is there by then
TOOLS_CHANGED = "notifications/tools/list_changed"
PROMPTS_CHANGED = "notifications/prompts/list_changed"
UPDATED = "notifications/resources/updated"
# Lists are not of a session: who counts these changes must be the only one who makes them.
making = {TOOLS_CHANGED: threading.Lock(), PROMPTS_CHANGED: threading.Lock()}


def times(count):
    return {0: "lost", 1: "once"}.get(count, f"{count} times")


# --------------------------------------------------------------------------------------------------
# What a session has asked for


def quiet(cell, to):
    cell.client.request(to, "logging/setLevel", level="error")


def quiet_home(cell):
    quiet(cell, cell.home)
    time.sleep(BEHIND)


def loudness(cell, to=None):
    sent = cell.client.begin_tool(to or cell.here, "test_tool_with_logging")
    answer = sent.answer()
    assert answer and "result" in answer, sent.messages()
    logs = [one for one in sent.messages() if one.get("method") == "notifications/message"]
    return {0: "kept", 3: "lost"}.get(len(logs), f"{len(logs)} lines")


def set_level(cell):
    cell.client.request(cell.there, "logging/setLevel", level="info")  # it knows the session now
    time.sleep(BEHIND)
    quiet(cell, cell.here)
    time.sleep(BEHIND)
    return loudness(cell, cell.there)


def subscribe(cell, to):
    cell.client.request(to, "resources/subscribe", uri=cell.uri)
    time.sleep(BEHIND)


def subscribe_at_home(cell):
    subscribe(cell, cell.home)


# A draining replica closes what only waits for news: it comes once the client is back.
def wait_for_news(cell, come):
    end = time.monotonic() + (2 if cell.situation == "home draining" else SOON)
    while not come() and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.2)  # for a second one


def update(cell, listener, to):
    cell.client.tool(to, "test_trigger_resource_update", uri=cell.uri)
    wait_for_news(cell, lambda: listener.count(UPDATED, cell.uri))
    return times(listener.count(UPDATED, cell.uri))


def listen_and_update(cell):
    return update(cell, Listener(cell.client, cell.here), cell.there)


def subscribe_late(cell):
    listener = Listener(cell.client, cell.there)
    subscribe(cell, cell.here)
    return update(cell, listener, cell.here)


def leave_stream(cell):
    subscribe(cell, cell.home)
    stream = cell.client.get(cell.home)
    for number in range(2):
        cell.client.tool(cell.home, "test_trigger_resource_update", uri=cell.uri)
        if number == 0:
            assert stream.find(lambda one: one.get("method") == UPDATED)
            stream.close()
            stream.wait_for_end()
    time.sleep(BEHIND)
    return stream.last_id


# What nobody heard, and then the same again: the client leaves, and comes back to another replica.
def resume_stream(cell):
    def updates(stream):
        wait_for_news(cell, lambda: stream.find(is_update, 0))
        return times(sum(map(is_update, stream.messages())))

    def is_update(message):
        return message.get("method") == UPDATED and message["params"]["uri"] == cell.uri

    stream = cell.client.get(cell.here, cell.kept)
    first = updates(stream)
    stream.close()
    stream.wait_for_end()
    cell.client.tool(cell.there, "test_trigger_resource_update", uri=cell.uri)
    time.sleep(BEHIND)
    return f"{first}, {updates(cell.client.get(cell.there, stream.last_id))}"


def change(cell, listener, tool, method, to):
    before = listener.count(method)
    cell.client.tool(to, tool)
    wait_for_news(cell, lambda: listener.count(method) > before)
    return times(listener.count(method) - before)


def listen_at_home(cell):
    return Listener(cell.client, cell.home)


def change_tools(cell):
    listener = cell.kept
    listener.to = cell.here
    is_draining = cell.situation == "home draining"
    time.sleep(2 if is_draining else 0)  # until it has gone where it may stay
    listener.wait_until_open()
    with making[TOOLS_CHANGED]:
        # For what others made; at a draining home it has to come back for that.
        time.sleep(2 if is_draining and cell.here == cell.home else SOON)
        return change(cell, listener, "test_trigger_tool_change", TOOLS_CHANGED, cell.there)


def listen(cell):
    with making[PROMPTS_CHANGED]:
        listener = Listener(cell.client, cell.here)
        return change(cell, listener, "test_trigger_prompt_change", PROMPTS_CHANGED, cell.here)


# --------------------------------------------------------------------------------------------------
# Tasks


def begin_task(seconds):
    def begin(cell, to=None):
        answer = cell.client.tool(to or cell.home, "slow_compute", task={}, seconds=seconds)
        time.sleep(BEHIND)
        return answer["task"]["taskId"]

    return begin


def ask_for_task(method):
    return lambda cell: outcome_of(cell.client.request(cell.here, method, taskId=cell.kept))


def run_task(cell):
    task = begin_task(0)(cell, cell.here)
    return outcome_of(cell.client.request(cell.there, "tasks/result", taskId=task))


# --------------------------------------------------------------------------------------------------
# The end of sessions


def delete(cell, to):
    assert cell.client.delete(to) == 204
    time.sleep(BEHIND)


def delete_at_home(cell):
    delete(cell, cell.home)


def has_ended(cell, ports):
    return {cell.client.begin(port, "ping").status == 404 for port in ports}


def end_here(cell):
    delete(cell, cell.here)
    return {(True,): "ended", (False,): "goes on"}.get(tuple(has_ended(cell, cell.alive)), "partly")


def end_there(cell):
    return "ended" if has_ended(cell, [cell.here]) == {True} else "goes on"


def forge(cell):
    cell.client.ended = True
    statuses = set()
    for forged in session_ids.forge(cell.client.token, cell.keys).values():
        cell.client.token = forged
        statuses |= {
            cell.client.begin(cell.here, "ping").status,
            cell.client.begin_tool(cell.here, "test_simple_text").status,
            cell.client.notify(cell.here, "notifications/initialized"),
            cell.client.reply(cell.here, {"id": "1"}, {}),
            cell.client.get(cell.here).status,
            cell.client.delete(cell.here),
        }
    return str(sorted(statuses))
