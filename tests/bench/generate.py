"""Makes manifests of all kinds, many and realistic, for the benchmarks: the same bytes for the same arguments."""
import argparse
import pathlib

CONNECTION = """apiVersion: descopectl/v1
kind: Connection
metadata:
  name: conn-{n}
  labels: {{team: team-{t}, tier: standard}}
spec:
  name: Connection {n}
  description: Access to the calendar and the contacts of customer {n}
  clientId: client-{n}.apps.example.com
  authorizationUrl: https://auth.example.com/customers/{n}/oauth2/authorize
  authorizationUrlParams:
    - {{key: access_type, value: offline}}
    - {{key: prompt, value: consent}}
  tokenUrl: https://auth.example.com/customers/{n}/oauth2/token
  revocationUrl: https://auth.example.com/customers/{n}/oauth2/revoke
  defaultScopes:
    - https://www.example.com/auth/calendar.readonly
    - https://www.example.com/auth/contacts.readonly
  callbackDomain: callback.example.com
  pkce: true
  accessType: offline
  prompt: [consent]
"""

RESOURCE = """apiVersion: descopectl/v1
kind: Resource
metadata:
  name: res-{n}
  labels: {{team: team-{t}}}
spec:
  name: Resource {n}
  description: "The MCP server number {n}: what it offers, and to whom"
  type: mcp
  uri: https://mcp.example.com/servers/{n}/mcp
  scopes:
    connectionsScopes:
      - name: calendar.read
        description: Read the calendar's events
        connections: [{{connection: conn-{c}, scopes: [calendar.readonly]}}]
      - name: contacts.read
        description: Read the contacts
        optional: true
        connections: [{{connection: conn-{c}, scopes: [contacts.readonly]}}]
  dynamicRegistrationSettings:
    dynamicRegistration: {{enabled: true}}
    cimdSettings:
      enabled: true
      domainPolicies:
        policies:
          - {{domainPattern: "*.example.com", enabled: true}}
    tags: [agents, internal]
    sessionSettings:
      enabled: true
      refreshTokenExpiration: 30
      refreshTokenExpirationUnit: days
      sessionTokenExpiration: 10
      sessionTokenExpirationUnit: minutes
"""

INBOUND = """apiVersion: descopectl/v1
kind: InboundApp
metadata:
  name: app-{n}
  labels: {{team: team-{t}}}
spec:
  name: Partner {n}
  description: What the partner number {n} may do on behalf of its users
  loginPageUrl: https://login.example.com/partners/{n}
  approvedCallbackUrls:
    - https://partner-{n}.example.com/callback
    - https://partner-{n}.example.com/silent
  permissionsScopes:
    - name: contacts.read
      description: Read the contacts
      values: [role-{r}]
  attributesScopes:
    - name: profile
      description: Who the user is
      values: [email, name]
"""

TEMPLATE = """apiVersion: descopectl/v1
kind: DynamicRegistrationTemplate
metadata: {{name: tpl-{n}}}
spec:
  name: Template {n}
  description: Defaults for self-registered clients of team {t}
  loginPageURL: https://login.example.com/templates/{n}
  skipConsentScreen: false
  tags: [agents, team-{t}]
"""

ROLE = """apiVersion: descopectl/v1
kind: Role
metadata: {{name: role-{n}}}
spec:
  name: role-{n}
  description: What members of group {n} may do
  permissionNames: [perm-{p}]
"""

PERMISSION = """apiVersion: descopectl/v1
kind: Permission
metadata: {{name: perm-{n}}}
spec:
  name: perm-{n}
  description: Read and write what belongs to area {n}
"""

POLICY = """apiVersion: descopectl/v1
kind: ResourcePolicy
metadata: {{name: policy-{n}}}
spec:
  inboundApp: app-{n}
  resource: res-{n}
  userAccessScopes: [calendar.read]
"""

# Of each hundred objects: roughly what a project of agents and partners holds.
SHARES = [("connection", CONNECTION, 25), ("resource", RESOURCE, 24), ("inbound", INBOUND, 25),
          ("template", TEMPLATE, 5), ("role", ROLE, 10), ("permission", PERMISSION, 10), ("policy", POLICY, 1)]


def documents(count, only=None):
    """The texts of `count` objects; those that are referred to come first."""
    shares = [share for share in SHARES if only is None or share[0] == only]
    total = sum(share[2] for share in shares)
    counts = {name: max(1, count * part // total) for name, _, part in shares}
    counts[shares[0][0]] += count - sum(counts.values())
    for name, text, _ in shares:
        for n in range(counts[name]):
            yield text.format(n=n, t=n % 40, c=n % counts.get("connection", 1), r=n % counts.get("role", 1),
                              p=n % counts.get("permission", 1))


def write(folder, texts, per_file=25):
    """Writes the documents into numbered files; gives the number of bytes."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = list(texts)
    size = 0
    for start in range(0, len(texts), per_file):
        text = "---\n".join(texts[start:start + per_file])
        (folder / f"{start // per_file:05}.yaml").write_text(text)
        size += len(text)
    return size


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("count", type=int)
    parser.add_argument("--only", choices=[share[0] for share in SHARES])
    arguments = parser.parse_args()
    print(write(arguments.folder, documents(arguments.count, arguments.only)), "bytes")
