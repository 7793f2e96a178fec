// A merchant's side of the wire: signing, plain requests with every byte in our hands, and raw
// sockets for what no HTTP library would send.
import http from 'node:http';
import net from 'node:net';
import assert from 'node:assert/strict';
import { createHmac, createSign, randomBytes } from 'node:crypto';

const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export const now = () => Math.floor(Date.now() / 1000);
export const newNonce = () => randomBytes(16).toString('hex');
// A merchant number that was not used before.
export const newNo = (prefix = 'T') => `${prefix}-${Date.now()}-${randomBytes(5).toString('hex')}`;
// A well-formed number that exists nowhere.
export const strangerUlid = () => `0${[...randomBytes(25)].map((b) => BASE32[b & 31]).join('')}`;

export const signedText = (method, path, ts, nonce, body) => `${method}\n${path}\n${ts}\n${nonce}\n${body}\n`;

export function signHmac(secret, text) {
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex');
}
export function signRsa(privateKey, text) {
  return createSign('RSA-SHA256').update(text, 'utf8').sign(privateKey, 'base64');
}

// The header's parameters; each may be overridden, and undefined leaves it out.
export function authParams(app, { method, path, body = '', ts = now(), nonce = newNonce(), set = {} }) {
  const text = Buffer.concat([
    Buffer.from(`${method}\n${path}\n${ts}\n${nonce}\n`), Buffer.from(body), Buffer.from('\n'),
  ]);
  const signature = app.privateKey
    ? createSign('RSA-SHA256').update(text).sign(app.privateKey, 'base64')
    : createHmac('sha256', app.secret).update(text).digest('hex');
  return { app_key: app.key, key_id: app.keyId, timestamp: String(ts), nonce, signature, ...set };
}

export function authHeader(app, req) {
  const scheme = app.privateKey ? 'SHROFF-RSA2' : 'SHROFF-HMAC-SHA256';
  const params = Object.entries(authParams(app, req)).filter(([, v]) => v !== undefined);
  return `${scheme} ${params.map(([k, v]) => `${k}="${v}"`).join(',')}`;
}

// One request. headers: an object or a flat array [name, value, name, value] (for repeated ones).
export function request(stack, { method = 'GET', path, headers = {}, body, localAddress, timeout = 20000 }) {
  return new Promise((done, fail) => {
    const list = Array.isArray(headers) ? [...headers] : Object.entries(headers).flat();
    const has = (n) => list.some((h, i) => i % 2 === 0 && h.toLowerCase() === n);
    const bytes = body === undefined ? undefined : Buffer.from(body);
    if (!has('host')) list.push('Host', `${stack.host}:${stack.port}`);
    if (bytes !== undefined && !has('content-length') && !has('transfer-encoding')) {
      list.push('Content-Length', String(bytes.length));
    }
    list.push('Connection', 'close');
    const req = http.request({
      host: stack.host, port: stack.port, method, path, headers: list, setHost: false, agent: false, localAddress,
    }, (res) => {
      const chunks = [];
      res.on('data', (d) => chunks.push(d));
      res.on('error', fail);
      res.on('end', () => done(answer(res.statusCode, res.headers, res.rawHeaders, Buffer.concat(chunks))));
    });
    req.setTimeout(timeout, () => req.destroy(new Error(`${method} ${path}: no answer in ${timeout} ms`)));
    req.on('error', fail);
    req.end(bytes);
  });
}

function answer(status, headers, rawHeaders, bytes) {
  const text = bytes.toString('utf8');
  let json;
  try { json = JSON.parse(text); } catch { /* not JSON: json stays undefined */ }
  return { status, headers, rawHeaders, bytes, text, json };
}

// A signed request. `body` may be an object (made JSON) or text; `auth` overrides what is signed or sent.
export function signed(stack, app, { method = 'GET', path, body, headers = {}, auth = {}, ...rest }) {
  const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const all = { Authorization: authHeader(app, { method, path, body: text ?? '', ...auth }) };
  if (text !== undefined) all['Content-Type'] = 'application/json';
  return request(stack, { method, path, body: text, headers: Array.isArray(headers)
    ? [...Object.entries(all).flat(), ...headers] : { ...all, ...headers }, ...rest });
}

export const get = (stack, app, path, opts = {}) => signed(stack, app, { method: 'GET', path, ...opts });
export const post = (stack, app, path, body, opts = {}) => signed(stack, app, { method: 'POST', path, body, ...opts });
export const postJson = (stack, path, body, headers = {}) => request(stack, {
  method: 'POST', path, headers: { 'Content-Type': 'application/json', ...headers },
  body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
});

// Sends bytes as they are and gives everything that comes back until the server closes or falls silent.
export function rawSend(stack, data, { timeout = 8000, quiet = 1500, end = false } = {}) {
  return new Promise((done, fail) => {
    const chunks = [];
    const socket = net.connect(stack.port, stack.host, () => { socket.write(data); if (end) socket.end(); });
    const finish = () => { clearTimeout(all); clearTimeout(idle); socket.destroy(); done(Buffer.concat(chunks).toString('utf8')); };
    const all = setTimeout(finish, timeout);
    let idle;
    socket.on('data', (d) => { chunks.push(d); clearTimeout(idle); idle = setTimeout(finish, quiet); });
    socket.on('close', finish);
    socket.on('error', (e) => { if (chunks.length) finish(); else { clearTimeout(all); fail(e); } });
  });
}

// The first answer in what rawSend gave.
export function parseRaw(text) {
  const end = text.indexOf('\r\n\r\n');
  assert.notEqual(end, -1, `no HTTP answer in: ${JSON.stringify(text.slice(0, 200))}`);
  const [first, ...lines] = text.slice(0, end).split('\r\n');
  const headers = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  const length = headers['content-length'];
  const body = text.slice(end + 4, length === undefined ? undefined : end + 4 + Number(length));
  return answer(Number(first.split(' ')[1]), headers, [], Buffer.from(body));
}

// ---- what an answer must look like

const show = (res) => `HTTP ${res.status} ${res.text?.slice(0, 600)}`;

export function hasRequestId(res) {
  assert.match(String(res.headers['x-request-id']), /^[A-Za-z0-9_-]{8,64}$/, `X-Request-Id is missing: ${show(res)}`);
}

function noNulls(value, where = '$') {
  if (value === null) assert.fail(`null at ${where}: absent values are left out`);
  if (typeof value === 'object') for (const [k, v] of Object.entries(value)) if (k !== 'metadata') noNulls(v, `${where}.${k}`);
}

export function expectOk(res, status = 200) {
  assert.equal(res.status, status, show(res));
  hasRequestId(res);
  assert.match(String(res.headers['content-type']), /^application\/json\b/, show(res));
  assert.deepEqual(Object.keys(res.json ?? {}).sort(), ['code', 'data', 'msg'], show(res));
  assert.equal(res.json.code, 0, show(res));
  assert.equal(res.json.msg, 'success', show(res));
  noNulls(res.json);
  return res.json.data;
}

// code: a number, or a list of those that fit. field: exact name, null = none may stand there.
export function expectError(res, code, field) {
  const codes = [code].flat();
  assert.ok(codes.includes(res.json?.code), `want ${codes.join(' or ')}, got ${show(res)}`);
  assert.equal(res.status, Math.floor(res.json.code / 100), show(res));
  hasRequestId(res);
  assert.match(String(res.headers['content-type']), /^application\/json\b/, show(res));
  const keys = Object.keys(res.json).filter((k) => k !== 'field').sort();
  assert.deepEqual(keys, ['code', 'msg', 'request_id'], show(res));
  assert.equal(typeof res.json.msg, 'string');
  assert.notEqual(res.json.msg, '');
  assert.equal(res.json.request_id, res.headers['x-request-id'], show(res));
  if (field === null) assert.equal(res.json.field, undefined, show(res));
  else if (field !== undefined) assert.equal(res.json.field, field, show(res));
  return res.json;
}

// ---- making things

export const terms = (more = {}) => ({
  merchant_order_id: newNo(), price: 1234, currency: 'CNY', subject: 'Tea', ...more,
});

export async function create(stack, app, more = {}) {
  return expectOk(await post(stack, app, '/api/pay/create', terms(more)), 201);
}
// An order with an open attempt on the mock channel.
export const createOpen = (stack, app, more = {}) => create(stack, app, { channel: 'mock', ...more });
// One more attempt beside an open one: with extras of its own, else the open one is given back. 50201 (the channel is
// busy: a slow machine) is tried again, as a merchant would.
export async function submitAnother(stack, app, order) {
  const body = { order_no: order.order_no, channel: 'mock', channel_extras: { n: newNonce() } };
  for (let tries = 0; ; tries++) {
    const res = await post(stack, app, '/api/pay/submit', body);
    if (res.json?.code !== 50201 || tries === 20) return res;
    await new Promise((done) => { setTimeout(done, 250); });
  }
}

export async function query(stack, app, selector) {
  const q = new URLSearchParams(selector).toString();
  return expectOk(await get(stack, app, `/api/pay/query?${q}`));
}
