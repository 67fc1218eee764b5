# SPDX-License-Identifier: Apache-2.0
"""hold.py TCP... -- UDP... -- COMMAND...: opens these ports of 127.0.0.1 and hands them to COMMAND as a service manager does
(sd_listen_fds(3)); starts it again each time it ends, until killed itself. Says "child PID" on stderr."""
import os, socket, sys

streams, rest = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
datagrams, command = rest[:rest.index("--")], rest[rest.index("--") + 1:]
held = []
for ports, kind in ((streams, socket.SOCK_STREAM), (datagrams, socket.SOCK_DGRAM)):
    for port in ports:
        s = socket.socket(socket.AF_INET, kind)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", int(port)))
        if kind == socket.SOCK_STREAM:
            s.listen(64)
        held.append(s)
while True:
    child = os.fork()
    if child == 0:
        high = [os.dup2(s.fileno(), 100 + i) for i, s in enumerate(held)]
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i)
        os.closerange(3 + len(held), 256)
        os.environ["LISTEN_PID"], os.environ["LISTEN_FDS"] = str(os.getpid()), str(len(held))
        os.execv(command[0], command)
    print(f"child {child}", file=sys.stderr, flush=True)
    os.waitpid(child, 0)
