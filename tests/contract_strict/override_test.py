"""Updates replace the whole object: nothing that the manifests do not mention may get lost."""

import json

from strict_server import CONNECTION, INBOUND, RESOURCE
from support import ALL_TEXT, CONNECTION_TEXT, StrictTest
from workspace import writes


class FullOverrideTest(StrictTest):
    def test_unmentioned_fields_survive_an_update(self):
        self.start(ALL_TEXT)
        inject = self.hooks.inject
        inject(CONNECTION, "Google", "/revocationUrl", "https://accounts.example.com/revoke")
        inject(CONNECTION, "Google", "/brandNew", {"deep": [1, "two"]})
        inject(RESOURCE, "CRM", "/userAccess", "some")
        inject(RESOURCE, "CRM", "/future", ["x"])
        inject(RESOURCE, "CRM", "/scopes/attributesScopes", [{"name": "profile", "values": ["email"]}])
        inject(RESOURCE, "CRM", "/scopes/futureScopes", [{"name": "z"}])
        inject(RESOURCE, "CRM", "/scopes/connectionsScopes/0/risk", "high")
        inject(RESOURCE, "CRM", "/dynamicRegistrationSettings/tags", ["t"])
        inject(RESOURCE, "CRM", "/dynamicRegistrationSettings/sessionSettings", {"enabled": True, "userTemplateId": "JT1"})
        inject(INBOUND, "Partner", "/logoUrl", "https://partner.example.com/logo.png")
        inject(INBOUND, "Partner", "/jarSettings", {"enforce": True, "maxLifetimeSeconds": 5})
        inject(INBOUND, "Partner", "/forcePkce", True)
        inject(INBOUND, "Partner", "/newest", 5)
        inject(INBOUND, "Partner", "/permissionsScopes/read/group", "g")
        before = json.dumps(self.workspace.store.objects)
        self.workspace.manifest(ALL_TEXT.replace("Calendar", "Calendars").replace("The CRM", "Our CRM")
                                .replace("A partner", "Our partner"))
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.clean()
        self.assertEqual(sorted(item[:2] for item in writes(since())),
                         [(CONNECTION, "update"), (INBOUND, "update"), (RESOURCE, "update")])
        expected = before.replace("Calendar", "Calendars").replace("The CRM", "Our CRM") \
                         .replace("A partner", "Our partner")
        self.assertEqual(self.stable(self.workspace.store.objects), self.stable(json.loads(expected)))
        self.empty_plan()

    def stable(self, objects):
        """Without what the server counts up, and without zero values, which equal absent ones."""
        def zeroless(value):
            if isinstance(value, dict):
                members = {name: zeroless(member) for name, member in value.items()
                           if name not in ("version", "modifiedTime")}
                return {name: member for name, member in members.items() if member not in ("", [], {}, False, 0, None)}
            return [zeroless(item) for item in value] if isinstance(value, list) else value
        return zeroless(objects)

    def test_the_same_holds_for_a_server_that_prints_no_zero_values(self):
        self.hooks.set_emit_zero(False)
        self.test_unmentioned_fields_survive_an_update()

    def test_a_field_that_the_update_refuses_is_not_dropped_silently(self):
        self.start(CONNECTION_TEXT)
        self.hooks.inject(CONNECTION, "Google", "/brandNew", "keep me", accepted=False)
        self.workspace.manifest(CONNECTION_TEXT.replace("Calendar", "Calendars"))
        run = self.expect(self.workspace.apply(), 9)
        self.assertIn("would-drop-field", run.out + run.err)
        self.assertIn("brandNew", run.out + run.err)
        self.assertEqual(self.workspace.store.named(CONNECTION, "Google")["description"], "Calendar")
        self.expect(self.workspace.apply("--allow-drop", "Connection/google:brandNew"), 0)
        stored = self.workspace.store.named(CONNECTION, "Google")
        self.assertEqual(stored["description"], "Calendars")
        self.assertNotIn("brandNew", stored)
        self.empty_plan()

    def test_a_field_that_did_not_stick_is_named(self):
        self.start(ALL_TEXT)
        self.hooks.keep(RESOURCE, "CRM", "/description")
        self.workspace.manifest(ALL_TEXT.replace("The CRM", "Our CRM").replace("Calendar", "Calendars"))
        run = self.expect(self.workspace.apply(), 9)
        text = run.out + run.err
        self.assertIn("not-applied", text)
        self.assertIn("Resource/crm", text)
        self.assertIn("description", text)
        self.assertEqual(self.workspace.store.named(CONNECTION, "Google")["description"], "Calendars")

    def test_a_nested_field_that_did_not_stick_is_named(self):
        self.start(ALL_TEXT)
        self.hooks.keep(RESOURCE, "CRM", "/scopes/connectionsScopes/crm:read/description")
        self.workspace.manifest(ALL_TEXT.replace('"crm:read"\n        description: Read', '"crm:read"\n        description: Look'))
        run = self.expect(self.workspace.apply("-o", "json"), 9)
        self.assertIn("not-applied", run.out)
        self.assertIn("/scopes/connectionsScopes/crm:read/description", run.out)

    def test_null_resets_and_leaving_out_goes_back_to_the_default(self):
        self.start(CONNECTION_TEXT)
        self.workspace.manifest(CONNECTION_TEXT.replace("description: Calendar", "description: null")
                                .replace("  defaultScopes: [a, b]\n", ""))
        self.expect(self.workspace.apply(), 0)
        stored = self.workspace.store.named(CONNECTION, "Google")
        self.assertFalse(stored.get("description"))
        self.assertFalse(stored.get("defaultScopes"))
        self.empty_plan()
