// For SDKs whose hosts are built in: what goes to the channels' own host names goes to the sandbox, by https, and
// nothing else changes. With the settings of sandbox.env in the environment:
//   node --import ./examples/sandbox/hosts.mjs yours.js
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import tls from 'node:tls';

const HOSTS = /(^|\.)(alipay\.com|alipaydev\.com|mch\.weixin\.qq\.com|wechatpay\.cn)$/;
const { connect } = tls;
const ca = readFileSync(process.env.SANDBOX_CA_FILE);
const port = Number(process.env.SANDBOX_HTTPS_PORT);

tls.connect = (options, ...more) => {
  const servername = options?.servername || options?.host;
  return HOSTS.test(servername ?? '') ? connect({ ...options, host: '127.0.0.1', port, servername, ca }, ...more) : connect(options, ...more);
};
syncBuiltinESMExports();
