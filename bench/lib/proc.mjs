// What processes cost: CPU seconds and resident memory, read from /proc.
import { readFileSync, readdirSync } from 'node:fs';

const TICKS = 100; // USER_HZ, the same on every Linux that runs this

function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const f = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(f[1]), cpu: (Number(f[11]) + Number(f[12])) / TICKS };
}

function childrenOf(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((t) => readFileSync(`/proc/${pid}/task/${t}/children`, 'utf8').trim().split(' '))
    .filter(Boolean).map(Number);
}

// A process and its children.
export function familyOf(pid) {
  try { return [pid, ...childrenOf(pid)]; } catch { return [pid]; }
}

export function cpuOf(pids) {
  let sum = 0;
  for (const pid of pids) { try { sum += statOf(pid).cpu; } catch { /* replaced meanwhile */ } }
  return sum;
}

// Resident memory in MB of the largest: all of it, its peak, and without what is shared with the others' pages.
export function memoryOf(pids) {
  let resident = 0, own = 0, peak = 0;
  for (const pid of pids) {
    try {
      const text = readFileSync(`/proc/${pid}/status`, 'utf8');
      const kb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
      resident = Math.max(resident, kb('VmRSS') / 1024);
      own = Math.max(own, kb('RssAnon') / 1024);
      peak = Math.max(peak, kb('VmHWM') / 1024);
    } catch { /* replaced meanwhile */ }
  }
  return { resident, own, peak };
}
