// The table people read.
import { median } from './time.mjs';

const ROWS = {
  shroff: 'Shroff', limit: 'no HTTP',
  bare: 'bare libfcgi, one SELECT', 'peer full': 'peer, full', 'peer plain': 'peer, plain',
};
export const KINDS = ['create', 'callback', 'wallet', 'refund', 'mock refund', 'query', 'status',
  'create alipay_qr', 'callback alipay_qr', 'create wx_native', 'callback wx_native'];
const num = (n, digits = 0) => n.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

// {kind: {row: {rate, p50, p99, failures, requests, cpu}}}: medians over the rounds, failures summed.
export function summarise(results) {
  const by = {};
  for (const { kind, row, ...r } of results) ((by[kind] ??= {})[row] ??= []).push(r);
  for (const kind of Object.keys(by)) {
    for (const row of Object.keys(by[kind])) {
      const all = by[kind][row], of = (f) => median(all.map(f));
      const groups = [...new Set(all.flatMap((r) => Object.keys(r.cpu)))];
      by[kind][row] = {
        rate: of((r) => r.rate), p50: of((r) => r.p50), p99: of((r) => r.p99),
        failures: all.reduce((n, r) => n + r.failures, 0), requests: all.reduce((n, r) => n + r.requests, 0),
        rates: all.map((r) => Math.round(r.rate)), ...(all[0].workers && { workers: all[0].workers }),
        cpu: Object.fromEntries(groups.map((g) => [g, of((r) => r.cpu[g] ?? 0)])),
      };
    }
  }
  return by;
}

// The targets: what is divided by what, and how much it must be.
export function judge(by) {
  const verdicts = [];
  const say = (kind, what, got, want, met) => verdicts.push({ kind, what, got, want, met });
  const ratio = (kind, row, of, want) => {
    const ours = by[kind]?.shroff, other = by[of]?.[row];
    if (!ours || !other) return;
    say(kind, `of ${ROWS[row]}${of === kind ? '' : `'s ${of}`}`, ours.rate / other.rate, want, ours.rate / other.rate >= want);
  };
  const faster = (kind, of, row) => {
    const ours = by[kind]?.shroff, other = by[of]?.[row];
    if (ours && other) say(kind, `p99 of ${ROWS[row]}${of === kind ? '' : `'s ${of}`}`, ours.p99 / other.p99, -1, ours.p99 < other.p99);
  };
  for (const [kind, want] of [['create', 0.5], ['callback', 0.6], ['refund', 0.5]]) {
    ratio(kind, 'limit', kind, want);
  }
  const [wallet, create, callback] = ['wallet', 'create', 'callback'].map((kind) => by[kind]?.shroff?.rate);
  if (wallet && create && callback) {
    const got = wallet * (1 / create + 1 / callback);
    say('wallet', 'of a mock payment (create and callback)', got, 1, got >= 1);
  }
  for (const kind of ['query', 'status']) ratio(kind, 'bare', 'query', 0.8);
  for (const [kind, of, want] of [['create', 'create', 1.6], ['callback', 'callback', 2], ['query', 'query', 1.5], ['status', 'query', 1.8]]) {
    ratio(kind, 'peer full', of, want);
    faster(kind, of, 'peer full');
  }
  for (const kind of Object.keys(by)) {
    const ours = by[kind].shroff;
    if (ours) say(kind, 'failures', ours.failures, 0, ours.failures === 0);
  }
  return verdicts;
}

const cpuText = (cpu) => Object.entries(cpu).filter(([, us]) => us >= 1).sort((a, b) => b[1] - a[1]).map(([g, us]) => `${g} ${num(us)}`).join(', ');

export function tableOf(by) {
  const lines = [];
  const line = (name, rate, p50, p99, failed, cpu) =>
    lines.push(`${name.padEnd(28)} ${rate.padStart(10)} ${p50.padStart(8)} ${p99.padStart(8)} ${failed.padStart(14)}  ${cpu}`.trimEnd());
  for (const kind of KINDS.filter((k) => by[k])) {
    line(kind, 'requests/s', 'p50 ms', 'p99 ms', 'failures', 'CPU µs a request');
    for (const row of Object.keys(ROWS)) {
      const r = by[kind][row];
      if (r) line(`  ${ROWS[row]}${r.workers ? `, ${r.workers}` : ''}`, num(r.rate), num(r.p50 / 1000, 1), num(r.p99 / 1000, 1), `${r.failures} of ${num(r.requests)}`, cpuText(r.cpu));
    }
    lines.push('');
  }
  return lines.join('\n');
}

export function verdictsOf(verdicts) {
  return verdicts.map(({ kind, what, got, want, met }) => {
    const none = what === 'failures' || what === 'sent twice';
    const need = none ? 'none' : want === -1 ? 'below 1' : want < 0 ? `at most ${-want}` : `at least ${want}`;
    return `  ${met ? 'met   ' : 'MISSED'} ${kind.padEnd(11)} ${num(got, none ? 0 : 2).padStart(6)} ${what} (${need})`;
  }).join('\n');
}

export { num };
