// shroffctl against a stack, with the environment that `. demo.env` gives.
import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPath } from './env.mjs';

export function ctl(stack, args, { input } = {}) {
  return new Promise((done) => {
    const child = execFile(buildPath('cli', 'shroffctl'), args, {
      env: { PATH: process.env.PATH, HOME: process.env.HOME ?? '/', LANG: 'C.UTF-8', SHROFF_MODE: 'test', ...stack.env },
      timeout: 20_000, maxBuffer: 16 << 20,
    }, (error, stdout, stderr) => {
      let json;
      try { json = JSON.parse(stdout); } catch { /* not asked for JSON */ }
      done({ code: error ? error.code ?? 1 : 0, stdout, stderr, json });
    });
    if (input !== undefined) child.stdin.end(input);
  });
}

// The same, failing loudly.
export async function ctlOk(stack, args, opts) {
  const r = await ctl(stack, args, opts);
  if (r.code !== 0) throw new Error(`shroffctl ${args.join(' ')} ended with ${r.code}: ${r.stderr || r.stdout}`);
  return r;
}

// ---- what the tests want of it

const WHY = ['--reason', 'contract test'];
const jsonOf = async (stack, args, opts) => {
  const r = await ctlOk(stack, [...args, '--json'], opts);
  if (r.json === undefined) throw new Error(`shroffctl ${args.join(' ')} --json gave no JSON: ${r.stdout}`);
  return r.json;
};

// f(path of a private file that holds text), then the file is gone.
export async function withFile(text, f) {
  const dir = mkdtempSync(join(tmpdir(), 'sh-key-'));
  try {
    writeFileSync(join(dir, 'file'), text, { mode: 0o600 });
    return await f(join(dir, 'file'));
  } finally { rmSync(dir, { recursive: true }); }
}

// An app of its own with one key of every scope and a mock channel; no notify URL unless given.
// channelArgs: how its mock channel is made, e.g. ['--sign-type', 'RSA2'].
export async function newApp(stack, { notifyUrl, schedule, name = 'Test app', channelArgs = [] } = {}) {
  const app = await jsonOf(stack, ['app', 'create', '--name', name, ...(notifyUrl ? ['--notify-url', notifyUrl] : []),
    ...(schedule ? ['--schedule', schedule] : []), ...WHY]);
  const key = await newKey(stack, { key: app.app_key }, { scopes: ['all'] });
  const channel = await jsonOf(stack, ['channel', 'create', '--app', app.app_key, '--code', 'mock', ...channelArgs, ...WHY]);
  return { ...key, keyId: undefined, webhookSecret: app.webhook_secret, channelId: String(channel.channel_id), channelSecret: channel.secret };
}

export async function setApp(stack, app, { allowedNets, appendChannel, rotateWebhook }) {
  if (rotateWebhook) {
    const r = await jsonOf(stack, ['app', 'rotate', app.key, ...WHY]);
    return { ...app, webhookSecret: r.webhook_secret };
  }
  await ctlOk(stack, ['app', 'set', app.key, ...(allowedNets === undefined ? [] : ['--allowed-nets', allowedNets]),
    ...(appendChannel === undefined ? [] : ['--append-channel', appendChannel ? '1' : '0']), ...WHY]);
  return app;
}
export const disableApp = (stack, app) => ctlOk(stack, ['app', 'disable', app.key, ...WHY]);
export const enableApp = (stack, app) => ctlOk(stack, ['app', 'enable', app.key, ...WHY]);
export const disableChannel = (stack, app) => ctlOk(stack, ['channel', 'disable', app.channelId, ...WHY]);
export const enableChannel = (stack, app) => ctlOk(stack, ['channel', 'enable', app.channelId, ...WHY]);

// An app whose mock channel's gateway signs with RSA; channelSecret is the gateway's private key.
export async function newRsaApp(stack) {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [publicKey, privateKey] = [pair.publicKey.export({ type: 'spki', format: 'pem' }), pair.privateKey.export({ type: 'pkcs8', format: 'pem' })];
  const config = JSON.stringify({ sign_type: 'RSA2', public_key: publicKey });
  const secrets = JSON.stringify({ secret: randomBytes(32).toString('hex'), gateway_private_key: privateKey });
  const app = await withFile(config, (c) => withFile(secrets, (s) => newApp(stack, { channelArgs: ['--config-file', c, '--secrets-file', s] })));
  return { ...app, channelSecret: privateKey, channelPublicKey: publicKey };
}

// A further key of an app: { key, keyId, secret } and the rest of app.
export async function newKey(stack, app, { scopes = ['all'], expires } = {}) {
  const k = await jsonOf(stack, ['key', 'create', '--app', app.key, '--scopes', scopes.join(','), ...(expires ? ['--expire', expires] : []), ...WHY]);
  return { ...app, key: app.key, keyId: k.key_id, secret: k.secret };
}
export async function newRsaKey(stack, app, { bits = 2048 } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const k = await withFile(pem, (file) => jsonOf(stack, ['key', 'create', '--app', app.key, '--scopes', 'all', '--public-key-file', file, ...WHY]));
  return { key: app.key, keyId: k.key_id, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }), publicKey: pem };
}
export const revokeKey = (stack, key) => ctlOk(stack, ['key', 'revoke', key.keyId, '--app', key.key, ...WHY]);

// A key for the time of f alone: an app has at most four. Without an app it is a second key of a new one
// (key.first is the first), which is known at once; a busy app's new key may take two seconds.
export async function withKey(stack, app, opts, f) {
  if (!app) {
    const own = await newApp(stack);
    return withKey(stack, { ...own, first: own }, opts, f);
  }
  const key = await (opts.rsa ? newRsaKey(stack, app, opts) : newKey(stack, app, opts));
  try { return await f(key); } finally { await revokeKey(stack, key).catch(() => {}); }
}
