// One measurement: wrk over requests written beforehand, or a program of limit.c; with the CPU that
// each group of processes spent meanwhile.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, buildPath, cpuByGroup } from './stack.mjs';
import { writeRequests } from './write.mjs';

const THREADS = 2;

function run(command, args, env) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '', err = '';
    child.stdout.on('data', (d) => { out += d; });
    child.stderr.on('data', (d) => { err += d; });
    child.on('error', fail);
    child.on('exit', (code) => (code === 0 ? done(out) : fail(new Error(`${command} ended with ${code}: ${err || out}`))));
  });
}

// The CPU of each group between before and after, µs per request.
function costOf(before, after, requests) {
  const cost = {};
  for (const [name, cpu] of Object.entries(after)) {
    const us = (cpu - (before[name] ?? 0)) * 1e6 / requests;
    if (us >= 1) cost[name] = us;
  }
  return cost;
}

async function measured(stack, work) {
  const before = cpuByGroup(stack);
  const result = await work();
  const after = cpuByGroup(stack);
  const rate = result.us > 0 ? result.requests * 1e6 / result.us : 0;
  return { ...result, rate, failures: result.refused + result.broken, cpu: costOf(before, after, Math.max(result.requests, 1)) };
}

// How many requests, or orders, are enough for so long at twice the rate.
export const enough = (rate, seconds) => Math.ceil(rate * seconds * 2.2) + 4000;
// A case that used them all up measured nothing.
function notOut(what, used, n) {
  if (used >= n) throw new Error(`${what}: ${n} were not enough; the machine is faster than bench thinks`);
}

// wrk on one kind of request. make(i, id): its bytes; ids(n): the first of n ids, or a function of i.
export async function replay(stack, { port, make, ids, rate, connections }, seconds) {
  const n = enough(rate, seconds);
  const file = join(stack.state, 'tmp', 'replay'), out = `${file}.json`;
  const idOf = ids(n);
  writeRequests(file, n, (i) => make(i, idOf(i)));
  const result = await measured(stack, async () => {
    await run('wrk', ['-t', String(THREADS), '-c', String(connections), '-d', String(seconds), '--latency',
      '-s', join(ROOT, 'bench', 'replay.lua'), `http://127.0.0.1:${port}`],
    { REPLAY_FILE: file, REPLAY_OUT: out, REPLAY_THREADS: String(THREADS) });
    return JSON.parse(readFileSync(out, 'utf8'));
  });
  rmSync(file);
  rmSync(out);
  notOut('requests', result.requests, n);
  return result;
}

// The database alone: a case of limit_cases.c.
export async function limit(stack, { name, workers, ids, rate }, seconds) {
  const n = enough(rate, seconds), idOf = ids ? ids(n) : () => 0;
  const result = await measured(stack, async () => JSON.parse(await run(buildPath('bench', 'limit'),
    [name, String(workers), String(seconds), String(idOf(0)), String(stack.appId), String(stack.channelId)], stack.settings)));
  if (ids) notOut('orders', result.requests, n);
  return result;
}
