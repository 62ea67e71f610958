"""A generated project of 120 objects of all the main kinds, spread over several files."""

import strict_server

OAUTH, API_KEY, API, MCP, APPS, SCOPES_PER_MCP = 28, 6, 10, 12, 28, 3
OBJECTS = OAUTH + API_KEY + API + MCP + APPS + MCP * SCOPES_PER_MCP

OAUTH_TEXT = """kind: Connection
metadata: {{name: conn-{n}, labels: {{half: "{half}"}}}}
spec:
  name: Connection {n}
  description: "Connection {n} of ${{var:domain}}"
  clientId: client-{n}
  clientSecret: {{fromEnv: SECRET_{n}}}
  authorizationUrl: https://c{n}.${{var:domain}}/authorize
  authorizationUrlParams: [{{key: zone, value: "{n}"}}, {{key: audience, value: x}}]
  tokenUrl: https://c{n}.${{var:domain}}/token
  defaultScopes: [read, write]
  pkce: true
  prompt: [consent]"""

API_KEY_TEXT = """kind: Connection
metadata: {{name: key-{n}}}
spec: {{name: Key {n}, description: An API key, appType: apikey}}"""

API_TEXT = """kind: Resource
metadata: {{name: api-{n}}}
spec:
  name: API {n}
  type: api
  uri: https://api-{n}.${{var:domain}}/
  scopes:
    permissionsScopes:
      - {{name: "items:read", description: Read, values: [Reader]}}
      - {{name: "items:write", description: Write, optional: true, values: [Reader, Writer]}}
    attributesScopes:
      - {{name: profile, description: Who you are, values: [email, name]}}"""

MCP_TEXT = """kind: Resource
metadata: {{name: mcp-{n}}}
spec:
  name: MCP {n}
  type: mcp
  uri: https://mcp-{n}.${{var:domain}}/mcp
  dynamicRegistrationSettings:
    dynamicRegistration: {{enabled: true}}
    cimdSettings:
      enabled: true
      domainPolicies: {{policies: [{{domainPattern: "*.${{var:domain}}", enabled: true}}]}}
    loginPageURL: https://login.${{var:domain}}/
    tags: [b, a]
    sessionSettings:
      enabled: true
      refreshTokenExpiration: 4
      refreshTokenExpirationUnit: weeks
      sessionTokenExpiration: 10
      sessionTokenExpirationUnit: minutes
      keySessionTokenExpiration: 10
      keySessionTokenExpirationUnit: minutes"""

SCOPE_TEXT = """kind: McpScope
metadata: {{name: scope-{n}-{s}}}
spec:
  resource: mcp-{n}
  name: "tool:{s}"
  description: Tool {s}
  optional: {optional}
  connections:
    - connection: conn-{c}
      scopes: [{scope}]"""

APP_TEXT = """kind: InboundApp
metadata: {{name: app-{n}}}
spec:
  name: App {n}
  description: Partner {n}
  loginPageUrl: https://login.${{var:domain}}/consent
  approvedCallbackUrls: ["https://p{n}.${{var:domain}}/b", "https://p{n}.${{var:domain}}/a"]
  permissionsScopes:
    - {{name: "items:read", description: Read, values: [Reader]}}
  connectionsScopes:
    - name: "use-{c}"
      description: Use a connection
      connections: [{{connection: conn-{c}, scopes: [{scope}]}}]
  jwtBearerSettings:
    issuers:
      https://issuer-{n}.example.com/: {{jwksUri: "https://issuer-{n}.${{var:domain}}/jwks", signAlgorithm: RS256}}
  customAttributes: {{tier: gold}}"""


def provider_scope(number):
    return f"https://c{number}.example.com/auth/use"


def documents(oauth=OAUTH, api_key=API_KEY, api=API, mcp=MCP, apps=APPS):
    """The text of every document, by file."""
    files = {"connections/oauth.yaml": [OAUTH_TEXT.format(n=n, half=n % 2) for n in range(oauth)],
             "connections/keys.yaml": [API_KEY_TEXT.format(n=n) for n in range(api_key)],
             "apis.yaml": [API_TEXT.format(n=n) for n in range(api)]}
    for n in range(mcp):
        texts = files[f"mcp/{n}.yaml"] = []
        for s in range(SCOPES_PER_MCP):
            c = (n * SCOPES_PER_MCP + s) % oauth
            optional = "true" if s else "false"
            texts.append(SCOPE_TEXT.format(n=n, s=s, c=c, optional=optional, scope=provider_scope(c)))
        texts.append(MCP_TEXT.format(n=n))
    for n in range(apps):
        c = (n * 5) % oauth
        files.setdefault(f"apps/{n % 3}.yaml", []).append(APP_TEXT.format(n=n, c=c, scope=provider_scope(c)))
    return files


def write(workspace, reverse=False, prefix="", **sizes):
    """Writes the manifests; `reverse` and `prefix` change the order of documents and files, nothing else."""
    for name, texts in documents(**sizes).items():
        folder, _, base = name.rpartition("/")
        path = "/".join(part for part in ("descope", folder, prefix + base) if part)
        workspace.manifest("\n---\n".join(reversed(texts) if reverse else texts), path)
    for n in range(OAUTH):
        workspace.secret(f"SECRET_{n}", f"planted+Secret/{n:03d}&zeta?Quux=Long")
        workspace.hooks.owners({provider_scope(n): [f"conn-{n}"]})


def seed_roles(workspace):
    for name in ("Reader", "Writer"):
        workspace.hooks.seed(strict_server.ROLE, {"name": name})
