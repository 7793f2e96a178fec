// Where things are: the tree, the build folder, and reading demo.env as a shell would.
import { readFileSync } from 'node:fs';
import { resolve, isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));

// SHROFF_BUILD names another build tree, e.g. build/asan.
export function buildPath(...parts) {
  const build = process.env.SHROFF_BUILD || 'build';
  return resolve(isAbsolute(build) ? build : resolve(ROOT, build), ...parts);
}

// Lines NAME='value'; a quote inside a value is written '\'' as a shell needs it.
export function readEnvFile(file) {
  const env = {};
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const m = /^(?:export )?([A-Z][A-Z0-9_]*)='(.*)'$/.exec(line);
    if (m) env[m[1]] = m[2].replaceAll(`'\\''`, `'`);
  }
  return env;
}

// One demo app as the clients want it.
export function appsOf(env) {
  return {
    app1: {
      key: env.SHROFF_APP_KEY, secret: env.SHROFF_APP_SECRET, webhookSecret: env.SHROFF_WEBHOOK_SECRET,
      channelId: env.SHROFF_MOCK_CHANNEL_ID, channelSecret: env.SHROFF_MOCK_CHANNEL_SECRET,
    },
    app2: {
      key: env.SHROFF_APP2_KEY, secret: env.SHROFF_APP2_SECRET,
      channelId: env.SHROFF_APP2_MOCK_CHANNEL_ID, channelSecret: env.SHROFF_APP2_MOCK_CHANNEL_SECRET,
    },
  };
}
