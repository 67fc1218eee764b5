#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A reverse proxy with the daemon under a path of its own: `proxy.py PORT PATH TARGET_PORT`. What comes is handed on as it comes."""
import http.client
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, PATH, TARGET = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
HOP = {"connection", "transfer-encoding", "keep-alive"}


class Handler(BaseHTTPRequestHandler):
    def pass_on(self):
        if not self.path.startswith(PATH):
            return self.send_error(404)
        target = http.client.HTTPConnection("127.0.0.1", TARGET)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        target.request(self.command, self.path[len(PATH) - 1:], body or None, {k: v for k, v in self.headers.items() if k.lower() not in HOP})
        answer = target.getresponse()
        self.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in HOP:
                self.send_header(key, value)
        self.end_headers()
        try:
            while piece := answer.read1(65536):
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:
            pass
        target.close()
        self.close_connection = True

    do_GET = do_POST = do_DELETE = pass_on

    def log_message(self, *_):
        pass


ThreadingHTTPServer.daemon_threads = True
ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
