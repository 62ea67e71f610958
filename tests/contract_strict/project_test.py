"""A project of 120 objects: what is sent for it, in which order, and how little."""

import json
import os
import shutil
import time

import big_project
from strict_server import CONNECTION, INBOUND, RESOURCE
from support import KEY_TEXT, StrictTest, without_time
from workspace import is_list_call, writes


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
        self.assertIn("Apply complete! Resources: 0 added, 0 changed, 0 destroyed.", run.out)

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
