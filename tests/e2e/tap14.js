// What tap-parser makes of a TAP stream on stdin, as JSON.
const tap = require("tap-parser");
const Parser = tap.Parser || tap; // its name since version 12

function watch(parser, result) {
  parser.on("assert", (t) => result.points.push({
    ok: t.ok, name: t.name, skip: Boolean(t.skip), diag: t.diag }));
  parser.on("extra", (text) => result.extra.push(text));
  parser.on("child", (child) => {
    const inner = { points: [], children: result.children };
    inner.extra = result.extra;
    inner.errors = result.errors;
    result.children.push(inner);
    watch(child, inner);
  });
  parser.on("complete", (end) => {
    result.errors.push(
      ...end.failures.filter((f) => f.tapError).map((f) => f.tapError));
    // Where a point failed, it does not say this of itself.
    if (end.plan.end !== end.count)
      result.errors.push(`${end.count} points of ${end.plan.end}`);
  });
}

const all = { version: 0, points: [], children: [], extra: [], errors: [] };
const parser = new Parser({ strict: true });
parser.on("version", (version) => { all.version = Number(version); });
watch(parser, all);
parser.on("complete", () => {
  all.children.forEach((child) => {
    delete child.children; delete child.extra; delete child.errors;
  });
  console.log(JSON.stringify(all));
});
process.stdin.pipe(parser);
