"""A small hub on 127.0.0.1: what the library huggingface_hub asks one for, from files in memory."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

KEY = "hf_a_key_that_nobody_may_see"


class Hub:
    """models: name -> revision -> {file: content}; "main" is the revision that is taken where none is named. private: names that
    need the key. broken: files whose download breaks off in the middle. asked: (method, path) of every request.
    """

    def __init__(self, models):
        self.models = models
        self.private = set()
        self.broken = set()
        self.asked = []
        self.address = ""

    def commit(self, name, revision):
        return hashlib.sha1(f"{name} {revision}".encode()).hexdigest()

    def find(self, name, revision):
        """The revision that a name, or the number of its commit, stands for; None if there is none."""
        known = self.models[name]
        return next((each for each in known if revision in (each, self.commit(name, each))), None)


@contextmanager
def serving(hub):
    """The hub, answering at `hub.address` while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args):
            pass

        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, body):
            path = unquote(urlsplit(self.path).path).strip("/")
            hub.asked.append((self.command, path))
            if path.startswith("api/models/"):
                parts = path.removeprefix("api/models/").split("/")
                name, rest = "/".join(parts[:2]), parts[2:]
                revision = rest[1] if len(rest) > 1 else "main"
                found = self.revision(name, revision)
                if found is None:
                    return
                files = hub.models[name][found]
                if rest[:1] == ["tree"]:
                    tree = [
                        {"type": "file", "path": file, "size": len(content), "oid": digest(content)}
                        for file, content in files.items()
                    ]
                    self.reply(200, json.dumps(tree).encode(), body, {})
                    return
                info = {
                    "id": name, "modelId": name, "sha": hub.commit(name, found), "private": name in hub.private,
                    "siblings": [{"rfilename": file} for file in files], "tags": [], "downloads": 0, "likes": 0,
                }  # fmt: skip
                self.reply(200, json.dumps(info).encode(), body, {})
                return
            start, _, rest = path.partition("/resolve/")
            revision, _, file = rest.partition("/")
            found = self.revision(start, revision)
            if found is None:
                return
            content = hub.models[start][found].get(file)
            commit = {"X-Repo-Commit": hub.commit(start, found)}
            if content is None:
                self.reply(404, b"", body, {"X-Error-Code": "EntryNotFound", **commit})
                return
            headers = {"ETag": f'"{digest(content)}"', "Accept-Ranges": "bytes", **commit}
            if body and file in hub.broken:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                for key, value in headers.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(content[: len(content) // 2])
                self.close_connection = True
                return
            wanted = self.headers.get("Range", "")
            if body and wanted.startswith("bytes=") and wanted != "bytes=0-0":
                first = int(wanted.removeprefix("bytes=").split("-")[0])
                headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
                self.reply(206, content[first:], body, headers)
                return
            self.reply(200, content, body, headers)

        def revision(self, name, revision):
            hidden = name in hub.private and self.headers.get("Authorization") != f"Bearer {KEY}"
            if name not in hub.models or hidden:
                self.reply(401, b"", False, {"X-Error-Code": "RepoNotFound"})
                return None
            found = hub.find(name, revision)
            if found is None:
                self.reply(404, b"", False, {"X-Error-Code": "RevisionNotFound"})
            return found

        def reply(self, status, content, body, headers):
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Type", "application/json")
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def digest(content):
    return hashlib.sha1(content).hexdigest()
