"""The state file, its lock, and drift."""

import fcntl
import hashlib
import os

from strict_server import CONNECTION, RESOURCE
from support import ALL_TEXT, KEY_TEXT, StrictTest
from workspace import writes


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
