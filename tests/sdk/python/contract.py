"""The vendor's Python SDK drives the emulator: what it sends is taken, and what it reads is there.

DESCOPECTL_BINARY names the program. The SDK sends null for much that is not given, which is what makes it worth running.
"""

import contextlib
import json
import os
import subprocess
import unittest
from datetime import datetime, timedelta

from descope import AuthException, DescopeClient
from descope.exceptions import RateLimitException

PROJECT = "P2sdkcontractproject00000000"
KEY = "K2sdkcontractkey"


@contextlib.contextmanager
def emulator(*flags):
    """Where `descopectl emulator` serves while the context lasts."""
    child = subprocess.Popen(
        [os.environ["DESCOPECTL_BINARY"], "emulator", "--port", "0", "--json", *flags],
        stdout=subprocess.PIPE,
        env={"DESCOPE_PROJECT_ID": PROJECT, "DESCOPE_MANAGEMENT_KEY": KEY},
    )
    try:
        yield json.loads(child.stdout.readline())["base_url"]
    finally:
        child.terminate()
        child.wait()
        child.stdout.close()


def connect(url, key=KEY):
    return DescopeClient(PROJECT, management_key=key, base_url=url).mgmt


def names(items):
    return sorted(item["name"] for item in items)


class Contract(unittest.TestCase):
    def setUp(self):
        served = emulator()
        self.api = connect(served.__enter__())
        self.addCleanup(served.__exit__, None, None, None)

    def refused(self, code, status, call, *arguments, **named):
        with self.assertRaises(AuthException) as caught:
            call(*arguments, **named)
        self.assertEqual(caught.exception.status_code, status)
        self.assertIn(code, str(caught.exception))

    def test_inbound_apps_live_through_create_load_update_patch_and_delete(self):
        apps = self.api.third_party_application
        scopes = [{"name": "read", "description": "Read", "values": ["reader"]}]
        made = apps.create(
            "App", "https://login.example", description="d", approved_callback_urls=["https://app.example/cb"],
            permissions_scopes=scopes, attributes_scopes=[{"name": "profile", "description": "", "values": ["email"]}],
            force_pkce=True, default_audience="clientId",
        )
        app = apps.load(made["id"])
        self.assertEqual((app["name"], app["loginPageUrl"], app["defaultAudience"]), ("App", "https://login.example", "clientId"))
        self.assertEqual((app["permissionsScopes"][0]["values"], app["forcePkce"]), (["reader"], True))
        self.refused("E990209", 409, apps.create, "App", "https://login.example")
        apps.update(made["id"], "App 2", "https://login.example")
        self.assertEqual((apps.load(made["id"])["name"], apps.load(made["id"])["description"]), ("App 2", ""))
        apps.patch(made["id"], description="patched")
        self.assertEqual((apps.load(made["id"])["name"], apps.load(made["id"])["description"]), ("App 2", "patched"))
        self.assertEqual(names(apps.load_all()["apps"]), ["App 2"])
        apps.delete(made["id"])
        self.refused("E990204", 404, apps.load, made["id"])
        self.refused("E990204", 404, apps.update, made["id"], "x", "https://login.example")
        self.refused("E990204", 404, apps.patch, made["id"], name="x")
        self.refused("E990204", 404, apps.delete, made["id"])
        one, two = apps.create("one", "https://l.example"), apps.create("two", "https://l.example")
        apps.delete_batch([one["id"], two["id"], "unknown"])
        self.assertEqual(apps.load_all()["apps"], [])

    def test_secrets_of_inbound_apps_are_read_and_rotated(self):
        apps = self.api.third_party_application
        made = apps.create("App", "https://login.example")
        self.assertEqual(apps.get_secret(made["id"])["cleartext"], made["cleartext"])
        rotated = apps.rotate_secret(made["id"])["cleartext"]
        self.assertNotEqual(rotated, made["cleartext"])
        self.assertEqual(apps.get_secret(made["id"])["cleartext"], rotated)
        self.refused("E990204", 404, apps.get_secret, "unknown")
        self.refused("E990204", 404, apps.rotate_secret, "unknown")

    def test_consents_are_searched_and_deleted_by_a_selector(self):
        apps = self.api.third_party_application
        self.assertEqual(apps.search_consents(app_id="a", page=0, limit=10)["consents"], [])
        apps.delete_consents(user_ids=["u"])
        apps.delete_tenant_consents("T1")
        self.refused("E011002", 400, apps.delete_consents)
        self.refused("E011002", 400, apps.delete_tenant_consents, "")

    def test_outbound_apps_live_through_create_load_update_and_delete(self):
        apps = self.api.outbound_application
        made = apps.create_application(
            "Google", description="d", client_id="client", client_secret="very-secret-value",
            authorization_url="https://g.example/auth", token_url="https://g.example/token", default_scopes=["openid"], pkce=True,
        )["app"]
        self.assertTrue(made["id"])
        self.assertNotIn("clientSecret", made)
        loaded = apps.load_application(made["id"])["app"]
        self.assertEqual((loaded["clientId"], loaded["pkce"], loaded["defaultScopes"]), ("client", True, ["openid"]))
        self.refused("E151001", 409, apps.create_application, "again", id=made["id"])
        self.refused("E990304", 404, apps.load_application, "unknown")
        changed = apps.update_application(made["id"], "Google 2")["app"]
        self.assertEqual((changed["name"], changed["clientId"]), ("Google 2", ""))
        self.refused("E990304", 404, apps.update_application, "unknown", "x")
        self.assertEqual(names(apps.load_all_applications()["apps"]), ["Google 2"])
        apps.delete_application(made["id"])
        self.refused("E990304", 404, apps.delete_application, made["id"])

    def test_tokens_of_outbound_apps_are_uploaded_fetched_and_deleted(self):
        apps = self.api.outbound_application
        apps.create_application("OAuth", id="oauth")
        self.refused("E990314", 404, apps.fetch_token, "oauth", "u")
        apps.upload_user_token("oauth", "u", access_token="a", access_token_expiry=1750000000, scopes=["x"])
        self.assertEqual(apps.fetch_token("oauth", "u")["token"]["accessToken"], "a")
        self.assertEqual(apps.fetch_token_by_scopes("oauth", "u", ["x"])["token"]["scopes"], ["x"])
        apps.upload_tenant_token("oauth", "t", refresh_token="r", scopes=["x"])
        self.assertEqual(apps.fetch_tenant_token("oauth", "t", {"withRefreshToken": True})["token"]["refreshToken"], "r")
        self.assertTrue(apps.fetch_tenant_token_by_scopes("oauth", "t", ["x"])["token"]["hasRefreshToken"])
        failures = apps.batch_upload_user_tokens([{"appId": "oauth", "userId": "v"}])["failures"]
        self.assertEqual([failure["errorCode"] for failure in failures], ["E152110"])
        tenant_tokens = [{"appId": "oauth", "tenantId": "t2", "accessToken": "b"}]
        self.assertEqual(apps.batch_upload_tenant_tokens(tenant_tokens)["failures"], [])
        self.refused("E011004", 400, apps.upload_user_api_key, "oauth", "u", "k")
        self.refused("E011004", 400, apps.upload_tenant_api_key, "oauth", "t", "k")
        self.assertEqual(apps.list_apps_with_user_token("u")["appIds"], ["oauth"])
        apps.delete_token(apps.fetch_tenant_token("oauth", "t")["token"]["id"])
        self.refused("E990314", 404, apps.delete_token, "unknown")
        apps.delete_user_tokens(user_id="u")
        self.refused("E011002", 400, apps.delete_user_tokens)
        self.assertEqual(apps.list_apps_with_user_token("u")["appIds"], [])

    def test_permissions_live_through_every_call(self):
        permissions = self.api.permission
        permissions.create("read", "Read")
        permissions.create_batch([{"name": "write"}, {"name": "share", "description": "s"}])
        self.refused("E024104", 409, permissions.create, "read")
        self.refused("E024104", 409, permissions.create_batch, [{"name": "new"}, {"name": "read"}])
        self.assertEqual(names(permissions.load_all()["permissions"]), ["read", "share", "write"])
        permissions.update("read", "read2")
        ids = {item["name"]: item["id"] for item in permissions.load_all()["permissions"]}
        permissions.update_by_id(ids["write"], "write2")
        permissions.update_batch([{"name": "share", "newName": "share2"}])
        self.refused("E111303", 404, permissions.update, "unknown", "x")
        self.refused("E111303", 404, permissions.update_by_id, "unknown", "x")
        permissions.delete("read2")
        permissions.delete_by_id(ids["write"])
        permissions.delete_batch(["share2"])
        self.refused("E111303", 404, permissions.delete, "unknown")
        permissions.create("last")
        permissions.delete_batch_by_ids([permissions.load_all()["permissions"][0]["id"]])
        self.assertEqual(permissions.load_all()["permissions"], [])

    def test_roles_live_through_every_call(self):
        roles = self.api.role
        self.api.permission.create("p")
        roles.create("reader", "Reads", ["p"], private=True)
        made = roles.load_all()["roles"][0]
        self.assertEqual((made["permissionNames"], made["private"], made["default"]), (["p"], True, False))
        roles.create_batch([{"name": "writer", "permissionNames": ["p"]}, {"name": "other"}])
        self.refused("E024209", 409, roles.create, "reader")
        self.refused("E111303", 400, roles.create, "new", permission_names=["unknown"])
        roles.update("reader", "reader2")
        self.assertEqual(roles.search(role_names=["reader2"])["roles"][0]["permissionNames"], [])
        ids = {item["name"]: item["id"] for item in roles.load_all()["roles"]}
        roles.update_by_id(ids["writer"], "writer2")
        roles.update_batch([{"name": "other", "newName": "other2"}])
        self.refused("E111403", 404, roles.update, "unknown", "x")
        self.assertEqual(names(roles.search(role_name_like="READER")["roles"]), ["reader2"])
        self.assertEqual(names(roles.search(role_ids=[ids["writer"]])["roles"]), ["writer2"])
        roles.delete("reader2")
        roles.delete_by_id(ids["writer"])
        self.refused("E111403", 404, roles.delete, "unknown")
        roles.create("more")
        roles.delete_batch(["other2"])
        roles.delete_batch_by_ids([item["id"] for item in roles.load_all()["roles"]])
        self.assertEqual(roles.load_all()["roles"], [])

    def test_custom_attributes_are_made_listed_and_deleted(self):
        user = self.api.user
        self.assertEqual(user.load_custom_attributes()["data"], [])
        # The SDK's hint says text, the service's message a number.
        self.assertEqual(names(user.create_custom_attribute("plan", "Plan", 1)["data"]), ["plan"])
        self.refused("E011001", 400, user.create_custom_attribute, "other", "Other", "string")
        self.assertEqual(user.load_custom_attributes()["total"], "1")
        self.assertEqual(user.delete_custom_attribute("plan")["data"], [])

    def test_scope_claim_mappings_are_set_read_and_deleted(self):
        mappings = [{"scope": "s", "claims": {"email": "{{user.email}}"}, "description": "d"}]
        self.api.scope_claim_mapping.set(mappings)
        self.assertEqual(self.api.scope_claim_mapping.get()["mappings"], mappings)
        self.refused("E011001", 400, self.api.scope_claim_mapping.set, [{"unheard": 1}])
        self.api.scope_claim_mapping.delete()
        self.assertEqual(self.api.scope_claim_mapping.get()["mappings"], [])

    def test_writes_and_events_stand_in_the_audit_trail(self):
        self.api.permission.create("audited")
        self.api.audit.create_event("custom", "info", "me", "T1", data={"nested": {"a": [1]}})
        hour = timedelta(hours=1)
        found = self.api.audit.search(text="audited", from_ts=datetime.now() - hour, to_ts=datetime.now() + hour)["audits"]
        self.assertEqual([record["action"] for record in found], ["PermissionCreated"])
        self.assertEqual(self.api.audit.search(tenants=["T1"])["audits"][0]["data"], {"nested": {"a": [1]}})
        self.assertEqual(self.api.audit.search(to_ts=datetime.now() - hour)["audits"], [])
        self.refused("E011004", 400, self.api.audit.create_event, "custom", "loud", "me", "T1")

    def test_the_project_has_a_license_and_is_listed(self):
        self.assertEqual(self.api.license.get(), {"rateLimitTier": "tier1"})
        self.assertEqual([project["id"] for project in self.api.project.list_projects()["projects"]], [PROJECT])


class Failures(unittest.TestCase):
    def test_a_wrong_key_is_refused(self):
        with emulator() as url, self.assertRaises(AuthException) as caught:
            connect(url, "wrong").permission.load_all()
        self.assertEqual(caught.exception.status_code, 401)

    def test_the_rate_limit_says_when_to_come_back(self):
        with emulator("--fault", "GET */permission/all: status=429, retry-after=7") as url:
            with self.assertRaises(RateLimitException) as caught:
                connect(url).permission.load_all()
        self.assertIn(7, caught.exception.rate_limit_parameters.values())

    def test_a_gateway_that_is_out_of_order_is_asked_again(self):
        with emulator("--fault", "POST */permission/create: status=503, times=1, body=html") as url:
            api = connect(url)
            api.permission.create("p")
            self.assertEqual(names(api.permission.load_all()["permissions"]), ["p"])


if __name__ == "__main__":
    unittest.main()
