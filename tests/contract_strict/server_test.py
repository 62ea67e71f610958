"""The strict server is as strict as the tests on it take for granted."""

import http.client
import json

from strict_server import CONNECTION, RESOURCE, ROLE
from support import StrictTest


class ServerTest(StrictTest):
    def call(self, path, body, bearer=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.workspace.server.listener.server_port)
        headers = {"Authorization": f"Bearer {bearer or self.hooks.bearer}", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        status, document = answer.status, json.loads(answer.read())
        connection.close()
        return status, document

    def refused(self, path, body):
        status, document = self.call(path, body)
        self.assertEqual((status, document.get("errorCode")), (400, "E011001"), document)

    def test_unknown_members_and_wrong_types_are_refused(self):
        self.refused("/v1/mgmt/outbound/app/create", {"name": "A", "nom": "B"})
        self.refused("/v1/mgmt/outbound/app/create", {"name": "A", "pkce": "true"})
        self.refused("/v1/mgmt/outbound/app/create", {"app": {"name": "A"}})
        self.refused("/v1/mgmt/outbound/app/update", {"id": "a", "name": "A"})
        self.refused("/v1/mgmt/outbound/app/create", {"name": "A", "tokenUrlParams": [{"name": "a", "value": "b"}]})
        self.refused("/v1/mgmt/resource/create", {"name": "A", "id": "RS1"})
        self.refused("/v1/mgmt/resource/create", {"name": "A", "scopes": {"permissionsScopes": [{"names": "x"}]}})
        self.refused("/v1/mgmt/thirdparty/app/update", {"id": "T", "name": "A", "clientId": "c"})
        self.refused("/v1/mgmt/thirdparty/app/create", {"name": "A", "sessionSettings": {"sessionTokenExpiration": "1"}})

    def test_update_replaces_all_but_the_secret(self):
        self.hooks.seed(CONNECTION, {"id": "a", "name": "A", "description": "D", "clientSecret": "s1"})
        status, document = self.call("/v1/mgmt/outbound/app/update", {"app": {"id": "a", "name": "B"}})
        self.assertEqual((status, document["app"]["description"]), (200, ""))
        self.assertNotIn("clientSecret", document["app"])
        self.assertEqual(self.workspace.store.secrets[CONNECTION, "a"], "s1")
        self.call("/v1/mgmt/outbound/app/update", {"app": {"id": "a", "name": "B", "clientSecret": ""}})
        self.assertEqual(self.workspace.store.secrets[CONNECTION, "a"], "")

    def test_references_are_checked_when_written_and_deleted(self):
        body = {"name": "R", "type": "mcp", "uri": "u", "scopes": {"connectionsScopes": [{"name": "x", "values": ["a"]}]}}
        self.assertEqual(self.call("/v1/mgmt/resource/create", body)[0], 400)
        self.hooks.seed(CONNECTION, {"id": "a", "name": "A"})
        self.assertEqual(self.call("/v1/mgmt/resource/create", body)[0], 200)
        self.assertEqual(self.call("/v1/mgmt/outbound/app/delete", {"id": "a"})[0], 400)
        self.assertEqual(len(self.workspace.store.violations), 2)

    def test_a_wrong_key_and_an_unknown_path_are_refused(self):
        self.assertEqual(self.call("/v1/mgmt/role/create", {"name": "R"}, "P:K")[0], 401)
        self.assertEqual(self.call("/v1/mgmt/roles/create", {"name": "R"})[0], 404)
        self.assertEqual(self.workspace.store.objects[ROLE], {})

    def test_hooks_are_called_by_path(self):
        self.call("/__test__/seed", {"kind": RESOURCE, "body": {"name": "R", "uri": "u"}})
        self.call("/__test__/inject", {"kind": RESOURCE, "name": "R", "pointer": "/description", "value": "x"})
        self.assertEqual(self.workspace.store.named(RESOURCE, "R")["description"], "x")
