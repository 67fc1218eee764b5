#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page with 20,000 vessels in Chromium, from a daemon that hears them by UDP: how long to the first picture, frames a second while
the map is dragged and 2,000 vessels change a second, and what the page keeps in memory. A JSON line a figure. BENCH_SECONDS: how long
the changes go on before memory is looked at (20). Without chromium and chromedriver it says so and measures nothing."""
import json
import math
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/page"))
from webdriver import Driver, free_port  # noqa: E402

SHIPS, CHANGES_S = 20000, 2000
SECONDS = float(os.environ.get("BENCH_SECONDS") or 20)


def sentence(mmsi, lat, lon, sog, cog):
    """A position report, message 1 (ITU-R M.1371-5, annex 8, table 45)."""
    bits = ""
    for value, width in ((1, 6), (0, 2), (mmsi, 30), (0, 4), (128, 8), (int(sog * 10), 10), (1, 1), (round(lon * 600000), 28), (round(lat * 600000), 27),
                         (int(cog * 10), 12), (int(cog), 9), (60, 6), (0, 2), (0, 3), (0, 1), (0, 19)):
        bits += format(value & (1 << width) - 1, f"0{width}b")
    body = "AIVDM,1,1,,A,"
    for i in range(0, 168, 6):
        v = int(bits[i:i + 6], 2)
        body += chr(v + 48 if v < 40 else v + 56)
    body += ",0"
    check = 0
    for c in body:
        check ^= ord(c)
    return f"!{body}*{check:02X}\r\n".encode()


class Ships(threading.Thread):
    def __init__(self, port):
        super().__init__(daemon=True)
        dice = random.Random(1)
        self.ships = [[200000000 + i, 34 + dice.gauss(0, 2), 128 + dice.gauss(0, 2.5), dice.uniform(2, 18), dice.randrange(360)] for i in range(SHIPS)]
        self.socket, self.to, self.next = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), ("127.0.0.1", port), 0

    def send(self, n):
        for _ in range(n):
            ship = self.ships[self.next % SHIPS]
            ship[1] += ship[3] * 1e-5 * math.cos(math.radians(ship[4]))
            ship[2] += ship[3] * 1e-5 * math.sin(math.radians(ship[4]))
            self.socket.sendto(sentence(*ship), self.to)
            self.next += 1

    def run(self):
        due = time.monotonic()
        while True:
            self.send(CHANGES_S // 20)
            due += 0.05
            time.sleep(max(0, due - time.monotonic()))


def figure(name, value, unit, **bounds):
    print(json.dumps({"bench": "page", "figure": name, "value": round(value, 2), "unit": unit, "vessels": SHIPS, **bounds}), flush=True)


def memory(browser):
    browser.cdp("HeapProfiler.collectGarbage", {})
    return browser.run("return performance.memory.usedJSHeapSize / 1e6"), browser.memory_mb()


def measure(browser, url):
    begin = time.monotonic()
    browser.go(url + "#map=6.5/34/128")
    browser.wait(f"return !!window.lookout && lookout.layers.ships.figures.drawn >= {SHIPS} * 0.9", seconds=60, what="picture of all vessels")
    figure("first picture", time.monotonic() - begin, "s", must_max=3)
    time.sleep(2)
    browser.run("window.seen = []; const tick = (at) => { seen.push(at); requestAnimationFrame(tick); }; requestAnimationFrame(tick);")
    browser.run("seen.length = 0")
    browser.drag([(800 + int(220 * math.sin(i / 12)), 450 + int(140 * math.sin(i / 7))) for i in range(300)])
    gaps = browser.run("return seen.slice(1).map((at, i) => at - seen[i])")
    figure("frames while dragging", 1000 * len(gaps) / sum(gaps), "frames/s", must_min=20, aim=30, worst_ms=round(max(gaps)))
    figure("a picture of ships", browser.run("return lookout.layers.ships.figures.ms"), "ms")
    before, _ = memory(browser)
    frames = browser.run("return lookout.layers.ships.figures.frames")
    # Its growth is that of the last half: what is drawn first is made once.
    time.sleep(SECONDS / 2)
    half, _ = memory(browser)
    time.sleep(SECONDS / 2)
    figure("pictures drawn", (browser.run("return lookout.layers.ships.figures.frames") - frames) / SECONDS, "a second")
    after, held = memory(browser)
    figure("memory of its script", after, "MB", grown_mb=round(after - before, 1), grown_mb_a_minute=round((after - half) / SECONDS * 120, 2), seconds=SECONDS)
    figure("memory of the page and its workers", held, "MB", must_max=300)


def main():
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        print("bench_page: chromium and chromium-driver are not installed (make check PAGE=1 installs them)", file=sys.stderr)
        return
    udp, http, work = free_port(socket.SOCK_DGRAM), free_port(), tempfile.mkdtemp(prefix="bench_page.")
    Path(work, "lookoutd.yaml").write_text(
        f"site: bench\nstate: {work}/state\nfeeds: [{{id: air, udp: '127.0.0.1:{udp}', from: ['127.0.0.0/8'], format: nmea}}]\n"
        f"rules: [{{id: silent, when: gap, after: 24h}}]\napi: {{listen: '127.0.0.1:{http}'}}\n", encoding="utf-8")
    log = open(Path(work, "log"), "wb")
    daemon = subprocess.Popen([os.environ.get("LOOKOUT_BIN", ROOT / "build/lookoutd"), "run", "-c", Path(work, "lookoutd.yaml")], stdout=log, stderr=log)
    try:
        url, ask = f"http://127.0.0.1:{http}/", urllib.request.build_opener(urllib.request.ProxyHandler({}))
        ships = Ships(udp)
        for _ in range(600):
            try:
                known = json.load(ask.open(url + "api/v1/"))["vessels"]
                if known >= SHIPS:
                    break
                ships.send(2000)
            except OSError:
                pass
            time.sleep(0.1)
        ships.start()
        with Driver() as driver:
            measure(driver.open(1600, 900), url)
    finally:
        daemon.terminate()
        daemon.wait()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
