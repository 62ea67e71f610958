"""examples/pipelines: the files parse, the script that keeps the state on a branch does what it says, and linters agree
where they are installed (systemd-analyze, actionlint)."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

PIPELINES = pathlib.Path(__file__).resolve().parents[2] / "examples/pipelines"
PROGRAM = os.environ["DESCOPECTL_BINARY"]
MANIFEST = "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: a}\nspec: {name: A}\n"
CONFIG = ("apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope]\nhttp: {settleSeconds: 1}\n"
          "environments: {production: {}}\n")


class Formats(unittest.TestCase):
    def test_yaml_parses(self):
        files = [file for file in PIPELINES.rglob("*") if file.suffix in (".yml", ".yaml")]
        self.assertEqual(len(files), 3)
        for file in files:
            self.assertIsInstance(yaml.safe_load(file.read_text()), dict, file)

    def test_the_crontab_has_its_columns(self):
        lines = (PIPELINES / "cron/descopectl-drift").read_text().splitlines()
        jobs = [line for line in lines if line and line[0] in "*0123456789"]
        self.assertEqual(len(jobs), 1)
        columns = jobs[0].split(None, 6)
        self.assertEqual(columns[5], "descope", "a file of /etc/cron.d names its user")
        self.assertNotIn("%", jobs[0], "cron makes a newline of it")
        subprocess.run(["sh", "-n", "-c", columns[6]], check=True)

    def test_scripts_parse(self):
        subprocess.run(["sh", "-n", str(PIPELINES / "state-branch.sh")], check=True)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd-analyze")
    def test_units_are_what_systemd_takes(self):
        with tempfile.TemporaryDirectory() as folder:
            for file in (PIPELINES / "systemd").iterdir():
                text = file.read_text().replace("/usr/local/bin/descopectl", PROGRAM)
                (pathlib.Path(folder) / file.name).write_text(text)
            result = subprocess.run(
                ["systemd-analyze", "verify", "--man=no", "descopectl-drift.service", "descopectl-drift.timer"],
                cwd=folder, capture_output=True, text=True, check=False)
            ours = [line for line in result.stderr.splitlines() if "descopectl-drift" in line]
            self.assertEqual(ours, [])

    @unittest.skipUnless(shutil.which("actionlint"), "needs actionlint")
    def test_the_workflow_is_what_github_takes(self):
        result = subprocess.run(["actionlint", "-no-color", str(PIPELINES / "github/descope.yml")], capture_output=True,
                                text=True, check=False)
        self.assertEqual(result.stdout, "")


class StateBranch(unittest.TestCase):
    """As a pipeline does: every run in a fresh clone."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.environment = {"PATH": os.environ["PATH"], "HOME": folder.name, "GIT_CONFIG_NOSYSTEM": "1",
                            "GIT_TERMINAL_PROMPT": "0"}
        self.git(self.root, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
        first = self.clone("first")
        (first / "descope").mkdir()
        (first / "descope/a.yaml").write_text(MANIFEST)
        (first / "descopectl.yaml").write_text(CONFIG)
        self.git(first, "add", ".")
        self.git(first, "-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "--quiet", "-m", "first")
        self.git(first, "push", "--quiet", "origin", "HEAD:main")

    def call(self, folder, *words):
        return subprocess.run(words, cwd=folder, env=self.environment, capture_output=True, text=True, check=False)

    def git(self, folder, *words):
        result = self.call(folder, "git", *words)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def clone(self, name):
        self.git(self.root, "clone", "--quiet", str(self.root / "remote.git"), name)
        return self.root / name

    def state(self, folder, verb):
        return self.call(folder, str(PIPELINES / "state-branch.sh"), verb)

    def fetch(self, folder):
        result = self.state(folder, "fetch")
        self.assertEqual(result.returncode, 0, result.stderr)

    def apply(self, folder):
        return self.call(folder, PROGRAM, "apply", "--sandbox", "--env", "production", "--auto-approve", "--state",
                         ".descope-state/production.json")

    def test_carries_the_state_from_one_run_to_the_next(self):
        one = self.clone("one")
        self.fetch(one)
        self.assertEqual([file.name for file in (one / ".descope-state").iterdir()], [".git"])
        self.assertEqual(self.apply(one).returncode, 0)
        saved = self.state(one, "save")
        self.assertEqual(saved.returncode, 0, saved.stderr)
        two = self.clone("two")
        self.fetch(two)
        self.assertEqual((two / ".descope-state/production.json").read_bytes(),
                         (one / ".descope-state/production.json").read_bytes())
        self.assertFalse((two / ".descope-state/descope").exists(), "the branch holds nothing but states")
        shutil.copytree(one / ".descopectl", two / ".descopectl")  # the sandbox: one project for both
        plan = self.call(two, PROGRAM, "plan", "--sandbox", "--env", "production", "--detailed-exitcode", "--state",
                         ".descope-state/production.json")
        self.assertEqual(plan.returncode, 0, plan.stdout + plan.stderr)
        self.fetch(two)  # a clone that stays takes what is there now
        self.assertEqual(self.call(two, "git", "status", "--porcelain", "--", ".descope-state").stdout, "")
        again = self.state(two, "save")
        self.assertEqual((again.returncode, again.stdout), (0, "The state is as it was.\n"))

    def test_carries_a_plan_from_the_merge_request_to_the_merge(self):
        request, merge = self.clone("request"), self.clone("merge")
        self.fetch(request)
        state = ".descope-state/production.json"
        plan = self.call(request, PROGRAM, "plan", "--sandbox", "--env", "production", "--state", state, "--out",
                         "descope.plan")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        shutil.copy(request / "descope.plan", merge / "descope.plan")
        self.fetch(merge)
        apply = self.call(merge, PROGRAM, "apply", "descope.plan", "--sandbox", "--state", state)
        self.assertEqual(apply.returncode, 0, apply.stderr)
        self.assertEqual(self.state(merge, "save").returncode, 0)
        again = self.call(merge, PROGRAM, "apply", "descope.plan", "--sandbox", "--state", state)
        self.assertEqual(again.returncode, 7, again.stderr)

    def test_refuses_a_state_that_is_not_on_top_of_the_last(self):
        one, two = self.clone("one"), self.clone("two")
        for folder in (one, two):
            self.fetch(folder)
            self.assertEqual(self.apply(folder).returncode, 0)
        self.assertEqual(self.state(one, "save").returncode, 0)
        self.assertNotEqual(self.state(two, "save").returncode, 0)

    def test_takes_trouble_with_the_remote_for_no_empty_state(self):
        one = self.clone("one")
        shutil.rmtree(self.root / "remote.git")
        result = self.state(one, "fetch")
        self.assertEqual(result.returncode, 1)
        self.assertIn("can't be asked", result.stderr)
        self.assertFalse((one / ".descope-state").exists())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
