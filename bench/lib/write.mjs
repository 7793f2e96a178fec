// Requests, signed beforehand, byte for byte as they go out: replay.lua's file.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { authHeader, now } from '../../tests/lib/client.mjs';
import { signCallback } from '../../tests/lib/channel.mjs';
import { orderNo, payId } from './fill.mjs';

export const head = (method, path, port, headers) => `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${headers}`;
export const withBody = (method, path, port, headers, body) =>
  `${head(method, path, port, headers)}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const without = (method, path, port, headers) => `${head(method, path, port, headers)}\r\n`;

const run = randomBytes(4).toString('hex');

// Ours. `i` counts from 0 over the whole run of a case, `id` names an order, or a wallet's user, of fill.mjs. Two cases
// ask for refunds of one app, so their numbers come from the order.
export const SHROFF = {
  create: (stack, i) => {
    const path = '/api/pay/create';
    const body = `{"merchant_order_id":"C${run}${i}","price":8800,"currency":"CNY","subject":"Blue kettle","channel":"mock"}`;
    return withBody('POST', path, stack.port, `Authorization: ${authHeader(stack.app1, { method: 'POST', path, body })}\r\n`, body);
  },
  callback: (stack, i, id) => {
    const members = {
      pay_id: payId(id), channel_order_no: `MOCK${String(id).padStart(16, '0')}`, status: 'SUCCESS', price: 8800,
      currency: 'CNY', success_time: '2026-01-01T00:00:00.000Z', timestamp: now(),
      nonce: randomBytes(12).toString('hex'), sign_type: 'HMAC-SHA256',
    };
    const body = JSON.stringify({ ...members, sign: signCallback(members, stack.app1.channelSecret) });
    return withBody('POST', '/api/pay/callback', stack.port, '', body);
  },
  query: (stack, i, id) => {
    const path = `/api/pay/query?order_no=${orderNo(id)}`;
    return without('GET', path, stack.port, `Authorization: ${authHeader(stack.app1, { method: 'GET', path })}\r\n`);
  },
  status: (stack, i, id) =>
    without('GET', `/api/pay/status?token=${createHash('md5').update(`token${id}`).digest('hex')}`, stack.port, ''),
  refund: (stack, i, id) => {
    const path = '/api/pay/refund';
    const body = `{"order_no":"${orderNo(id)}","merchant_refund_id":"R${run}${id}","refund_price":100}`;
    return withBody('POST', path, stack.port, `Authorization: ${authHeader(stack.app1, { method: 'POST', path, body })}\r\n`, body);
  },
  wallet: (stack, i, id) => {
    const path = '/api/pay/create';
    const body = `{"merchant_order_id":"W${run}${i}","price":8800,"currency":"CNY","subject":"Blue kettle","channel":"wallet","user_id":"W${id}"}`;
    return withBody('POST', path, stack.port, `Authorization: ${authHeader(stack.app1, { method: 'POST', path, body })}\r\n`, body);
  },
  bare: (stack, i, id, port) => without('GET', `/?no=${orderNo(id)}`, port, ''),
};

// The peer's requests, signed in its own way.
const mac = (t) => createHmac('sha256', 'peer-secret').update(t).digest('hex');
function peerAuth(method, path, body) {
  const ts = now(), nonce = randomBytes(16).toString('hex');
  return `X-Timestamp: ${ts}\r\nX-Nonce: ${nonce}\r\nX-Sign: ${mac(`${method}\n${path}\n${ts}\n${nonce}\n${body}\n`)}\r\n`;
}
export const PEER = {
  create: (stack, i, id, port) => {
    const path = '/api/pay/create', body = `{"order_id":${id},"pay_channel":1}`;
    return withBody('POST', path, port, `${peerAuth('POST', path, body)}X-User-Id: ${1 + (id % 1000)}\r\n`, body);
  },
  callback: (stack, i, id, port) => withBody('POST', '/api/pay/callback', port, '',
    `{"pay_id":${id},"status":"SUCCESS","sign":"${mac(`pay_id=${id}&status=SUCCESS`)}"}`),
  query: (stack, i, id, port) => {
    const path = `/api/orders/${id}`;
    return without('GET', path, port, peerAuth('GET', path, ''));
  },
};

// n requests of `make` into file; from: the first order's id.
export function writeRequests(file, n, make) {
  const fd = openSync(file, 'w');
  let room = [];
  for (let i = 0; i < n; i++) {
    const text = make(i);
    room.push(`${text.length}\n${text}`);
    if (room.length === 2000) { writeSync(fd, room.join('')); room = []; }
  }
  writeSync(fd, room.join(''));
  closeSync(fd);
}
