// The measurements of scripts/bench, which builds the programs. Starts a stack, loads it in turns, stops it,
// and prints the results.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addServers, buildPath, closeStack, ctl, groupsOf, openStack, start } from './lib/stack.mjs';
import { openChannels } from './lib/channels.mjs';
import { bareCase, channelCases, limitCases, moneyCases, peerCases, shroffCases } from './lib/cases.mjs';
import { audit } from './lib/audit.mjs';
import { drain } from './lib/drain.mjs';
import { growth } from './lib/growth.mjs';
import { jobs } from './lib/jobs.mjs';
import { fillOrders } from './lib/fill.mjs';
import { openPeers } from './lib/peer.mjs';
import { memoryOf } from './lib/proc.mjs';
import { KINDS, judge, num, summarise, tableOf, verdictsOf } from './lib/table.mjs';

const { values: opt, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peer: { type: 'string' }, quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false },
    rounds: { type: 'string' }, seconds: { type: 'string' }, only: { type: 'string' }, binlog: { type: 'string', default: 'both' },
    orders: { type: 'string' }, state: { type: 'string' }, connections: { type: 'string', default: '64' },
  },
});
const mode = positionals[0] ?? 'requests';
const rounds = Number(opt.rounds ?? (opt.quick ? 1 : 5));
const seconds = Number(opt.seconds ?? (opt.quick ? 2 : 5));
const connections = Number(opt.connections);
const tell = (text) => process.stderr.write(`  ${text}\n`);


// A worker of libfcgi serves one connection until it is closed. So with kept connections there are as many
// workers as nginx may have connections, or a request would wait for the worker of an idle one.
async function bare(stack) {
  const socket = join(stack.state, 'run', 'bare.sock');
  const web = stack.settings.SHROFF_WEB_DB_PASSWORD_FILE;
  start(stack, buildPath('bench', 'bare'), [socket, String(2 * connections), stack.dbSocket, 'shroff_web', 'shroff'],
    { BARE_PASSWORD_FILE: web }).label = 'bare';
  const extra = { kind: 'bare', to: socket, keep: Math.ceil(connections / cpus().length) };
  await addServers(stack, [extra]);
  return extra.port;
}

async function casesOf(stack) {
  const pool = { first: fillOrders(stack, 20000, { paid: 50 }), count: 20000 };
  const all = [
    ...shroffCases(stack, { pool, connections }),
    ...moneyCases(stack, { connections }),
    ...channelCases(stack, { connections, channels: openChannels(stack) }),
    ...limitCases(stack),
    bareCase(stack, { port: await bare(stack), pool, connections }),
  ];
  if (opt.peer) all.push(...peerCases(stack, await openPeers(stack, opt.peer), { connections }));
  const only = opt.only?.split(',');
  return all.filter((c) => !only || only.some((o) => `${c.row} ${c.kind}`.includes(o)))
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

// A short first turn makes connections, statements and caches and finds a limit's best number of workers;
// it does not count. Each round begins with another case, so that none always follows the same one.
async function turns(cases, results) {
  for (const c of cases) await c.prepare?.();
  for (let round = 0; round <= rounds; round++) {
    const first = round % cases.length;
    for (const c of [...cases.slice(first), ...cases.slice(0, first)]) {
      const r = await c.run(round === 0 ? 1 : seconds);
      tell(`${round === 0 ? 'warm' : `${round}/${rounds}`}  ${c.kind.padEnd(11)} ${c.row.padEnd(11)} ${num(r.rate).padStart(8)}/s  p99 ${num(r.p99 / 1000, 1)} ms  ${r.failures} failures`);
      if (round > 0) results.push({ kind: c.kind, row: c.row, ...r });
    }
  }
}

function memory(stack) {
  return Object.fromEntries(Object.entries(groupsOf(stack)).map(([name, pids]) =>
    [name, { processes: pids.length, ...memoryOf(pids.length > 1 && name !== 'mariadb' ? pids.slice(1) : pids) }]));
}

async function requests(stack) {
  const results = [];
  await turns(await casesOf(stack), results);
  const by = summarise(results), verdicts = judge(by), rss = memory(stack);
  for (const name of ['create', 'callback', 'query']) {
    verdicts.push({ kind: name, what: 'MB resident, the largest worker', got: rss[name].resident, want: -12, met: rss[name].resident <= 12 });
  }
  const drained = opt.only || stack.binlog ? undefined : await drain(stack, { million: 0, seconds: opt.quick ? 3 : 8, tell });
  return { by, verdicts: [...verdicts, ...(drained?.verdicts ?? [])], memory: rss, drained };
}

const MODES = {
  requests,
  drain: (stack) => drain(stack, { million: opt.quick ? 50000 : 1000000, seconds: opt.quick ? 3 : 10, tell }),
  jobs: (stack) => jobs(stack, { due: opt.quick ? 1000 : 10000, rounds: opt.quick ? 1 : Math.min(rounds, 3), only: opt.only?.split(','), tell }),
  audit: (stack) => audit(stack, { orders: Number(opt.orders ?? (opt.quick ? 20000 : 1000000)), rounds: opt.quick ? 1 : Math.min(rounds, 2), tell }),
  growth: (stack) => growth(stack, { steps: opt.quick ? [10000, 100000] : [10000, Number(opt.orders ?? 2000000)], rounds, seconds, connections, tell }),
};

function print(result) {
  const lines = [`${cpus().length} cores, ${connections} connections, ${rounds} rounds of ${seconds} s in turns; what run gives by itself:`,
    `${JSON.stringify(result.sizes).replace(/[{}"]/g, '').replaceAll(',', ', ')}; binary log ${result.binlog ? 'on' : 'off'}; log level ${result.level}`, ''];
  if (result.by) lines.push(tableOf(result.by));
  if (result.text) lines.push(result.text, '');
  if (result.memory) {
    lines.push('memory, MB               processes   resident, largest   of it its own');
    for (const [name, m] of Object.entries(result.memory)) lines.push(`  ${name.padEnd(22)} ${String(m.processes).padStart(9)} ${num(m.resident, 1).padStart(19)} ${num(m.own, 1).padStart(15)}`);
    lines.push('');
  }
  if (result.drained) lines.push(result.drained.text, '');
  if (result.verdicts?.length) lines.push('targets', verdictsOf(result.verdicts));
  console.log(lines.join('\n'));
}

// On a stack of its own, with the sizes that `run` chooses.
async function measureOn(binlog) {
  const stack = await openStack({ binlog, state: opt.state });
  try {
    const sizes = JSON.parse(ctl(stack, 'sizes', '--json'));
    return { binlog, sizes, level: stack.settings.SHROFF_LOG_LEVEL || 'info', ...await MODES[mode](stack) };
  } finally {
    closeStack(stack);
  }
}

const BINLOGS = { off: [false], on: [true], both: [false, true] };
if (!MODES[mode]) { console.error(`bench: what is "${mode}"? See scripts/bench --help`); process.exit(64); }
if (!BINLOGS[opt.binlog]) { console.error('bench: --binlog wants off, on or both'); process.exit(64); }
for (const binlog of mode === 'requests' ? BINLOGS[opt.binlog] : BINLOGS[opt.binlog].slice(0, 1)) {
  const result = await measureOn(binlog);
  if (opt.json) console.log(JSON.stringify({ mode, rounds, seconds, connections, ...result }));
  else print(result);
}
