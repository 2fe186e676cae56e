# SPDX-License-Identifier: Apache-2.0
"""Serve litmus.js on one page with the headers that shared memory needs; print what it posts.

usage: python3 serve.py [PORT], then open http://127.0.0.1:8000/ in the browser.
"""
import http.server
import sys

PAGE = b'<!DOCTYPE html><meta charset=utf-8><title>Tidemark</title><script src="litmus.js"></script>'


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/litmus.js":
            with open("litmus.js", "rb") as file:
                self.answer("text/javascript", file.read())
        else:
            self.answer("text/html", PAGE)

    def do_POST(self):
        print(self.rfile.read(int(self.headers["Content-Length"])).decode(), flush=True)
        self.answer("text/plain", b"")

    def log_message(self, *_):
        pass


port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
