"""A small web server that keeps what is posted to it: the target of webhooks in tests."""

import http.server
import json
import threading

from stand_in import wait_until


class Post:
    """One received POST: headers in lower case, the raw body, and its JSON."""

    def __init__(self, path, headers, body):
        self.path = path
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Receiver:
    """Listens on a free port in a thread. `status` is what it answers."""

    def __init__(self, status=200):
        self.status = status
        self.posts = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posts.append(Post(self.path, headers, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/hook" % self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def wait_for(self, count, deadline_s=30.0):
        """The posts, once there are at least so many."""
        wait_until(lambda: len(self.posts) >= count, "%d posts, have %d" % (count, len(self.posts)), deadline_s)
        return self.posts

    def events(self):
        """`event.action` of each post, in the order of arrival."""
        return ["%s.%s" % (post.headers["x-github-event"], post.json.get("action")) for post in self.posts]

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
