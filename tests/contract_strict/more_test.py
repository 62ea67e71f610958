"""Situations that two or more rules of the contract meet in."""

import json
import os
import shutil
import threading

import big_project
from strict_server import CONNECTION, INBOUND, PROJECT, RESOURCE, TEMPLATE
from support import ALL_TEXT, APP_TEXT, CONNECTION_TEXT, KEY_TEXT, RESOURCE_ONLY, RESOURCE_TEXT, StrictTest
from support import without_time
from workspace import CONFIG, writes

DCR_TEXT = """kind: Connection
metadata: {name: dcr}
spec:
  name: Dcr
  description: First
  useDcr: true
  dcrUrl: https://dcr.example.com/register
  authorizationUrl: https://dcr.example.com/authorize
  tokenUrl: https://dcr.example.com/token
"""

TEMPLATE_TEXT = """kind: DynamicRegistrationTemplate
metadata: {name: shared}
spec:
  name: Shared
  loginPageURL: https://login.example.com/
  tags: [a]
"""

ROLE_TEXT = "kind: Role\nmetadata: {name: reader}\nspec: {name: Reader, description: Reads}"


def join(*texts):
    return "\n---\n".join(text.rstrip("\n") for text in texts)


class MoreTest(StrictTest):
    def stored(self, kind, name):
        return self.workspace.store.named(kind, name)

    def test_deeply_shuffled_lists_change_no_byte_of_the_plan(self):
        big_project.seed_roles(self.workspace)
        big_project.write(self.workspace)
        self.hooks.seed(CONNECTION, {"id": "a", "name": "A"})
        self.hooks.seed(CONNECTION, {"id": "b", "name": "A"})
        self.expect(self.workspace.apply(), 0)
        shutil.rmtree(self.workspace.path("descope"))
        big_project.write(self.workspace, apps=10, mcp=8)
        text = big_project.OAUTH_TEXT.format(n=1, half=0).replace("[read, write]", "[read, write, more]")
        oauth = self.workspace.path("descope/connections/oauth.yaml")
        with open(oauth, encoding="utf-8") as file:
            changed = file.read().replace(big_project.OAUTH_TEXT.format(n=1, half=1),
                                          text.replace('half: "0"', 'half: "1"'))
        self.workspace.write("descope/connections/oauth.yaml", changed)
        for name in ("plan", "drift"):
            outputs = []
            for seed in (None, 1, 2, 3):
                self.hooks.shuffle(seed)
                outputs.append(without_time(self.workspace.run(name, "-o", "json").out))
                self.assertEqual(outputs[0].split("\n"), outputs[-1].split("\n"))

    def test_text_beyond_ascii_and_escapes_survive(self):
        odd = 'Größe "q" \\ / 日本 🎉 \u2028 <&>'
        self.start(CONNECTION_TEXT.replace("description: Calendar", "description: " + json.dumps(odd, ensure_ascii=False)))
        self.assertEqual(self.stored(CONNECTION, "Google")["description"], odd)
        self.empty_plan()

    def test_answers_in_chunks_and_closed_connections_are_read(self):
        for style in ("chunked", "close", "silent-close"):
            with self.subTest(style=style):
                self.hooks.reset()
                shutil.rmtree(self.workspace.path(".descopectl"), ignore_errors=True)
                self.hooks.set_style(style)
                self.hooks.owners({"calendar.read": ["google"]})
                self.start(ALL_TEXT)
                self.empty_plan()
                self.hooks.inject(RESOURCE, "CRM", "/description", "moved")
                self.expect(self.workspace.apply(), 0)

    def test_a_chunked_list_that_ends_early_is_an_error(self):
        self.workspace.manifest(CONNECTION_TEXT)
        self.hooks.set_style("chunked")
        self.hooks.fault(".*/outbound/apps", "truncate", times=99)
        self.expect(self.workspace.run("plan"), 5)

    def test_a_dcr_connection_is_updated_without_a_difference_in_what_updates_drop(self):
        self.start(DCR_TEXT)
        self.empty_plan()
        self.workspace.manifest(DCR_TEXT.replace("First", "Second"))
        self.expect(self.workspace.apply(), 0)
        self.clean()
        stored = self.stored(CONNECTION, "Dcr")
        self.assertEqual((stored["description"], stored["useDcr"]), ("Second", True))
        self.empty_plan()
        self.workspace.manifest(DCR_TEXT.replace("First", "Second").replace("/register", "/elsewhere"))
        self.expect(self.workspace.apply(), 8)
        self.expect(self.workspace.apply("--allow-replace"), 0)
        self.assertEqual(self.stored(CONNECTION, "Dcr")["dcrUrl"], "https://dcr.example.com/elsewhere")
        self.empty_plan()

    def test_any_word_for_an_oauth_connection_is_equal(self):
        for live in ("custom", "", "oauth"):
            with self.subTest(live=live):
                self.hooks.reset()
                shutil.rmtree(self.workspace.path(".descopectl"), ignore_errors=True)
                self.hooks.set_app_type(live)
                self.start(CONNECTION_TEXT)
                self.empty_plan()
                self.workspace.manifest(CONNECTION_TEXT.replace("  name: Google", "  name: Google\n  appType: oauth"))
                self.empty_plan()

    def test_a_url_that_comes_back_changed_is_remembered(self):
        self.hooks.rewrite(INBOUND, "/logoUrl", "https://static.descope.com/hosted.png")
        text = APP_TEXT.replace("  description", "  logoUrl: https://partner.example.com/l.png\n  description")
        self.start(text)
        self.empty_plan()
        self.workspace.manifest(text.replace("A partner", "Our partner"))
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(len(writes(since())), 1)
        self.empty_plan()
        self.hooks.inject(INBOUND, "Partner", "/logoUrl", "https://else.example.com/x.png")
        self.expect(self.workspace.run("drift"), 2)
        self.expect(self.workspace.apply(), 0)
        self.empty_plan()

    def test_template_role_and_connection_come_before_the_resource(self):
        resource = RESOURCE_TEXT.rstrip() + """
    permissionsScopes:
      - {name: "crm:list", description: List, values: [Reader]}
  dynamicRegistrationSettings: {useTemplate: true, template: shared}
"""
        self.workspace.manifest(join(resource, CONNECTION_TEXT, TEMPLATE_TEXT, ROLE_TEXT))
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.clean()
        self.assertEqual(writes(since())[-1], (RESOURCE, "create", "CRM"))
        stored = self.stored(RESOURCE, "CRM")
        self.assertEqual(stored["dynamicRegistrationSettings"]["dynamicRegistrationTemplateId"],
                         self.stored(TEMPLATE, "Shared")["id"])
        self.empty_plan()
        since = self.workspace.mark()
        self.expect(self.workspace.run("destroy", "--auto-approve"), 0)
        self.clean()
        self.assertEqual(writes(since())[0][:2], (RESOURCE, "delete"))
        self.assertFalse(any(self.workspace.store.objects.values()))

    def test_a_scope_moves_to_a_new_connection_before_the_old_one_goes(self):
        self.start(join(CONNECTION_TEXT, RESOURCE_TEXT))
        self.hooks.owners({"mail.read": ["mail"]})
        mail = CONNECTION_TEXT.replace("google", "mail").replace("Google", "Mail")
        self.workspace.manifest(join(RESOURCE_TEXT.replace("connection: google", "connection: mail")
                                     .replace("calendar.read", "mail.read"), mail))
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.clean()
        self.assertEqual([item[:2] for item in writes(since())],
                         [(CONNECTION, "create"), (RESOURCE, "update"), (CONNECTION, "delete")])
        self.empty_plan()

    def test_a_connection_goes_after_the_scope_that_named_it(self):
        scope = "kind: McpScope\nmetadata: {name: s}\nspec:\n  resource: crm\n  name: extra\n" \
                "  connections: [{connection: google, scopes: [calendar.read]}]\n"
        keys = KEY_TEXT.replace("NAME", "key")
        self.start(join(RESOURCE_ONLY, scope, CONNECTION_TEXT, keys))
        self.assertEqual({item["name"] for item in self.stored(RESOURCE, "CRM")["scopes"]["connectionsScopes"]},
                         {"crm:read", "extra"})
        self.workspace.manifest(join(RESOURCE_ONLY, keys))
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.clean()
        self.assertEqual([item[:2] for item in writes(since())], [(RESOURCE, "update"), (CONNECTION, "delete")])
        self.assertEqual([item["name"] for item in self.stored(RESOURCE, "CRM")["scopes"]["connectionsScopes"]],
                         ["crm:read"])
        self.empty_plan()

    def test_deleting_what_an_unmanaged_object_leans_on_is_refused(self):
        keys = KEY_TEXT.replace("NAME", "key")
        self.start(join(CONNECTION_TEXT, keys))
        made = self.hooks.seed(RESOURCE, {"name": "Foreign", "type": "mcp", "uri": "https://foreign.example.com/mcp",
                                          "scopes": {"connectionsScopes": [{"name": "x", "values": ["google"]}]}})
        self.workspace.manifest(keys)
        since = self.workspace.mark()
        run = self.expect(self.workspace.apply(), 8)
        self.assertIn(made["resource"]["id"], run.err)
        self.assertEqual(writes(since()), [])

    def test_every_form_of_connection_scopes_is_written_and_read(self):
        for form, values in (("scope", ["calendar.read"]), ("id", ["google"]), ("id:scope", ["google:calendar.read"])):
            with self.subTest(form=form):
                self.hooks.reset()
                shutil.rmtree(self.workspace.path(".descopectl"), ignore_errors=True)
                self.hooks.owners({"calendar.read": ["google"]})
                config = (CONFIG % PROJECT).replace("connectionScopeFormat: scope", f"connectionScopeFormat: {form}")
                self.workspace.write("descopectl.yaml", config)
                self.start(ALL_TEXT)
                (item,) = self.stored(RESOURCE, "CRM")["scopes"]["connectionsScopes"]
                self.assertEqual(item["values"], values)
                self.empty_plan()

    def test_lives_form_of_connection_scopes_is_kept_where_it_means_the_same(self):
        self.start(ALL_TEXT)
        self.hooks.inject(RESOURCE, "CRM", "/scopes/connectionsScopes/crm:read/values", ["google:calendar.read"])
        self.empty_plan()
        self.workspace.manifest(ALL_TEXT.replace("The CRM", "Our CRM"))
        self.expect(self.workspace.apply(), 0)
        (item,) = self.stored(RESOURCE, "CRM")["scopes"]["connectionsScopes"]
        self.assertEqual(item["values"], ["google:calendar.read"])
        self.empty_plan()

    def test_the_unset_form_warns_once(self):
        self.workspace.write("descopectl.yaml", (CONFIG % PROJECT).replace("connectionScopeFormat: scope\n", ""))
        self.workspace.manifest(ALL_TEXT)
        run = self.expect(self.workspace.run("plan"), 0)
        self.assertEqual((run.out + run.err).count("unverified-encoding"), 1, str(run))

    def test_a_scope_item_that_live_keeps_in_another_list_stays_there(self):
        scope = "kind: McpScope\nmetadata: {name: s}\nspec: {resource: crm, name: plain, description: D}"
        resource = RESOURCE_ONLY.partition("  scopes:")[0]
        self.hooks.seed(RESOURCE, {"name": "CRM", "description": "The CRM", "type": "mcp",
                                   "uri": "https://crm.example.com/mcp",
                                   "scopes": {"attributesScopes": [{"name": "plain", "description": "D"}]}})
        self.workspace.manifest(join(resource, scope))
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(writes(since()), [])
        self.workspace.manifest(join(resource, scope.replace("description: D", "description: E")))
        self.expect(self.workspace.apply(), 0)
        scopes = self.stored(RESOURCE, "CRM")["scopes"]
        self.assertEqual(scopes["attributesScopes"][0]["description"], "E")
        self.assertFalse(scopes.get("connectionsScopes"))
        self.empty_plan()

    def test_a_lost_state_is_found_again_without_a_write(self):
        big_project.seed_roles(self.workspace)
        big_project.write(self.workspace)
        self.expect(self.workspace.apply(), 0)
        shutil.rmtree(self.workspace.path(".descopectl"))
        since = self.workspace.mark()
        plan = self.expect(self.workspace.run("plan", "-o", "json", "--detailed-exitcode"), 0).json
        self.assertEqual(plan["descopectl"]["summary"]["adopt"], 84)
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(writes(since()), [])
        self.empty_plan()

    def test_a_create_of_unknown_outcome_is_never_made_twice(self):
        for kind, path, text in ((CONNECTION, ".*/outbound/app/create", CONNECTION_TEXT),
                                 (RESOURCE, ".*/resource/create", RESOURCE_ONLY),
                                 (INBOUND, ".*/thirdparty/app/create", APP_TEXT)):
            for action in ("reset-before", "reset-after"):
                with self.subTest(kind=kind, action=action):
                    self.hooks.reset()
                    big_project.seed_roles(self.workspace)
                    shutil.rmtree(self.workspace.path(".descopectl"), ignore_errors=True)
                    self.workspace.manifest(text)
                    self.hooks.fault(path, action)
                    self.expect(self.workspace.apply(), 0)
                    self.assertEqual(len(self.workspace.store.objects[kind]), 1)
                    self.empty_plan()

    def test_ignored_fields_are_sent_once_and_then_lives(self):
        text = CONNECTION_TEXT.replace("{name: google}", "{name: google, lifecycle: {ignoreFields: [/description]}}")
        self.start(text)
        self.assertEqual(self.stored(CONNECTION, "Google")["description"], "Calendar")
        self.hooks.inject(CONNECTION, "Google", "/description", "theirs")
        self.empty_plan()
        self.workspace.manifest(text.replace("[a, b]", "[a, b, c]").replace("Calendar", "Other"))
        self.expect(self.workspace.apply(), 0)
        stored = self.stored(CONNECTION, "Google")
        self.assertEqual((stored["description"], len(stored["defaultScopes"])), ("theirs", 3))

    def test_on_removal_keep_lets_go(self):
        kept = KEY_TEXT.replace("NAME", "one").replace("{name: one}", "{name: one, lifecycle: {onRemoval: keep}}")
        other = KEY_TEXT.replace("NAME", "two")
        self.start(join(kept, other))
        self.workspace.manifest(other)
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(writes(since()), [])
        plan = self.workspace.run("plan", "-o", "json").json
        self.assertEqual([item["live_id"] for item in plan["descopectl"]["unmanaged"]], ["one"])

    def test_a_new_handle_on_the_same_object_is_a_move(self):
        self.start(RESOURCE_ONLY)
        self.workspace.manifest(RESOURCE_ONLY.replace("{name: crm}", "{name: sales}"))
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(writes(since()), [])
        self.workspace.manifest(RESOURCE_ONLY.replace("{name: crm}", "{name: sales}").replace("The CRM", "Sales"))
        self.expect(self.workspace.apply(), 0)
        self.assertEqual([item[1] for item in writes(since())], ["update"])

    def test_an_inbound_apps_create_only_fields_are_never_in_an_update(self):
        text = APP_TEXT.replace("  description", "  clientId: partner-client\n  clientSecret: {fromEnv: GOOGLE_SECRET}\n"
                                "  consentFlowId: consent\n  description")
        self.start(text)
        self.assertEqual(self.stored(INBOUND, "Partner")["clientId"], "partner-client")
        self.empty_plan()
        self.workspace.manifest(text.replace("A partner", "Our partner"))
        self.expect(self.workspace.apply(), 0)
        self.clean()
        self.workspace.secret("GOOGLE_SECRET", "another-planted-secret-4711-0815")
        since = self.workspace.mark()
        run = self.workspace.apply()
        self.assertNotEqual(run.code, 0)
        self.assertIn("rotate", run.err + run.out)
        self.assertEqual(writes(since()), [])

    def test_a_public_app_becomes_confidential_by_replacement_only(self):
        text = APP_TEXT.replace("  description", "  nonConfidentialClient: true\n  description")
        self.start(text)
        client = self.stored(INBOUND, "Partner")["clientId"]
        self.hooks.inject(INBOUND, "Partner", "/logoUrl", "https://x.example.com/l.png")
        self.workspace.manifest(text.replace("nonConfidentialClient: true", "nonConfidentialClient: false"))
        self.expect(self.workspace.apply(), 8)
        self.expect(self.workspace.apply("--allow-replace"), 0)
        self.clean()
        stored = self.stored(INBOUND, "Partner")
        self.assertEqual(stored["clientId"], client)
        self.assertEqual(stored["logoUrl"], "https://x.example.com/l.png")
        self.assertFalse(stored.get("nonConfidentialClient"))
        self.empty_plan()

    def test_many_owned_objects_gone_stop_the_run(self):
        self.start(join(*(KEY_TEXT.replace("NAME", name) for name in "abcd")))
        for name in "abc":
            self.hooks.remove(CONNECTION, name)
        since = self.workspace.mark()
        run = self.expect(self.workspace.apply(), 8)
        self.assertIn("--allow-recreate", run.err)
        self.assertEqual(writes(since()), [])
        self.expect(self.workspace.apply("--allow-recreate", "3"), 0)

    def test_an_object_missing_from_a_list_is_looked_for_before_it_is_made_again(self):
        self.start(join(KEY_TEXT.replace("NAME", "a"), KEY_TEXT.replace("NAME", "b")))
        items = [item for item in self.workspace.store.listed(CONNECTION) if item["id"] == "a"]
        self.hooks.fault(".*/outbound/apps", "status", status=200, body={"apps": items}, times=1)
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(writes(since()), [])

    def test_a_delete_of_what_is_gone_is_done(self):
        self.start(join(KEY_TEXT.replace("NAME", "a"), KEY_TEXT.replace("NAME", "b")))
        self.workspace.manifest(KEY_TEXT.replace("NAME", "a"))
        self.hooks.fault(".*/outbound/app/delete", "status-after", status=404,
                         body={"errorCode": "E151002", "message": "not found"})
        self.expect(self.workspace.apply(), 0)

    def test_a_delete_that_did_not_happen_is_found_out(self):
        self.start(join(KEY_TEXT.replace("NAME", "a"), KEY_TEXT.replace("NAME", "b")))
        self.workspace.manifest(KEY_TEXT.replace("NAME", "a"))
        self.hooks.fault(".*/outbound/app/delete", "status", status=200, body={})
        run = self.expect(self.workspace.apply(), 9)
        self.assertIn("Connection/b was deleted, but it is still there (live id 'b') [not-applied]", str(run))
        self.expect(self.workspace.apply(), 0)
        self.empty_plan()

    def test_json_documents_stand_on_stdout_for_every_exit(self):
        self.workspace.manifest(CONNECTION_TEXT)
        wrong = self.workspace.run("plan", "-o", "json", key="K2wrong" + "z" * 30)
        gone = self.workspace.run("plan", "-o", "json", url="http://127.0.0.1:9")
        self.hooks.fault(".*/outbound/app/create", "status", status=400)
        failed = self.workspace.apply("-o", "json")
        refused = self.workspace.run("apply", "-o", "json")
        for run, code in ((wrong, 4), (gone, 5), (failed, 9), (refused, 8)):
            self.expect(run, code)
            document = run.json
            self.assertEqual(document.get("descopectl", document)["exit_code"], code, run.out)

    def test_a_report_file_is_the_same_document(self):
        os.makedirs(self.workspace.path("reports"))
        self.workspace.manifest(CONNECTION_TEXT)
        run = self.workspace.apply("-o", "json", "--report", "json=reports/a.json")
        with open(self.workspace.path("reports/a.json"), encoding="utf-8") as file:
            self.assertEqual(file.read(), run.out)

    def test_removed_members_of_a_whole_list_are_drift(self):
        self.start(APP_TEXT)
        self.hooks.inject(INBOUND, "Partner", "/approvedCallbackUrls",
                          ["https://evil.example.com/", "https://partner.example.com/cb"])
        self.expect(self.workspace.run("drift"), 2)
        self.expect(self.workspace.apply(), 0)
        self.assertEqual(self.stored(INBOUND, "Partner")["approvedCallbackUrls"], ["https://partner.example.com/cb"])

    def test_extra_fields_are_sent_diffed_and_read_back(self):
        text = CONNECTION_TEXT + "  extraFields: {tomorrow: [1]}\n"
        self.workspace.manifest(text)
        run = self.expect(self.workspace.apply(), 9)
        self.assertIn("tomorrow", run.out + run.err)
        self.assertEqual(self.workspace.store.objects[CONNECTION], {})

    def test_a_list_that_never_shows_what_was_made_is_not_a_second_create(self):
        self.hooks.set_lag(0)
        self.start(KEY_TEXT.replace("NAME", "a"))
        self.hooks.set_lag(6)
        self.workspace.manifest(join(KEY_TEXT.replace("NAME", "a"), KEY_TEXT.replace("NAME", "b")))
        since = self.workspace.mark()
        self.workspace.apply()
        self.workspace.apply()
        self.assertEqual([item for item in writes(since()) if item[1] == "create"], [(CONNECTION, "create", "b")])

    def test_validate_calls_nothing(self):
        self.workspace.manifest(ALL_TEXT)
        self.expect(self.workspace.run("validate"), 0)
        self.assertEqual(self.hooks.log, [])

    def test_live_that_moves_between_plan_and_write_is_not_overwritten(self):
        self.start(join(KEY_TEXT.replace("NAME", "a"), CONNECTION_TEXT))
        self.workspace.manifest(join(KEY_TEXT.replace("NAME", "a").replace("appType", "description: x, appType"),
                                     CONNECTION_TEXT.replace("Calendar", "Calendars")))
        self.hooks.fault(".*/outbound/app/update", "slow", seconds=11, times=1)
        self.workspace.write("descopectl.yaml", (CONFIG % PROJECT).replace("timeoutSeconds: 5", "timeoutSeconds: 30"))
        threading.Timer(2, lambda: self.hooks.inject(CONNECTION, "Google", "/description", "theirs")).start()
        run = self.workspace.apply("--parallelism", "1")
        self.assertEqual(self.stored(CONNECTION, "Google")["description"], "theirs", str(run))
        self.expect(run, 7)
