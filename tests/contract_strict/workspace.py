"""A repository of manifests in a temporary folder, and runs of the program in it against the strict server."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import urllib.parse

import strict_server

BINARY = os.environ.get("DESCOPECTL_BINARY", "")
OPENAPI = os.environ.get("DESCOPE_OPENAPI", "")


def skip_reason():
    if not OPENAPI:
        return "DESCOPE_OPENAPI does not name the vendor's OpenAPI extract"
    if not BINARY:
        return "DESCOPECTL_BINARY does not name the program"
    return ""


CONFIG = """apiVersion: descopectl/v1
kind: Config
manifests: [descope/]
projectId: %s
connectionScopeFormat: scope
variables: {domain: example.com}
http: {retries: 3, retryBaseMilliseconds: 5, settleSeconds: 1, timeoutSeconds: 5}
"""


class Run:
    """What one run of the program gave."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"{' '.join(self.arguments)}\nexit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def leaks(text, secrets):
    """The secrets that stand in `text`, as they are or in a usual encoding."""
    found = []
    for secret in secrets:
        raw = secret.encode()
        forms = {secret, urllib.parse.quote(secret, safe=""), json.dumps(secret)[1:-1], raw.hex(), raw.hex().upper()}
        for shift in range(3):  # base64 of a text that starts at any place of a group of three
            encoded = base64.b64encode(b"x" * shift + raw).decode()
            forms.add(encoded[{0: 0, 1: 2, 2: 3}[shift]:-4])
        found += [form for form in forms if form in text]
    return found


class Workspace:
    """The folder; every run is looked through for planted secrets."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="strict-")
        self.secrets = [strict_server.KEY]
        self.environment = {}
        self.server = strict_server.StrictServer(OPENAPI).start()
        self.write("descopectl.yaml", CONFIG % strict_server.PROJECT)

    def close(self):
        self.server.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def hooks(self):
        return self.server.hooks

    @property
    def store(self):
        return self.server.store

    @property
    def state_path(self):
        return os.path.join(self.root, ".descopectl", "state.json")

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)) or ".", exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def manifest(self, text, name="descope/main.yaml"):
        """One or more documents; apiVersion is put before each."""
        documents = [part.strip("\n") for part in text.split("\n---\n")]
        self.write(name, "\n---\n".join("apiVersion: descopectl/v1\n" + part for part in documents) + "\n")

    def secret(self, variable, value):
        self.environment[variable] = value
        if value not in self.secrets:
            self.secrets.append(value)

    def run(self, *arguments, key=strict_server.KEY, url=None, check=True, timeout=120):
        environment = {"PATH": os.environ["PATH"], "HOME": self.root, "DESCOPE_MANAGEMENT_KEY": key}
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        environment.update(self.environment)
        command = [BINARY, *arguments, "--base-url", url or self.server.url]
        ended = subprocess.run(command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, timeout=timeout,
                               capture_output=True, check=False)
        run = Run(arguments, ended.returncode, ended.stdout.decode(), ended.stderr.decode())
        if check:
            found = leaks(run.out + run.err + self.kept_text(), self.secrets)
            if found:
                raise AssertionError(f"secrets leak: {found}\n{run}")
        return run

    def kept_text(self):
        """All bytes that the program keeps: state, its tail, reports."""
        text = ""
        for folder in (".descopectl", "reports"):
            for base, _, names in os.walk(self.path(folder)):
                for name in names:
                    with open(os.path.join(base, name), "rb") as file:
                        text += file.read().decode(errors="replace")
        return text

    def apply(self, *arguments, **more):
        return self.run("apply", "--auto-approve", *arguments, **more)

    def mark(self):
        """The log from here on: a function that gives the requests since."""
        start = len(self.hooks.log)
        return lambda: self.hooks.log[start:]


def writes(entries):
    """(kind, operation, name or id) of the write calls among log entries, of batches one by one."""
    found = []
    for entry in entries:
        for kind, verb, body in strict_server.items_of(entry["path"], entry["body"]):
            if verb == "update":
                body = body.get(strict_server.WRAPPER.get(kind, ""), body)
            found.append((kind, verb, body.get("name") or body.get("id")))
    return found


def is_list_call(entry):
    return (entry["method"], entry["path"]) in strict_server.LISTS
