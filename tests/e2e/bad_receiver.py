#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A webhook receiver that misbehaves at random, for the kill test: refuses, hangs, resets, drips, half-closes, delays, answers
500, 429 and 503 with Retry-After, or is not there. Its own HTTP and its own check of the signature: it shares nothing with
what it tests.

    bad_receiver.py PORT SECRET LOG SEED

Each alert it takes is a line of LOG: path, subject, id, webhook-id. A fault in what comes is a line that begins with FAULT.
SIGUSR1: from now on it behaves. SIGUSR2: it misbehaves again. SIGTERM ends it."""
import base64
import hashlib
import hmac
import json
import random
import signal
import socket
import struct
import sys
import threading
import time
from email.utils import formatdate

port, secret_file, log_file, seed = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
key = base64.b64decode(open(secret_file).read().strip().removeprefix("whsec_"))
dice = random.Random(seed)
lock = threading.Lock()
log = open(log_file, "a", buffering=1)
behaves = False
requests = 0
mood = "good"
MOODS = ["good", "good", "flaky", "flaky", "flaky", "slow", "dead"]


def behave(on):
    global behaves
    behaves = on


signal.signal(signal.SIGUSR1, lambda *_: behave(True))
signal.signal(signal.SIGUSR2, lambda *_: behave(False))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def manner():
    """What to do with this request; the mood changes every 30 requests or so."""
    global requests, mood
    with lock:
        requests += 1
        if dice.random() < 1 / 30:
            mood = dice.choice(MOODS)
        die = dice.random()
        if behaves or mood == "good":
            return "ok"
        if mood == "slow":
            return "delay"
        if mood == "dead":
            return dice.choice(["500", "500", "reset", "close"])
        if die < 0.5:
            return "ok"
        return dice.choice(["500", "502", "408", "425", "reset", "close", "half-close", "drip-header", "drip-body", "hang", "delay",
                            "garbage", "429", "429-date", "503", "302", "late-reset"])


def head(status, more="", length=0):
    return f"HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{more}\r\n".encode()


ANSWERS = {
    "ok": head(200), "500": head(500), "502": head(502), "408": head(408), "425": head(425),
    "302": head(302, "location: /elsewhere\r\n"),
    "429": head(429, "retry-after: 0\r\n"), "503": head(503, "retry-after: 1\r\n"),
    "garbage": b"SSH-2.0-nothing\r\n\r\n",
}


def take(path, headers, body):
    """Check it, and write down what it holds."""
    def fault(text):
        log.write(f"FAULT {text} {path} {headers.get('webhook-id')}\n")
    signed = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
    mac = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    if mac not in headers.get("webhook-signature", "").split():
        fault("signature")
    if abs(time.time() - int(headers.get("webhook-timestamp", "0"))) > 60:
        fault("timestamp")
    try:
        events = json.loads(body)
    except ValueError:
        fault("body")
        return
    if isinstance(events, list):
        whole = hashlib.sha256("".join(e["id"] for e in events).encode()).hexdigest()[:32]
        if whole != headers.get("webhook-id"):
            fault("id of a batch")
    elif events["id"] != headers.get("webhook-id"):
        fault("id")
    with lock:
        for e in events if isinstance(events, list) else [events]:
            log.write(f"{path} {e['subject']} {e['id']} {headers.get('webhook-id')}\n")


def read_request(stream):
    """Request line, headers, body; None at the connection's end."""
    line = stream.readline()
    if not line:
        return None
    headers = {}
    while True:
        h = stream.readline()
        if not h:
            return None
        if h in (b"\r\n", b"\n"):
            break
        name, value = h.decode("latin-1").split(":", 1)
        headers[name.strip().lower()] = value.strip()
    n = int(headers.get("content-length", "0"))
    body = stream.read(n)
    return (line.split()[1].decode(), headers, body) if len(body) == n else None


def drip(conn, first):
    conn.sendall(first)
    for _ in range(200):
        conn.sendall(b"x")
        time.sleep(0.05)


def reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()


def serve(conn):
    stream = conn.makefile("rb")
    try:
        while (request := read_request(stream)) is not None:
            how = manner()
            if how == "delay":
                time.sleep(dice.random() * 0.3)
                how = "ok"
            if how == "429-date":
                conn.sendall(head(429, f"retry-after: {formatdate(time.time() + 1, usegmt=True)}\r\n"))
                continue
            if how == "ok":
                take(*request)
            elif how == "late-reset":  # taken, but the sender never hears of it
                take(*request)
                how = "reset"
            elif how == "drip-body":  # the answer's header is whole: it counts
                take(*request)
            if how in ANSWERS:
                conn.sendall(ANSWERS[how])
                if how == "garbage":
                    break
                continue
            if how == "drip-header":
                drip(conn, b"HTTP/1.1 200 OK\r\nx: ")
            elif how == "drip-body":
                drip(conn, head(200, "", 1000000))
            elif how == "hang":
                time.sleep(3)
            elif how == "half-close":
                conn.shutdown(socket.SHUT_WR)
                stream.read(1)
            elif how == "reset":
                stream.close()
                reset(conn)
            break
    except (OSError, ValueError):
        pass
    finally:
        try:
            conn.close()
        except OSError:
            pass


def listener():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    s.listen(128)
    s.settimeout(0.1)
    return s


s = listener()
if port == 0:
    port = s.getsockname()[1]
print(f"listening on {port}", flush=True)
while True:
    try:
        conn, _ = s.accept()
    except socket.timeout:
        continue
    conn.settimeout(10)
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
    if not behaves and dice.random() < 0.01:  # gone for a while
        s.close()
        time.sleep(dice.random() * 0.5)
        s = listener()
