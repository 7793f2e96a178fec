// A channel whose configuration is not right: its orders are refused or left open, and the operator has an alert that says
// what to do; shroffctl channel test says the same before money meets it.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../lib/env.mjs';
import { startStack, stopStack } from '../lib/stack.mjs';
import { ctlOk, newApp, withFile } from '../lib/ctl.mjs';
import { post, terms } from '../lib/client.mjs';

const stack = await startStack();
after(() => stopStack(stack));
const env = readEnvFile(join(stack.state, 'sandbox.env'));
const read = (name) => readFileSync(env[name], 'utf8');
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OTHER = { private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) };
const OTHER_PUBLIC = pair.publicKey.export({ type: 'spki', format: 'pem' });

const ALIPAY = {
  app_id: env.ALIPAY_APP_ID, seller_id: env.ALIPAY_SELLER_ID, gateway: env.ALIPAY_GATEWAY, alipay_public_key: read('ALIPAY_PUBLIC_KEY_FILE'),
};
const APP = { private_key: read('ALIPAY_APP_PRIVATE_KEY_FILE') };
const WECHAT = {
  mchid: env.WECHAT_MCHID, appid: env.WECHAT_APPID, serial_no: env.WECHAT_MCH_SERIAL, base: env.WECHAT_BASE,
  public_key_id: env.WECHAT_PUBKEY_ID, public_key: read('WECHAT_PUBKEY_FILE'),
};
const MCH = { private_key: read('WECHAT_MCH_PRIVATE_KEY_FILE'), apiv3_key: env.WECHAT_APIV3_KEY };

// An app of its own with this channel.
async function appWith(code, config, secrets) {
  const app = await newApp(stack);
  await withFile(JSON.stringify(config), (c) => withFile(JSON.stringify(secrets), (s) =>
    ctlOk(stack, ['channel', 'create', '--app', app.key, '--code', code, '--config-file', c, '--secrets-file', s, '--reason', 'test'])));
  return app;
}

const FAULTS = [
  // name, channel, config, secrets, the order's answer, the channel's code
  ['another private key', 'alipay_qr', ALIPAY, OTHER, 50200, 'isv.invalid-signature'],
  ['an app_id that Alipay does not know', 'alipay_qr', { ...ALIPAY, app_id: '2021000000009999' }, APP, 50201, 'isv.invalid-app-id'],
  ['another public key of Alipay', 'alipay_qr', { ...ALIPAY, alipay_public_key: OTHER_PUBLIC }, APP, 50201, 'ANSWER_SIGNATURE'],
  ['another private key', 'wx_native', WECHAT, { ...MCH, ...OTHER }, 50200, 'SIGN_ERROR'],
  ['another serial number', 'wx_native', { ...WECHAT, serial_no: 'AA'.repeat(20) }, MCH, 50200, 'SIGN_ERROR'],
  ['another appid', 'wx_native', { ...WECHAT, appid: 'wx0000000000000000' }, MCH, 50200, 'APPID_MCHID_NOT_MATCH'],
  ['another public key of WeChat Pay', 'wx_native', { ...WECHAT, public_key: OTHER_PUBLIC }, MCH, 50201, 'ANSWER_SIGNATURE'],
];

describe('an order meets it: the answer has the channel\'s code, and there is one alert with the cure', () => {
  for (const [name, code, config, secrets, wanted, said] of FAULTS) {
    test(`${code}: ${name}`, async () => {
      const app = await appWith(code, config, secrets);
      for (let i = 0; i < 3; i++) {
        const res = await post(stack, app, '/payments', terms({ channel: code }));
        assert.deepEqual([res.json.code, res.json.channel_error_code], [wanted, said], res.text);
      }
      const { items } = (await ctlOk(stack, ['alerts', 'list', '--json'])).json;
      const about = items.filter((a) => a.about === `channel ${app.key}/${code}`);
      assert.equal(about.length, 1);
      assert.equal(about[0].kind, 'channel_setup');
      assert.match(about[0].text, new RegExp(`${said}.*shroffctl channel test ${code} --app ${app.key}`));
    });
  }
});
