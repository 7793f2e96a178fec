// A reporter of node:test, for run.mjs: a line `failed: NAME` or `skipped: REASON` for each test of which that is
// so, then node's own counts. A test that failed since one inside it did is named in that one's place: node runs an
// inner test by its name only together with the outer one.
export default async function* results(source) {
  let open = [];     // what failed and may be inside what is reported next
  const named = (list) => list.map((f) => `failed: ${f.name}\n`);
  for await (const { type, data } of source) {
    if (type === 'test:diagnostic' && data.nesting === 0) yield `${data.message}\n`;
    if (!['test:pass', 'test:fail'].includes(type)) continue;
    if (data.skip) yield `skipped: ${data.skip}\n`;
    const inside = open.filter((f) => f.nesting > data.nesting);
    open = open.filter((f) => f.nesting <= data.nesting);
    if (data.details?.type === 'suite') yield* named(inside);
    else if (type === 'test:fail') open.push({ name: data.name, nesting: data.nesting });
  }
  yield* named(open);
}
