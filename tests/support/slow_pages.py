"""Makes pages slow and their answers come out of order, so that a test which looks too early fails here and not one day in CI.

`TRADEWIND_TEST_SLOW_PAGES=<seed> pytest tests/browser`: each request to the server is held back before it leaves and its
answer before the page has it, as long as the seed, the test, the page and the address say; scripts take their time on the way,
and the computer of the visitor is a slow one. The same seed holds back the same things. The stream of changes is left alone: it
overtakes everything.
"""

from __future__ import annotations

import json
import os
from random import Random

from playwright.sync_api import BrowserContext, Page

__all__ = ["SEED", "slow_down"]

SEED = os.environ.get("TRADEWIND_TEST_SLOW_PAGES", "")
"""Empty: pages are as quick as they are."""
LONGEST_MS = 600
"""Of a request and its answer together."""
LATENCIES_MS = (0, 40, 150, 400)
CPU_RATES = (1, 2, 4)

# Not `context.route`: its handlers run only while a test waits for the browser, one after the other.
HOLD_BACK = """(seed, longest) => {
    const times = new Map();
    const ask = window.fetch;
    const share = (text) => {
        let hash = 2166136261;
        for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619);
        for (const by of [16, 13]) hash = Math.imul(hash ^ (hash >>> by), 2246822507);
        return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
    };
    const pause = (ms, signal) => new Promise((passed, failed) => {
        const gone = () => failed(signal.reason);
        if (signal?.aborted) return gone();
        signal?.addEventListener("abort", gone, { once: true });
        setTimeout(() => { signal?.removeEventListener("abort", gone); passed(); }, ms);
    });
    window.fetch = async (what, options) => {
        const { method, url, signal } = what instanceof Request ? what : { method: "GET", url: String(what), ...options };
        const name = `${seed} ${location.pathname} ${method} ${url}`;
        const time = (times.get(name) ?? 0) + 1;
        times.set(name, time);
        const all = longest * share(`${name} ${time}`);
        const before = all * share(`${name} ${time} before`);
        await pause(before, signal);
        const answer = await ask(what, options);
        await pause(all - before, signal);
        return answer;
    };
}"""


def slow_down(context: BrowserContext, test: str, seed: str = SEED) -> None:
    """Hold back what the pages of a context ask for, from its next page on."""
    context.add_init_script(f"({HOLD_BACK})({json.dumps(f'{seed} {test}')}, {LONGEST_MS})")
    dice = Random(f"{seed} {test}")
    latency, rate = dice.choice(LATENCIES_MS), dice.choice(CPU_RATES)

    def slow(page: Page) -> None:
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1},
        )

    context.on("page", slow)
