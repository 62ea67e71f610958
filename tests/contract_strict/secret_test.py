"""Secrets are sent when they change, and shown never."""

import os

import big_project
from strict_server import CONNECTION, INBOUND
from support import ALL_TEXT, APP_TEXT, CONNECTION_TEXT, StrictTest
from workspace import writes


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
        for blank in ("", " \n"):
            self.workspace.environment["GOOGLE_SECRET"] = blank
            self.workspace.manifest(CONNECTION_TEXT)
            since = self.workspace.mark()
            self.expect(self.workspace.apply(), 3)
            self.assertEqual(writes(since()), [])
        self.workspace.secret("GOOGLE_SECRET", "planted-google-secret-0123456789")
        self.start(CONNECTION_TEXT)
        self.workspace.environment["GOOGLE_SECRET"] = ""
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
                    self.assertIn("E011003", run.out + run.err)

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
