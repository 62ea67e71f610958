"""A server that fails, refuses, cuts off or answers nonsense."""

import re
import socket

import big_project
from strict_server import CONNECTION, PROJECT
from support import ALL_TEXT, CONNECTION_TEXT, KEY_TEXT, StrictTest
from workspace import CONFIG, writes


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

    def apply_with(self, path, action, code=0, **more):
        """An apply in which the first request to `path` goes wrong: how many went there, and the statuses."""
        since = self.workspace.mark()
        self.hooks.fault(path, action, times=1, **more)
        run = self.expect(self.workspace.apply("-o", "json"), code)
        sent = len([entry for entry in since() if re.fullmatch(path, entry["path"])])
        results = {item["address"]: item["result"] for item in run.json["resource_changes"] if item.get("result")}
        return sent, {address: result["status"] for address, result in results.items()}

    def test_a_create_answered_503_is_looked_up_and_sent_again(self):
        self.workspace.manifest(CONNECTION_TEXT)
        sent, statuses = self.apply_with(".*/outbound/app/create", "status", status=503)
        self.assertEqual((sent, statuses), (2, {"Connection/google": "done"}))
        self.empty_plan()

    def test_a_create_reset_after_its_effect_is_taken_over(self):
        self.workspace.manifest(CONNECTION_TEXT)
        sent, statuses = self.apply_with(".*/outbound/app/create", "reset-after")
        self.assertEqual((sent, statuses), (1, {"Connection/google": "done"}))
        self.assertEqual(list(self.workspace.store.objects[CONNECTION]), ["google"])
        self.empty_plan()

    def test_a_create_reset_before_its_effect_is_sent_again(self):
        self.workspace.manifest(CONNECTION_TEXT)
        sent, statuses = self.apply_with(".*/outbound/app/create", "reset-before")
        self.assertEqual((sent, statuses), (2, {"Connection/google": "done"}))

    def test_a_create_whose_answer_is_cut_is_taken_over(self):
        self.workspace.manifest(CONNECTION_TEXT)
        sent, statuses = self.apply_with(".*/outbound/app/create", "truncate")
        self.assertEqual((sent, statuses), (1, {"Connection/google": "done"}))

    def test_an_update_and_a_delete_whose_answers_are_lost(self):
        self.start(KEY_TEXT.replace("NAME", "one") + "\n---\n" + KEY_TEXT.replace("NAME", "two"))
        self.workspace.manifest(KEY_TEXT.replace("NAME", "one").replace("{name: one, a", "{name: uno, a"))
        self.hooks.fault(".*/outbound/app/delete", "reset-after", times=1)
        sent, statuses = self.apply_with(".*/outbound/app/update", "reset-after")
        self.assertEqual((sent, statuses), (1, {"Connection/one": "done", "Connection/two": "done"}))
        self.empty_plan()

    def test_what_cannot_be_looked_up_is_unknown_and_what_depends_on_it_is_skipped(self):
        big_project.seed_roles(self.workspace)
        self.workspace.manifest(ALL_TEXT)
        self.hooks.fault(".*/outbound/app/google", "status", status=503, times=99)
        sent, statuses = self.apply_with(".*/outbound/app/create", "reset-after", code=9)
        self.assertEqual(sent, 1)
        self.assertEqual(statuses, {"Connection/google": "unknown", "InboundApp/partner": "done",
                                    "Resource/crm": "skipped"})
        self.hooks.rules.clear()
        self.expect(self.workspace.apply(), 0)
        self.empty_plan()

    def test_a_refused_write_is_failed(self):
        self.workspace.manifest(CONNECTION_TEXT)
        sent, statuses = self.apply_with(".*/outbound/app/create", "status", code=9, status=400,
                                         body={"errorCode": "E011003", "message": "name is too short"})
        self.assertEqual((sent, statuses), (1, {"Connection/google": "failed"}))

    def test_429_on_a_write_is_sent_again(self):
        self.workspace.manifest(CONNECTION_TEXT)
        for wait in (0, 1):
            self.hooks.fault(".*/outbound/app/create", "status", status=429, headers={"Retry-After": wait})
        since = self.workspace.mark()
        self.expect(self.workspace.apply(), 0)
        self.assertEqual([verb for _, verb, _ in writes(since())], ["create"] * 3)

    def test_every_try_of_a_write_is_counted(self):
        self.workspace.manifest(CONNECTION_TEXT)
        self.hooks.fault(".*/outbound/app/create", "status", times=2, status=429, headers={"Retry-After": 0})
        run = self.expect(self.workspace.apply("-o", "json"), 0)
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
        for body in ({"apps": {}}, [], "apps", {"apps": [1]}, {"apps": [{"name": "no id"}]}):
            with self.subTest(body=body):
                self.hooks.rules.clear()
                self.hooks.fault(".*/outbound/apps", "status", status=200, body=body, times=99)
                since = self.workspace.mark()
                self.assertNotEqual(self.workspace.apply().code, 0)
                self.assertEqual(writes(since()), [])

    def test_a_list_without_its_member_is_no_reason_to_create_again(self):
        # Printers of protobuf leave an empty list out, so that this is no error; but what was owned is looked for.
        self.start(CONNECTION_TEXT)
        self.hooks.fault(".*/outbound/apps", "status", status=200, body={"items": []}, times=99)
        since = self.workspace.mark()
        self.workspace.apply()
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
