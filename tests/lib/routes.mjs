// The requests that the web programs answer, as their --help has them: what a test says of every endpoint it
// says of these, so that a new one cannot be forgotten.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, buildPath } from './env.mjs';

// {program, method, path, scope: '' when it is not signed, test: in test mode only}. `{}` in a path is one segment. Without the
// sandbox's own programs, which are behind another address.
export function routes() {
  const programs = readdirSync(join(ROOT, 'cgi-bin')).filter((f) => /^(?!sandbox_).*\.c$/.test(f)).map((f) => f.slice(0, -2));
  return programs.flatMap((program) => {
    const help = execFileSync(buildPath('cgi-bin', program), ['--help'], { encoding: 'utf8', env: {} });
    return [...help.matchAll(/^ {2}(GET|POST|PUT|DELETE) +(\/\S*)(.*)$/gm)].map(([, method, path, more]) => (
      { program, method, path, scope: /\(signed, scope (\S+)\)/.exec(more)?.[1] ?? '', test: more.includes('(test mode only)') }));
  });
}
