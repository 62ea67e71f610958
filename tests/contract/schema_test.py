"""Holds schemas/ against the program: examples and generated manifests pass under both, broken files under neither,
and what commands print is what the schemas promise. The validator is python3-jsonschema, which knows nothing of us."""

import http.server
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import unittest

import jsonschema
import yaml

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BROKEN = SOURCE / "tests/contract/schema_broken"
PROGRAM = os.environ["DESCOPECTL_BINARY"]
NAMES = ["manifest", "overlay", "config", "plan", "apply", "drift", "diagnostics"]
SECRETS = {
    "GOOGLE_CLIENT_SECRET": "not-a-real-secret-1234567890",
    "HUBSPOT_CLIENT_SECRET": "not-a-real-secret-0987654321",
}


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema: PyYAML itself reads 1.1, where `yes` is a boolean."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", list("-+.0123456789")),
    ("merge", r"^<<$", ["<"]),
]:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


# Of overlays: the field is not declared. Editors read null there.
CoreLoader.add_constructor("!unset", lambda loader, node: None)


def load_all(text):
    return [document for document in yaml.load_all(text, CoreLoader) if document is not None]


def run(arguments, folder, environment=None, text=None):
    variables = {"PATH": os.environ["PATH"], **(environment or {})}
    return subprocess.run([PROGRAM, *arguments], cwd=folder, env=variables, input=text or "", capture_output=True,
                          text=True, timeout=120, check=False)


def validator_of(name):
    schema = json.loads((SOURCE / "schemas" / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(validator, document):
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(document)]


def undescribed(schema, root, value, path=""):
    """Members of `value` that an object schema does not list. Values without a schema of their own are passed over."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    for form in schema.get("anyOf", []):
        if isinstance(value, dict) and form.get("type") == "object":
            yield from undescribed(form, root, value, path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from undescribed(schema.get("items", {}), root, item, f"{path}/{index}")
    if isinstance(value, dict) and "properties" in schema:
        for name, member in value.items():
            if name not in schema["properties"]:
                yield f"{path}/{name}"
            else:
                yield from undescribed(schema["properties"][name], root, member, f"{path}/{name}")


class SchemaFiles(unittest.TestCase):
    def test_are_what_the_program_makes(self):
        for name in NAMES:
            made = run(["schema", name], SOURCE).stdout
            file = (SOURCE / "schemas" / f"{name}.schema.json").read_text()
            self.assertEqual(made, file, f"schemas/{name}.schema.json is stale: run schemas/generate.sh PROGRAM")

    def test_are_json_schema_2020_12(self):
        for name in NAMES:
            validator_of(name)
        for kind in json.loads(run(["explain", "-o", "json"], SOURCE).stdout)["kinds"]:
            if kind["name"] != "Config":
                schema = json.loads(run(["schema", kind["name"]], SOURCE).stdout)
                jsonschema.Draft202012Validator.check_schema(schema)

    def test_refer_to_nothing_outside(self):
        for name in NAMES:
            text = (SOURCE / "schemas" / f"{name}.schema.json").read_text()
            defined = json.loads(text).get("$defs", {})
            for target in re.findall(r'"\$ref": "([^"]*)"', text):
                self.assertTrue(target.startswith("#/$defs/") and target.rsplit("/", 1)[1] in defined, target)


class Manifests(unittest.TestCase):
    manifest = validator_of("manifest")
    overlay = validator_of("overlay")
    config = validator_of("config")

    def test_of_the_examples_are_valid(self):
        files = sorted((SOURCE / "examples").rglob("*.yaml"))
        checked = 0
        for file in files:
            for document in load_all(file.read_text()):
                if document.get("apiVersion") != "descopectl/v1":
                    continue
                manifest = self.overlay if "env" in file.parts else self.manifest
                validator = self.config if document["kind"] == "Config" else manifest
                self.assertEqual(faults(validator, document), [], file)
                checked += 1
        self.assertGreaterEqual(checked, 15)

    def test_that_are_broken_pass_under_neither(self):
        files = sorted(BROKEN.glob("*.yaml"))
        self.assertGreaterEqual(len(files), 25)
        for file in files:
            documents = load_all(file.read_text())
            self.assertTrue(any(faults(self.manifest, document) for document in documents), f"schema takes {file.name}")
            result = run(["validate", "-f", str(file)], SOURCE)
            self.assertEqual(result.returncode, 3, f"validate takes {file.name}: {result.stdout}{result.stderr}")

    def test_configurations_that_are_broken_pass_under_neither(self):
        for file in sorted((BROKEN / "config").glob("*.yaml")):
            (document,) = load_all(file.read_text())
            self.assertTrue(faults(self.config, document), f"schema takes {file.name}")
            manifest = SOURCE / "examples/minimal/descope"
            result = run(["validate", "--config", str(file), "-f", str(manifest)], SOURCE)
            self.assertEqual(result.returncode, 3, f"validate takes {file.name}: {result.stdout}{result.stderr}")


def topic(kind):
    return json.loads(run(["explain", kind, "-o", "json"], SOURCE).stdout)


KINDS = [kind["name"] for kind in json.loads(run(["explain", "-o", "json"], SOURCE).stdout)["kinds"]]
KINDS.remove("Config")
TOPICS = {kind: topic(kind) for kind in KINDS}
WORDS = ["plain", "Ünïcode", "with space", "no", "0o17", "a/b~c", "'quoted'", "1e3", "null", "${env:SET}", "$${x}"]


class Generator:
    """Random manifests out of what `explain` tells of each field."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = 0

    def fresh(self):
        self.names += 1
        return f"name-{self.names}"

    def text(self, field, is_key):
        if is_key or field["name"] in ("name", "clientId"):
            return self.fresh()
        if field["values"]:
            return self.random.choice(field["values"])
        if "UR" in field["type"]:
            return self.random.choice(["https://a.example/b?c=d", "http://localhost:8400/", "https://${env:SET}/x"])
        return self.random.choice(WORDS)

    def value(self, field, is_key=False):
        kind = field["type"]
        if kind == "secret":
            return self.random.choice([{"fromEnv": "SET"}, {"fromFile": "x"}, {"fromCommand": ["true", ""]},
                                       {"clear": True}])
        if "required" not in field["flags"] and self.random.random() < 0.1:
            return None
        if kind == "boolean":
            return self.random.choice([True, False])
        if kind.startswith("integer"):
            return self.random.randint(1, 100)
        if kind == "object":
            return self.members(field)
        if kind.startswith("list of objects"):
            key = kind.split("'")[1]
            return [self.members(field, key) for _ in range(self.random.randint(0, 3))]
        if kind == "list of {connection, scopes}":
            return [{"connection": {"live": self.fresh()}, "scopes": [self.random.choice(WORDS)]}]
        if kind.startswith("list of"):
            return [self.text(field, False) for _ in range(self.random.randint(0, 3))]
        if kind == "map of strings":
            return {self.fresh(): self.random.choice(WORDS)}
        if kind == "map of any values":
            return {self.fresh(): self.random.choice([5, True, [], {"a": "b"}])}
        if kind == "map of objects":
            return {f"https://{self.fresh()}.example/": self.members(field)}
        if kind.startswith("handle"):
            return {"live": self.fresh()}
        return self.text(field, is_key)

    def members(self, field, key=None):
        made = {}
        for member in field["members"]:
            # The second generation of a call, and a raw form beside its typed one, exclude others.
            if "inboundApi v2 only" in member["flags"] or (member["name"] == "connections"):
                continue
            if "required" in member["flags"] or self.random.random() < 0.4:
                made[member["name"]] = self.value(member, member["name"] == key)
        return made

    def spec(self, kind):
        while True:
            spec = self.members(TOPICS[kind])
            if "uri" in spec:
                spec["uri"] = f"https://{self.fresh()}.example/mcp"
            # Rules over several fields, which neither tables nor schemas have words for.
            settings = spec.get("dynamicRegistrationSettings") or {}
            if settings.get("useTemplate") or spec.get("appType") == "apikey" or spec.get("nonConfidentialClient"):
                continue
            if spec.get("templateId") or spec.get("dcrPresetId"):
                continue
            if spec.get("allUserScopes") or spec.get("allClientScopes"):
                continue
            return spec


def manifest(kind, index, spec):
    return {"apiVersion": "descopectl/v1", "kind": kind, "metadata": {"name": f"h{index}"}, "spec": spec}


def to_yaml(documents):
    return "".join("---\n" + json.dumps(document, ensure_ascii=False) + "\n" for document in documents)


class GeneratedManifests(unittest.TestCase):
    seed = int(os.environ.get("SCHEMA_SEED", "20261122"))

    def test_pass_under_both(self):
        generator = Generator(self.seed)
        validator = validator_of("manifest")
        documents = [manifest(kind, index, generator.spec(kind)) for index in range(60) for kind in KINDS]
        for document in documents:
            self.assertEqual(faults(validator, document), [], f"seed {self.seed}: {document}")
        with tempfile.TemporaryDirectory() as folder:
            result = run(["validate", "-f", "-", "-o", "json"], folder, {"SET": "set"}, to_yaml(documents))
        found = json.loads(result.stdout)
        errors = [one for one in found["diagnostics"] if one["severity"] == "error"]
        self.assertEqual(errors, [], f"seed {self.seed}")
        self.assertEqual(result.returncode, 0)

    def test_with_one_value_of_a_wrong_type_pass_under_neither(self):
        generator = Generator(self.seed)
        validator = validator_of("manifest")
        documents = []
        for kind in KINDS:
            for field in TOPICS[kind]["members"]:
                spec = generator.spec(kind)
                spec[field["name"]] = [5] if field["type"].startswith("integer") else 5
                documents.append(manifest(kind, len(documents), spec))
        with tempfile.TemporaryDirectory() as folder:
            result = run(["validate", "-f", "-", "-o", "json"], folder, {"SET": "set"}, to_yaml(documents))
        # Two lines a document: '---' and the document itself.
        refused = {one["range"]["start"]["line"] // 2 - 1 for one in json.loads(result.stdout)["diagnostics"]
                   if one["severity"] == "error"}
        for index, document in enumerate(documents):
            self.assertTrue(faults(validator, document), f"schema takes {document}")
            self.assertIn(index, refused, f"validate takes {document}")

    def test_examples_that_explain_shows_pass(self):
        validator = validator_of("manifest")
        for kind in KINDS:
            (document,) = load_all(TOPICS[kind]["example"])
            self.assertEqual(faults(validator, document), [], TOPICS[kind]["example"])
            pending = list(TOPICS[kind]["members"])
            while pending:
                field = pending.pop()
                pending += field["members"]
                (part,) = load_all(field["example"])
                whole = {**document, "spec": {**document["spec"], **part["spec"]}}
                self.assertEqual(faults(validator, whole), [], field["example"])
                text = yaml.dump(whole, allow_unicode=True)
                if "my-" in field["example"] or "my-" in json.dumps(document["spec"]) or kind == "InboundApp":
                    continue  # names what no manifest declares, or belongs to the other generation
                if field["path"] in ("Connection.appType", "Resource.dynamicRegistrationSettings.useTemplate"):
                    continue  # makes sense only beside others
                result = run(["validate", "-f", "-"], SOURCE, {"CLIENT_SECRET": "x"}, text)
                self.assertEqual(result.returncode, 0, f"{field['path']}: {result.stderr}{text}")


class Metadata(unittest.TestCase):
    def test_rows_are_what_the_decoder_takes(self):
        pending = [*topic("Connection.metadata")["members"]]
        validator = validator_of("manifest")
        checked = 0
        while pending:
            field = pending.pop()
            pending += field["members"]
            (part,) = load_all(field["example"])
            document = {"apiVersion": "descopectl/v1", "kind": "Connection",
                        "metadata": {"name": "a", **part["metadata"]}, "spec": {"name": "A"}}
            if field["name"] == "ignoreFields":
                document["metadata"]["lifecycle"]["ignoreFields"] = ["/logo"]
            result = run(["validate", "-f", "-"], SOURCE, text=to_yaml([document]))
            if field["name"] == "absent":  # only in an overlay
                self.assertEqual(faults(validator_of("overlay"), document), [])
                self.assertNotEqual(faults(validator, document), [])
                self.assertIn("misplaced-overlay", result.stderr)
            else:
                self.assertEqual(faults(validator, document), [], field["path"])
                self.assertEqual(result.returncode, 0, f"{field['path']}: {result.stderr}")
            checked += 1
        self.assertGreaterEqual(checked, 7)


def connection(handle, name, removal="delete", pkce="true"):
    return f"""
---
apiVersion: descopectl/v1
kind: Connection
metadata: {{name: {handle}, lifecycle: {{onRemoval: {removal}}}}}
spec: {{name: {name}, pkce: {pkce}, clientSecret: {{fromEnv: SECRET}}}}
"""


RESOURCE = """
---
apiVersion: descopectl/v1
kind: Resource
metadata: {name: res}
spec:
  name: Res
  type: mcp
  uri: https://res.example/mcp
  scopes: {connectionsScopes: [{name: s, connections: [{connection: a, scopes: [x]}]}]}
"""


class Faulty(http.server.BaseHTTPRequestHandler):
    """An empty project that answers every write with the status in the server's `write_status`."""

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):  # noqa: N802
        self.answer(200, {"apps": [], "resources": [], "roles": [], "permissions": [], "total": 0})

    def do_POST(self):  # noqa: N802
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        refusal = {"errorCode": "E011002", "errorDescription": "no"}
        self.answer(self.server.write_status, refusal if self.server.write_status < 500 else {})

    def log_message(self, *_):
        pass


class Results(unittest.TestCase):
    """Every shape that results take, on the sandbox."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        (self.path / "descopectl.yaml").write_text(
            "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope]\nconnectionScopeFormat: scope\n"
            "http: {retries: 0, retryBaseMilliseconds: 1, settleSeconds: 1}\n")
        (self.path / "descope").mkdir()
        self.environment = {"SECRET": "not-a-real-secret-1234567890"}

    def declare(self, text):
        (self.path / "descope/main.yaml").write_text(text)

    def check(self, schema, arguments, status):
        result = run([*arguments, "-o", "json"], self.path, self.environment)
        self.assertEqual(result.returncode, status, result.stdout[-2000:] + result.stderr)
        document = json.loads(result.stdout)
        validator = validator_of(schema)
        self.assertEqual(faults(validator, document), [], arguments)
        self.assertEqual(list(undescribed(validator.schema, validator.schema, document)), [],
                         f"{arguments} prints what schemas/{schema}.schema.json does not describe")
        self.assertEqual(document.get("descopectl", document)["exit_code"], status)
        return document

    def actions(self, document):
        return {change["address"]: "+".join(change["change"]["actions"]) for change in document["resource_changes"]}

    def test_of_creates_updates_deletes_replacements_and_adoptions(self):
        plan, apply = ["plan", "--sandbox"], ["apply", "--sandbox", "--auto-approve"]
        self.declare(connection("a", "A") + connection("b", "B")
                     + connection("k", "K", removal="keep") + RESOURCE)
        created = self.check("plan", [*plan, "--detailed-exitcode"], 2)
        self.assertEqual(self.actions(created)["Resource/res"], "create")
        self.check("apply", apply, 0)
        self.check("drift", ["drift", "--sandbox"], 0)
        self.declare(connection("a", "A2", pkce="false") + RESOURCE)
        self.check("drift", ["drift", "--sandbox", "--count", "manifest,unmanaged"], 2)
        mixed = self.check("plan", plan, 0)
        self.check("plan", [*plan, "--out", "saved.plan"], 0)
        saved = json.loads((self.path / "saved.plan").read_text())
        self.assertEqual(faults(validator_of("plan"), saved), [])
        self.assertEqual({**saved["descopectl"], "saved": None}, {**mixed["descopectl"], "saved": None})
        self.assertEqual(self.actions(mixed), {"Connection/a": "update", "Connection/b": "delete",
                                               "Connection/k": "no-op", "Resource/res": "no-op"})
        self.check("apply", apply, 0)
        self.declare(connection("a", "A2", pkce="false") + RESOURCE.replace("res.example", "new.example"))
        self.check("plan", plan, 8)
        replaced = self.check("plan", [*plan, "--allow-replace"], 0)
        self.assertEqual(self.actions(replaced)["Resource/res"], "delete+create")
        self.check("apply", apply, 8)
        self.check("apply", [*apply, "--allow-replace"], 0)
        (self.path / ".descopectl/sandbox-state.json").unlink()
        adopted = self.check("plan", [*plan, "--adopt"], 0)
        self.assertTrue(all(change["descopectl"]["adopted"] for change in adopted["resource_changes"]))
        self.check("apply", [*apply, "--adopt"], 0)
        self.check("apply", ["destroy", "--sandbox", "--auto-approve"], 0)

    def test_of_drift(self):
        self.declare(connection("a", "A") + connection("b", "B"))
        self.check("apply", ["apply", "--sandbox", "--auto-approve"], 0)
        data = self.path / ".descopectl/sandbox.json"
        data.write_text(data.read_text().replace('"A"', '"Changed"'))
        drift = self.check("drift", ["drift", "--sandbox"], 2)
        self.assertEqual([one["cause"] for one in drift["drift"]], ["live"])

    def test_of_failures(self):
        self.declare(connection("a", "A"))
        self.environment.clear()
        self.check("plan", ["plan", "--sandbox"], 0)
        self.check("apply", ["apply", "--sandbox", "--auto-approve"], 3)
        self.check("plan", ["plan", "--base-url", "http://127.0.0.1:1", "--project-id", "P1"], 4)
        self.environment["DESCOPE_MANAGEMENT_KEY"] = "not-a-real-key"
        for schema, command in [("plan", ["plan"]), ("apply", ["apply", "--auto-approve"]), ("drift", ["drift"])]:
            self.check(schema, [*command, "--base-url", "http://127.0.0.1:1", "--project-id", "P1"], 5)
        self.declare("apiVersion: descopectl/v1\nkind: Connection\n")
        self.check("plan", ["plan", "--sandbox"], 3)
        self.check("drift", ["drift", "--sandbox"], 3)

    def test_of_writes_that_fail_or_whose_outcome_nobody_knows(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Faulty)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.environment |= {"DESCOPE_MANAGEMENT_KEY": "not-a-real-key", "DESCOPE_PROJECT_ID": "P1",
                             "DESCOPE_BASE_URL": f"http://127.0.0.1:{server.server_port}"}
        self.declare(connection("a", "A") + RESOURCE)
        for status, word in [(400, "failed"), (500, "unknown")]:
            server.write_status = status
            document = self.check("apply", ["apply", "--auto-approve"], 9)
            results = {change["address"]: change["result"]["status"] for change in document["resource_changes"]}
            self.assertEqual(results, {"Connection/a": word, "Resource/res": "skipped"})

    def test_of_validate(self):
        self.declare(connection("a", "A"))
        self.check("diagnostics", ["validate"], 0)
        self.declare(connection("a", "A", pkce="maybe"))
        found = self.check("diagnostics", ["validate"], 3)
        self.assertEqual(found["diagnostics"][0]["code"], "wrong-type")
        self.check("diagnostics", ["explain", "Conection"], 3)
        self.check("diagnostics", ["schema", "plans"], 3)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
