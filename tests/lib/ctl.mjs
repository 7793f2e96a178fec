// shroffctl against a stack, as somebody would after `. demo.env`.
import { execFile } from 'node:child_process';
import { buildPath } from './env.mjs';

export function ctl(stack, args, { input } = {}) {
  return new Promise((done) => {
    const child = execFile(buildPath('cli', 'shroffctl'), args, {
      env: { PATH: process.env.PATH, HOME: process.env.HOME ?? '/', LANG: 'C.UTF-8', SHROFF_MODE: 'test', ...stack.env },
      timeout: 20_000, maxBuffer: 16 << 20,
    }, (error, stdout, stderr) => {
      let json;
      try { json = JSON.parse(stdout); } catch { /* not asked for JSON */ }
      done({ code: error ? error.code ?? 1 : 0, stdout, stderr, json });
    });
    if (input !== undefined) child.stdin.end(input);
  });
}

// The same, failing loudly.
export async function ctlOk(stack, args, opts) {
  const r = await ctl(stack, args, opts);
  if (r.code !== 0) throw new Error(`shroffctl ${args.join(' ')} ended with ${r.code}: ${r.stderr || r.stdout}`);
  return r;
}
