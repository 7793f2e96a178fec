// What is measured, as a list: each case names its row, its kind of request and how to run once.
import { enough, replay, limit } from './load.mjs';
import { fillOrders, fillWallets } from './fill.mjs';
import { callbackAt, createAt } from './channels.mjs';
import { SHROFF, PEER } from './write.mjs';

const KINDS = ['create', 'callback', 'query', 'status'];
// For the first turn alone: later turns use the measured rate.
const START = { create: 8000, callback: 6000, query: 15000, status: 20000, refund: 4000, wallet: 4000, 'mock refund': 1500,
  'create alipay_qr': 300, 'create wx_native': 300, 'callback alipay_qr': 1000, 'callback wx_native': 1000 };
const FEW_WORKERS = [4, 8, 16, 32];

// Ids for n requests: new ones, each used once, or ids spread over the pool.
const fresh = (take) => (n) => { const first = take(n); return (i) => first + i; };
const any = (pool) => () => (i) => pool.first + (i * 7919) % pool.count;

function wrkCase(stack, row, kind, spec) {
  const state = { rate: START[kind] ?? 5000 };
  let sent = 0;
  return {
    row, kind,
    run: async (seconds) => {
      const from = sent;
      const result = await replay(stack, {
        port: spec.port, rate: state.rate, connections: spec.connections, ids: spec.ids,
        make: (i, id) => spec.make(stack, from + i, id, spec.port),
      }, seconds);
      sent += enough(state.rate, seconds);
      state.rate = Math.max(result.rate, 500);
      return result;
    },
  };
}

export function shroffCases(stack, { pool, connections, kinds = KINDS }) {
  const take = (n) => fillOrders(stack, n);
  const ids = { create: () => () => 0, callback: fresh(take), query: any(pool), status: any(pool) };
  return kinds.map((kind) => wrkCase(stack, 'shroff', kind,
    { port: stack.port, connections, ids: ids[kind], make: SHROFF[kind] }));
}

export function bareCase(stack, { port, pool, connections }) {
  return wrkCase(stack, 'bare', 'query', { port, connections, ids: any(pool), make: SHROFF.bare });
}

// Orders paid from wallets, each by a user of its own.
const walletOrders = (stack) => fresh((n) => {
  const first = fillOrders(stack, n, { paid: 100, channel: { id: stack.walletId, code: 'wallet' } });
  fillWallets(stack, first, n);
  return first;
});
// A refund whose channel answers without a call (the wallet), one whose channel is called, and a payment
// from a balance.
export function moneyCases(stack, { connections }) {
  let users = 1e9;
  const ids = {
    refund: walletOrders(stack),
    'mock refund': fresh((n) => fillOrders(stack, n, { paid: 100 })),
    wallet: fresh((n) => { const first = users; users += n; fillWallets(stack, first, n); return first; }),
  };
  const make = { refund: SHROFF.refund, 'mock refund': SHROFF.refund, wallet: SHROFF.wallet };
  return Object.keys(ids).map((kind) => wrkCase(stack, 'shroff', kind, { port: stack.port, connections, ids: ids[kind], make: make[kind] }));
}

// Create and callback of the played Alipay and WeChat Pay. More requests at once than the gate admits to one channel would be
// refused (50201).
const AT_GATE = 6;
export function channelCases(stack, { connections, channels }) {
  return Object.keys(callbackAt).flatMap((code) => {
    const orders = (n) => fillOrders(stack, n, { channel: { id: channels.ids[code], code } });
    return [wrkCase(stack, 'shroff', `create ${code}`, { port: stack.port, connections: Math.min(connections, AT_GATE), ids: () => () => 0, make: createAt(code) }),
      wrkCase(stack, 'shroff', `callback ${code}`, { port: stack.port, connections, ids: fresh(orders), make: callbackAt[code](channels) })];
  });
}

// The database alone, at the number of workers with the most calls a second.
export function limitCases(stack) {
  const orders = { callback: fresh((n) => fillOrders(stack, n)), refund: walletOrders(stack) };
  return ['create', 'callback', 'refund'].map((kind) => {
    const state = { rate: START[kind], workers: FEW_WORKERS[0] };
    const ids = orders[kind];
    const run = async (seconds, workers = state.workers) => {
      const result = await limit(stack, { name: kind, workers, ids, rate: state.rate }, seconds);
      state.rate = Math.max(result.rate, 500);
      return { ...result, workers };
    };
    return {
      row: 'limit', kind, run,
      prepare: async () => {
        const tried = [];
        for (const workers of FEW_WORKERS) tried.push(await run(1, workers));
        state.workers = tried.sort((a, b) => b.rate - a.rate)[0].workers;
      },
    };
  });
}

export function peerCases(stack, peers, { connections }) {
  const pool = { first: 1, get count() { return Math.max(peers.count(), 1); } };
  const ids = { create: fresh(peers.take), callback: fresh(peers.take), query: any(pool) };
  return Object.keys(ids).flatMap((kind) => ['full', 'plain'].map((mode) =>
    wrkCase(stack, `peer ${mode}`, kind, { port: peers[mode].port, connections, ids: ids[kind], make: PEER[kind] })));
}
