"""Policies, templates, roles and permissions against the strict server: what is sent, and in which order."""

from strict_server import INBOUND, PERMISSION, POLICY, RESOURCE, ROLE, TEMPLATE
from support import StrictTest
from workspace import writes

APP = "kind: InboundApp\nmetadata: {name: a}\nspec: {name: A}"
RESOURCE_LINE = ('kind: Resource\nmetadata: {{name: r}}\nspec: {{name: R, type: api, uri: "{uri}", '
                 "scopes: {{permissionsScopes: [{scopes}]}}}}")
POLICY_LINE = ("kind: ResourcePolicy\nmetadata: {{name: p}}\n"
               "spec: {{inboundApp: a, resource: r, userAccessScopes: [{scopes}]}}")
TEMPLATE_TEXT = "kind: DynamicRegistrationTemplate\nmetadata: {name: t}\nspec: {name: T, tags: [x]}"


def resource(*scopes, uri="https://r.example.com/"):
    return RESOURCE_LINE.format(uri=uri, scopes=", ".join("{name: %s}" % scope for scope in scopes))


def policy(*scopes):
    return POLICY_LINE.format(scopes=", ".join(scopes))


def role(name, *permissions):
    return "kind: Role\nmetadata: {name: role}\nspec: {name: %s, permissionNames: [%s]}" % (name, ", ".join(permissions))


def permission(name):
    return "kind: Permission\nmetadata: {name: perm}\nspec: {name: %s}" % name


def join(*texts):
    return "\n---\n".join(texts)


class RbacPolicyTest(StrictTest):
    def verbs(self, entries):
        return [(kind, verb) for kind, verb, _ in writes(entries)]

    def change(self, *texts, more=()):
        since = self.workspace.mark()
        self.workspace.manifest(join(*texts))
        self.expect(self.workspace.apply(*more), 0)
        self.clean()
        self.empty_plan()
        return self.verbs(since())

    def test_a_policy_is_made_last_changed_flat_and_deleted_by_its_pair(self):
        self.start(join(APP, resource("s"), policy("s")))
        self.assertEqual(self.verbs(self.hooks.log)[-1], (POLICY, "create"))
        self.empty_plan()
        self.assertEqual(self.change(APP, resource("s", "t"), policy("s", "t")),
                         [(RESOURCE, "update"), (POLICY, "update")])
        self.assertEqual(self.change(APP, resource("s"), policy("s")), [(POLICY, "update"), (RESOURCE, "update")])
        self.assertEqual(self.change(APP, resource("s"), more=("--allow-empty-kind", "ResourcePolicy")),
                         [(POLICY, "delete")])

    def test_a_policy_on_a_replaced_resource_is_deleted_before_and_made_after(self):
        self.start(join(APP, resource("s"), policy("s")))
        self.assertEqual(
            self.change(APP, resource("s", uri="https://other.example.com/"), policy("s"), more=("--allow-replace",)),
            [(POLICY, "delete"), (RESOURCE, "delete"), (RESOURCE, "create"), (POLICY, "create")])

    def test_what_only_a_lagging_list_can_tell_is_waited_for(self):
        """Roles and policies can't be loaded by their ids: a list that does not show them yet is no deletion."""
        self.hooks.set_lag(0.4)
        self.workspace.manifest(join(APP, resource("s"), policy("s"), role("Reader")))
        self.expect(self.workspace.apply(), 0)
        self.hooks.remove_from_lists(POLICY, 0.4)
        self.hooks.remove_from_lists(ROLE, 0.4)
        run = self.expect(self.workspace.run("plan", "--detailed-exitcode"), 0)
        self.assertIn("No changes.", run.out)

    def test_policies_are_listed_once_for_each_app(self):
        self.start(join(APP, resource("s"), policy("s")))
        calls = [entry["path"] for entry in self.empty_plan()]
        self.assertEqual(calls.count("/v1/mgmt/resourcepolicy/app/load"), 1)

    def test_a_template_is_updated_in_its_wrapper(self):
        self.start(TEMPLATE_TEXT)
        self.assertEqual(self.change(TEMPLATE_TEXT.replace("[x]", "[x, y], description: D")), [(TEMPLATE, "update")])
        stored = self.workspace.store.named(TEMPLATE, "T")
        self.assertEqual((stored["tags"], stored["description"], stored["version"]), (["x", "y"], "D", "2"))

    def test_a_permission_comes_before_the_role_that_names_it_and_leaves_after_it(self):
        self.hooks.seed(ROLE, {"name": "Other"})
        self.start(join(role("Reader", "Read"), permission("Read")))
        self.assertEqual(self.verbs(self.hooks.log), [(PERMISSION, "create"), (ROLE, "create")])
        self.empty_plan()
        done = self.change(APP, more=("--allow-empty-kind", "Role", "--allow-empty-kind", "Permission"))
        self.assertEqual([step for step in done if step[0] != INBOUND], [(ROLE, "delete"), (PERMISSION, "delete")])

    def test_a_renamed_role_goes_before_the_scopes_that_carry_its_new_name(self):
        scoped = resource("s").replace("{name: s}", "{name: s, values: [%s]}")
        self.hooks.seed(ROLE, {"name": "Other"})
        self.start(join(role("Reader"), scoped % "Reader"))
        self.assertEqual(self.change(role("Viewer"), scoped % "Viewer"), [(ROLE, "update"), (RESOURCE, "update")])
        self.assertEqual(self.workspace.store.named(ROLE, "Viewer")["name"], "Viewer")
        self.workspace.manifest(join(role("Watcher"), scoped % "Viewer"))
        run = self.expect(self.workspace.run("plan"), 3)
        self.assertIn("'Viewer' is the old name of Role/role, which is renamed in this run [renamed-role]", run.err)
