# SPDX-License-Identifier: Apache-2.0
"""Serve litmus.js on one page with the headers that shared memory needs, start a browser there, print
what the page posts, and end with it.

usage: python3 serve.py BROWSER [OPTION…] @URL@     @URL@ becomes the page's address
"""
import http.server
import os
import subprocess
import sys
import threading

PAGE = b'<!DOCTYPE html><meta charset=utf-8><title>Tidemark</title><script src="litmus.js"></script>'
FILES = {"/": ("text/html", PAGE)}
over, failed = threading.Event(), threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, kind, body, status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        kind, body = FILES.get(self.path, ("text/plain", b""))
        self.answer(kind, body, 200 if self.path in FILES else 404)

    def do_POST(self):
        line = self.rfile.read(int(self.headers["Content-Length"])).decode()
        print(line, flush=True)
        self.answer("text/plain", b"")
        if '"error"' in line:
            failed.set()
        if '"error"' in line or '"done"' in line:
            over.set()

    def log_message(self, *_):
        pass


def watch(browser):
    browser.wait()
    if not over.is_set():
        print("the browser ended by itself", file=sys.stderr)
        failed.set()
        over.set()


with open("litmus.js", "rb") as file:
    FILES["/litmus.js"] = ("text/javascript", file.read())
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_address[1]}/"
command = [url if word == "@URL@" else word for word in sys.argv[1:]]
browser = subprocess.Popen(command, stdout=sys.stderr, env={**os.environ, "HOME": os.getcwd()})
threading.Thread(target=watch, args=(browser,), daemon=True).start()
over.wait()
browser.terminate()
try:
    browser.wait(10)
except subprocess.TimeoutExpired:
    browser.kill()
sys.exit(1 if failed.is_set() else 0)
