#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes config/picture.png, the picture in README.md: the demonstration at the moment of its forecast, as a browser shows it.

    make config/picture.png

The recording is cut at that moment, so that the picture is the same each time but for the clock."""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections import Counter
from pathlib import Path

from looks import pixels
from webdriver import Driver, free_port

ROOT = Path(__file__).resolve().parents[2]
BIN = os.environ.get("LOOKOUT_BIN") or ROOT / os.environ.get("BUILD", "build") / "lookoutd"
END_S = 1711045200  # 2024-03-21 18:20Z: both are on their way, one is forecast and near the box


def main():
    work = Path(tempfile.mkdtemp(prefix="picture."))
    tape = subprocess.run([ROOT / os.environ.get("BUILD", "build") / "make_demo"], stdout=subprocess.PIPE, check=True).stdout
    kept = [line for line in tape.splitlines(True) if int(re.search(rb"c:(\d{10})", line).group(1)) <= END_S]
    (work / "demo.nmea").write_bytes(b"".join(kept))
    port = free_port()
    text = (ROOT / "config/demo.yaml").read_text()
    text = re.sub(r"(?m)^webhooks:(\n .*)*", "", text)
    for old, new in (("../build/demo-state", f"{work}/state"), ("../build/demo.nmea, pace: 20000x", f"{work}/demo.nmea, pace: max"),
                     ("demo-zones.geojson", f"{ROOT}/config/demo-zones.geojson"), ("127.0.0.1:8047", f"127.0.0.1:{port}")):
        text = text.replace(old, new)
    (work / "demo.yaml").write_text(text)
    with open(work / "log", "wb") as log:
        daemon = subprocess.Popen([BIN, "run", "-c", work / "demo.yaml"], stdout=log, stderr=log)
    try:
        take(f"http://127.0.0.1:{port}/", sys.argv[1])
    finally:
        daemon.terminate()
        daemon.wait()


def take(url, path):
    ask = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        try:
            told = json.load(ask.open(url + "api/v1/alerts?type=lookoutd.route.forecast&limit=5"))["alerts"]
            if told:
                break
        except OSError:
            pass
        time.sleep(0.1)
    with Driver() as driver:
        browser = driver.open(1360, 800)
        browser.go(url)
        browser.wait("return !!window.lookout && lookout.fleet.count > 40")
        browser.wait("return !!document.querySelector('.alert.open.critical')")
        browser.key("1")  # sound is blocked until the page is touched
        browser.run("const a = [...lookout.store.alerts.values()].find((x) => x.type === 'lookoutd.route.forecast'); document.getElementById(`alert-${a.id}`).click()")
        time.sleep(3)
        Path(path).write_bytes(with_palette(browser.picture(path)))
    size = Path(path).stat().st_size
    print(f"{path}: {size} bytes")
    assert size < 300000


def with_palette(png):
    """The picture in 256 of its colours: a third of the size."""
    rows, channels = pixels(png)
    rows = [[row[i:i + 3] for i in range(0, len(row), channels)] for row in rows]
    colours = Counter(colour for row in rows for colour in row)
    # One of each sort of colour first: thin lines have few pixels.
    sorts = {}
    for colour, _ in colours.most_common():
        sorts.setdefault(tuple(part >> 5 for part in colour), colour)
    palette = list(dict.fromkeys([*list(sorts.values())[:128], *(colour for colour, _ in colours.most_common())]))[:256]
    index = {c: min(range(len(palette)), key=lambda i, c=c: sum((a - b) ** 2 for a, b in zip(palette[i], c))) for c in colours}
    data = b"".join(b"\0" + bytes(index[c] for c in row) for row in rows)

    def part(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return (b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)) + part(b"PLTE", b"".join(palette)) +
            part(b"IDAT", zlib.compress(data, 9)) + part(b"IEND", b""))


if __name__ == "__main__":
    main()
