# SPDX-License-Identifier: MIT
"""A server of pages for the tests of tutti fetch: what it answers is a function of the test, and it
counts who asks at the same time."""
import http.server
import socket
import threading


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, answer, address="127.0.0.1", context=None):
        super().__init__((address, 0), Handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True,
                                              do_handshake_on_connect=False)
        self.answer = answer
        self.lock = threading.Lock()
        self.asked = []  # (path, headers), in the order of arrival
        self.running, self.most = {}, {}  # by host
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()

    def url(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    def paths(self):
        return [path for path, _ in self.asked]

    def handle_error(self, request, client_address):
        pass  # a client that goes away is none of ours

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        server, host = self.server, self.headers["Host"]
        with server.lock:
            server.asked.append((self.path, self.headers))
            server.running[host] = server.running.get(host, 0) + 1
            server.most[host] = max(server.most.get(host, 0), server.running[host])
            server.running[""] = server.running.get("", 0) + 1
            server.most[""] = max(server.most.get("", 0), server.running[""])
        try:
            server.answer(self)
        finally:  # before the last of it goes out: who has it may ask for the next at once
            with server.lock:
                server.running[host] -= 1
                server.running[""] -= 1
        self.wfile.flush()

    do_POST = do_PUT = do_GET

    def reply(self, body, status=200, **headers):
        """A whole answer; header names with _ for -; a Content-Length that is given stands."""
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        headers.setdefault("Content_Length", len(body))
        headers.setdefault("Content_Type", "text/html; charset=utf-8")
        for name, value in headers.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def cut(self):
        """No more than what was written."""
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format, *args):  # noqa: A002  (its name is http.server's)
        pass


def title(name):
    return f"<html><head><title>{name}</title></head><body><p>of {name}</p></body></html>\n"
