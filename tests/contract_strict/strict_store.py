"""The objects behind the strict server: create, update, delete, references, as the vendor documents them."""

import copy
import random
import threading
import time

CONNECTION, RESOURCE, INBOUND, TEMPLATE = "connection", "resource", "inbound", "template"
ROLE, PERMISSION, POLICY = "role", "permission", "policy"
ITEM_SCHEMA = {
    CONNECTION: "OutboundApp",
    RESOURCE: "Resource",
    INBOUND: "ThirdPartyApplication",
    TEMPLATE: "DynamicRegistrationTemplate",
    ROLE: "Role",
    PERMISSION: "Permission",
    POLICY: "ResourcePolicy",
}
SERVER_SET = {
    CONNECTION: {"id"},
    RESOURCE: {"id", "version", "createdTime", "modifiedTime"},
    INBOUND: {"id", "clientId", "nonConfidentialClient", "dynamic", "status", "skipConsentScreen", "useResources"},
    TEMPLATE: {"id", "version", "createdTime", "modifiedTime"},
    ROLE: {"id", "createdTime"},
    PERMISSION: {"id", "systemDefault"},
    POLICY: {"version", "createdTime", "modifiedTime"},
}
WRITE_ONLY = {"clientSecret", "consentFlowId"}
WRAPPER = {CONNECTION: "app", RESOURCE: "resource", TEMPLATE: "template"}
ANSWERED_UNDER = dict(WRAPPER, **{POLICY: "resourcePolicy"})  # what a write answers; its request may be flat
PAIR = ("thirdPartyApplicationId", "resourceId")  # a policy has no id and no name


class Api(Exception):
    """An error answer."""

    def __init__(self, status, code, text):
        super().__init__(text)
        self.status, self.code, self.text = status, code, text

    def body(self):
        return {"errorCode": self.code, "errorDescription": "Refused", "errorMessage": self.text, "message": self.text}


def parts_of(pointer):
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def put(value, pointer, member):
    """Sets `pointer` in `value`; in a list a part is the item's index or its name."""
    *path, last = parts_of(pointer)
    for part in path:
        value = step(value, part)
    if isinstance(value, list):
        value[int(last)] = member
    else:
        value[last] = member


def step(value, part):
    if isinstance(value, list):
        if part.isdigit():
            return value[int(part)]
        return next(item for item in value if item.get("name") == part)
    return value.setdefault(part, {})


def get(value, pointer):
    for part in parts_of(pointer):
        if isinstance(value, list):
            value = step(value, part)
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def shuffled(source, value):
    """`value` with its lists and the members of its objects in another order, at every depth."""
    if isinstance(value, dict):
        members = list(value.items())
        source.shuffle(members)
        return {name: shuffled(source, member) for name, member in members}
    if isinstance(value, list):
        items = [shuffled(source, item) for item in value]
        source.shuffle(items)
        return items
    return value


class Store:
    """The objects, with the rules of create, update and delete. One lock holds all of it."""

    def __init__(self, extract):
        self.extract = extract
        self.lock = threading.RLock()
        self.reset()

    def reset(self):
        with getattr(self, "lock", threading.RLock()):
            self.objects = {kind: {} for kind in ITEM_SCHEMA}
            self.secrets = {}
            self.accepted = set()  # pointers of members beyond the extract that updates take
            self.kept = []  # (kind, name, pointer) that an update answers 200 to and keeps
            self.rewritten = []  # (kind, pointer, value): what becomes of a field that was written
            self.app_type = "oauth"  # of a connection that was made without one
            self.scope_owner = {}  # provider scope -> the connections of which one must exist
            self.violations = []
            self.check_references = True
            self.emit_zero = True
            self.history = {kind: [(0.0, {})] for kind in ITEM_SCHEMA}
            self.counter = 0
            self.random = random.Random(7)

    def identifier(self, prefix, length=27):
        alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return prefix + "".join(self.random.choice(alphabet) for _ in range(length))

    def note(self, kind):
        self.history[kind].append((time.monotonic(), dict(self.objects[kind])))

    def create(self, kind, body):
        body = {name: value for name, value in body.items() if value is not None}
        secret = body.pop("clientSecret", None)
        stored = copy.deepcopy(body)
        if kind == POLICY:
            return self._create_policy(stored)
        if not stored.get("name"):
            raise Api(400, "E011002", "name is required")
        now = str(int(time.time() * 1000))
        if kind == CONNECTION:
            stored["id"] = stored.get("id") or self.identifier("", 20)
            if stored["id"] in self.objects[kind]:
                raise Api(409, "E151001", "outbound application already exists")
            stored.setdefault("appType", self.app_type)
        elif kind == RESOURCE:
            self._taken(kind, "uri", stored)
            stored.update(id=self.identifier("RS"), version="1", createdTime=now, modifiedTime=now)
        elif kind == TEMPLATE:
            stored.update(id=self.identifier("DT"), version="1", createdTime=now, modifiedTime=now)
        elif kind == INBOUND:
            self._taken(kind, "name", stored)
            stored["id"] = self.identifier("TPA")
            stored["clientId"] = stored.get("clientId") or self.identifier("VVB", 40)
            stored.update(dynamic=False, status="active", skipConsentScreen=False, useResources=False)
            secret = "" if stored.get("nonConfidentialClient") else secret or self.identifier("s", 40)
        else:
            self._taken(kind, "name", stored)
            stored["id"] = self.identifier("ROL" if kind == ROLE else "PERM")
        self._rewrite(kind, stored)
        self._references(kind, stored)
        self.objects[kind][stored["id"]] = stored
        self.secrets[kind, stored["id"]] = secret or ""
        self.note(kind)
        if kind == INBOUND:
            return {"id": stored["id"], "cleartext": secret, "clientId": stored["clientId"]}
        return self._answer(kind, stored)

    def create_by_template(self, kind, body):
        template = body.get("templateId")
        if not template:
            raise Api(400, "E011002", "templateId is required")
        whole = {"name": template, "authorizationUrl": f"https://{template}.example.com/", "pkce": True}
        whole.update({name: value for name, value in body.items() if name not in ("templateId", "overrides")})
        whole.update(body.get("overrides") or {})
        return self.create(kind, whole)

    def create_by_preset(self, kind, body):
        preset = body.get("dcrPresetId")
        if not preset:
            raise Api(400, "E011002", "dcrPresetId is required")
        return self.create(kind, {"name": preset, "useDcr": True, "dcrUrl": f"https://{preset}.example.com/register",
                                  "tenantId": body.get("tenantId")})

    def _create_policy(self, stored):
        if not all(stored.get(name) for name in PAIR):
            raise Api(400, "E011002", "thirdPartyApplicationId and resourceId are required")
        key = tuple(stored[name] for name in PAIR)
        if key in self.objects[POLICY]:
            raise Api(409, "E019409", "policy already exists")
        now = str(int(time.time() * 1000))
        stored.update(version="1", createdTime=now, modifiedTime=now)
        self._references(POLICY, stored)
        self.objects[POLICY][key] = stored
        self.note(POLICY)
        return self._answer(POLICY, stored)

    def update(self, kind, body):
        old = self._found(kind, body)
        new = {name: copy.deepcopy(value) for name, value in body.items() if value is not None}
        secret = new.pop("clientSecret", None)
        if kind in (ROLE, PERMISSION):
            new["name"] = new.pop("newName", "") or old["name"]
        if kind != POLICY and not new.get("name"):
            raise Api(400, "E011002", "name is required")
        if kind == RESOURCE and new.get("type") != old.get("type"):
            raise Api(400, "E011004", "type cannot be changed")
        if kind == RESOURCE and new.get("uri") != old.get("uri"):
            raise Api(400, "E011004", "uri cannot be changed")
        for name in SERVER_SET[kind]:
            new.pop(name, None)
            if name in old:
                new[name] = old[name]
        if kind == CONNECTION:
            for name in ("useDcr", "dcrUrl"):  # sheet 7.3: updates lose these; the stored ones stay
                new.pop(name, None)
                if name in old:
                    new[name] = old[name]
        if "version" in old:
            new["version"] = str(int(old["version"]) + 1)
            new["modifiedTime"] = str(int(time.time() * 1000))
        for kept_kind, name, pointer in self.kept:
            if (kept_kind, name) == (kind, old.get("name")):
                put(new, pointer, get(old, pointer))
        self._rewrite(kind, new)
        self._references(kind, new)
        if kind == RESOURCE and self.check_references:
            self._scopes_named(old["id"], self._scope_names(new), "update")
        self.objects[kind][self._key(kind, old)] = new
        if secret is not None:
            self.secrets[kind, self._key(kind, old)] = secret
        self.note(kind)
        return self._answer(kind, new) if kind in ANSWERED_UNDER or kind == ROLE else {}

    def delete(self, kind, body):
        old = self._found(kind, body)
        referrers = self._referrers(kind, old)
        if referrers and self.check_references:
            self.violations.append(f"delete of {kind} {old.get('name')} that {referrers} still refer to")
            raise Api(400, "E011004", f"{kind} is still referred to")
        del self.objects[kind][self._key(kind, old)]
        self.note(kind)
        return {}

    def listed(self, kind, lag=0.0):
        limit = time.monotonic() - lag
        seen = [objects for at, objects in self.history[kind] if at <= limit]
        source = seen[-1] if lag else self.objects[kind]
        return [self.shown(kind, item) for item in source.values()]

    def shown(self, kind, stored):
        item = {name: copy.deepcopy(value) for name, value in stored.items() if name not in WRITE_ONLY}
        if self.emit_zero:
            item = self.extract.zeroed({"$ref": "#/" + ITEM_SCHEMA[kind]}, item)
            item.pop("clientSecret", None)
        return item

    def named(self, kind, name):
        return next(item for item in self.objects[kind].values() if item["name"] == name)

    def _rewrite(self, kind, item):
        for rewritten_kind, pointer, value in self.rewritten:
            if kind == rewritten_kind and get(item, pointer):
                put(item, pointer, value)

    def _answer(self, kind, stored):
        item = self.shown(kind, stored)
        return {ANSWERED_UNDER[kind]: item} if kind in ANSWERED_UNDER else item

    @staticmethod
    def _key(kind, item):
        return tuple(item[name] for name in PAIR) if kind == POLICY else item["id"]

    @staticmethod
    def _scope_names(resource):
        return {scope["name"] for items in (resource.get("scopes") or {}).values() for scope in items or []}

    def _scopes_named(self, resource_id, names, what):
        """A policy names scopes that its resource has, at every moment."""
        for policy in self.objects[POLICY].values():
            named = set((policy.get("userAccessScopes") or []) + (policy.get("clientAccessScopes") or []))
            if policy["resourceId"] == resource_id and named - names:
                self.violations.append(f"{what} of resource {resource_id}: a policy names {sorted(named - names)}")

    def _found(self, kind, body):
        if kind == POLICY:
            if not all(body.get(name) for name in PAIR):
                raise Api(400, "E011002", "thirdPartyApplicationId and resourceId are required")
            item = self.objects[kind].get(tuple(body[name] for name in PAIR))
            if item is None:
                raise Api(404, "E019404", "policy not found")
            return item
        by_name = kind in (ROLE, PERMISSION) and not body.get("id")
        member = "name" if by_name else "id"
        for item in self.objects[kind].values():
            if body.get(member) and item[member] == body[member]:
                return item
        raise Api(404, "E019404", f"{kind} not found")

    def _taken(self, kind, member, stored):
        for item in self.objects[kind].values():
            if stored.get(member) and item.get(member) == stored[member]:
                raise Api(409, "E019409", f"{kind} with this {member} already exists")

    def _scope_lists(self, kind, item):
        holder = item.get("scopes") or {} if kind == RESOURCE else item
        return {name: holder.get(name) or [] for name in ("permissionsScopes", "connectionsScopes")}

    def _needs(self, kind, item):
        """What `item` leans on: (kind, choices), of which one must exist."""
        if kind == POLICY:
            return [(INBOUND, {item["thirdPartyApplicationId"]}), (RESOURCE, {item["resourceId"]})]
        if kind == ROLE:
            return [(PERMISSION, {name}) for name in item.get("permissionNames") or []]
        if kind not in (RESOURCE, INBOUND):
            return []
        needs = []
        lists = self._scope_lists(kind, item)
        for scope in lists["permissionsScopes"]:
            needs += [(ROLE, {value}) for value in scope.get("values") or []]
        for scope in lists["connectionsScopes"]:
            for value in scope.get("values") or []:
                needs.append((CONNECTION, set(self.scope_owner.get(value, {value.split(":")[0]}))))
        template = (item.get("dynamicRegistrationSettings") or {}).get("dynamicRegistrationTemplateId")
        return needs + ([(TEMPLATE, {template})] if template else [])

    def _present(self, kind):
        member = "name" if kind in (ROLE, PERMISSION) else "id"
        return {item[member] for item in self.objects[kind].values()}

    def _references(self, kind, item):
        for needed_kind, choices in self._needs(kind, item) if self.check_references else []:
            if not choices & self._present(needed_kind):
                text = f"{kind} {item.get('name')} leans on {needed_kind} {sorted(choices)}, which is not there"
                self.violations.append(text)
                raise Api(400, "E011004", text)
        if kind == POLICY and self.check_references:
            resource = self.objects[RESOURCE][item["resourceId"]]
            named = set((item.get("userAccessScopes") or []) + (item.get("clientAccessScopes") or []))
            if named - self._scope_names(resource):
                self.violations.append(f"a policy names {sorted(named - self._scope_names(resource))}")

    def _referrers(self, kind, old):
        if kind == POLICY:
            return []
        mine = {old["name"]} if kind in (ROLE, PERMISSION) else {old["id"]}
        left = self._present(kind) - mine
        found = []
        for other in (RESOURCE, INBOUND, POLICY, ROLE):
            for item in self.objects[other].values():
                if any(n == kind and c & mine and not c & left for n, c in self._needs(other, item)):
                    found.append(item.get("name") or self._key(other, item))
        return found
