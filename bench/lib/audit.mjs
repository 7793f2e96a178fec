// How long `shroffctl audit` takes over whole orders, alone and beside traffic, and what it costs.
import { spawn } from 'node:child_process';
import { createOpen } from '../../tests/lib/client.mjs';
import { payByCallback } from '../../tests/lib/channel.mjs';
import { buildPath, pidOf, sql } from './stack.mjs';
import { fillWhole } from './whole.mjs';
import { cpuOf } from './proc.mjs';
import { num } from './table.mjs';
import { sleep } from './time.mjs';

const WANT_S = 60;
const TRAFFIC = 50;     // orders created and paid a second

// Creates and pays orders until stop is called, which gives how many they were.
function traffic(stack) {
  let on = true, paid = 0;
  const done = (async () => {
    while (on) {
      const due = Date.now() + 1000 / TRAFFIC;
      const order = await createOpen(stack, stack.app1, { price: 8800 });
      if ((await payByCallback(stack, stack.app1, order)).status === 200) paid++;
      await sleep(Math.max(0, due - Date.now()));
    }
  })();
  return async () => { on = false; await done; return paid; };
}

// bash says what the audit and its children cost.
function run(stack) {
  return new Promise((done, fail) => {
    const child = spawn('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$0" audit', buildPath('cli', 'shroffctl')],
      { env: { ...process.env, ...stack.settings }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '', err = '';
    child.stdout.on('data', (d) => { out += d; });
    child.stderr.on('data', (d) => { err += d; });
    child.on('error', fail);
    child.on('exit', (code) => {
      const [, user, system] = /^cpu ([\d.]+) ([\d.]+)$/m.exec(err) ?? [];
      if (code > 1 || !user) fail(new Error(`audit ended with ${code}: ${out}${err}`));
      else done({ clean: code === 0, out, own: Number(user) + Number(system) });
    });
  });
}

async function once(stack, beside) {
  const server = [pidOf(stack, 'mariadb')], before = cpuOf(server), began = process.hrtime.bigint();
  const stop = beside ? traffic(stack) : async () => 0;
  const result = await run(stack);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9, mariadb = cpuOf(server) - before;
  return { beside, ...result, seconds, mariadb, paid: await stop() };
}

const line = (r) => `  ${(r.beside ? `beside ${num(r.paid / r.seconds)} orders paid a second` : 'alone').padEnd(34)} ${num(r.seconds, 1).padStart(7)} s   CPU s: mariadb ${num(r.mariadb, 1)}, audit ${num(r.own, 1)}`;

// In a folder that has a set already, that is measured.
export async function audit(stack, { orders, rounds, tell }) {
  const have = Number(sql(stack, 'SELECT COUNT(*) FROM pay_order'));
  if (have < orders) await fillWhole(stack, orders, (n) => n % 100000 === 0 && tell(`  ${num(n)} orders`));
  const runs = [];
  for (const beside of [false, true]) {
    for (let round = 0; round < rounds; round++) {
      const r = await once(stack, beside);
      tell(line(r).trim());
      runs.push(r);
    }
  }
  const slowest = Math.max(...runs.map((r) => r.seconds)), found = runs.filter((r) => !r.clean).length;
  const verdicts = [{ kind: 'audit', what: `s for ${num(orders)} orders, the slowest`, got: slowest, want: -WANT_S, met: slowest <= WANT_S },
    { kind: 'audit', what: 'failures', got: found, want: 0, met: found === 0 }];
  return { runs, verdicts, text: [`the audit of ${num(Math.max(have, orders))} orders; its last run:`, runs.at(-1).out, ...runs.map(line)].join('\n') };
}
