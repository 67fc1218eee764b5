# SPDX-License-Identifier: Apache-2.0
"""A browser by W3C WebDriver: Debian's chromedriver and chromium, and nothing but the standard library."""
import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "ArrowDown": "\ue015"}


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class BrowserError(Exception):
    pass


class Driver:
    """chromedriver on a port of its own; it ends with the block."""

    def __enter__(self):
        self.port = free_port()
        self.home = tempfile.mkdtemp(prefix="browser.")
        self.process = subprocess.Popen(["chromedriver", f"--port={self.port}", "--log-level=SEVERE"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.home})
        self.browsers = []
        for _ in range(200):
            try:
                if self.call("GET", "/status")["ready"]:
                    return self
            except OSError:
                time.sleep(0.05)
        raise BrowserError("chromedriver does not start")

    def __exit__(self, *_):
        for browser in self.browsers:
            browser.close()
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.home, ignore_errors=True)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method, headers={"content-type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as e:
            raise BrowserError(json.load(e)["value"]["message"].split("\n")[0]) from None

    def open(self, width=1600, height=900, scheme="light", ratio=1):
        browser = Browser(self, width, height, scheme, ratio)
        self.browsers.append(browser)
        return browser


class Browser:
    def __init__(self, driver, width, height, scheme, ratio):
        self.driver = driver
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", f"--window-size={width},{height}",
                            "--hide-scrollbars", "--no-proxy-server", f"--force-device-scale-factor={ratio}", "--autoplay-policy=document-user-activation-required", "--enable-precise-memory-info"]}
        answer = driver.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.path = f"/session/{answer['sessionId']}"
        self.home = answer["capabilities"]["chrome"]["userDataDir"]
        self.is_open = True
        self.cdp("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.resize(width, height, ratio)

    def resize(self, width, height, ratio=1):
        self.cdp("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": ratio, "mobile": False})

    def call(self, method, path, body=None):
        return self.driver.call(method, self.path + path, body)

    def cdp(self, command, params):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def close(self):
        if self.is_open:
            self.is_open = False
            self.driver.call("DELETE", self.path)

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *args):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def run_later(self, script, *args):
        """A script that calls its last argument when it is done."""
        return self.call("POST", "/execute/async", {"script": script, "args": list(args)})

    def wait(self, script, *args, seconds=30, what=None):
        """Until the script gives something true, which is returned. Asked again and again: nothing is evaluated in the page."""
        end = time.monotonic() + seconds
        while True:
            value = self.run(script, *args)
            if value:
                return value
            if time.monotonic() > end:
                raise BrowserError(f"in {seconds} s there was no {what or script}")
            time.sleep(0.05)

    def click(self, selector):
        for is_last in (False, False, True):
            element = self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]
            try:
                return self.call("POST", f"/element/{element}/click", {})
            except BrowserError as e:  # it was drawn anew meanwhile
                if is_last or "stale" not in str(e):
                    raise

    def type(self, selector, text):
        element = self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]
        self.call("POST", f"/element/{element}/value", {"text": text})

    def key(self, *keys):
        acts = [{"type": way, "value": KEYS.get(k, k)} for k in keys for way in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": acts}]})

    def press(self, x, y):
        self.drag([(round(x), round(y))])

    def drag(self, points, ms=16):
        """The pointer's button down at the first of the points, moved over the others, up at the last."""
        acts = [{"type": "pointerMove", "duration": 0, "x": points[0][0], "y": points[0][1]}, {"type": "pointerDown", "button": 0}]
        acts += [{"type": "pointerMove", "duration": ms, "x": x, "y": y} for x, y in points[1:]] + [{"type": "pointerUp", "button": 0}]
        self.call("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": acts}]})

    def picture(self, path):
        data = base64.b64decode(self.call("GET", "/screenshot"))
        with open(path, "wb") as f:
            f.write(data)
        return data

    def memory_mb(self):
        """What the browser's pages and workers hold, shared parts counted in proportion."""
        kb = 0
        for folder in os.scandir("/proc"):
            try:
                words = open(f"/proc/{folder.name}/cmdline", "rb").read() if folder.name.isdigit() else b""
                if b"--type=renderer" in words and self.home.encode() in words:
                    kb += next(int(line.split()[1]) for line in open(f"/proc/{folder.name}/smaps_rollup") if line.startswith("Pss:"))
            except OSError:
                continue
        return kb / 1000

    def log(self):
        """What the console said since it was last asked."""
        return self.call("POST", "/se/log", {"type": "browser"})

    def new_tab(self):
        handle = self.call("POST", "/window/new", {"type": "tab"})["handle"]
        self.tab(handle)
        return handle

    def tab(self, handle):
        self.call("POST", "/window", {"handle": handle})

    def handle(self):
        return self.call("GET", "/window")
