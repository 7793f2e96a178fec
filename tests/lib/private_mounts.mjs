// Files and folders of a test's own, seen at places of the machine's by that test's programs alone: a mount namespace.
// In a plain chroot the root is no mount point, so `unshare` cannot make it private; then each place is made a mount
// point first, and it is checked that nothing outside sees it.
import { spawnSync } from 'node:child_process';
import { isRoot } from './db.mjs';

// Shell: over FROM TO puts FROM at the place TO.
const OVER = `set -e
seen() { grep -c " $1 " "/proc/$PPID/mountinfo" || true; }
over() {
  before=$(seen "$2")
  mount --bind "$2" "$2"
  if [ "$(seen "$2")" != "$before" ]; then umount "$2"; echo "$2 cannot be mounted for one program alone" >&2; exit 77; fi
  mount --make-private "$2"
  mount --bind "$1" "$2"
}
`;
const wayOf = (more, ...way) => {
  const ran = spawnSync('unshare', [...more, '--mount', ...way, 'sh', '-c', `${OVER}over /etc/passwd /etc/passwd`], { encoding: 'utf8' });
  return ran.status === 0 ? { way } : { why: (ran.stderr ?? String(ran.error)).trim() };
};

// more: options of unshare for further namespaces. { skip: false or the reason, args(script, ...words): of `unshare` }
export function privateMounts(...more) {
  if (!isRoot) return { skip: 'only root can make namespaces' };
  let found = wayOf(more);
  if (found.why) found = wayOf(more, '--propagation', 'unchanged');
  if (found.why) return { skip: `this kernel or container refuses namespaces: ${found.why}` };
  return { skip: false, args: (script, ...words) => [...more, '--mount', ...found.way, 'sh', '-c', OVER + script, 'sh', ...words] };
}
