// The vendor's Node SDK drives the emulator: what it sends is taken, and what it reads is there.
//
// DESCOPECTL_BINARY names the program. Every call of the families that the emulator serves stands here, with
// success and with refusal.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import DescopeClient from '@descope/node-sdk';

const PROJECT = 'P2sdkcontractproject00000000';
const KEY = 'K2sdkcontractkey';

/** Starts `descopectl emulator`; `url` is where it serves. */
async function startEmulator(flags = []) {
  const child = spawn(process.env.DESCOPECTL_BINARY, ['emulator', '--port', '0', '--json', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { DESCOPE_PROJECT_ID: PROJECT, DESCOPE_MANAGEMENT_KEY: KEY },
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { url: JSON.parse(line).base_url, stop };
}

function connect(url, managementKey = KEY, warnings = []) {
  const logger = { log() {}, debug() {}, error() {}, warn: (...words) => warnings.push(words.join(' ')) };
  return DescopeClient({ projectId: PROJECT, managementKey, baseUrl: url, logger }).management;
}

/** The answer's data, where the call succeeded. */
function done(answer) {
  assert.equal(answer.ok, true, JSON.stringify(answer.error));
  return answer.data;
}

function refused(answer, code, status) {
  assert.equal(answer.ok, false);
  assert.equal(answer.error.errorCode, code, JSON.stringify(answer.error));
  if (status) assert.equal(answer.code, status);
}

const names = (list) => list.map((item) => item.name).sort();

let emulator;
let api;
const warnings = [];
before(async () => {
  emulator = await startEmulator();
  api = connect(emulator.url, KEY, warnings);
});
after(() => emulator.stop());

describe('inbound applications', () => {
  const scopes = [{ name: 'read', description: 'Read', values: ['reader'], optional: true }];
  const options = {
    name: 'App',
    description: 'd',
    loginPageUrl: 'https://login.example',
    approvedCallbackUrls: ['https://app.example/cb'],
    permissionsScopes: scopes,
    attributesScopes: [{ name: 'profile', description: 'Profile', values: ['email'] }],
  };
  let made;

  it('are made with an id, a client id and a secret', async () => {
    made = done(await api.inboundApplication.createApplication(options));
    for (const member of ['id', 'clientId', 'cleartext']) assert.ok(made[member], member);
  });
  it('refuse a second one of the same name', async () => {
    refused(await api.inboundApplication.createApplication(options), 'E990209', 409);
  });
  it('refuse one without a name', async () => {
    refused(await api.inboundApplication.createApplication({ permissionsScopes: [] }), 'E011002', 400);
  });
  it('are loaded flat, as written', async () => {
    const app = done(await api.inboundApplication.loadApplication(made.id));
    assert.equal(app.id, made.id);
    assert.equal(app.clientId, made.clientId);
    assert.equal(app.loginPageUrl, options.loginPageUrl);
    assert.deepEqual(app.permissionsScopes, scopes);
    assert.equal(app.attributesScopes[0].values[0], 'email');
    assert.deepEqual(app.approvedCallbackUrls, options.approvedCallbackUrls);
  });
  it('are not found under another id', async () => {
    refused(await api.inboundApplication.loadApplication('no-such-app'), 'E990204', 404);
  });
  it('are overridden by an update', async () => {
    done(await api.inboundApplication.updateApplication({ id: made.id, name: 'App 2', permissionsScopes: scopes }));
    const app = done(await api.inboundApplication.loadApplication(made.id));
    assert.equal(app.name, 'App 2');
    assert.equal(app.description, '');
  });
  it('refuse an update of an unknown one', async () => {
    refused(await api.inboundApplication.updateApplication({ id: 'x', name: 'n', permissionsScopes: [] }), 'E990204');
  });
  it('are changed in part by a patch', async () => {
    done(await api.inboundApplication.patchApplication({ id: made.id, description: 'patched' }));
    const app = done(await api.inboundApplication.loadApplication(made.id));
    assert.deepEqual([app.name, app.description], ['App 2', 'patched']);
  });
  it('refuse a patch of an unknown one', async () => {
    refused(await api.inboundApplication.patchApplication({ id: 'x', description: 'd' }), 'E990204', 404);
  });
  it('give their secret, and another one after a rotation', async () => {
    const secret = done(await api.inboundApplication.getApplicationSecret(made.id));
    assert.equal(secret.cleartext, made.cleartext);
    const rotated = done(await api.inboundApplication.rotateApplicationSecret(made.id));
    assert.notEqual(rotated.cleartext, made.cleartext);
    assert.equal(done(await api.inboundApplication.getApplicationSecret(made.id)).cleartext, rotated.cleartext);
  });
  it('give no secret of an unknown one', async () => {
    refused(await api.inboundApplication.getApplicationSecret('x'), 'E990204', 404);
    refused(await api.inboundApplication.rotateApplicationSecret('x'), 'E990204', 404);
  });
  it('are listed', async () => {
    assert.deepEqual(names(done(await api.inboundApplication.loadAllApplications())), ['App 2']);
  });
  it('have no consents until a flow makes some', async () => {
    assert.deepEqual(done(await api.inboundApplication.searchConsents({ appId: made.id, page: 0 })), []);
  });
  it('take deletions of consents by a selector only', async () => {
    done(await api.inboundApplication.deleteConsents({ appId: made.id }));
    done(await api.inboundApplication.deleteTenantConsents({ tenantId: 'T1' }));
    refused(await api.inboundApplication.deleteConsents({}), 'E011002', 400);
    refused(await api.inboundApplication.deleteTenantConsents({}), 'E011002', 400);
  });
  it('are deleted once', async () => {
    done(await api.inboundApplication.deleteApplication(made.id));
    refused(await api.inboundApplication.deleteApplication(made.id), 'E990204', 404);
  });
  it('are deleted many at once, unknown ones ignored', async () => {
    const one = done(await api.inboundApplication.createApplication({ name: 'one', permissionsScopes: [] }));
    const two = done(await api.inboundApplication.createApplication({ name: 'two', permissionsScopes: [] }));
    done(await api.inboundApplication.deleteApplicationBatch([one.id, two.id, 'unknown']));
    assert.deepEqual(done(await api.inboundApplication.loadAllApplications()), []);
  });
});

describe('outbound applications', () => {
  const options = {
    id: 'google',
    name: 'Google',
    description: 'd',
    clientId: 'client',
    clientSecret: 'very-secret-value',
    authorizationUrl: 'https://g.example/auth',
    authorizationUrlParams: [{ key: 'a', value: 'b' }],
    tokenUrl: 'https://g.example/token',
    defaultScopes: ['openid'],
    pkce: true,
    accessType: 'offline',
    prompt: ['consent'],
  };

  it('are made with the id that was asked for, without showing the secret', async () => {
    const app = done(await api.outboundApplication.createApplication(options));
    assert.equal(app.id, 'google');
    assert.equal(app.clientSecret, undefined);
    assert.deepEqual(app.authorizationUrlParams, options.authorizationUrlParams);
  });
  it('refuse a second one of the same id', async () => {
    refused(await api.outboundApplication.createApplication(options), 'E151001', 409);
  });
  it('refuse one without a name, and fields that nobody knows', async () => {
    refused(await api.outboundApplication.createApplication({ description: 'd' }), 'E011002', 400);
    refused(await api.outboundApplication.createApplication({ name: 'n', unheard: 1 }), 'E011001', 400);
  });
  it('are loaded as written', async () => {
    const app = done(await api.outboundApplication.loadApplication('google'));
    const { clientSecret, ...shown } = options;
    for (const [name, value] of Object.entries(shown)) assert.deepEqual(app[name], value, name);
  });
  it('are not found under another id', async () => {
    refused(await api.outboundApplication.loadApplication('nobody'), 'E990304', 404);
  });
  it('are overridden by an update', async () => {
    const app = done(await api.outboundApplication.updateApplication({ id: 'google', name: 'Google 2' }));
    assert.equal(app.name, 'Google 2');
    assert.equal(app.description, '');
    refused(await api.outboundApplication.updateApplication({ id: 'nobody', name: 'n' }), 'E990304', 404);
  });
  it('are made by template', async () => {
    const answer = await api.outboundApplication.createApplicationByTemplate({ templateId: 'github', id: 'by-template' });
    assert.equal(done(answer).id, 'by-template');
    done(await api.outboundApplication.deleteApplication('by-template'));
  });
  it('are listed, and deleted once', async () => {
    assert.deepEqual(names(done(await api.outboundApplication.loadAllApplications())), ['Google 2']);
    done(await api.outboundApplication.deleteApplication('google'));
    refused(await api.outboundApplication.deleteApplication('google'), 'E990304', 404);
    assert.deepEqual(done(await api.outboundApplication.loadAllApplications()), []);
  });
});

describe('tokens of outbound applications', () => {
  const outbound = () => api.outboundApplication;
  before(async () => {
    done(await outbound().createApplication({ id: 'oauth', name: 'OAuth' }));
    done(await outbound().createApplication({ id: 'key', name: 'Key', appType: 'apikey' }));
  });
  after(async () => {
    await outbound().deleteApplication('oauth');
    await outbound().deleteApplication('key');
  });

  it('of users are uploaded and fetched', async () => {
    refused(await outbound().fetchToken('oauth', 'u'), 'E990314', 404);
    done(await outbound().uploadUserToken({ appId: 'oauth', userId: 'u', accessToken: 'a', refreshToken: 'r', scopes: ['x'] }));
    const token = done(await outbound().fetchTokenByScopes('oauth', 'u', ['x'], { withRefreshToken: true }));
    assert.deepEqual([token.accessToken, token.refreshToken, token.scopes], ['a', 'r', ['x']]);
    assert.equal(done(await outbound().fetchToken('oauth', 'u')).refreshToken, '');
    refused(await outbound().fetchTokenByScopes('oauth', 'u', ['other']), 'E990314', 404);
    refused(await outbound().uploadUserToken({ appId: 'oauth', userId: 'u' }), 'E011002', 400);
  });
  it('of tenants are uploaded and fetched', async () => {
    done(await outbound().uploadTenantToken({ appId: 'oauth', tenantId: 't', accessToken: 'b', scopes: ['x'] }));
    assert.equal(done(await outbound().fetchTenantToken('oauth', 't')).accessToken, 'b');
    assert.equal(done(await outbound().fetchTenantTokenByScopes('oauth', 't', ['x'])).accessToken, 'b');
    refused(await outbound().fetchTenantToken('oauth', 'nobody'), 'E990314', 404);
  });
  it('are uploaded many at once or not at all', async () => {
    const good = { appId: 'oauth', userId: 'v', accessToken: 'c' };
    const { failures } = done(await outbound().batchUploadUserTokens([good, { appId: 'oauth', userId: 'w' }]));
    assert.deepEqual(failures.map((failure) => [failure.userId, failure.errorCode]), [['w', 'E152110']]);
    refused(await outbound().fetchToken('oauth', 'v'), 'E990314', 404);
    assert.deepEqual(done(await outbound().batchUploadUserTokens([good])).failures, []);
    assert.deepEqual(done(await outbound().batchUploadTenantTokens([{ appId: 'oauth', tenantId: 't2', accessToken: 'd' }])).failures, []);
  });
  it('may be API keys', async () => {
    done(await outbound().uploadUserApiKey('key', 'u', 'k1'));
    done(await outbound().uploadTenantApiKey('key', 't', 'k2'));
    assert.equal(done(await outbound().fetchToken('key', 'u')).accessToken, 'k1');
    refused(await outbound().uploadUserApiKey('oauth', 'u', 'k'), 'E011004', 400);
    refused(await outbound().deleteTokenById(done(await outbound().fetchTenantToken('key', 't')).id), 'E151016', 400);
  });
  it('tell the connections of a user, and are deleted', async () => {
    assert.deepEqual(done(await outbound().listAppsWithUserToken('u')).sort(), ['key', 'oauth']);
    done(await outbound().deleteTokenById(done(await outbound().fetchTenantToken('oauth', 't')).id));
    refused(await outbound().deleteTokenById('nobody'), 'E990314', 404);
    done(await outbound().deleteUserTokens('oauth', 'u'));
    refused(await outbound().deleteUserTokens('', ''), 'E011002', 400);
    assert.deepEqual(done(await outbound().listAppsWithUserToken('u')), ['key']);
  });
});

describe('permissions', () => {
  const idOf = async (name) => done(await api.permission.loadAll()).find((item) => item.name === name).id;

  it('are made one by one and many at once', async () => {
    done(await api.permission.create('read', 'Read'));
    done(await api.permission.createBatch([{ name: 'write', description: 'Write' }, { name: 'share' }]));
    assert.deepEqual(names(done(await api.permission.loadAll())), ['read', 'share', 'write']);
  });
  it('refuse a name that is taken, and then make none of a batch', async () => {
    refused(await api.permission.create('read'), 'E024104', 409);
    refused(await api.permission.createBatch([{ name: 'new' }, { name: 'read' }]), 'E024104', 409);
    assert.equal(done(await api.permission.loadAll()).length, 3);
  });
  it('are renamed by name, by id and many at once', async () => {
    done(await api.permission.update('read', 'read2', 'Read more'));
    done(await api.permission.updateWithId(await idOf('write'), 'write2'));
    done(await api.permission.updateBatch([{ name: 'share', newName: 'share2' }]));
    assert.deepEqual(names(done(await api.permission.loadAll())), ['read2', 'share2', 'write2']);
  });
  it('refuse to rename what is not there', async () => {
    refused(await api.permission.update('nobody', 'x'), 'E111303', 404);
    refused(await api.permission.updateWithId('nobody', 'x'), 'E111303', 404);
    refused(await api.permission.updateBatch([{ name: 'nobody', newName: 'x' }]), 'E111303', 404);
  });
  it('are deleted by name, by id and many at once', async () => {
    refused(await api.permission.delete('nobody'), 'E111303', 404);
    done(await api.permission.delete('read2'));
    done(await api.permission.deleteWithId(await idOf('write2')));
    done(await api.permission.deleteBatch(['share2', 'nobody'], []));
    assert.deepEqual(done(await api.permission.loadAll()), []);
  });
});

describe('roles', () => {
  const idOf = async (name) => done(await api.role.loadAll()).find((item) => item.name === name).id;
  before(() => api.permission.createBatch([{ name: 'p' }, { name: 'q' }]));
  after(() => api.permission.deleteBatch(['p', 'q'], []));

  it('are made one by one and many at once', async () => {
    const role = done(await api.role.create('reader', 'Reads', ['p'], '', true));
    assert.deepEqual([role.name, role.permissionNames, role.default], ['reader', ['p'], true]);
    const roles = done(await api.role.createBatch([{ name: 'writer', permissionNames: ['p', 'q'] }, { name: 'of-tenant', tenantId: 'T1' }]));
    assert.deepEqual(names(roles), ['of-tenant', 'writer']);
  });
  it('refuse taken names and unknown permissions', async () => {
    refused(await api.role.create('reader'), 'E024209', 409);
    refused(await api.role.create('new', '', ['nobody']), 'E111303', 400);
    refused(await api.role.createBatch([{ name: 'new' }, { name: 'reader' }]), 'E024209', 409);
    assert.equal(done(await api.role.loadAll()).length, 3);
  });
  it('are overridden by name, by id and many at once', async () => {
    const role = done(await api.role.update('reader', 'reader2', 'More'));
    assert.deepEqual([role.name, role.description, role.permissionNames], ['reader2', 'More', []]);
    assert.equal(done(await api.role.updateWithId(await idOf('writer'), 'writer2', '', ['q'])).permissionNames[0], 'q');
    const roles = done(await api.role.updateBatch([{ name: 'of-tenant', newName: 'of-tenant2', tenantId: 'T1' }]));
    assert.deepEqual(names(roles), ['of-tenant2']);
  });
  it('refuse an update of what is not there', async () => {
    refused(await api.role.update('nobody', 'x'), 'E111403', 404);
    refused(await api.role.updateWithId('nobody', 'x'), 'E111403', 404);
    refused(await api.role.updateBatch([{ name: 'nobody', newName: 'x' }]), 'E111403', 404);
  });
  it('are found by name, part of it, tenant and permission', async () => {
    const found = async (search) => names(done(await api.role.search(search)));
    assert.deepEqual(await found({ roleNames: ['reader2'] }), ['reader2']);
    assert.deepEqual(await found({ roleNameLike: 'r2' }), ['reader2', 'writer2']);
    assert.deepEqual(await found({ tenantIds: ['T1'] }), ['of-tenant2']);
    assert.deepEqual(await found({ permissionNames: ['q'] }), ['writer2']);
    assert.deepEqual(await found({ tenantIds: ['T1'], includeProjectRoles: true }), ['of-tenant2', 'reader2', 'writer2']);
  });
  it('are deleted by name, by id and many at once, never all without a filter', async () => {
    refused(await api.role.deleteBatch([]), 'E011002', 400);
    refused(await api.role.delete('nobody'), 'E111403', 404);
    done(await api.role.delete('reader2'));
    done(await api.role.deleteWithId(await idOf('of-tenant2'), 'T1'));
    done(await api.role.deleteBatch(['writer2']));
    assert.deepEqual(done(await api.role.loadAll()), []);
  });
});

describe('the project', () => {
  it('has custom attributes of users', async () => {
    assert.deepEqual(done(await api.user.getCustomAttributes()), []);
    const attributes = [{ name: 'plan', type: 4, options: [{ label: 'Pro', value: 'pro' }], displayName: 'Plan' }];
    assert.deepEqual(names(done(await api.user.createCustomAttributes(attributes))), ['plan']);
    assert.deepEqual(names(done(await api.user.getCustomAttributes())), ['plan']);
    refused(await api.user.createCustomAttributes([{ name: 'plan', type: 99 }]), 'E011004', 400);
    assert.deepEqual(done(await api.user.deleteCustomAttributes(['plan'])), []);
    refused(await api.user.deleteCustomAttributes([]), 'E011002', 400);
  });
  it('has scope claim mappings', async () => {
    assert.deepEqual(done(await api.scopeClaimMapping.get()), []);
    const mappings = [{ scope: 's', claims: { email: '{{user.email}}' }, description: 'd' }];
    done(await api.scopeClaimMapping.set(mappings));
    assert.deepEqual(done(await api.scopeClaimMapping.get()), mappings);
    refused(await api.scopeClaimMapping.set([{ scope: 's', unheard: 1 }]), 'E011001', 400);
    done(await api.scopeClaimMapping.delete());
    assert.deepEqual(done(await api.scopeClaimMapping.get()), []);
  });
  it('is listed', async () => {
    assert.deepEqual(done(await api.project.listProjects()).map((project) => project.id), [PROJECT]);
  });
  it('keeps an audit trail of its writes', async () => {
    const start = Date.now() - 60_000;
    done(await api.permission.create('audited'));
    done(await api.permission.delete('audited'));
    const found = done(await api.audit.search({ text: 'audited', from: start }));
    assert.deepEqual(found.map((record) => record.action), ['PermissionDeleted', 'PermissionCreated']);
    assert.ok(found[0].occurred >= start);
    assert.deepEqual(found[0].loginIds, []);
    const all = done(await api.audit.searchAll({ actions: ['PermissionDeleted'], text: 'audited' }));
    assert.deepEqual([all.total, all.audits.length], [1, 1]);
    assert.deepEqual(done(await api.audit.search({ to: 1 })), []);
  });
  it('takes events into its audit trail', async () => {
    const event = { action: 'custom', type: 'info', actorId: 'me', tenantId: 'T1', data: { nested: { a: [1] } } };
    done(await api.audit.createEvent(event));
    const [record] = done(await api.audit.search({ tenants: ['T1'] }));
    assert.deepEqual([record.action, record.actorId, record.data], ['custom', 'me', event.data]);
    refused(await api.audit.createEvent({ ...event, type: 'loud' }), 'E011004', 400);
  });
});

describe('the client', () => {
  it('learns its license without a complaint', () => {
    assert.deepEqual(warnings, []);
  });
  it('is refused with a wrong key', async () => {
    const answer = await connect(emulator.url, 'wrong').permission.loadAll();
    assert.equal(answer.code, 401);
    assert.equal(answer.ok, false);
  });
  it('tries again where the gateway is out of order', async () => {
    const broken = await startEmulator(['--fault', 'POST /v1/mgmt/permission/create: status=503, times=1, body=html']);
    try {
      const management = connect(broken.url);
      done(await management.permission.create('p'));
      assert.deepEqual(names(done(await management.permission.loadAll())), ['p']);
    } finally {
      await broken.stop();
    }
  });
  it('is told when to come back', async () => {
    const limited = await startEmulator(['--fault', 'POST /v1/mgmt/permission/create: status=429, retry-after=7']);
    try {
      const answer = await connect(limited.url).permission.create('p');
      assert.equal(answer.code, 429);
      assert.equal(answer.error.errorCode, 'E130429');
      assert.equal(String(answer.error.retryAfter), '7');
    } finally {
      await limited.stop();
    }
  });
});
