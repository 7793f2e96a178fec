// What merchants do while the storm rages: each flow insists on an answer to each of its requests, then
// writes what was acknowledged into the client's own ledger.
import assert from 'node:assert/strict';
import { newNo, post, postJson, terms } from '../lib/client.mjs';
import { sendCallback, signedCallback } from '../lib/channel.mjs';
import { transferBody } from '../lib/transfer.mjs';
import { adjustBody, newUser, rechargeBody } from '../lib/wallet.mjs';
import { insist, payOne } from './lib.mjs';

// what: { stack, root, ledger, orders, money, draw }: where order events go to, and those of refunds and
// transfers; draw(n): 0 … n - 1, of the run's seed.
export function flowsOf(what) {
  const { stack, root, ledger, draw } = what;
  const app = stack.app1;
  const sure = async (path, body) => {
    const res = await insist(() => post(stack, app, path, body));
    assert.ok([200, 201].includes(res.status), `${path}: ${res.text}`);
    return res.json.data;
  };
  const opened = (more = {}) => sure('/api/pay/create', terms({ channel: 'mock', notify_url: what.orders, ...more }));
  const byCallback = async (order) => {
    const said = signedCallback(order, app.channelSecret);
    assert.equal((await insist(() => sendCallback(stack, said))).status, 200);
    ledger.paid.set(order.order_no, order);
    return order;
  };
  const refunded = async (order, refund_price) => {
    const body = { order_no: order.order_no, merchant_refund_id: newNo('R'), refund_price, notify_url: what.money };
    await sure('/api/pay/refund', body);
    ledger.refunds.set(body.merchant_refund_id, body);
  };
  const again = async (sql, values) => {         // the test's own hand, while MariaDB comes and goes
    for (let i = 0; i < 400; i++) {
      if (await root.rows(sql, values).then(() => true, () => false)) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`${sql}: the database is away`);
  };

  return {
    pay: () => payOne(stack, app, ledger, what.orders),
    refund: async () => refunded(await byCallback(await opened({ metadata: { mock: { refund: ['now', 'later', 'timeout'][draw(3)] } } })), 500),
    close: async () => {
      const order = await opened();
      await sure('/api/pay/close', { order_no: order.order_no });
      ledger.closed.set(order.order_no, order);
    },
    // Its end comes early, by hand: order_closer ends it.
    expire: async () => {
      const order = await opened(draw(2) ? {} : { channel: undefined });
      await again('UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) WHERE no = ?', [order.order_no]);
      ledger.closed.set(order.order_no, order);
    },
    // The gateway has the money; its callback may be lost: it comes again, or channel_sync asks.
    gateway: async () => {
      const order = await opened();
      const res = await insist(() => postJson(stack, '/api/pay/mock-callback', { pay_id: order.pay_id, status: 'SUCCESS' }));
      assert.equal(res.status, 200, res.text);
      ledger.paid.set(order.order_no, order);
    },
    transfer: async () => {
      const body = transferBody(['now', 'later', 'timeout'][draw(3)], { notify_url: what.money });
      await sure('/api/pay/transfer', body);
      ledger.transfers.set(body.merchant_transfer_id, body);
    },
    wallet: async () => {
      const user = newUser();
      await byCallback(await sure('/api/pay/wallet/recharge', rechargeBody(user, { channel: 'mock', bonus_price: 100, notify_url: what.orders })));
      await sure('/api/pay/wallet/adjust', adjustBody(user, 900));
      const into = transferBody(undefined, { channel: 'wallet', user_account: user, notify_url: what.money });
      await sure('/api/pay/transfer', into);
      ledger.transfers.set(into.merchant_transfer_id, into);
      const order = await opened({ user_id: user, channel: 'wallet' });
      assert.equal(order.status, 'SUCCESS');
      ledger.paid.set(order.order_no, order);
      await refunded(order, 234);
      ledger.wallets.set(user, [1700, 0, 1000, 1000]);
    },
    rechargeBack: async () => {
      const user = newUser();
      const order = await byCallback(await sure('/api/pay/wallet/recharge', rechargeBody(user, { channel: 'mock', bonus_price: 100, notify_url: what.orders })));
      await refunded(order, 500);
      ledger.wallets.set(user, [550, 0, 500, 0]);
    },
  };
}
