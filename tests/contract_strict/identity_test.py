"""Which live object is whose, and what refuses a run."""

import shutil

import big_project
from strict_server import CONNECTION, PROJECT, RESOURCE
from support import CONNECTION_TEXT, KEY_TEXT, RESOURCE_ONLY, RESOURCE_TEXT, StrictTest
from workspace import writes


class IdentityTest(StrictTest):
    def test_adoption_of_what_would_change_needs_the_flag(self):
        self.hooks.seed(CONNECTION, {"id": "google", "name": "Google", "description": "Old", "clientId": "client-1"})
        self.workspace.manifest(CONNECTION_TEXT)
        since = self.workspace.mark()
        run = self.expect(self.workspace.apply(), 8)
        self.assertIn("--adopt", run.err)
        self.assertIn("first run, or a lost state?", run.err)
        self.assertEqual(writes(since()), [])
        self.expect(self.workspace.apply("--adopt"), 0)
        self.assertEqual(writes(since()), [(CONNECTION, "update", "Google")])
        self.empty_plan()

    def test_adoption_of_what_is_equal_is_free(self):
        self.hooks.seed(RESOURCE, {"name": "CRM", "description": "The CRM", "type": "mcp", "userAccess": "any",
                                   "uri": "https://crm.example.com/mcp",
                                   "scopes": {"connectionsScopes": [{"name": "crm:read", "description": "Read"}]}})
        self.workspace.manifest(RESOURCE_ONLY)
        since = self.workspace.mark()
        self.expect(self.workspace.run("plan", "--detailed-exitcode"), 0)
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(writes(since()), [])
        shutil.rmtree(self.workspace.path("descope"))
        self.workspace.manifest(KEY_TEXT.replace("NAME", "other"))
        self.expect(self.workspace.apply("--allow-empty-kind", "Resource"), 0)
        self.assertCountEqual([item[:2] for item in writes(since())], [(CONNECTION, "create"), (RESOURCE, "delete")])

    def test_a_match_by_display_name_only_is_an_error(self):
        self.hooks.seed(RESOURCE, {"name": "CRM", "type": "mcp", "uri": "https://old.example.com/mcp"})
        self.workspace.manifest(RESOURCE_ONLY)
        run = self.expect(self.workspace.apply(), 3)
        self.assertIn("possible-match", run.err)

    def test_unmanaged_objects_are_left_alone(self):
        self.hooks.seed(CONNECTION, {"id": "slack", "name": "Slack"})
        self.start(CONNECTION_TEXT)
        plan = self.workspace.run("plan", "-o", "json").json
        self.assertEqual(plan["descopectl"]["unmanaged"], [{"type": "Connection", "live_id": "slack", "name": "Slack"}])
        self.assertEqual(plan["descopectl"]["summary"]["unmanaged"], 1)

    def test_a_scope_on_a_live_resource_owns_only_its_item(self):
        big_project.seed_roles(self.workspace)
        made = self.hooks.seed(RESOURCE, {
            "name": "Shared", "type": "mcp", "uri": "https://shared.example.com/mcp", "userAccess": "any",
            "scopes": {"connectionsScopes": [{"name": "theirs", "description": "Not ours", "optional": True}],
                       "attributesScopes": [{"name": "profile", "values": ["email"]}]}})["resource"]
        self.hooks.inject(RESOURCE, "Shared", "/scopes/connectionsScopes/theirs/extra", "x")
        text = "kind: McpScope\nmetadata: {name: ours}\nspec:\n  resource: {live: %s}\n  name: ours\n" \
               "  description: Ours\n  values: [google]\n" % made["id"]
        self.hooks.seed(CONNECTION, {"id": "google", "name": "Google"})
        self.workspace.manifest(text)
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.clean()
        self.assertEqual(writes(since()), [(RESOURCE, "update", "Shared")])
        stored = self.workspace.store.named(RESOURCE, "Shared")
        scopes = {item["name"]: item for item in stored["scopes"]["connectionsScopes"]}
        self.assertEqual(scopes["theirs"]["extra"], "x")
        self.assertTrue(scopes["theirs"]["optional"])
        self.assertEqual(scopes["ours"]["values"], ["google"])
        self.assertEqual(stored["userAccess"], "any")
        self.assertEqual(stored["scopes"]["attributesScopes"][0]["values"], ["email"])
        self.empty_plan()
        self.workspace.manifest(KEY_TEXT.replace("NAME", "other"))
        self.expect(self.workspace.apply(), 0)
        stored = self.workspace.store.named(RESOURCE, "Shared")
        self.assertEqual([item["name"] for item in stored["scopes"]["connectionsScopes"]], ["theirs"])

    def test_an_object_deleted_live_is_made_again(self):
        self.start(KEY_TEXT.replace("NAME", "one"))
        self.hooks.remove(CONNECTION, "one")
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(list(self.workspace.store.objects[CONNECTION]), ["one"])

    def test_another_project_is_refused(self):
        self.start(KEY_TEXT.replace("NAME", "one"))
        another = "P2anotherProject000000000001"
        self.hooks.bearer = self.hooks.bearer.replace(PROJECT, another)
        since = self.workspace.mark()
        self.expect(self.workspace.apply("--project-id", another), 8)
        self.assertEqual(writes(since()), [])

    def test_prevent_destroy_refuses_the_run(self):
        protected = KEY_TEXT.replace("NAME", "one").replace("{name: one}",
                                                            "{name: one, lifecycle: {preventDestroy: true}}")
        other = KEY_TEXT.replace("NAME", "two")
        self.start(protected + "\n---\n" + other)
        self.workspace.manifest(other.replace("appType", "description: x, appType"))
        since = self.workspace.mark()
        run = self.expect(self.workspace.apply(), 8)
        self.assertIn("Connection/one", run.err)
        self.assertEqual(writes(since()), [])
        self.expect(self.workspace.apply("--allow-destroy", "Connection/one"), 0)
        self.assertEqual(list(self.workspace.store.objects[CONNECTION]), ["two"])

    def test_replacement_needs_the_flag(self):
        self.start(RESOURCE_ONLY)
        self.workspace.manifest(RESOURCE_ONLY.replace("crm.example.com/mcp", "new.example.com/mcp"))
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 8)
        self.assertEqual(writes(since()), [])
        self.expect(self.workspace.apply("--allow-replace"), 0)
        self.assertEqual(sorted(item[1] for item in writes(since())), ["create", "delete"])
        self.empty_plan()

    def test_a_connection_and_its_resource_replaced_together_leave_no_reference_to_nothing(self):
        self.hooks.owners({"calendar.read": ["google", "google-2"]})
        self.start(CONNECTION_TEXT + "\n---\n" + RESOURCE_TEXT.replace(", scopes: [calendar.read]", ""))
        self.workspace.manifest(CONNECTION_TEXT.replace("{name: google}", "{name: google, id: google-2}") + "\n---\n" +
                                RESOURCE_TEXT.replace(", scopes: [calendar.read]", "")
                                .replace("crm.example.com/mcp", "new.example.com/mcp"))
        since = self.workspace.mark()
        self.expect(self.workspace.apply("--allow-replace"), 0)
        self.clean()
        self.assertEqual([item[:2] for item in writes(since())],
                         [(RESOURCE, "delete"), (CONNECTION, "delete"), (CONNECTION, "create"), (RESOURCE, "create")])
        self.empty_plan()

    def test_a_chain_of_renames_is_one_apply_and_a_circle_none(self):
        names = "kind: Role\nmetadata: {name: a}\nspec: {name: %s}\n---\nkind: Role\nmetadata: {name: b}\nspec: {name: %s}"
        self.start(names % ("A", "B"))
        self.workspace.manifest(names % ("B", "C"))
        self.expect(self.workspace.apply(), 0)
        self.empty_plan()
        self.workspace.manifest(names % ("C", "B"))
        since = self.workspace.mark()
        self.assertIn("rename-cycle", self.expect(self.workspace.apply(), 3).err)
        self.assertEqual(writes(since()), [])
