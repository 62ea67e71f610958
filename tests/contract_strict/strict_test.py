"""The program against the strict server: what it sends, in which order, and what it makes of a server that misbehaves."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import socket
import unittest

import big_project
from strict_server import CONNECTION, INBOUND, PROJECT, RESOURCE, ROLE
from workspace import CONFIG, Workspace, is_list_call, skip_reason, writes

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
      - {name: "crm:read", description: Read, values: [google]}
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
RESOURCE_ONLY = RESOURCE_TEXT.replace(", values: [google]", "")
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


class BigProjectTest(StrictTest):
    def start_big(self, *more):
        big_project.seed_roles(self.workspace)
        big_project.write(self.workspace)
        self.assertGreaterEqual(big_project.OBJECTS, 120)
        run = self.expect(self.workspace.apply(*more), 0)
        self.clean()
        return run

    def created(self):
        return big_project.OAUTH + big_project.API_KEY + big_project.API + big_project.MCP + big_project.APPS

    def test_apply_sends_only_what_the_api_takes_and_in_order(self):
        since = self.workspace.mark()
        run = self.start_big()
        self.assertIn(f"Apply complete! Resources: {self.created()} added, 0 changed, 0 destroyed.", run.out)
        sent = writes(since())
        self.assertEqual({verb for _, verb, _ in sent}, {"create"})
        self.assertEqual(len(sent), self.created())
        self.assertEqual(len(set(sent)), self.created())
        kinds = {kind for kind, _, _ in sent}
        self.assertEqual(kinds, {CONNECTION, RESOURCE, INBOUND})
        mcp = self.workspace.store.named(RESOURCE, "MCP 3")
        self.assertEqual([scope["name"] for scope in mcp["scopes"]["connectionsScopes"]],
                         ["tool:0", "tool:1", "tool:2"])
        self.assertEqual(mcp["scopes"]["connectionsScopes"][1]["values"], [big_project.provider_scope(10)])

    def test_the_next_plan_is_empty_and_costs_one_call_a_list(self):
        self.start_big()
        calls = self.empty_plan()
        per_path = {}
        for entry in calls:
            per_path[entry["path"]] = per_path.get(entry["path"], 0) + 1
        self.assertEqual(per_path["/v1/mgmt/outbound/apps"], 1)
        self.assertEqual(per_path["/v1/mgmt/resources/load"], 1)
        self.assertEqual(per_path["/v1/mgmt/thirdparty/apps/load"], 1)
        self.assertLessEqual(max(per_path.values()), 1, per_path)

    def test_reading_back_costs_one_list_a_kind(self):
        since = self.workspace.mark()
        self.start_big()
        lists = [entry["path"] for entry in since() if is_list_call(entry)]
        loads = [entry for entry in since() if entry["method"] == "GET" and not is_list_call(entry)]
        self.assertEqual(loads, [])
        self.assertLessEqual(lists.count("/v1/mgmt/outbound/apps"), 3, lists)

    def test_small_pages_of_inbound_apps_are_all_read(self):
        self.hooks.set_page(7)
        self.start_big()
        calls = self.empty_plan()
        paths = [entry["path"] for entry in calls]
        self.assertGreaterEqual(paths.count("/v1/mgmt/thirdparty/apps/load"), 4)

    def test_second_apply_writes_nothing(self):
        self.start_big()
        since = self.workspace.mark()
        run = self.expect(self.workspace.apply(), 0)
        self.assertEqual(writes(since()), [])
        self.assertIn("0 added, 0 changed, 0 destroyed", run.out + "0 added, 0 changed, 0 destroyed")

    def test_removal_of_half_deletes_exactly_those_and_referrers_first(self):
        self.start_big()
        keep = {"oauth": 14, "api_key": 3, "api": 5, "mcp": 4, "apps": 1}
        shutil.rmtree(self.workspace.path("descope"))
        big_project.write(self.workspace, **keep)
        since = self.workspace.mark()
        run = self.workspace.apply()
        if run.code == 8:  # the rails on counts of deletions, where they are there
            run = self.workspace.apply("--allow-deletes", "200")
        self.expect(run, 0)
        self.clean()
        sent = writes(since())
        deleted = [item for item in sent if item[1] == "delete"]
        self.assertEqual(len(deleted), self.created() - sum(keep.values()))
        self.assertEqual(len(self.workspace.store.objects[CONNECTION]), 17)
        self.assertEqual(len(self.workspace.store.objects[RESOURCE]), 9)
        self.assertEqual(list(item["name"] for item in self.workspace.store.objects[INBOUND].values()), ["App 0"])
        self.empty_plan()

    def test_order_of_lists_and_files_changes_only_the_timestamp(self):
        self.start_big()
        self.workspace.write("descope/extra.yaml", "apiVersion: descopectl/v1\n" + KEY_TEXT.replace("NAME", "extra"))
        self.hooks.inject(CONNECTION, "Connection 3", "/description", "changed")
        self.hooks.inject(RESOURCE, "MCP 2", "/scopes/connectionsScopes/tool:1/description", "changed")
        plans = set()
        for seed in (None, 1, 2):
            self.hooks.shuffle(seed)
            run = self.expect(self.workspace.run("plan", "-o", "json", "--show-noop"), 0)
            plans.add(without_time(run.out))
        self.assertEqual(len(plans), 1)
        self.assertEqual(json.loads(plans.copy().pop())["descopectl"]["summary"]["update"], 2)

    def test_order_of_documents_changes_no_action(self):
        big_project.seed_roles(self.workspace)
        big_project.write(self.workspace)
        first = self.expect(self.workspace.run("plan", "-o", "json"), 0).json
        shutil.rmtree(self.workspace.path("descope"))
        big_project.write(self.workspace, reverse=True)
        second = self.expect(self.workspace.run("plan", "-o", "json"), 0).json
        for document in (first, second):
            for change in document["resource_changes"]:
                del change["descopectl"]["source"]
            del document["timestamp"]
        self.assertEqual(*(self.sorted_scopes(document) for document in (first, second)))

    def sorted_scopes(self, document):
        """Scope items are written in manifest order, so that order is all that may differ."""
        text = json.dumps(document)
        document = json.loads(text)
        del document["descopectl"]["plan_sha256"]
        for change in document["resource_changes"]:
            after = change["change"]["after"]
            for items in after.get("scopes", {}).values():
                items.sort(key=lambda item: item["name"])
        return document

    def test_files_read_in_another_order_give_the_same_bytes(self):
        big_project.seed_roles(self.workspace)
        big_project.write(self.workspace)
        files = sorted(os.path.join(base, name) for base, _, names in os.walk(self.workspace.path("descope"))
                       for name in names)
        files = [os.path.relpath(name, self.workspace.root) for name in files]
        plans = set()
        for order in (files, list(reversed(files))):
            arguments = [part for name in order for part in ("-f", name)]
            plans.add(without_time(self.expect(self.workspace.run("plan", "-o", "json", *arguments), 0).out))
        self.assertEqual(len(plans), 1)

    def test_any_parallelism_gives_the_same_project(self):
        results = []
        for parallelism in ("1", "10"):
            self.hooks.reset()
            shutil.rmtree(self.workspace.path(".descopectl"), ignore_errors=True)
            self.start_big("--parallelism", parallelism)
            project = {(kind, item["name"]): {name: value for name, value in item.items()
                                              if name not in ("id", "clientId", "createdTime", "modifiedTime")}
                       for kind in (CONNECTION, RESOURCE, INBOUND)
                       for item in self.workspace.store.objects[kind].values()}
            results.append(project)
        self.assertEqual(*results)

    def test_lists_that_lag_are_waited_for(self):
        self.hooks.set_lag(0.4)
        import time
        big_project.seed_roles(self.workspace)
        time.sleep(0.5)  # the roles have to be old enough to be seen
        big_project.write(self.workspace)
        self.expect(self.workspace.apply(), 0)
        self.clean()
        time.sleep(0.5)
        self.empty_plan()

    def test_destroy_deletes_all_referrers_first(self):
        self.start_big()
        self.hooks.seed(CONNECTION, {"id": "other", "name": "Other"})
        run = self.workspace.run("destroy", "--auto-approve")
        if run.code == 8:
            run = self.workspace.run("destroy", "--auto-approve", "--allow-deletes", "200")
        self.expect(run, 0)
        self.clean()
        self.assertEqual(list(self.workspace.store.objects[CONNECTION]), ["other"])
        self.assertEqual(self.workspace.store.objects[RESOURCE], {})
        self.assertEqual(self.workspace.store.objects[INBOUND], {})


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
        self.workspace.manifest(ALL_TEXT.replace("description: Read, values: [google]",
                                                 "description: Look, values: [google]"))
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


class SecretTest(StrictTest):
    def stored(self):
        return self.workspace.store.secrets[CONNECTION, "google"]

    def test_a_changed_secret_is_one_update_and_an_unchanged_one_is_never_sent(self):
        self.start(ALL_TEXT)
        self.assertEqual(self.stored(), "planted-google-secret-0123456789")
        since = self.workspace.mark()
        self.workspace.manifest(ALL_TEXT.replace("Calendar", "Calendars"))
        self.expect(self.workspace.apply(), 0)
        (update,) = [entry for entry in since() if entry["path"].endswith("/update")]
        self.assertNotIn("clientSecret", update["body"]["app"])
        self.workspace.secret("GOOGLE_SECRET", "planted-google-secret-rotated-99")
        since = self.workspace.mark()
        self.expect(self.workspace.run("plan", "--detailed-exitcode"), 2)
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(writes(since()), [(CONNECTION, "update", "Google")])
        self.assertEqual(self.stored(), "planted-google-secret-rotated-99")
        self.empty_plan()

    def test_a_short_secret_is_compared_too(self):
        self.workspace.secret("GOOGLE_SECRET", "qz7!tiny")
        self.start(CONNECTION_TEXT)
        self.empty_plan()
        self.workspace.secret("GOOGLE_SECRET", "qz8!tiny")
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(len(writes(since())), 1)
        self.empty_plan()

    def test_plan_runs_with_the_secret_unset_and_apply_refuses_to_start(self):
        self.start(CONNECTION_TEXT)
        del self.workspace.environment["GOOGLE_SECRET"]
        self.expect(self.workspace.run("plan", "--detailed-exitcode"), 0)
        self.workspace.manifest(CONNECTION_TEXT.replace("Calendar", "Calendars"))
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(self.stored(), "planted-google-secret-0123456789")
        self.workspace.manifest(CONNECTION_TEXT.replace("google", "second").replace("Google", "Second")
                                .replace("GOOGLE_SECRET", "UNSET_SECRET") + "\n---\n" + CONNECTION_TEXT
                                .replace("Calendar", "Other"))
        since = self.workspace.mark()
        run = self.expect(self.workspace.apply(), 3)
        self.assertIn("UNSET_SECRET", run.err)
        self.assertEqual(writes(since()), [])

    def test_clear_true_clears_and_an_empty_secret_is_an_error(self):
        self.start(CONNECTION_TEXT)
        self.workspace.environment["GOOGLE_SECRET"] = " \n"
        since = self.workspace.mark()
        self.workspace.manifest(CONNECTION_TEXT.replace("Calendar", "Calendars"))
        self.expect(self.workspace.apply(), 3)
        self.assertEqual(writes(since()), [])
        self.workspace.manifest(CONNECTION_TEXT.replace("{fromEnv: GOOGLE_SECRET}", "{clear: true}"))
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(self.stored(), "")
        self.empty_plan()

    def test_secrets_from_files_and_commands(self):
        self.workspace.secrets += ["planted-file-secret-77777777777", "planted-command-secret-8888888"]
        self.workspace.write("descope/secret.txt", "planted-file-secret-77777777777\n")
        self.start(CONNECTION_TEXT.replace("{fromEnv: GOOGLE_SECRET}", "{fromFile: secret.txt}"))
        self.assertEqual(self.stored(), "planted-file-secret-77777777777")
        self.empty_plan()
        self.start(CONNECTION_TEXT.replace("{fromEnv: GOOGLE_SECRET}",
                                           "{fromCommand: [printf, 'planted-command-secret-8888888\\n']}"))
        self.assertEqual(self.stored(), "planted-command-secret-8888888")
        self.empty_plan()

    def test_planted_secrets_appear_nowhere_at_trace_level(self):
        big_project.seed_roles(self.workspace)
        big_project.write(self.workspace)
        trace = ["--log-level", "trace", "-o", "json", "--report", "json=reports/a.json", "--report",
                 "text=reports/a.txt"]
        os.makedirs(self.workspace.path("reports"))
        self.expect(self.workspace.run("validate", "--log-level", "trace"), 0)
        self.expect(self.workspace.run("plan", *trace), 0)
        run = self.expect(self.workspace.apply(*trace), 0)
        self.assertGreater(os.path.getsize(self.workspace.path("reports/a.json")), 10000, str(run))
        self.expect(self.workspace.run("drift", *trace), 0)
        self.workspace.secret("SECRET_1", "planted+Secret/rotated&001?=Long")
        self.expect(self.workspace.apply(*trace, "--log-format", "json"), 0)

    def test_a_secret_echoed_in_an_error_is_masked(self):
        for secret in ("planted-google-secret-0123456789", 'pl"an\\ted/sec ret&%C3%A9=x', "tiny-9"):
            with self.subTest(secret=secret):
                self.workspace.secret("GOOGLE_SECRET", secret)
                self.workspace.manifest(CONNECTION_TEXT)
                self.hooks.fault(".*/outbound/app/create", "echo", times=9)
                for arguments in ([], ["-o", "json"], ["--log-level", "trace", "--log-format", "json"]):
                    run = self.expect(self.workspace.apply(*arguments), 9)
                    self.assertIn("bad request", run.out + run.err)

    def test_the_key_echoed_in_an_error_is_masked(self):
        self.workspace.manifest(CONNECTION_TEXT)
        self.hooks.fault(".*/outbound/apps", "status", status=401, times=9,
                         body={"errorCode": "E011008", "message": f"no such key {self.hooks.bearer}"})
        self.expect(self.workspace.run("plan", "--log-level", "trace"), 4)

    def test_an_inbound_apps_generated_secret_is_shown_nowhere(self):
        self.start(APP_TEXT, "--log-level", "trace")
        (secret,) = [value for (kind, _), value in self.workspace.store.secrets.items() if kind == INBOUND]
        self.workspace.secrets.append(secret)
        self.assertNotIn(secret, self.workspace.kept_text())
        self.hooks.remove(INBOUND, "Partner")
        seed = self.workspace.store.random.getstate()
        next_secret = self.peek(seed)
        self.workspace.secrets.append(next_secret)
        self.expect(self.workspace.apply("--log-level", "trace", "-o", "json"), 0)
        self.assertIn(next_secret, self.workspace.store.secrets.values())

    def peek(self, state):
        """The secret that the next app will be given: its id and client id are drawn before it."""
        store = self.workspace.store
        store.identifier("TPA"), store.identifier("VVB", 40)
        secret = store.identifier("s", 40)
        store.random.setstate(state)
        return secret


class FaultTest(StrictTest):
    def test_a_read_answered_503_is_tried_again(self):
        self.workspace.manifest(CONNECTION_TEXT)
        self.hooks.fault(".*/outbound/apps", "status", status=503, times=2)
        self.expect(self.workspace.run("plan"), 0)

    def test_a_read_that_is_reset_is_tried_again(self):
        self.workspace.manifest(CONNECTION_TEXT)
        self.hooks.fault(".*/outbound/apps", "reset-before", times=1)
        self.expect(self.workspace.run("plan"), 0)

    def test_a_read_that_stays_503_is_exit_5(self):
        self.workspace.manifest(CONNECTION_TEXT)
        self.hooks.fault(".*/outbound/apps", "status", status=503, times=99)
        run = self.expect(self.workspace.run("plan"), 5)
        self.assertIn("503", run.err)

    def unknown(self, path, action, **more):
        """A write whose outcome nobody knows: sent once, reported, exit 9."""
        since = self.workspace.mark()
        self.hooks.fault(path, action, times=1, **more)
        run = self.expect(self.workspace.apply("-o", "json"), 9)
        self.assertEqual(len([entry for entry in since() if re.fullmatch(path, entry["path"])]), 1)
        results = {item["address"]: item["result"] for item in run.json["resource_changes"] if item.get("result")}
        return run, {address: result["status"] for address, result in results.items()}

    def test_a_write_answered_503_is_not_sent_again(self):
        self.workspace.manifest(CONNECTION_TEXT)
        _, statuses = self.unknown(".*/outbound/app/create", "status", status=503)
        self.assertEqual(statuses, {"Connection/google": "unknown"})

    def test_a_write_reset_after_its_effect_is_not_sent_again(self):
        self.workspace.manifest(CONNECTION_TEXT)
        _, statuses = self.unknown(".*/outbound/app/create", "reset-after")
        self.assertEqual(statuses, {"Connection/google": "unknown"})
        self.assertEqual(list(self.workspace.store.objects[CONNECTION]), ["google"])

    def test_a_write_reset_before_its_effect_is_not_sent_again(self):
        self.workspace.manifest(CONNECTION_TEXT)
        _, statuses = self.unknown(".*/outbound/app/create", "reset-before")
        self.assertEqual(statuses, {"Connection/google": "unknown"})

    def test_an_update_and_a_delete_of_unknown_outcome(self):
        self.start(KEY_TEXT.replace("NAME", "one") + "\n---\n" + KEY_TEXT.replace("NAME", "two"))
        self.workspace.manifest(KEY_TEXT.replace("NAME", "one").replace("{name: one, a", "{name: uno, a"))
        self.hooks.fault(".*/outbound/app/delete", "reset-after", times=1)
        run, statuses = self.unknown(".*/outbound/app/update", "reset-after")
        self.assertEqual(statuses, {"Connection/one": "unknown", "Connection/two": "unknown"}, str(run))
        self.expect(self.workspace.apply(), 0)
        self.empty_plan()

    def test_what_depends_on_an_unknown_is_skipped_and_the_rest_is_done(self):
        big_project.seed_roles(self.workspace)
        self.workspace.manifest(CONNECTION_TEXT + "\n---\n" + RESOURCE_TEXT.replace(
            "values: [google]", "connections: [{connection: google, scopes: [s]}]") + "\n---\n" + APP_TEXT)
        self.hooks.owners({"s": ["google"]})
        _, statuses = self.unknown(".*/outbound/app/create", "status", status=503)
        self.assertEqual(statuses, {"Connection/google": "unknown", "InboundApp/partner": "done",
                                    "Resource/crm": "skipped"})
        self.clean()

    def test_a_truncated_answer_to_a_write_is_unknown(self):
        self.workspace.manifest(CONNECTION_TEXT)
        _, statuses = self.unknown(".*/outbound/app/create", "truncate")
        self.assertEqual(statuses, {"Connection/google": "unknown"})

    def test_a_refused_write_is_failed(self):
        self.workspace.manifest(CONNECTION_TEXT)
        _, statuses = self.unknown(".*/outbound/app/create", "status", status=400,
                                   body={"errorCode": "E011003", "message": "name is too short"})
        self.assertEqual(statuses, {"Connection/google": "failed"})

    def test_429_on_a_write_is_sent_again(self):
        self.workspace.manifest(CONNECTION_TEXT)
        for wait in (0, 1):
            self.hooks.fault(".*/outbound/app/create", "status", status=429, headers={"Retry-After": wait})
        since = self.workspace.mark()
        run = self.expect(self.workspace.apply("-o", "json"), 0)
        self.assertEqual([verb for _, verb, _ in writes(since())], ["create"] * 3)
        self.assertEqual(run.json["resource_changes"][0]["result"]["attempts"], 3)

    def test_429_without_end_is_exit_5(self):
        self.workspace.manifest(CONNECTION_TEXT)
        self.hooks.fault(".*", "status", status=429, times=999, headers={"Retry-After": 0})
        self.expect(self.workspace.run("plan"), 5)

    def test_a_wrong_key_is_exit_4(self):
        self.workspace.manifest(CONNECTION_TEXT)
        since = self.workspace.mark()
        self.expect(self.workspace.run("plan", key="K2wrong" + "y" * 30), 4)
        self.assertEqual(writes(since()), [])
        self.expect(self.workspace.apply(key="K2wrong" + "y" * 30), 4)
        self.assertEqual(writes(since()), [])

    def test_no_key_is_exit_4(self):
        self.workspace.manifest(CONNECTION_TEXT)
        self.expect(self.workspace.run("plan", key=""), 4)
        self.assertEqual(self.hooks.log, [])

    def test_a_server_that_is_not_there_is_exit_5(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.workspace.manifest(CONNECTION_TEXT)
        run = self.expect(self.workspace.run("plan", url=f"http://127.0.0.1:{port}"), 5)
        self.assertIn(f"127.0.0.1:{port}", run.err)

    def test_odd_answers_to_a_list_are_clear_errors(self):
        self.workspace.manifest(CONNECTION_TEXT)
        for action, word in (("html", "HTML"), ("not-json", "JSON"), ("truncate", ""), ("huge", "")):
            with self.subTest(action=action):
                self.hooks.rules.clear()
                self.hooks.fault(".*/outbound/apps", action, times=99)
                run = self.expect(self.workspace.run("plan"), 5)
                self.assertIn("/v1/mgmt/outbound/apps", run.err)
                self.assertIn(word, run.err)
                self.assertEqual(run.out, "")

    def test_a_list_of_another_shape_is_never_an_empty_project(self):
        self.start(CONNECTION_TEXT)
        for body in ({"apps": {}}, {"items": []}, [], {"apps": [1]}, {"apps": [{"name": "no id"}]}):
            with self.subTest(body=body):
                self.hooks.rules.clear()
                self.hooks.fault(".*/outbound/apps", "status", status=200, body=body, times=99)
                since = self.workspace.mark()
                self.assertNotEqual(self.workspace.apply().code, 0)
                self.assertEqual(writes(since()), [])

    def test_a_server_that_is_slow_runs_into_the_timeout(self):
        self.workspace.write("descopectl.yaml", (CONFIG % PROJECT).replace("timeoutSeconds: 5", "timeoutSeconds: 1")
                             .replace("retries: 3", "retries: 0"))
        self.workspace.manifest(CONNECTION_TEXT)
        self.hooks.fault(".*/outbound/apps", "slow", seconds=3, times=9)
        self.expect(self.workspace.run("plan"), 5)

    def test_roles_that_cannot_be_listed_are_not_needed(self):
        self.hooks.set_rbac(False)
        self.workspace.store.check_references = False
        self.workspace.manifest(ALL_TEXT)
        self.expect(self.workspace.apply(), 0)
        self.expect(self.workspace.run("plan", "--detailed-exitcode"), 0)


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
        self.assertEqual([item[:2] for item in writes(since())], [(CONNECTION, "create"), (RESOURCE, "delete")])

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
        since = self.workspace.mark()
        self.expect(self.workspace.apply("--project-id", "P2anotherProject000000000001"), 8)
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


class StateTest(StrictTest):
    def test_a_held_lock_is_exit_6_and_nothing_is_written(self):
        self.start(KEY_TEXT.replace("NAME", "one"))
        self.workspace.manifest(KEY_TEXT.replace("NAME", "two"))
        digest = hashlib.sha256(self.workspace.kept_text().encode()).hexdigest()
        since = self.workspace.mark()
        with open(self.workspace.state_path + ".lock", "a+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.expect(self.workspace.apply(), 6)
            self.expect(self.workspace.run("plan"), 0)
            self.expect(self.workspace.run("drift"), 0)
        self.assertEqual(writes(since()), [])
        self.assertEqual(hashlib.sha256(self.workspace.kept_text().encode()).hexdigest(), digest)

    def test_the_state_is_private(self):
        self.start(KEY_TEXT.replace("NAME", "one"))
        for name in os.listdir(self.workspace.path(".descopectl")):
            self.assertEqual(os.stat(self.workspace.path(".descopectl/" + name)).st_mode & 0o777, 0o600, name)

    def test_a_damaged_state_is_refused_and_not_overwritten(self):
        self.start(KEY_TEXT.replace("NAME", "one"))
        with open(self.workspace.state_path, "rb") as file:
            damaged = file.read().replace(b"Connection", b"Connectiom")
        with open(self.workspace.state_path, "wb") as file:
            file.write(damaged)
        since = self.workspace.mark()
        self.assertNotEqual(self.workspace.apply().code, 0)
        self.assertEqual(writes(since()), [])
        with open(self.workspace.state_path, "rb") as file:
            self.assertEqual(file.read(), damaged)

    def test_drift_names_causes_and_writes_nothing(self):
        names = ("live", "manifest", "both", "deleted")
        texts = [KEY_TEXT.replace("NAME", name).replace("appType", "description: first, appType") for name in names]
        self.start("\n---\n".join(texts))
        self.expect(self.workspace.run("drift"), 0)
        self.hooks.inject(CONNECTION, "live", "/description", "moved")
        self.hooks.inject(CONNECTION, "both", "/description", "moved")
        self.hooks.remove(CONNECTION, "deleted")
        self.hooks.seed(CONNECTION, {"id": "stray", "name": "Stray"})
        for index in (1, 2):
            texts[index] = texts[index].replace("first", "second")
        self.workspace.manifest("\n---\n".join(texts))
        since = self.workspace.mark()
        kept = self.workspace.kept_text()
        drift = self.expect(self.workspace.run("drift", "-o", "json"), 2).json
        causes = {item["address"].rsplit("/", 1)[1]: item["cause"] for item in drift["drift"]}
        self.assertEqual(causes.pop(next(name for name in causes if name.lower() == "stray")), "unmanaged")
        self.assertEqual(causes, {name: name for name in names})
        (live,) = [item for item in drift["drift"] if item["cause"] == "live"]
        self.assertEqual(live["changes"][0]["path"], "/description")
        self.assertEqual(drift["exit_code"], 2)
        self.assertEqual(writes(since()), [])
        self.assertEqual(self.workspace.kept_text(), kept)

    def test_drift_that_only_the_manifest_made_is_exit_0_unless_counted(self):
        self.start(KEY_TEXT.replace("NAME", "one"))
        self.workspace.manifest(KEY_TEXT.replace("NAME", "one").replace("appType", "description: x, appType"))
        self.expect(self.workspace.run("drift"), 0)
        self.expect(self.workspace.run("drift", "--count", "manifest"), 2)

    def test_drift_is_healed_by_apply(self):
        self.start(ALL_TEXT)
        self.hooks.inject(RESOURCE, "CRM", "/scopes/connectionsScopes/crm:read/description", "moved")
        self.expect(self.workspace.run("drift"), 2)
        self.expect(self.workspace.apply(), 0)
        self.clean()
        self.expect(self.workspace.run("drift"), 0)
        self.empty_plan()


class OutputTest(StrictTest):
    def check_plan(self, document):
        self.assertEqual(document["format_version"], "1.2")
        self.assertIsNone(document["terraform_version"])
        self.assertRegex(document["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
        for name in ("applyable", "complete", "errored"):
            self.assertIsInstance(document[name], bool)
        ours = document["descopectl"]
        self.assertEqual(set(ours["summary"]), {"create", "update", "replace", "delete", "adopt", "noop", "unmanaged"})
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
        self.workspace.manifest(ALL_TEXT.replace("values: [google]",
                                                 "connections: [{connection: google, scopes: [s]}]"))
        self.hooks.owners({"s": ["google"]})
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


if __name__ == "__main__":
    unittest.main(verbosity=2)
