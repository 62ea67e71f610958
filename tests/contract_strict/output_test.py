"""The JSON documents, and approval."""

import json

import big_project
from strict_server import PROJECT, RESOURCE
from support import ALL_TEXT, CONNECTION_TEXT, StrictTest
from workspace import writes


class OutputTest(StrictTest):
    def check_plan(self, document):
        self.assertEqual(document["format_version"], "1.2")
        self.assertIsNone(document["terraform_version"])
        self.assertRegex(document["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
        for name in ("applyable", "complete", "errored"):
            self.assertIsInstance(document[name], bool)
        ours = document["descopectl"]
        self.assertLessEqual({"create", "update", "replace", "delete", "adopt", "noop", "unmanaged"},
                             set(ours["summary"]))
        self.assertEqual(ours["project_id"], PROJECT)
        self.assertRegex(ours["plan_sha256"], r"^(sha256:)?[0-9a-f]{64}$")
        for name in ("version", "base_url", "unmanaged", "diagnostics", "exit_code", "exit_reason"):
            self.assertIn(name, ours)
        for item in document["resource_changes"]:
            self.assertEqual(item["address"], f"{item['type']}/{item['name']}")
            self.assertEqual((item["mode"], item["provider_name"]), ("managed", "descope"))
            self.assertLessEqual({"actions", "before", "after", "after_unknown", "before_sensitive", "after_sensitive",
                                  "replace_paths"}, set(item["change"]))
            self.assertLessEqual({"live_id", "adopted", "source", "depends_on", "wave", "changes"},
                                 set(item["descopectl"]))

    def test_plan_and_apply_documents_have_the_contracts_shape(self):
        big_project.seed_roles(self.workspace)
        self.workspace.manifest(ALL_TEXT)
        plan = self.expect(self.workspace.run("plan", "-o", "json"), 0).json
        self.check_plan(plan)
        self.assertEqual(plan["descopectl"]["summary"]["create"], 3)
        changes = {item["address"]: item for item in plan["resource_changes"]}
        google = changes["Connection/google"]
        self.assertEqual(google["change"]["actions"], ["create"])
        self.assertIsNone(google["change"]["before"])
        self.assertNotIn("clientSecret", google["change"]["after"])
        self.assertEqual(google["change"]["after_sensitive"], {"clientSecret": True})
        self.assertEqual(google["descopectl"]["source"]["file"], "descope/main.yaml")
        self.assertEqual(changes["Resource/crm"]["change"]["after_unknown"].get("id"), True)
        self.assertEqual(changes["Resource/crm"]["descopectl"]["depends_on"], ["Connection/google"])
        self.assertEqual(changes["Resource/crm"]["descopectl"]["wave"], 1)
        applied = self.expect(self.workspace.apply("-o", "json"), 0).json
        self.check_plan(applied)
        for item in applied["resource_changes"]:
            self.assertEqual(item["result"]["status"], "done")
            self.assertEqual(item["result"]["attempts"], 1)
            self.assertIsInstance(item["result"]["seconds"], (int, float))
        self.hooks.inject(RESOURCE, "CRM", "/scopes/connectionsScopes/crm:read/description", "moved")
        plan = self.workspace.run("plan", "-o", "json").json
        self.check_plan(plan)
        (item,) = [item for item in plan["resource_changes"] if item["change"]["actions"] == ["update"]]
        self.assertEqual(item["descopectl"]["changes"], [
            {"path": "/scopes/connectionsScopes/crm:read/description", "before": "moved", "after": "Read",
             "sensitive": False}])

    def test_errors_are_in_the_json_too(self):
        self.workspace.manifest(CONNECTION_TEXT.replace("tokenUrl", "tokenURL"))
        run = self.expect(self.workspace.run("plan", "-o", "json"), 3)
        document = run.json
        text = json.dumps(document)
        self.assertIn("unknown-field", text)
        self.assertEqual(self.hooks.log, [])

    def test_without_approval_and_terminal_nothing_is_asked(self):
        self.workspace.manifest(CONNECTION_TEXT)
        since = self.workspace.mark()
        run = self.expect(self.workspace.run("apply"), 8)
        self.assertIn("--auto-approve", run.err)
        self.assertEqual(writes(since()), [])
