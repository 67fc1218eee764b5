#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives the page in Chromium and tells in TAP what it saw. `drive.py WHAT URL FOLDER [MORE...]`; tests/e2e/page.sh starts the daemons.

    story URL FOLDER       the demonstration: evidence, acknowledging, two browsers, eight tabs, looks, keys, the console's silence
    cut URL FOLDER SIGNAL  the daemon goes (a line on the file SIGNAL asks for it) and comes back
    hostile URL FOLDER     ships with hostile names, near 180 degrees and the pole
    closed URL FOLDER TOKEN SIGNAL  behind tokens and a proxy's path; a line on the file SIGNAL asks for another token

Screenshots go to FOLDER."""
import base64
import sys
import time
import traceback
import urllib.request
from pathlib import Path

import looks
from webdriver import BrowserError, Driver

READY = "return !!window.lookout && lookout.layers.ships.figures.drawn > 0"
count, failed = 0, 0


def result(name, is_good, text=""):
    global count, failed
    count += 1
    failed += not is_good
    print(f"{'ok' if is_good else 'not ok'} {count} - {name}", flush=True)
    if not is_good and text:
        for line in str(text).splitlines()[:30]:
            print(f"#   {line}", flush=True)


def try_to(name, act):
    try:
        text = act()
        result(name, not text, text)
    except (BrowserError, AssertionError, OSError) as e:
        result(name, False, "".join(traceback.format_exception_only(type(e), e)))


def console(browser):
    """What of the console is no mere network error, nor that the browser lets no sound through before the page is touched."""
    return [m["message"] for m in browser.log() if "net::ERR" not in m["message"] and "AudioContext was not allowed" not in m["message"]]


def open_counts(browser):
    return browser.run("return [...lookout.store.alerts.values()].filter((a) => !a.acknowledged).length")


def ink_of(browser, layer, token):
    """How many pixels of a canvas have a colour of the page's look."""
    return browser.run("""
        const c = lookout.layers[arguments[0]].canvas, x = document.createElement('canvas').getContext('2d');
        x.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--' + arguments[1]).trim(); x.fillRect(0, 0, 1, 1);
        const [want] = new Uint32Array(x.getImageData(0, 0, 1, 1).data.buffer), got = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer);
        let n = 0; for (const p of got) if (p === want) n++; return n;""", layer, token)


def acknowledge(a, b, folder):
    a.key("a")
    a.wait("return document.getElementById('dialog').open")
    a.type("#dialog textarea", "called the duty officer <b>&")
    a.click("#dialog input[value=confirmed]")
    a.picture(folder / "acknowledge.png")
    chosen = a.run("return lookout.store.selected.alert")
    begin = time.monotonic()
    a.click("#dialog .primary")
    b.wait("return !!lookout.store.alerts.get(arguments[0]).acknowledged", chosen, seconds=10)
    took = time.monotonic() - begin
    assert took < 2, f"another browser saw it after {took:.1f} s"
    seen = b.run("return lookout.store.alerts.get(arguments[0]).acknowledged", chosen)
    assert seen["by"] == "local" and seen["verdict"] == "confirmed" and seen["note"] == "called the duty officer <b>&", seen
    a.wait("return !document.getElementById('dialog').open")
    (folder / "acknowledged").write_text(chosen)


def show_evidence(a):
    a.click("#tab-alerts")
    a.wait("return document.querySelector('.alert.open')")
    for _ in range(60):
        a.key("j")
        kind = a.run("return (lookout.store.alerts.get(lookout.store.selected.alert) || {}).type")
        if kind == "lookoutd.route.forecast":
            break
    assert kind == "lookoutd.route.forecast", kind
    a.key("Enter")
    a.wait("return !document.getElementById('card').hidden && !!document.querySelector('#card .steps')", what="card with the route's steps")
    a.wait("""const data = lookout.store.alerts.get(lookout.store.selected.alert).event.data, b = lookout.map.getBounds();
              return data.evidence.geometry.coordinates.flat(data.evidence.geometry.type === 'LineString' ? 0 : 1).every(([lon, lat]) => b.contains([lat, lon]));""", what="evidence in view")
    end = time.monotonic() + 10
    while ink_of(a, "marks", "evidence") < 200:
        assert time.monotonic() < end, "no line of evidence is drawn"


def say_blocked(a):
    """Nobody has touched the page yet: the browser lets no sound through."""
    a.wait("return /the browser blocks sound/.test(document.getElementById('notices').textContent)", what="word of blocked sound")
    a.key("2")
    a.wait("return !/the browser blocks sound/.test(document.getElementById('notices').textContent)", what="sound after a key")


OVERLAID = """
    const s = lookout.fleet.get(lookout.store.selected.mmsi), p = lookout.map.latLngToContainerPoint([s.lat, s.lon]), map = lookout.map.getContainer().getBoundingClientRect(),
      card = document.getElementById('card').getBoundingClientRect(), x = map.left + p.x, y = map.top + p.y;
    return x > card.left && x < card.right && y > card.top && y < card.bottom;"""


def beside_card(a, folder):
    """A ship that lies where the card comes is moved out from under it, also on a phone."""
    for width, height, dx, dy in ((1280, 720, 0.4, 0.3), (390, 844, 0, 0.35)):
        a.resize(width, height)
        a.key("Escape")
        a.wait("return document.getElementById('card').hidden")
        mmsi = a.run("""lookout.map.invalidateSize({animate: false});
            const i = [...lookout.fleet.index.values()].find((i) => lookout.fleet.hasPlace[i] && lookout.fleet.watched[i]), s = lookout.fleet.at(i), size = lookout.map.getSize();
            lookout.map.setView(lookout.map.unproject(lookout.map.project([s.lat, s.lon], 8).subtract([size.x * arguments[0], size.y * arguments[1]]), 8), 8, {animate: false});
            return s.mmsi""", dx, dy)
        place = a.run("const s = lookout.fleet.get(arguments[0]), p = lookout.map.latLngToContainerPoint([s.lat, s.lon]), m = lookout.map.getContainer().getBoundingClientRect(); return [m.left + p.x, m.top + p.y]", mmsi)
        a.press(*place)
        a.wait("return lookout.store.selected.mmsi > 0 && !document.getElementById('card').hidden", what=f"card of a ship ({width})")
        a.wait(f"return !(() => {{ {OVERLAID} }})()", what=f"the ship beside the card ({width})")
        a.picture(folder / f"story-beside-{width}.png")
    a.resize(1600, 900)


def play_back(a, folder):
    a.key("Escape")
    a.run("location.hash = '#vessel=445000001'")
    a.wait("return [...document.querySelectorAll('#card button')].some((b) => b.textContent === 'Play back')", what="card with Play back")
    a.run("[...document.querySelectorAll('#card button')].find((b) => b.textContent === 'Play back').click()")
    a.wait("return !document.getElementById('play-at').disabled", what="fixes")
    end = a.run("return document.getElementById('play-time').textContent")
    a.run("const s = document.getElementById('play-at'); s.value = 250; s.dispatchEvent(new Event('input'))")
    early = a.run("return document.getElementById('play-time').textContent")
    assert "2024-03" in end + early or "Mar" in end + early, (end, early)
    assert early != end, end
    a.picture(folder / "story-play-back.png")
    a.click("#play-go")
    a.wait("return document.getElementById('play-time').textContent !== arguments[0]", early, what="it to go on")
    wide = a.run("const s = document.querySelector('#playback select'); s.value = '7d'; s.dispatchEvent(new Event('change')); return s.value")
    a.wait("return !document.getElementById('play-at').disabled", what="a week's fixes")
    week = a.run("const s = document.getElementById('play-at'); s.value = 0; s.dispatchEvent(new Event('input')); return document.getElementById('play-time').textContent")
    assert wide == "7d" and week not in (early, end), (week, early)
    a.key("Escape")
    a.wait("return !document.getElementById('playback')", what="its end with the card's")


def mute(a, folder):
    a.click("#tab-alerts")
    a.run("document.querySelector('.alert').click()")
    a.wait("return [...document.querySelectorAll('#card button')].some((b) => b.textContent === 'Mute…')")
    a.run("[...document.querySelectorAll('#card button')].find((b) => b.textContent === 'Mute…').click()")
    a.type("#dialog input[name=why]", "a test <i>")
    a.click("#dialog .primary")
    a.wait("return !document.getElementById('dialog').open", what="end of the dialog")
    a.click("#tab-system")
    a.wait("return /a test <i>.*left/.test(document.querySelector('.mutes li')?.textContent)", what="the mute with its end")
    a.picture(folder / "story-mute.png")
    a.click(".mutes .link")
    a.wait("return /over/.test(document.querySelector('.mutes li').className)", what="the end of the mute")
    a.key("Escape")


def watch(a, folder):
    def hand_over(name):
        a.click("#watch")
        a.type("#dialog input[name=name]", name)
        a.click("#dialog .primary")
        a.wait("return document.getElementById('watcher').textContent === arguments[0]", name)
    hand_over("Kim <b>")
    a.wait("return !document.getElementById('dialog').open")
    hand_over("Park")
    a.wait("return document.getElementById('dialog').open && /Kim <b>/.test(document.querySelector('.sheetpart')?.textContent)", what="sheet of what was handed over")
    a.picture(folder / "story-sheet.png")
    a.cdp("Emulation.setEmulatedMedia", {"media": "print"})
    a.picture(folder / "story-paper.png")
    seen = a.run("const shows = (s) => [...document.querySelectorAll(s)].some((n) => n.getBoundingClientRect().height > 0); return ['main', '#head', '#paper .sheetpart', '#dialog'].map(shows)")
    a.cdp("Emulation.setEmulatedMedia", {"media": "", "features": [{"name": "prefers-color-scheme", "value": "light"}]})
    a.key("Escape")
    assert seen == [False, False, True, False], f"on paper: {seen}"


def other_hosts(browser):
    return "\n".join(browser.run("return performance.getEntriesByType('resource').map((e) => e.name).filter((n) => !n.startsWith(location.origin + '/') && !n.startsWith('data:'))"))


def show_critical(a):
    """Wherever the ships are now, those with alerts are framed."""
    a.run("lookout.map.setView([38, 128], 5, {animate: false})")
    end = time.monotonic() + 10
    while ink_of(a, "ships", "critical") < 20:
        assert time.monotonic() < end, "no critical frame is drawn"


def tour(browser, folder, name):
    for tab in ("routes", "vessels", "system", "alerts"):
        browser.click(f"#tab-{tab}")
        time.sleep(0.2)
        browser.picture(folder / f"{name}-{tab}.png")


def eight_tabs(browser, url, metrics):
    first = browser.handle()
    others = [browser.new_tab() for _ in range(7)]
    for handle in others:
        browser.tab(handle)
        browser.go(url)
        browser.wait("return !!window.lookout && lookout.store.connected && lookout.fleet.count > 0", what="picture in a further tab")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(metrics) as answer:
        streams = [line for line in answer.read().decode().splitlines() if line.startswith("lookoutd_api_streams ")]
    for handle in others:
        browser.tab(handle)
        browser.call("DELETE", "/window")
    browser.tab(first)
    assert streams == ["lookoutd_api_streams 2"], f"{streams}; one is the other browser's"


def refuse_script(browser):
    browser.run("const s = document.createElement('script'); s.textContent = 'window.pwned = 1'; document.body.append(s);"
                "document.body.setAttribute('onclick', 'window.pwned = 2'); document.body.click(); document.body.removeAttribute('onclick');")
    assert browser.run("return window.pwned === undefined"), "an inline script ran"
    assert any("Content Security Policy" in m for m in console(browser)), "nothing was refused"


def look_at(browser, folder):
    """Contrast, what is cut, forms in grey, brightness at night; a picture of every look."""
    bad = []
    for look in ("day", "dusk", "night"):
        while browser.run("return document.documentElement.dataset.look") != look:
            browser.key("n")
        for tab in ("alerts", "vessels", "system"):
            browser.click(f"#tab-{tab}")
            time.sleep(0.1)
            bad += [f"{look}, {tab}: contrast {x}" for x in browser.run(looks.CONTRAST)]
            bad += [f"{look}, {tab}: {x}" for x in browser.run(looks.CUT)]
        browser.click("#tab-alerts")
        far = browser.run_later(looks.FORMS)
        # A ship's sprite has some 150 pixels; 12 of them wholly other is what a person tells apart beside each other.
        bad += [f"{look}: {pair} differ by {n} pixels alone" for pair, n in far.items() if n < 12]
        png = browser.picture(folder / f"story-{look}.png")
        if look == "night" and (most := browser.run_later(looks.BRIGHTEST, base64.b64encode(png).decode())) > 0x99 + 2:
            bad.append(f"at night a channel has {most}")
    browser.key("n")
    return "\n".join(bad)


def narrow(browser, folder):
    bad = []
    for width, height in ((360, 640), (390, 844), (1280, 720), (3840, 2160)):
        browser.resize(width, height)
        time.sleep(0.4)
        bad += [f"{width}: {x}" for x in browser.run(looks.CUT)]
        browser.picture(folder / f"story-{width}.png")
    browser.resize(1600, 900)
    return "\n".join(bad)


def keys(browser):
    browser.key("?")
    browser.wait("return document.getElementById('dialog').open")
    browser.key("Escape")
    browser.wait("return !document.getElementById('dialog').open")
    zoom = browser.run("return lookout.map.getZoom()")
    browser.key("m", "+")
    browser.wait("return lookout.map.getZoom() > arguments[0]", zoom)
    browser.key("/")
    browser.wait("return document.activeElement.type === 'search'")
    browser.key("Escape", "3")
    browser.wait("return document.getElementById('tab-vessels').getAttribute('aria-selected') === 'true'")
    browser.key("1", "j", "t", "l", "l", "s")
    browser.wait("return /silenced|Silenced/.test(document.body.textContent)")
    # Every control is reached by Tab, and what has the focus shows it.
    seen = set()
    for _ in range(60):
        browser.key("Tab")
        seen.add(browser.run("const e = document.activeElement; return e.id || e.className || e.tagName"))
        unseen = browser.run("const e = document.activeElement; return e !== document.body && getComputedStyle(e).outlineStyle === 'none' ? e.outerHTML.slice(0, 200) : ''")
        assert not unseen, f"the focus does not show on {unseen}"
    assert {"alert-list", "map", "look", "zoom-in"} <= seen, sorted(seen)


def address(browser, url):
    mmsi = browser.run("return [...lookout.fleet.index.keys()][0]")
    browser.go("about:blank")
    browser.go(f"{url}#map=11/35.5/129.5&vessel={mmsi}")
    browser.wait("return !!window.lookout && lookout.store.selected.mmsi === arguments[0] && lookout.map.getZoom() === 11", mmsi)
    center = browser.run("const c = lookout.map.getCenter(); return [c.lat, c.lng]")
    assert abs(center[0] - 35.5) < 0.01 and abs(center[1] - 129.5) < 0.01, center
    assert f"vessel={mmsi}" in browser.run("return location.hash")
    # What a link names is gone to.
    mmsi = browser.run("return [...lookout.fleet.index.keys()][1]")
    browser.run("location.hash = 'vessel=' + arguments[0]", mmsi)
    browser.wait("const s = lookout.fleet.get(arguments[0]); return lookout.store.selected.mmsi === arguments[0] && lookout.map.getBounds().contains([s.lat, s.lon])", mmsi)


def hidden(browser):
    first = browser.handle()
    other = browser.new_tab()
    frames = None
    browser.tab(other)
    browser.go("about:blank")
    browser.cdp("Page.bringToFront", {})
    browser.tab(first)
    if not browser.run("return document.hidden"):
        browser.run("Object.defineProperty(document, 'hidden', {value: true, configurable: true}); document.dispatchEvent(new Event('visibilitychange'))")
    frames = browser.run("return lookout.layers.ships.figures.frames")
    time.sleep(1)
    after = browser.run("return lookout.layers.ships.figures.frames")
    browser.run("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    browser.wait("return lookout.layers.ships.figures.frames > arguments[0]", frames, seconds=1, what="picture within a second")
    browser.tab(other)
    browser.call("DELETE", "/window")
    browser.tab(first)
    assert after <= frames, f"{after - frames} pictures were drawn for nobody"


def story(driver, url, folder):
    a, b = driver.open(1600, 900), driver.open(1280, 720, "dark")
    for browser in (a, b):
        browser.go(url)
    try_to("where the browser blocks sound the head says so", lambda: say_blocked(a))
    try_to("the picture comes", lambda: [x.wait(READY) for x in (a, b)] and None)
    try_to("the opening view is that of zones and ports", lambda: a.wait("return lookout.map.getZoom() > 4") and None)
    try_to("a forecast is found by j and shown by Enter, with its line", lambda: show_evidence(a))
    a.picture(folder / "story-evidence.png")
    try_to("ships with critical alerts are framed", lambda: show_critical(a))
    try_to("it is acknowledged, and another browser sees it within 2 s", lambda: acknowledge(a, b, folder))
    try_to("a chosen ship is beside the card, on a phone above it", lambda: beside_card(a, folder))
    try_to("what is kept of a ship is played back", lambda: play_back(a, folder))
    try_to("an alert is muted, the mute shows with its end, and is ended", lambda: mute(a, folder))
    try_to("a watch is begun and handed over, with a sheet for paper", lambda: watch(a, folder))
    try_to("dusk is chosen where dark is preferred", lambda: "" if b.run("return document.documentElement.dataset.look") == "dusk" else "it is not")
    try_to("it says that a recording plays, and its time", lambda: "" if "recording, event time 2024-03" in a.run("return document.getElementById('notices').textContent") else "it does not")
    tour(a, folder, "story-day")
    try_to("no text lacks contrast, nothing is cut, forms differ in grey, night is dim", lambda: look_at(a, folder))
    try_to("it fits 360 pixels, a phone, a laptop and a wall", lambda: narrow(a, folder))
    try_to("everything goes by keys, and the focus shows", lambda: keys(a))
    try_to("another browser tells who is on watch", lambda: b.wait("return document.getElementById('watcher').textContent === 'Park'") and None)
    try_to("eight tabs share one stream", lambda: eight_tabs(b, url, url + "metrics"))
    try_to("an address opens what it names", lambda: address(a, url))
    try_to("a hidden page draws nothing", lambda: hidden(a))
    try_to("nothing is asked of another host", lambda: other_hosts(a))
    for name, browser in (("day", a), ("dusk", b)):
        try_to(f"the console was silent ({name})", lambda browser=browser: "\n".join(console(browser)))
    try_to("a script put into the page is refused", lambda: refuse_script(a))


def cut(driver, url, folder, signal):
    a = driver.open(1280, 720)
    a.go(url)
    a.wait(READY)
    shown = a.run("return lookout.fleet.count")
    Path(signal).write_text("stop\n")
    try_to("a lost connection is told, with the picture's time",
           lambda: a.wait("const t = document.getElementById('notices').textContent; return /no connection since \\d\\d:\\d\\d:\\d\\dZ/.test(t) && /the picture is of/.test(t)") and None)
    a.picture(folder / "cut.png")
    result("the old picture stays", a.run("return lookout.fleet.count") == shown)
    Path(signal).write_text("start\n")
    try_to("it comes back by itself", lambda: a.wait("return lookout.store.connected && !/no connection/.test(document.getElementById('notices').textContent)", seconds=60) and None)
    chosen = (folder / "acknowledged").read_text() if (folder / "acknowledged").exists() else ""
    try_to("what was acknowledged still is", lambda: a.wait("const x = lookout.store.alerts.get(arguments[0]); return !!x && !!x.acknowledged", chosen) and None)


HOSTILE = ["<img src=x onerror=window.pwned=1>", '"><script>window.pwned=1</script>', "\u202eSOLC ONID", "Z" + "\u0300" * 20, "javascript:alert(1)", "' onmouseover='window.pwned=1"]


def hostile(driver, url, folder):
    a = driver.open(1280, 720)
    a.go(f"{url}#map=6/20/180")
    a.wait("return !!window.lookout && lookout.fleet.count > 0")
    shown = a.run("return [...lookout.fleet.rows].map((r) => r[lookout.fleet.columns.name]).filter(Boolean)")
    bad = []
    for n, mmsi in enumerate(a.run("return [...lookout.fleet.index.keys()].sort()")):
        a.run("location.hash = 'vessel=' + arguments[0]", mmsi)
        a.wait("return lookout.store.selected.mmsi === arguments[0] && !!document.querySelector('#card .ship bdi')", mmsi)
        name = a.run("return lookout.fleet.get(arguments[0]).name || ''", mmsi)
        told = a.run("return document.querySelector('#card .ship bdi').textContent")
        if told != (name.strip() or str(mmsi).rjust(9, "0")) and name.strip():
            bad.append(f"{name!r} is shown as {told!r}")
        if n < 3:
            a.picture(folder / f"hostile-{n}.png")
    for tab in ("vessels", "alerts", "routes", "system"):
        a.click(f"#tab-{tab}")
        time.sleep(0.3)
    a.picture(folder / "hostile.png")
    result("hostile names are text on every surface", not bad and a.run("return window.pwned === undefined && !document.querySelector('#panel img, #card img, #panel script, #card script')"), "\n".join(bad))
    result("they came as they were heard", any("onerror" in s for s in shown), shown)
    a.run("lookout.map.setView([20, 180], 5, {animate: false})")
    drawn = a.wait("const f = lookout.layers.ships.figures; return f.drawn > 1 && f.drawn", what="ships on both sides of 180 degrees")
    result("both sides of 180 degrees are seen at once", drawn >= 2, drawn)
    a.picture(folder / "antimeridian.png")
    a.run("lookout.map.setView([0, 0], 2, {animate: false})")
    time.sleep(0.5)
    result("the console was silent", not (said := console(a)), "\n".join(said))


def closed(driver, url, folder, token, signal):
    a = driver.open(1280, 720)
    a.go(url)
    try_to("it asks for a token", lambda: a.wait("return document.getElementById('dialog').open && !!document.querySelector('#dialog input[type=password]')") and None)
    a.picture(folder / "closed.png")
    a.type("#dialog input", "x" * 24)
    a.click("#dialog .primary")
    try_to("a wrong one is refused in words", lambda: a.wait("return document.querySelector('#dialog .bad').textContent.length > 3") and None)
    a.run("document.querySelector('#dialog input').value = ''")
    a.type("#dialog input", token)
    a.click("#dialog .primary")
    try_to("the right one opens it", lambda: a.wait("return !document.getElementById('dialog').open && lookout.store.connected", seconds=40) and None)
    a.wait("return lookout.fleet.count > 0", what="picture through the proxy")
    result("the token is nowhere in the page", token not in a.run("return document.documentElement.outerHTML + location.href + JSON.stringify(localStorage)"))
    Path(signal).write_text("revoke\n")
    try_to("a token that is revoked is asked for again", lambda: a.wait("return document.getElementById('dialog').open && /not signed in/.test(document.getElementById('notices').textContent)", what="question for a token") and None)


def main():
    what, url, folder = sys.argv[1:4]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with Driver() as driver:
        try:
            {"story": story, "cut": cut, "hostile": hostile, "closed": closed}[what](driver, url, folder, *sys.argv[4:])
        except (BrowserError, AssertionError):
            result(f"{what} goes to its end", False, traceback.format_exc())
    print(f"1..{count}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
