"""Connections from templates and registration presets against the strict server."""

from strict_server import CONNECTION
from support import StrictTest
from workspace import writes

TEMPLATE_TEXT = """kind: Connection
metadata: {name: chat}
spec:
  name: Chat
  templateId: slack
  description: Ours
  clientId: c
  clientSecret: {fromEnv: GOOGLE_SECRET}
"""
PRESET_TEXT = """kind: Connection
metadata: {name: notes}
spec:
  name: Notes
  dcrPresetId: notion
  description: Ours
  clientSecret: {fromEnv: GOOGLE_SECRET}
"""


class ConnectionSortsTest(StrictTest):
    def verbs(self, entries):
        return [verb for _, verb, _ in writes(entries)]

    def stored(self, name):
        return self.workspace.store.named(CONNECTION, name)

    def test_a_template_is_one_call_with_overrides(self):
        self.start(TEMPLATE_TEXT)
        self.assertEqual(self.verbs(self.hooks.log), ["create_by_template"])
        self.assertEqual((self.stored("Chat")["id"], self.stored("Chat")["authorizationUrl"]),
                         ("chat", "https://slack.example.com/"))
        self.assertEqual(self.workspace.store.secrets[CONNECTION, "chat"], "planted-google-secret-0123456789")
        self.empty_plan()
        self.workspace.manifest(TEMPLATE_TEXT.replace("Ours", "Theirs"))
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.clean()
        self.assertEqual(self.verbs(since()), ["update"])
        self.assertEqual(self.stored("Chat")["authorizationUrl"], "https://slack.example.com/")

    def test_a_preset_is_a_call_and_an_update_and_then_known_by_the_state(self):
        self.start(PRESET_TEXT)
        self.assertEqual(self.verbs(self.hooks.log), ["create_by_preset", "update"])
        stored = self.stored("Notes")
        self.assertEqual((stored["description"], stored["useDcr"]), ("Ours", True))
        self.assertEqual(self.workspace.store.secrets[CONNECTION, stored["id"]], "planted-google-secret-0123456789")
        self.empty_plan()

    def test_a_preset_whose_update_fails_is_finished_by_the_next_apply(self):
        self.hooks.fault("/v1/mgmt/outbound/app/update", "status", status=400)
        self.workspace.manifest(PRESET_TEXT)
        run = self.expect(self.workspace.apply(), 9)
        self.assertIn("was not laid on", run.out + run.err)
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(self.verbs(since()), ["update"])
        self.assertEqual(len(self.workspace.store.objects[CONNECTION]), 1)
        stored = self.stored("Notes")
        self.assertEqual(self.workspace.store.secrets[CONNECTION, stored["id"]], "planted-google-secret-0123456789")
        self.empty_plan()
