// HTTP/2 by hand, for heads that no client library sends: one request on a TLS connection.
import tls from 'node:tls';

const DATA = 0, HEADERS = 1, SETTINGS = 4, GOAWAY = 7, WINDOW_UPDATE = 8, RST = 3;
const END_STREAM = 1, ACK = 1, END_HEADERS = 4;
export const frame = (type, flags, stream, payload = Buffer.alloc(0)) => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
};
// Literal fields without an index; each shorter than 127 bytes.
export const fields = (list) => Buffer.concat(list.map(([n, v]) => Buffer.concat([Buffer.from([0, n.length]), Buffer.from(n), Buffer.from([v.length]), Buffer.from(v)])));
export const HELLO = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(SETTINGS, 0, 0)]);
export const headers = (stream, list, end = false) => frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, fields(list));
export const reset = (stream) => frame(RST, 0, stream, Buffer.from([0, 0, 0, 8]));

export function connectHttp2(port, onFrame) {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, servername: 'pay.example.com', ALPNProtocols: ['h2'] });
  let rest = Buffer.alloc(0);
  socket.on('data', (d) => {
    for (rest = Buffer.concat([rest, d]); rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3);) {
      const payload = rest.subarray(9, 9 + rest.readUIntBE(0, 3));
      const [type, flags, stream] = [rest[3], rest[4], rest.readUInt32BE(5)];
      rest = rest.subarray(9 + payload.length);
      if (type === SETTINGS && !(flags & ACK)) socket.write(frame(SETTINGS, ACK, 0));
      onFrame?.(type, flags, stream, payload);
    }
  });
  socket.on('error', () => {});
  socket.write(HELLO);
  return socket;
}

// Sends `body` as fast as the windows allow; when the stream ends, or after `ms`: how much was taken.
export function sendHttp2(port, list, body, ms = 1000) {
  return new Promise((done) => {
    let window = 65535, stream = 65535, initial = 65535, sent = 0, ended = false;
    const finish = () => { if (ended) return; ended = true; clearTimeout(timer); socket.destroy(); done(sent); };
    const more = () => {
      for (let n; !ended && (n = Math.min(window, stream, 16384, body.length - sent)) > 0; window -= n, stream -= n, sent += n) {
        socket.write(frame(DATA, sent + n === body.length ? END_STREAM : 0, 1, body.subarray(sent, sent + n)));
      }
    };
    const socket = connectHttp2(port, (type, flags, id, payload) => {
      if (type === SETTINGS && !(flags & ACK)) {
        for (let at = 0; at + 6 <= payload.length; at += 6) if (payload.readUInt16BE(at) === 4) { stream += payload.readUInt32BE(at + 2) - initial; initial = payload.readUInt32BE(at + 2); }
        more();
      }
      if (type === WINDOW_UPDATE) { if (id === 0) window += payload.readUInt32BE(0); else stream += payload.readUInt32BE(0); more(); }
      if (type === GOAWAY || type === RST || ((type === DATA || type === HEADERS) && flags & END_STREAM)) setTimeout(finish, 20);
    });
    socket.on('close', finish);
    const timer = setTimeout(finish, ms);
    socket.write(headers(1, list));
  });
}
