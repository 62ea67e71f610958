"""What the tests on the strict server share: a few manifests, and the case with a workspace."""

import re
import unittest

import big_project
from strict_server import ROLE
from workspace import Workspace, is_list_call, skip_reason

CONNECTION_TEXT = """kind: Connection
metadata: {name: google}
spec:
  name: Google
  description: Calendar
  clientId: client-1
  clientSecret: {fromEnv: GOOGLE_SECRET}
  authorizationUrl: https://accounts.example.com/auth
  tokenUrl: https://accounts.example.com/token
  defaultScopes: [a, b]
"""

RESOURCE_TEXT = """kind: Resource
metadata: {name: crm}
spec:
  name: CRM
  description: The CRM
  type: mcp
  uri: https://crm.example.com/mcp
  scopes:
    connectionsScopes:
      - name: "crm:read"
        description: Read
        connections: [{connection: google, scopes: [calendar.read]}]
"""

APP_TEXT = """kind: InboundApp
metadata: {name: partner}
spec:
  name: Partner
  description: A partner
  approvedCallbackUrls: [https://partner.example.com/cb]
  permissionsScopes:
    - {name: read, description: Read, values: [Reader]}
"""

ALL_TEXT = CONNECTION_TEXT + "\n---\n" + RESOURCE_TEXT + "\n---\n" + APP_TEXT
RESOURCE_ONLY = RESOURCE_TEXT.partition("        connections:")[0]
KEY_TEXT = "kind: Connection\nmetadata: {name: NAME}\nspec: {name: NAME, appType: apikey}"


def without_time(text):
    return re.sub(r'("timestamp": ?)"[^"]*"', r'\1"-"', text)


@unittest.skipIf(skip_reason(), skip_reason())
class StrictTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)
        self.hooks = self.workspace.hooks
        self.hooks.owners({"calendar.read": ["google"]})
        self.workspace.secret("GOOGLE_SECRET", "planted-google-secret-0123456789")

    def expect(self, run, code):
        self.assertEqual(run.code, code, str(run))
        return run

    def clean(self):
        """No request was refused for its form, no reference pointed at nothing."""
        self.assertEqual([entry for entry in self.hooks.log if entry.get("refused")], [])
        self.assertEqual(self.workspace.store.violations, [])

    def start(self, text, *more):
        """A project of `text`, applied."""
        if not self.workspace.store.objects[ROLE]:
            big_project.seed_roles(self.workspace)
        self.workspace.manifest(text)
        self.expect(self.workspace.apply(*more), 0)
        self.clean()

    def empty_plan(self):
        """The next plan is empty and sends list calls only."""
        since = self.workspace.mark()
        run = self.expect(self.workspace.run("plan", "--detailed-exitcode"), 0)
        self.assertIn("No changes.", run.out)
        self.assertTrue(all(map(is_list_call, since())), since())
        return since()
