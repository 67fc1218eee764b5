#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long the loop is held by the API: the real daemon with VESSELS vessels, RATE reports a second and STREAMS live streams. The
longest step of the API is told in processor time, which a busy machine does not change; the time of /healthz, asked without a
pause, with and without streams beside it. JSON lines."""
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

VESSELS = int(os.environ.get('VESSELS', 200000))
RATE, STREAMS, SECONDS = 2000, 16, int(os.environ.get('SECONDS', 20))
udp, port = random.randrange(20000, 30000), random.randrange(30000, 32000)


def sentence(mmsi, lat, lon):
    """A position report, message 1 of ITU-R M.1371-5."""
    value = 0
    for bits, part in ((6, 1), (2, 0), (30, mmsi), (4, 0), (8, 128), (10, 100), (1, 0), (28, int(lon * 600000) & 0xfffffff),
                       (27, int(lat * 600000) & 0x7ffffff), (12, 900), (9, 90), (6, 60), (2, 0), (3, 0), (1, 0), (19, 0)):
        value = value << bits | part
    six = [value >> (162 - 6 * i) & 63 for i in range(28)]
    body = 'AIVDM,1,1,,A,' + ''.join(chr(c + 48 if c < 40 else c + 56) for c in six) + ',0'
    check = 0
    for c in body.encode():
        check ^= c
    return f'!{body}*{check:02X}\r\n'.encode()


def report(i, step):
    return sentence(431000000 + i, -60 + (i // 600) * 0.3 + step * 0.001, -170 + (i % 600) * 0.5)


def get(path):
    with socket.create_connection(('127.0.0.1', port), timeout=20) as s:
        s.sendall(f'GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n'.encode())
        text = b''
        while piece := s.recv(65536):
            text += piece
    return text.split(b'\r\n\r\n', 1)[1]


def metric(name):
    for line in get('/metrics').decode().splitlines():
        if line.startswith(name + ' '):
            return float(line.split()[1])
    return 0


received = [0] * STREAMS


def read_stream(i):
    s = socket.create_connection(('127.0.0.1', port))
    s.sendall(b'GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
    while piece := s.recv(1 << 16):
        received[i] += len(piece)


def hold(seconds, out):
    """The longest answers of /healthz, in ms, while RATE reports a second come in."""
    times, begin, sent, step = [], time.monotonic(), 0, hold.step
    while (now := time.monotonic()) - begin < seconds:
        while sent < (now - begin) * RATE:
            out.send(report(random.randrange(VESSELS), step + (now - begin) / 60))
            sent += 1
        get('/healthz')
        times.append((time.monotonic() - now) * 1000)
    hold.step += seconds / 60
    return sorted(times)


hold.step = 1


def main():
    with tempfile.TemporaryDirectory() as work:
        with open(f'{work}/c.yaml', 'w', encoding='utf-8') as f:
            f.write(f'state: {work}/state\nfeeds: [{{id: a, udp: "127.0.0.1:{udp}"}}]\nrules: []\nwebhooks: []\napi: {{listen: "127.0.0.1:{port}"}}\n')
        daemon = subprocess.Popen([os.environ['LOOKOUT_BIN'], 'run', '-c', f'{work}/c.yaml'], stderr=subprocess.DEVNULL)
        try:
            for _ in range(400):
                try:
                    get('/healthz')
                    break
                except OSError:
                    time.sleep(0.05)
            out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            out.connect(('127.0.0.1', udp))
            for i in range(VESSELS):
                out.send(report(i, 0))
                if i % 200 == 199:
                    time.sleep(0.004)
            while metric('lookoutd_vessels') < VESSELS * 0.98:
                time.sleep(0.2)
            time.sleep(6)
            metric('x')
            alone = hold(SECONDS, out)
            step_alone = metric('lookoutd_api_longest_step_seconds') * 1000
            for i in range(STREAMS):
                threading.Thread(target=read_stream, args=(i,), daemon=True).start()
            time.sleep(5)
            step_begin = metric('lookoutd_api_longest_step_seconds') * 1000
            before = sum(received)
            streamed = hold(SECONDS, out)
            step = metric('lookoutd_api_longest_step_seconds') * 1000
            for name, value, unit in (
                    ('vessels', metric('lookoutd_vessels'), ''), ('longest answer, no stream', alone[-1], 'ms'),
                    ('longest answer, 16 streams', streamed[-1], 'ms'),
                    ('99.9 % of answers, no stream', alone[int(len(alone) * 0.999)], 'ms'),
                    ('99.9 % of answers, 16 streams', streamed[int(len(streamed) * 0.999)], 'ms'),
                    ('longest step of the API, no stream', step_alone, 'ms'), ('longest step, 16 whole pictures', step_begin, 'ms'),
                    ('longest step, 16 streams', step, 'ms'),
                    ('streamed to each', (sum(received) - before) / STREAMS / SECONDS / 1000, 'kB/s'),
                    ('resyncs', metric('lookoutd_api_stream_resyncs_total'), '')):
                print(json.dumps({'bench': 'api', 'figure': name, 'value': round(value, 2), 'unit': unit, **({'must_max': 20} if 'step' in name else {})}), flush=True)
        finally:
            daemon.kill()
            daemon.wait()


sys.exit(main())
