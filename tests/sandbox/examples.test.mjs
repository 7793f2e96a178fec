// docs/sandbox.md and examples/sandbox: the scenarios are those of the program; the examples of Node, PHP and Python run
// as they stand; the sandbox answers under the channels' own host names, with a CA of its own.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../lib/env.mjs';
import { startSandbox } from '../lib/sandbox.mjs';
import { until } from '../lib/wait.mjs';

const DOC = readFileSync(join(ROOT, 'docs/sandbox.md'), 'utf8');
const EXAMPLES = join(ROOT, 'examples/sandbox');
const PYTHON = '/usr/bin/python3'; // Debian's own, which has python3-cryptography
const run = promisify(execFile);

test('every scenario of the program is in the table, with its number; every number to 35 has a row', () => {
  const list = readFileSync(join(ROOT, 'sandbox/core/sandbox_scenario_list.h'), 'utf8');
  const want = [...list.matchAll(/X\(\w+, (\d+), "([^"]+)"/g)].map(([, number, name]) => `${number} ${name}`).sort();
  const rows = [...DOC.matchAll(/^\| (\d+) \| `([a-z0-9-]+)`/gm)];
  assert.deepEqual(rows.map((r) => `${r[1]} ${r[2]}`).sort(), want);
  for (let n = 1; n <= 35; n++) assert.ok(rows.some((r) => Number(r[1]) === n), `number ${n}`);
});

let env, count = 0;
before(async () => { env = { ...process.env, ...await startSandbox() }; });
after(() => env?.stop());
const newNumber = () => `EX${Date.now()}${count++}`;
const freePort = () => new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => done(port)); });
});
const settings = () => Object.fromEntries(Object.entries(env).filter(([, v]) => typeof v === 'string'));
const pay = (number, more = {}) => fetch(`${env.url}/control/trades/${number}`, { method: 'POST', body: JSON.stringify({ pay: true, ...more }) });

// Beside the tests, where the SDKs are found.
async function runModule(code, ...options) {
  const file = join(ROOT, 'tests/sandbox', `.example.${process.pid}.${count++}.mjs`);
  writeFileSync(file, `import '../lib/file_of_node18.mjs';\n${code}`);
  try {
    return (await run(process.execPath, [...options, file], { env: settings(), encoding: 'utf8', timeout: 60_000 })).stdout;
  } finally { rmSync(file); }
}
const inDoc = (name) => new RegExp(`<!-- begin example ${name} -->\\n\`\`\`js\\n([^]*?)\`\`\``).exec(DOC)[1];

describe('Node, with the SDKs', () => {
  test('Alipay: a code to scan', async () => {
    assert.match(await runModule(inDoc('alipay.mjs')), /^http:\/\/127\.0\.0\.1:\d+\/cashier\/alipay\?code=\w+\n$/);
  });
  test('WeChat Pay: a code, paid', async () => {
    assert.match(await runModule(inDoc('wechat.mjs')), /^weixin:\/\/wxpay\/bizpayurl\/up\?pr=\w+&groupid=00\nSUCCESS\n$/);
  });
});

// ---- without an SDK

const LANGUAGES = {
  PHP: { program: 'php', ends: 'php', serve: (file, port) => ['php', ['-S', `127.0.0.1:${port}`, file]] },
  Python: { program: PYTHON, ends: 'py', serve: (file, port) => [PYTHON, [file, String(port)]] },
};
const CHANNELS = {
  alipay: { shows: /\/cashier\/alipay\?code=\w+\n$/, paid: 'TRADE_SUCCESS 88.00' },
  wechat: { shows: /^weixin:\/\/wxpay\/\S+\n$/, paid: 'SUCCESS 8800' },
};
for (const [language, { program, ends, serve }] of Object.entries(LANGUAGES)) {
  for (const [channel, { shows, paid }] of Object.entries(CHANNELS)) {
    test(`${language}, ${channel}: a trade is made, its answer verified; a genuine notice is taken, an altered one refused`, async () => {
      const file = join(EXAMPLES, `${channel}.${ends}`), port = await freePort();
      const [command, args] = serve(file, port);
      const receiver = spawn(command, args, { env: settings(), stdio: ['ignore', 'pipe', 'pipe'] });
      let log = '';
      for (const stream of [receiver.stdout, receiver.stderr]) stream.on('data', (piece) => { log += piece; });
      try {
        const [good, bad] = [newNumber(), newNumber()];
        await until('the receiver', async () => fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false), 10_000);
        for (const number of [good, bad]) {
          const { stdout } = await run(program, [file, number, `http://127.0.0.1:${port}/notify`], { env: settings(), encoding: 'utf8' });
          assert.match(stdout, shows);
        }
        await pay(bad, { scenario: 'altered-body' });
        await until('the refusal', () => log.includes('refused'), 10_000);
        assert.ok(!log.includes(bad), log);
        await pay(good);
        await until('the notice', () => log.includes(`${good} ${paid}`), 10_000);
        await until('the end of its tries', async () => {
          const { exchanges } = await (await fetch(`${env.url}/control/trades/${good}`)).json();
          return exchanges.some((e) => e.direction === 'out' && e.verdict === 'ok');
        }, 10_000);
      } finally { receiver.kill(); }
    });
  }
  test(`${language}: an answer with another signature is not believed`, async () => {
    const files = { ALIPAY_PUBLIC_KEY_FILE: env.WECHAT_PUBKEY_FILE, WECHAT_PUBKEY_FILE: env.ALIPAY_PUBLIC_KEY_FILE };
    for (const channel of Object.keys(CHANNELS)) {
      await assert.rejects(run(program, [join(EXAMPLES, `${channel}.${ends}`), newNumber(), 'http://127.0.0.1:9/'], { env: { ...settings(), ...files } }),
        /no genuine answer/);
    }
  });
}

// ---- under the channels' own host names

const curl = (...args) => run('curl', ['-sS', '--noproxy', '*', '--connect-to', `::127.0.0.1:${env.SANDBOX_HTTPS_PORT}`, ...args], { encoding: 'utf8' });
const HOSTS = ['openapi.alipay.com', 'openapi-sandbox.dl.alipaydev.com', 'openapi.alipaydev.com', 'dwbillcenter.alipay.com',
  'api.mch.weixin.qq.com', 'api2.mch.weixin.qq.com', 'api.wechatpay.cn', 'api2.wechatpay.cn', 'localhost', '127.0.0.1'];

describe('by https', () => {
  test('each host name answers to who trusts the CA, no other name does, and nobody else trusts it', async () => {
    for (const host of HOSTS) {
      assert.equal((await curl('--cacert', env.SANDBOX_CA_FILE, `https://${host}/healthz`)).stdout, 'ok', host);
    }
    for (const host of ['www.alipay.com', 'pay.weixin.qq.com', 'example.com']) {
      await assert.rejects(curl('--cacert', env.SANDBOX_CA_FILE, `https://${host}/healthz`), { code: 60 });
    }
    await assert.rejects(curl(`https://${HOSTS[0]}/healthz`), { code: 60 });
  });
  test('the CA can sign nothing else: its key is gone; strict verifiers take the certificate', () => {
    assert.ok(!readdirSync(join(env.state, 'sandbox')).includes('ca_private.pem'));
    execFileSync('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', env.SANDBOX_CA_FILE, join(env.state, 'sandbox/hosts_cert.pem')]);
  });
  test('the control API is not led to by a stranger\'s name', async () => {
    assert.match((await curl('--cacert', env.SANDBOX_CA_FILE, 'https://openapi.alipay.com/control/trades')).stdout, /40304/);
  });
});

const SDKS = {
  'alipay-sdk, v2 and v3': `
import { AlipaySdk } from 'alipay-sdk';
const sdk = new AlipaySdk({ appId: env.ALIPAY_APP_ID, keyType: env.ALIPAY_KEY_TYPE, privateKey: read('ALIPAY_APP_PRIVATE_KEY_FILE'), alipayPublicKey: read('ALIPAY_PUBLIC_KEY_FILE') });
const order = { out_trade_no: no, total_amount: '88.00', subject: 'Blue kettle' };
const made = await sdk.exec('alipay.trade.precreate', { bizContent: order }, { validateSign: true });
const asked = await sdk.curl('POST', '/v3/alipay/trade/precreate', { body: { ...order, out_trade_no: no + 'b' } });
const bill = await sdk.exec('alipay.data.dataservice.bill.downloadurl.query', { bizContent: { bill_type: 'trade', bill_date: day } }, { validateSign: true });
say([made.code, asked.responseHttpStatus, bill.billDownloadUrl, (await fetch(bill.billDownloadUrl)).headers.get('content-type')]);`,
  'wechatpay-axios-plugin': `
import plugin from 'wechatpay-axios-plugin';
const wechat = new plugin.Wechatpay({ mchid: env.WECHAT_MCHID, serial: env.WECHAT_MCH_SERIAL, privateKey: read('WECHAT_MCH_PRIVATE_KEY_FILE'),
  certs: { [env.WECHAT_PLATFORM_SERIAL]: read('WECHAT_PLATFORM_CERT_FILE') } });
const made = await wechat.v3.pay.transactions.native.post({ appid: env.WECHAT_APPID, mchid: env.WECHAT_MCHID, description: 'kettle', out_trade_no: no,
  notify_url: 'http://127.0.0.1:9/', amount: { total: 8800 } });
await fetch(env.SHROFF_SANDBOX_URL + '/control/trades/' + no, { method: 'POST', body: JSON.stringify({ pay: true, success_time: day + 'T10:00:00+08:00' }) });
const bill = await wechat.v3.bill.tradebill.get({ params: { bill_date: day } });
say([made.status, bill.data.download_url, (await wechat.v3.billdownload.file.get({ params: new URL(bill.data.download_url).searchParams })).status]);`,
  'wechatpay-node-v3, without its HTTP hook': `
import WxPay from 'wechatpay-node-v3';
const pay = new (WxPay.default ?? WxPay)({ appid: env.WECHAT_APPID, mchid: env.WECHAT_MCHID, key: env.WECHAT_APIV3_KEY, serial_no: env.WECHAT_MCH_SERIAL,
  publicKey: read('WECHAT_PLATFORM_CERT_FILE'), privateKey: read('WECHAT_MCH_PRIVATE_KEY_FILE') });
const made = await pay.transactions_native({ description: 'kettle', out_trade_no: no, notify_url: 'http://127.0.0.1:9/', amount: { total: 8800 } });
say([made.status, (await pay.query({ out_trade_no: no })).data.trade_state]);`,
};
const SAY = {
  'alipay-sdk, v2 and v3': [/^10000$/, /^200$/, /^https:\/\/dwbillcenter\.alipay\.com\/bill\/alipay\//, /zip/],
  'wechatpay-axios-plugin': [/^200$/, /^https:\/\/api\.mch\.weixin\.qq\.com\/v3\/billdownload\/file\?token=/, /^200$/],
  'wechatpay-node-v3, without its HTTP hook': [/^200$/, /^NOTPAY$/],
};
describe('SDKs whose hosts are built in, led by examples/sandbox/hosts.mjs', () => {
  for (const [name, code] of Object.entries(SDKS)) {
    test(name, async () => {
      const day = new Date(Date.now() + 8 * 3600_000 - 86400_000).toISOString().slice(0, 10);
      const out = JSON.parse(await runModule(`import { readFileSync } from 'node:fs';
const { env } = process, read = (name) => readFileSync(env[name], 'utf8'), no = '${newNumber()}', day = '${day}';
const say = (what) => console.log(JSON.stringify(what));\n${code}`, '--import', join(EXAMPLES, 'hosts.mjs')));
      out.forEach((value, i) => assert.match(String(value), SAY[name][i], JSON.stringify(out)));
      assert.equal(out.length, SAY[name].length);
    });
  }
});

test('each example of the folder is run here', () => {
  assert.deepEqual(readdirSync(EXAMPLES).sort(), ['alipay.php', 'alipay.py', 'hosts.mjs', 'wechat.php', 'wechat.py']);
  assert.ok(existsSync(PYTHON));
});
