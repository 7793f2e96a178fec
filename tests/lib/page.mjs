// Drives the mock pay page without a browser: reads its forms, and presses a button as a person would.
import assert from 'node:assert/strict';
import { request } from './client.mjs';

const attr = (tag, name) => {
  const m = new RegExp(`\\s${name}(?:="([^"]*)"|='([^']*)'|(?=[\\s>/]))`, 'i').exec(tag);
  return m ? unescapeHtml(m[1] ?? m[2] ?? '') : undefined;
};
export const unescapeHtml = (s) => s.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')
  .replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(Number(n))).replaceAll('&amp;', '&');

// The forms of a page: action, fields (hidden and preset), choices (every submit button, radio and option).
export function formsOf(html) {
  return [...html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/gi)].map(([text]) => {
    const open = /<form\b[^>]*>/i.exec(text)[0];
    const fields = {};
    const choices = [];
    for (const [tag] of text.matchAll(/<(?:input|button)\b[^>]*>/gi)) {
      const type = (attr(tag, 'type') ?? (/^<button/i.test(tag) ? 'submit' : 'text')).toLowerCase();
      const [name, value] = [attr(tag, 'name'), attr(tag, 'value') ?? ''];
      if (type === 'hidden') fields[name] = value;
      else if (['submit', 'radio'].includes(type) && name) choices.push({ name, value });
    }
    for (const [, select] of text.matchAll(/(<select\b[\s\S]*?<\/select>)/gi)) {
      for (const [tag] of select.matchAll(/<option\b[^>]*>/gi)) choices.push({ name: attr(select, 'name'), value: attr(tag, 'value') ?? '' });
    }
    return { method: attr(open, 'method'), action: attr(open, 'action'), fields, choices };
  });
}

export function payPage(stack, order) {
  const path = order.pay_url.slice(stack.base.length);
  const load = async (headers = {}) => request(stack, { path, headers });
  // How a form is sent; `change` alters fields, `headers` what goes with it.
  const send = (form, choice, { change = {}, headers = {} } = {}) => {
    const fields = { ...form.fields, ...(choice ? { [choice.name]: choice.value } : {}), ...change };
    const body = new URLSearchParams(Object.entries(fields).filter(([, v]) => v !== undefined)).toString();
    return request(stack, { method: 'POST', path: form.action || path, body,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: stack.base, ...headers } });
  };
  return {
    path, load, send,
    async form() {
      const res = await load();
      assert.equal(res.status, 200, res.text.slice(0, 300));
      const forms = formsOf(res.text).filter((f) => /post/i.test(f.method ?? ''));
      assert.ok(forms.length > 0, 'the page has a form to post');
      return forms;
    },
    async choose(value, opts) {
      for (const form of await this.form()) {
        const choice = form.choices.find((c) => c.value === value);
        if (choice) {
          const res = await send(form, choice, opts);
          assert.ok([200, 302, 303].includes(res.status), `${res.status} ${res.text.slice(0, 300)}`);
          return res;
        }
      }
      assert.fail(`the page offers no ${value}`);
    },
  };
}
