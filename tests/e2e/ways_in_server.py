#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for the servers of ways-in.sh. `ways_in_server.py DIR`: certificates from DIR (server.pem, ...), ports to DIR/ports as
NAME=PORT lines, what the clients did to DIR/server.log. A WebSocket does what the path asks for; a TLS port has the certificate of its
name."""
import base64
import hashlib
import os
import socket
import ssl
import struct
import sys
import threading
import time

WORK = sys.argv[1]
LOG = open(os.path.join(WORK, 'server.log'), 'a', buffering=1)
LINES = open(os.path.join(WORK, 'lines'), 'rb').read().splitlines(keepends=True)
SHIP = open(os.path.join(WORK, 'ship.json'), 'rb').read().strip()


def note(*words):
    LOG.write(' '.join(str(w) for w in words) + '\n')


def frame(opcode, payload=b'', fin=True):
    head = bytes([(0x80 if fin else 0) | opcode])
    n = len(payload)
    if n < 126:
        return head + bytes([n]) + payload
    if n < 65536:
        return head + b'\x7e' + struct.pack('>H', n) + payload
    return head + b'\x7f' + struct.pack('>Q', n) + payload


def read_exactly(c, n):
    data = b''
    while len(data) < n:
        more = c.recv(n - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def read_frame(c):
    head = read_exactly(c, 2)
    n = head[1] & 0x7f
    if n == 126:
        n = struct.unpack('>H', read_exactly(c, 2))[0]
    assert head[1] & 0x80, 'a client masks its frames'
    mask = read_exactly(c, 4)
    return head[0] & 15, bytes(b ^ mask[i % 4] for i, b in enumerate(read_exactly(c, n)))


def listen_to(c, path, until=None):
    """Read frames and note them, until one of that opcode or the end."""
    while True:
        opcode, payload = read_frame(c)
        word = {1: 'text', 8: 'close', 9: 'ping', 10: 'pong'}.get(opcode, opcode)
        what = struct.unpack('>H', payload[:2])[0] if opcode == 8 and len(payload) > 1 else payload.decode()
        note(path, word, what)
        if opcode == 9:
            c.sendall(frame(10, payload))
        if opcode == 8:
            c.sendall(frame(8, payload[:2]))
            return
        if opcode == until:
            return


REFUSALS = {
    '/401': b'401 Unauthorized\r\nContent-Length: 12\r\n\r\nwho are you?',
    '/403': b'403 Forbidden\r\nContent-Length: 0\r\n\r\n',
    '/429': b'429 Too Many Requests\r\nRetry-After: 130\r\nContent-Length: 31\r\n\r\nconcurrent connections exceeded',
    '/busy': b'429 Too Many Requests\r\nContent-Length: 0\r\n\r\n',
    '/302': b'302 Found\r\nLocation: https://login.example.org/x\r\nContent-Length: 0\r\n\r\n',
    '/huge': b'101 Switching Protocols\r\nX: ' + b'x' * 20000 + b'\r\n\r\n',
}


def serve(c, path):
    """After the handshake: what the path asks for."""
    if path.startswith('/nmea'):
        for line in LINES:
            c.sendall(frame(1, line.strip()))
        listen_to(c, path)
    elif path == '/pieces':  # a binary message of fragments, a ping between them, a byte at a time
        for byte in frame(2, SHIP[:40], False) + frame(9, b'beat') + frame(0, SHIP[40:]):
            c.sendall(bytes([byte]))
        listen_to(c, path)
    elif path == '/large':
        c.sendall(frame(2, b'!' * (1 << 20)) + frame(2, b'!' * ((1 << 20) + 1)))
        listen_to(c, path)
    elif path == '/utf8':
        c.sendall(frame(1, b'\xe2\x28\xa1'))
        listen_to(c, path)
    elif path == '/1008':
        c.sendall(frame(8, struct.pack('>H', 1008) + b'one connection a team'))
        listen_to(c, path)
    elif path == '/cut':  # gone without a close frame
        c.sendall(frame(1, LINES[0].strip()))
        time.sleep(0.2)
    elif path == '/v0/stream':  # aisstream.io
        opcode, payload = read_frame(c)
        note(path, 'subscription', payload.decode())
        if b'bad-key' in payload:
            c.sendall(frame(2, b'{"error":"Api Key Is Not Valid"}'))
            return
        c.sendall(frame(2, b'{"MessageType":"SubscriptionConfirmation"}'))
        if b'silent-key' not in payload:
            c.sendall(frame(2, SHIP))
        listen_to(c, path)
    else:
        listen_to(c, path)


def shake(c):
    head = b''
    while b'\r\n\r\n' not in head:
        more = c.recv(4096)
        if not more:
            return
        head += more
    lines = head.decode().split('\r\n')
    path = lines[0].split(' ')[1]
    headers = {k.lower(): v for k, v in (line.split(': ', 1) for line in lines[1:] if ': ' in line)}
    note(path, 'asked', 'team=' + headers.get('x-team', ''), 'host=' + headers['host'].rsplit(':', 1)[0])
    if path in REFUSALS:
        c.sendall(b'HTTP/1.1 ' + REFUSALS[path])
        return
    accept = base64.b64encode(hashlib.sha1((headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest())
    if path == '/accept':
        accept = b'AAAA' + accept[4:]
    if path == '/drip':  # a handshake that never ends
        for byte in b'HTTP/1.1 101 ' + b'x' * 1000:
            c.sendall(bytes([byte]))
            time.sleep(0.05)
        return
    c.sendall(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' + accept + b'\r\n\r\n')
    serve(c, path)


def talk(c, context, name):
    try:
        if context is not None:
            c = context.wrap_socket(c, server_side=True)
        if name == 'tcp':  # no WebSocket: AIS over TLS
            for line in LINES:
                c.sendall(line)
            c.recv(100)
            note('tcp', 'left')
        elif name == 'truncated':
            c.sendall(LINES[0])
            time.sleep(0.1)
            os.close(c.detach())  # without a close_notify
            return
        else:
            shake(c)
        if context is not None:
            c.unwrap()
    except (OSError, EOFError, ssl.SSLError) as e:
        note(name, 'ended', type(e).__name__)
    finally:
        c.close()


def accept_all(s, context, name):
    while True:
        c, _ = s.accept()
        threading.Thread(target=talk, args=(c, context, name), daemon=True).start()


def hold_all(s):
    """Accepts and never says a word."""
    held = []
    while True:
        held.append(s.accept())


def main():
    ports = []
    for name, certificate in (('plain', None), ('good', 'server'), ('tcp', 'server'), ('truncated', 'server'), ('wrong', 'wrong'),
                              ('expired', 'expired'), ('selfsigned', 'selfsigned'), ('unknown', 'unknown'), ('client', 'server'), ('mute', None)):
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f'{WORK}/{certificate}.pem', f'{WORK}/{certificate}.key')
        if name == 'client':
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(f'{WORK}/ca.pem')
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(('127.0.0.1', 0))
        s.listen(64)
        ports.append(f'{name}={s.getsockname()[1]}')
        threading.Thread(target=hold_all if name == 'mute' else accept_all, args=(s,) if name == 'mute' else (s, context, name), daemon=True).start()
    with open(f'{WORK}/ports.new', 'w') as f:
        f.write('\n'.join(ports) + '\n')
    os.rename(f'{WORK}/ports.new', f'{WORK}/ports')
    threading.Event().wait()


main()
