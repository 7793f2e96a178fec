// Every scenario of docs/sandbox.md with Shroff as the merchant. A row: number's name, the codes it is played with, and
// what must come of it. What a row leaves out is as in an order without a scenario:
//   answer  [HTTP status, code] of create                     201, 0
//   payer   what the payer does before Shroff learns of it    pays
//   by      'callback': nothing but the callback pays the order; 'sync': a question does
//   end     the order's last state                            SUCCESS
//   refund  what becomes of a refund: [first answer's code, its end, its error code]
//   alert   the kind of the alert that is raised              none
import { cashier } from './shroff_world.mjs';

// libcurl sends again by itself when a kept connection breaks before an answer.
const MAYBE_LOST = [/^(201|502)$/, undefined];
const LOST = [502, 50201], REFUSED = [502, 50200];
const A = 'alipay_qr', W = 'wx_native', BOTH = [A, W], BARS = ['alipay_bar', 'wx_bar'];
const NOT_DECIDED = [50201, 'SUCCESS'], DONE = [0, 'SUCCESS'];

export const SCENARIOS = [
  ['notify-late', BOTH, { by: 'sync', refund: DONE }],
  ['notify-never', BOTH, { by: 'sync', refund: DONE }],
  ['notify-twice', BOTH, { by: 'callback' }],
  ['notify-order', BOTH, { by: 'sync', refund: DONE }],
  ['notify-early', BOTH, { payer: 'none', by: 'callback' }],
  ['wrong-amount', [A], { by: 'sync', alert: 'other_price' }],
  ['wrong-amount', [W], { by: 'callback', alert: 'other_price' }],
  ['wrong-app', [A], { by: 'sync', alert: 'other_account' }],
  ['wrong-app', [W], { by: 'callback', alert: 'other_account' }],
  ['wrong-seller', [A], { by: 'sync', alert: 'other_account' }],
  ['wrong-seller', [W], { by: 'callback', alert: 'other_account' }],
  ['unknown-order', [A], { by: 'sync' }],
  ['unknown-order', [W], { by: 'callback' }],
  ['bad-sign', [A], { by: 'sync' }],
  ['bad-sign', [W], { by: 'callback' }],
  ['foreign-key', [A], { by: 'sync' }],
  ['foreign-key', [W], { by: 'callback' }],
  ['altered-body', [A], { by: 'sync' }],
  ['altered-body', [W], { by: 'callback' }],
  ['unknown-serial', [W], {}],
  ['stale-time', [W], { by: 'callback' }],
  ['replayed', BOTH, { by: 'callback' }],
  ['probe', [W], { by: 'callback' }],
  ['probe-response', [W], { answer: LOST }],
  ['bad-tag', [W], { by: 'callback' }],
  ['empty-aad', [W], { by: 'callback' }],
  ['no-aad', [W], { by: 'callback' }],
  ['extra-fields', [W], { by: 'callback' }],
  ['notify-again', BOTH, { by: 'callback' }],
  ['notify-exhausted', BOTH, { by: 'callback' }],
  ['close-paid', BOTH, { payer: 'opens', merchant: 'closes', closed: 40901 }],
  ['pay-after-close', BOTH, { payer: 'opens', merchant: 'closes', closed: 0, end: 'CLOSED', alert: 'late_paid' }],
  ['bar-paid', BARS, { payer: 'none' }],
  ['bar-timeout', BARS, { payer: 'none', merchant: 'closes', closed: 0, end: 'CLOSED' }],
  ['bar-cancelled', BARS, { payer: 'none', merchant: 'closes', closed: 0, end: 'CLOSED' }],
  ['error-done', BOTH, { answer: LOST }],
  ['error-undone', BOTH, { answer: LOST, payer: 'none', end: 'CLOSED' }],
  ['reset', BOTH, { answer: MAYBE_LOST }],
  ['empty-answer', BOTH, { answer: LOST }],
  ['html-502', BOTH, { answer: LOST }],
  ['html-503', BOTH, { answer: LOST }],
  ['too-many', BOTH, { answer: LOST }],
  ['number-used', BOTH, { answer: REFUSED, payer: 'none', merchant: 'submits' }],
  ['number-paid', BOTH, { answer: [502, undefined], payer: 'none' }],
  ['not-yet', [A], { by: 'callback' }],
  ['short-life', BOTH, { payer: 'late', merchant: 'closes', closed: 0, end: 'CLOSED' }],
  ['coupon', BOTH, { refund: DONE }],
  ['refund-slow', BOTH, { refund: DONE }],
  ['refund-abnormal', [W], { refund: [0, 'WAITING', 'ABNORMAL'], alert: 'refund_stuck' }],
  ['refund-closed', [W], { refund: [0, 'FAILURE', 'CLOSED'] }],
  ['refund-no-money', [A], { refund: [50200, 'FAILURE', 'ACQ.SELLER_BALANCE_NOT_ENOUGH'], again: true }],
  ['refund-no-money', [W], { refund: [50200, 'FAILURE', 'NOT_ENOUGH'], again: true }],
  ['refund-blocked', [A], { refund: [50200, 'FAILURE', 'ACQ.TRADE_NOT_ALLOW_REFUND'] }],
  ['refund-blocked', [W], { refund: [50200, 'FAILURE', 'USER_ACCOUNT_ABNORMAL'] }],
  ['refund-late', [A], { refund: [50200, 'FAILURE', 'ACQ.TRADE_HAS_FINISHED'] }],
  ['refund-late', [W], { refund: [50200, 'FAILURE', 'TRADE_OVERDUE'] }],
  ['refund-too-soon', BOTH, { refund: NOT_DECIDED }],
  ['refund-error-done', BOTH, { refund: NOT_DECIDED }],
  ['refund-unknown', BOTH, { refund: DONE }],
  // its money had gone back before anything was heard of it: it pays nothing
  ['refunded-outside', [A], { by: 'sync', payer: 'pays', merchant: 'closes', end: 'CLOSED', alert: 'order_other_end' }],
  ['refunded-outside', [W], { by: 'sync', end: /SUCCESS|REFUND/ }],
  ['refund-xml', [W], { refund: DONE }],
  ['cert-rotation', [W], { refund: DONE }],
  ['key-switch', [W], { by: 'callback', refund: DONE }],
  ['cert-only', [W], { refund: DONE }],
  ['new-cert', [A], { refund: DONE }],
  ['clock-skew', [W], { answer: [502, undefined], payer: 'none', end: /WAITING|CLOSED/ }],
  ['unsigned-4xx', [W], { answer: REFUSED, payer: 'none', merchant: 'closes', closed: 0, end: 'CLOSED' }],
  ['slow-10', BOTH, { refund: DONE }],
  ['slow-60', BOTH, { refund: DONE }],
  ['odd-type', [A], { by: 'callback' }],
  ['gbk-notice', [A], { by: 'callback' }],
  ['slashes', [A], { refund: DONE }],
];

// Transfers: [name, code, first answer's code, end, error code].
const PERSON = '2088000200000002';
export const TRANSFERS = [
  ['transfer-slow', A, 0, 'SUCCESS'],
  ['transfer-slow', W, 0, 'SUCCESS'],
  ['transfer-name', A, 50200, 'CLOSED', 'PAYEE_USER_INFO_ERROR'],
  ['transfer-name', W, 0, 'CLOSED', 'NAME_NOT_CORRECT'],
  ['transfer-frozen', A, 50200, 'CLOSED', 'PAYEE_ACC_OCUPIED'],
  ['transfer-frozen', W, 0, 'CLOSED', 'ACCOUNT_FROZEN'],
  ['transfer-idle', W, 0, 'CLOSED', 'OVERDUE_CLOSE'],
  ['transfer-no-money', A, 50200, 'CLOSED', 'PAYER_BALANCE_NOT_ENOUGH'],
  ['transfer-no-money', W, 50200, 'CLOSED', 'NOT_ENOUGH'],
];
export const receiver = (code, openid) => (code === A ? PERSON : openid);
export const page = (code, no) => cashier(code.startsWith('wx') ? 'wechat' : 'alipay', no);
