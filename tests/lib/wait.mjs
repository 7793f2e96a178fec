// Waiting by polling, never by a fixed sleep.
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Calls probe until it gives something true; fails with `what` and the last value after ms.
export async function until(what, probe, ms = 5000, every = 50) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    last = await probe();
    if (last) return last;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for: ${what} (last: ${JSON.stringify(last)})`);
    await sleep(every);
  }
}

// A change of configuration is in force everywhere 2 s after it was made: what one worker knows
// already says nothing of the next one.
export const inForce = () => sleep(2000);
