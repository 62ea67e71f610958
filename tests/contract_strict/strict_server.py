"""A strict stand-in for the Management API, written from the vendor's OpenAPI extract and from nothing else of this
project. It takes what the extract lists and refuses all else, records every request, and breaks on demand.

By itself: DESCOPE_OPENAPI=extract.json python3 strict_server.py [PORT]. Its hooks (the methods of Hooks) are called
by POST /__test__/<hook> with a JSON object of arguments; GET /__test__/log gives what was recorded.
"""

import copy
import http.server
import json
import os
import random
import re
import socket
import struct
import sys
import threading
import time
import urllib.parse

from schema_check import Extract, Refused
from strict_store import ANSWERED_UNDER, CONNECTION, INBOUND, PERMISSION, POLICY, RESOURCE, ROLE, TEMPLATE, WRAPPER
from strict_store import Api, Store, parts_of, put, shuffled, step

PROJECT = "P2strictServerProject00000001"[:28]
KEY = "K2strictServerKey" + "x" * 40

LISTS = {
    ("GET", "/v1/mgmt/outbound/apps"): (CONNECTION, "apps"),
    ("GET", "/v1/mgmt/resources/load"): (RESOURCE, "resources"),
    ("GET", "/v1/mgmt/thirdparty/apps/load"): (INBOUND, "apps"),
    ("GET", "/v1/mgmt/resource/dynamic-registration-templates/load"): (TEMPLATE, "templates"),
    ("GET", "/v1/mgmt/role/all"): (ROLE, "roles"),
    ("GET", "/v1/mgmt/permission/all"): (PERMISSION, "permissions"),
    ("GET", "/v1/mgmt/resourcepolicy/app/load"): (POLICY, "resourcePolicies"),
}
WRITES = {
    "/v1/mgmt/outbound/app/create": (CONNECTION, "create"),
    "/v1/mgmt/outbound/app/create/bytemplate": (CONNECTION, "create_by_template"),
    "/v1/mgmt/outbound/app/create/bydcrpreset": (CONNECTION, "create_by_preset"),
    "/v1/mgmt/outbound/app/update": (CONNECTION, "update"),
    "/v1/mgmt/outbound/app/delete": (CONNECTION, "delete"),
    "/v1/mgmt/resource/create": (RESOURCE, "create"),
    "/v1/mgmt/resource/update": (RESOURCE, "update"),
    "/v1/mgmt/resource/delete": (RESOURCE, "delete"),
    "/v1/mgmt/thirdparty/app/create": (INBOUND, "create"),
    "/v1/mgmt/thirdparty/app/update": (INBOUND, "update"),
    "/v1/mgmt/thirdparty/app/delete": (INBOUND, "delete"),
    "/v1/mgmt/resource/dynamic-registration-template/create": (TEMPLATE, "create"),
    "/v1/mgmt/resource/dynamic-registration-template/update": (TEMPLATE, "update"),
    "/v1/mgmt/resource/dynamic-registration-template/delete": (TEMPLATE, "delete"),
    "/v1/mgmt/role/create": (ROLE, "create"),
    "/v1/mgmt/role/update": (ROLE, "update"),
    "/v1/mgmt/role/delete": (ROLE, "delete"),
    "/v1/mgmt/permission/create": (PERMISSION, "create"),
    "/v1/mgmt/permission/update": (PERMISSION, "update"),
    "/v1/mgmt/permission/delete": (PERMISSION, "delete"),
    "/v1/mgmt/resourcepolicy/create": (POLICY, "create"),
    "/v1/mgmt/resourcepolicy/update": (POLICY, "update"),
    "/v1/mgmt/resourcepolicy/delete": (POLICY, "delete"),
}
# Path: kind, operation on each item, member that holds the items, member of the answer that holds the objects.
BATCHES = {
    "/v1/mgmt/role/create/batch": (ROLE, "create", "roles", "roles"),
    "/v1/mgmt/permission/create/batch": (PERMISSION, "create", "permissions", ""),
    "/v1/mgmt/resourcepolicy/create/batch": (POLICY, "create", "policies", "resourcePolicies"),
    "/v1/mgmt/resource/delete/batch": (RESOURCE, "delete", "ids", ""),
    "/v1/mgmt/thirdparty/app/delete/batch": (INBOUND, "delete", "ids", ""),
    "/v1/mgmt/resourcepolicy/delete/batch": (POLICY, "delete", "policies", ""),
}


def items_of(path, body):
    """The writes that a request stands for: (kind, operation, what that operation takes)."""
    if path in WRITES:
        return [(*WRITES[path], body or {})]
    if path not in BATCHES:
        return []
    kind, operation, member, _ = BATCHES[path]
    items = (body or {}).get(member) or []
    return [(kind, operation, item if isinstance(item, dict) else {"id": item}) for item in items]


def operation_of(path):
    """('connection', 'create') and so on; None for what is no write."""
    return WRITES.get(path)


class Hooks:
    """What a test may do to the server. Every method takes and gives JSON values."""

    def __init__(self, store):
        self.store = store
        self.reset()

    def reset(self):
        """Back to an empty project without faults."""
        self.store.reset()
        self.rules = []
        self.log = []
        self.shuffle_seed = None
        self.lag = 0.0
        self.hidden = {}
        self.rbac = True
        self.page = 100
        self.style = ""
        self.bearer = f"{PROJECT}:{KEY}"

    def seed(self, kind, body):
        """Makes an object as if in the console: no log line, no reference check."""
        with self.store.lock:
            checked, self.store.check_references = self.store.check_references, False
            try:
                return self.store.create(kind, body)
            finally:
                self.store.check_references = checked

    def inject(self, kind, name, pointer, value, accepted=True):
        """Sets a live field behind the tool's back; one that the extract lacks is then taken and returned, too,
        unless `accepted` is false (returned, but refused in an update)."""
        with self.store.lock:
            stored = self.store.named(kind, name)
            changed = copy.deepcopy(stored)
            put(changed, pointer, value)
            self.store.objects[kind][stored["id"]] = changed
            self.store.note(kind)
            if accepted:
                self.accept(kind, changed, pointer)

    def accept(self, kind, item, pointer):
        prefix, value, shape = "/" + WRAPPER[kind] if kind in WRAPPER else "", item, ""
        for part in parts_of(pointer):
            shape += "/*" if isinstance(value, list) else "/" + part
            value = step(value, part)
        self.store.accepted.add(prefix + shape)

    def remove(self, kind, name):
        """Deletes an object behind the tool's back."""
        with self.store.lock:
            del self.store.objects[kind][self.store.named(kind, name)["id"]]
            self.store.note(kind)

    def keep(self, kind, name, pointer):
        """Updates of this object answer 200 and leave the field as it was."""
        self.store.kept.append((kind, name, pointer))

    def rewrite(self, kind, pointer, value):
        """The server's own form: a field that is written and not empty becomes `value`."""
        self.store.rewritten.append((kind, pointer, value))

    def set_app_type(self, value):
        self.store.app_type = value

    def set_style(self, style):
        """How answers are sent: "" (length and keep-alive), chunked, close, or silent-close (lists alone are
        answered as if the connection stayed, and it ends)."""
        self.style = style

    def owners(self, scopes):
        """Which connections declare a provider scope: {scope: [connection id]}."""
        self.store.scope_owner.update(scopes)

    def fault(self, path, action, method=".*", times=1, skip=0, **more):
        """The next `times` requests (after `skip`) whose path matches get `action`: status, status-after,
        reset-before, reset-after, truncate, html, huge, not-json, echo, slow."""
        self.rules.append(dict(path=path, action=action, method=method, times=times, skip=skip, **more))

    def shuffle(self, seed):
        self.shuffle_seed = seed

    def set_lag(self, seconds):
        self.lag = seconds

    def remove_from_lists(self, kind, seconds):
        """The kind's lists are empty for so long, as if they lagged that far behind."""
        self.hidden[kind] = time.monotonic() + seconds

    def set_rbac(self, present):
        self.rbac = present

    def set_page(self, size):
        self.page = size

    def set_emit_zero(self, on):
        self.store.emit_zero = on

    def rule_for(self, method, path):
        with self.store.lock:
            for rule in self.rules:
                if rule["times"] and re.fullmatch(rule["path"], path) and re.fullmatch(rule["method"], method):
                    if rule["skip"]:
                        rule["skip"] -= 1
                        continue
                    rule["times"] -= 1
                    return rule
        return None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    hooks = None
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.serve()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if url.path.startswith("/__test__/"):
            return self.control(url.path, raw)
        self.entry = self.record(url, raw)
        rule = self.hooks.rule_for(self.command, url.path)
        action = rule["action"] if rule else ""
        self.entry["fault"] = action
        if action == "reset-before":
            return self.drop()
        if action == "status":
            code = "E130429" if rule["status"] == 429 else "E010500"
            body = rule.get("body") if "body" in rule else {"errorCode": code, "message": "asked to fail"}
            return self.answer(rule["status"], body, rule.get("headers"))
        if action == "echo":
            return self.answer(400, {"errorCode": "E011003", "message": f"bad request: {raw.decode()}"})
        if action in ("html", "huge", "not-json"):
            return self.odd(action)
        if action == "slow":
            time.sleep(rule["seconds"])
        try:
            status, body = 200, self.dispatch(url, raw)
        except Refused as refused:
            self.entry["refused"] = str(refused)
            status, body = 400, Api(400, "E011001", str(refused)).body()
        except Api as error:
            status, body = error.status, error.body()
        if action == "reset-after":
            return self.drop()
        if action == "status-after":
            status, body = rule["status"], rule["body"]
        return self.answer(status, body, cut=action == "truncate")

    def record(self, url, raw):
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = {"not json": raw.decode(errors="replace")}
        with self.hooks.store.lock:
            entry = {"seq": len(self.hooks.log) + 1, "method": self.command, "path": url.path, "query": url.query,
                     "body": body, "status": 0}
            self.hooks.log.append(entry)
        return entry

    def dispatch(self, url, raw):
        if self.headers.get("Authorization") != f"Bearer {self.hooks.bearer}":
            raise Api(401, "E011008", "the project is not found or the key is not valid")
        with self.hooks.store.lock:
            listing = LISTS.get((self.command, url.path))
            if listing:
                return self.listing(*listing, urllib.parse.parse_qs(url.query, strict_parsing=bool(url.query)))
            if self.command == "GET":
                return self.load(url)
            if self.command != "POST" or (url.path not in WRITES and url.path not in BATCHES):
                raise Api(404, "E011000", f"no such call: {self.command} {url.path}")
            return self.write(url.path, raw)

    def listing(self, kind, member, query):
        if kind in (ROLE, PERMISSION) and not self.hooks.rbac:
            raise Api(404, "E011000", "not found")
        items = self.hooks.store.listed(kind, self.hooks.lag)
        if time.monotonic() < self.hooks.hidden.get(kind, 0):
            items = []
        if self.hooks.shuffle_seed is not None:
            items = shuffled(random.Random(f"{self.hooks.shuffle_seed}{kind}"), items)
        total = len(items)
        if kind == INBOUND:
            allowed = {"page", "limit"}
            if set(query) - allowed:
                raise Refused(f"unknown query {sorted(set(query) - allowed)}")
            limit = min(int(query.get("limit", ["0"])[0]) or self.hooks.page, self.hooks.page)
            page = int(query.get("page", ["0"])[0])
            items = items[page * limit:(page + 1) * limit]
        elif kind == POLICY:
            if set(query) != {"thirdPartyApplicationId"}:
                raise Refused("policies are listed by app, and by nothing else")
            items = [item for item in items if item["thirdPartyApplicationId"] == query["thirdPartyApplicationId"][0]]
        elif query:
            raise Refused("this list takes no query")
        answer = {member: items}
        if kind in (INBOUND, RESOURCE, TEMPLATE):
            answer["total"] = total
        return answer

    def load(self, url):
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        store = self.hooks.store
        if url.path == "/v1/mgmt/resource/load":
            return {"resource": store.shown(RESOURCE, store._found(RESOURCE, query))}
        if url.path == "/v1/mgmt/resource/load/uri":
            found = [item for item in store.objects[RESOURCE].values() if item.get("uri") == query.get("uri")]
            if found:
                return {"resource": store.shown(RESOURCE, found[0])}
        elif url.path == "/v1/mgmt/thirdparty/app/load":
            return store.shown(INBOUND, store._found(INBOUND, query))
        elif url.path == "/v1/mgmt/resource/dynamic-registration-template/load":
            return {"template": store.shown(TEMPLATE, store._found(TEMPLATE, query))}
        elif url.path.startswith("/v1/mgmt/outbound/app/"):
            wanted = {"id": urllib.parse.unquote(url.path.rsplit("/", 1)[1])}
            return {"app": store.shown(CONNECTION, store._found(CONNECTION, wanted))}
        raise Api(404, "E011000", f"no such call or object: GET {url.path}")

    def write(self, path, raw):
        store = self.hooks.store
        if "application/json" not in self.headers.get("Content-Type", ""):
            raise Refused("Content-Type is not application/json")
        try:
            body = json.loads(raw) if raw else {}
        except ValueError as error:
            raise Refused("not JSON") from error
        if path in BATCHES:
            store.extract.check_request(path, body, frozenset())
            return self.write_batch(path, body)
        kind, operation = WRITES[path]
        extra = store.accepted if operation == "update" else frozenset()
        store.extract.check_request(path, body, extra)
        if operation == "update" and kind in WRAPPER:
            body = (body or {}).get(WRAPPER[kind]) or {}
        return getattr(store, operation)(kind, body or {})

    def write_batch(self, path, body):
        """All of it or nothing."""
        store, (kind, operation, _, member) = self.hooks.store, BATCHES[path]
        items = items_of(path, body)
        if not items:
            raise Refused("an empty batch: some take that for everything")
        before = dict(store.objects[kind])
        try:
            made = [getattr(store, operation)(kind, item) for _, _, item in items]
        except Api:
            store.objects[kind] = before
            raise
        return {member: [answer.get(ANSWERED_UNDER.get(kind, ""), answer) for answer in made]} if member else {}

    def control(self, path, raw):
        name = path.rsplit("/", 1)[1]
        if name == "log":
            return self.answer(200, {"log": self.hooks.log, "violations": self.hooks.store.violations})
        if name.startswith("_") or not hasattr(Hooks, name):
            return self.answer(404, {"error": f"no hook {name}"})
        return self.answer(200, {"result": getattr(self.hooks, name)(**(json.loads(raw) if raw else {}))})

    def answer(self, status, body, headers=None, cut=False):
        data = json.dumps(body).encode()
        self.send(status, data, "application/json", headers, data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True

    def send(self, status, data, kind, headers=None, sent=None):
        if getattr(self, "entry", None):
            self.entry["status"] = status
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if self.hooks.style == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            sent = self.chunked(data) if sent in (None, data) else self.chunked(sent)[:-5]
        else:
            self.send_header("Content-Length", str(len(data)))
        if self.hooks.style == "close":
            self.send_header("Connection", "close")
        if self.hooks.style == "silent-close" and self.command == "GET":
            self.close_connection = True
        for name, value in (headers or {}).items():
            self.send_header(name, str(value))
        self._headers_buffer.append(b"\r\n")
        self._headers_buffer.append(data if sent is None else sent)
        is_silent = self.hooks.style == "silent-close" and self.close_connection
        if is_silent:  # answer and end in one segment: apart, they would race with the next request
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        self.flush_headers()
        if is_silent:
            self.connection.shutdown(socket.SHUT_WR)

    def chunked(self, data):
        """Small chunks of several sizes, one of them with an extension, the last one empty."""
        pieces, at = [], 0
        while at < len(data):
            size = min(1 + at % 97, len(data) - at)
            pieces.append(b"%x%s\r\n%s\r\n" % (size, b";x=1" if at == 0 else b"", data[at:at + size]))
            at += size
        return b"".join(pieces) + b"0\r\n\r\n"

    def odd(self, action):
        if action == "html":
            return self.send(200, b"<!doctype html><html><body>Bad gateway</body></html>", "text/html")
        if action == "not-json":
            return self.send(200, b'{"apps": [', "application/json")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        try:
            block = b'{"apps":[' + b" " * (1 << 20)
            for _ in range(2048):
                self.wfile.write(block)
        except OSError:
            pass
        self.close_connection = True

    def drop(self):
        """Ends the connection with a reset, no answer."""
        self.entry["status"] = -1
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        # The buffered files hold the socket open: without this no reset would leave.
        self.rfile.close()
        self.wfile.close()
        self.connection.close()


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (OSError, ValueError)):
            super().handle_error(request, client_address)

    def shutdown_request(self, request):
        try:
            super().shutdown_request(request)
        except OSError:
            pass


class StrictServer:
    """A server on a free port of loopback, in threads of this process."""

    def __init__(self, openapi, port=0):
        self.hooks = Hooks(Store(Extract(openapi)))
        self.listener = Listener(("127.0.0.1", port), type("BoundHandler", (Handler,), {"hooks": self.hooks}))
        self.url = f"http://127.0.0.1:{self.listener.server_port}"
        self.thread = threading.Thread(target=self.listener.serve_forever, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.listener.shutdown()
        self.listener.server_close()

    @property
    def store(self):
        return self.hooks.store

    def write_log(self, path):
        with open(path, "w", encoding="utf-8") as file:
            for entry in self.hooks.log:
                file.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    running = StrictServer(os.environ["DESCOPE_OPENAPI"], int(sys.argv[1]) if len(sys.argv) > 1 else 0).start()
    print(f"{running.url} {PROJECT}:{KEY}", flush=True)
    running.thread.join()
