// A FastCGI client that sends records byte by byte as told, for what nginx would never send.
import net from 'node:net';
import { join } from 'node:path';

export const TYPE = { BEGIN: 1, ABORT: 2, END: 3, PARAMS: 4, STDIN: 5, STDOUT: 6, STDERR: 7, DATA: 8, GET_VALUES: 9 };

export function record(type, content = Buffer.alloc(0), { id = 1, version = 1, padding = 0, length = content.length } = {}) {
  const head = Buffer.from([version, type, id >> 8, id & 255, length >> 8, length & 255, padding, 0]);
  return Buffer.concat([head, Buffer.from(content), Buffer.alloc(padding)]);
}
export const begin = ({ role = 1, keep = 0, ...opts } = {}) => record(TYPE.BEGIN, Buffer.from([role >> 8, role & 255, keep, 0, 0, 0, 0, 0]), opts);

const len = (n) => (n < 128 ? Buffer.from([n]) : Buffer.from([(n >>> 24) | 128, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]));
export const pair = (name, value) => Buffer.concat([len(Buffer.byteLength(name)), len(Buffer.byteLength(value)), Buffer.from(name), Buffer.from(value)]);
// A stream of records of at most 65535 bytes, ended by an empty one.
export function stream(type, bytes, opts) {
  const out = [];
  for (let i = 0; i < bytes.length; i += 65535) out.push(record(type, bytes.subarray(i, i + 65535), opts));
  return Buffer.concat([...out, record(type, Buffer.alloc(0), opts)]);
}
export const paramsOf = (list) => Buffer.concat(list.map(([n, v]) => pair(n, v)));

// What nginx would pass for a request; more: further pairs (repeated names are sent twice).
export const params = (method, path, body = '', more = []) => [
  ['REQUEST_METHOD', method], ['REQUEST_URI', path], ['QUERY_STRING', path.split('?')[1] ?? ''], ['CONTENT_TYPE', body.length ? 'application/json' : ''],
  ['CONTENT_LENGTH', body.length ? String(Buffer.byteLength(body)) : ''], ['REMOTE_ADDR', '127.0.0.1'], ['SERVER_PROTOCOL', 'HTTP/1.1'], ['REQUEST_ID', '0123456789abcdef0123456789abcdef'], ...more,
];

// Sends bytes to a program's socket; gives { text, ended, records } of what came back.
export function fcgiSend(stack, program, bytes, { timeout = 6000, quiet = 700, half = false } = {}) {
  return new Promise((done) => {
    const chunks = [];
    const socket = net.connect(join(stack.state, 'run', `${program}.sock`));
    let idle;
    const finish = () => {
      clearTimeout(all); clearTimeout(idle); socket.destroy();
      const data = Buffer.concat(chunks);
      const records = [];
      for (let at = 0; at + 8 <= data.length;) {
        const n = data.readUInt16BE(at + 4);
        records.push({ type: data[at + 1], id: data.readUInt16BE(at + 2), content: data.subarray(at + 8, at + 8 + n) });
        at += 8 + n + data[at + 6];
      }
      const text = Buffer.concat(records.filter((r) => r.type === TYPE.STDOUT).map((r) => r.content)).toString('utf8');
      let json;
      try { json = JSON.parse(text.slice(text.search(/\r?\n\r?\n/)).trim()); } catch { /* no answer, or none in JSON */ }
      done({ text, json, status: Number(/^Status: (\d+)/m.exec(text)?.[1] ?? (text ? 200 : 0)), ended: records.some((r) => r.type === TYPE.END), records });
    };
    const all = setTimeout(finish, timeout);
    socket.on('connect', () => { socket.write(bytes); if (half) socket.end(); });
    socket.on('data', (d) => { chunks.push(d); clearTimeout(idle); idle = setTimeout(finish, quiet); });
    socket.on('close', finish);
    socket.on('error', () => {});
  });
}

export const fcgiRequest = (stack, program, method, path, body = '', more = [], opts = {}) =>
  fcgiSend(stack, program, Buffer.concat([begin(), stream(TYPE.PARAMS, paramsOf(params(method, path, body, more))), stream(TYPE.STDIN, Buffer.from(body))]), opts);
