/**
 * How long a budget of CEL's cost units lasts, in the operations where a unit takes the longest: what a rule or a policy may
 * spend is bounded in units, and this shows what bound on time that is.
 *
 *   npx tsx bench/cel.ts [units]
 */
import { CelCostError } from '../src/scheme/cel/errors.ts';
import { compileExpression } from '../src/scheme/cel/expression.ts';
import { DYN, INT, listOf, mapOf, STRING } from '../src/scheme/cel/types.ts';

const UNITS = Number(process.argv[2] ?? 1_000_000);
const WARM_UP_UNITS = 20_000;
const ELEMENTS = 2_000;

const ints = Array.from({ length: ELEMENTS }, (_, i) => i);
const names = ints.map((i) => `name-${i}`);
const bindings = {
  ints,
  names,
  any: ints,
  text: 'a'.repeat(10_000),
  long: 'a'.repeat(1_000_000),
  letters: 'é😀'.repeat(5_000),
  labels: Object.fromEntries(names.map((name) => [name, name])),
  nested: names.map((name) => ({ name, of: { name } })),
};
const variables = {
  ints: listOf(INT),
  names: listOf(STRING),
  any: DYN,
  text: STRING,
  long: STRING,
  letters: STRING,
  labels: mapOf(STRING, STRING),
  nested: DYN,
};

const EXPRESSIONS = [
  'ints.all(b, a + b >= 0)',
  'any.all(b, a + b >= 0)',
  'nested.all(n, n.of.name != "")',
  'labels.all(k, true)',
  'labels.transformMap(k, v, v).size() > 0',
  'labels == labels',
  'ints.exists(b, 1 / 0 == b) || true',
  'ints.isSorted()',
  'ints.sort().size() > 0',
  'ints.distinct().size() > 0',
  'sets.contains(ints, ints)',
  '!("x" in names)',
  '!(-1 in ints)',
  'text.contains("aaaaaaaab") || true',
  'text.matches("(a|aa)+$") || true',
  'text.matches("(a{1,30}){1,30}b") || true',
  'letters.matches("([é]|x)+y") || true',
  'text.find("(a*)*(a*)*b") == ""',
  'text.findAll("(.*?)(a)").size() > 0',
  '"abc".matches("(([a-z]{30}){30})" + string(a)) || true',
  'letters.reverse() != ""',
  'strings.quote(text) != ""',
  'text.replace("a", "bb") != ""',
  '"b" + long == long + "b" || true',
  '"%.100f".format([1.5]) != ""',
  'isIP("x") || true',
  'cidr("2001:db8::/32").containsIP("2001:db8::1")',
  'url("https://example.com/?a=b").getQuery().size() > 0',
  'quantity("1.5Gi").isGreaterThan(quantity("1Mi"))',
  'timestamp("2026-01-01T00:00:00Z").getHours("Asia/Tokyo") == 9',
  'duration("1h30m") > duration("1h")',
  'double("1.5") > 1.0',
];

/** Spends `units` on an expression, over and over. @returns milliseconds of processor time */
function spend(expression: string, units: number): number {
  const loops = `ints.all(x, ints.all(y, ints.all(a, ${expression})))`;
  const compilation = compileExpression({ expression: loops, variables });
  if ('error' in compilation) throw new Error(compilation.error);
  const start = process.cpuUsage();
  try {
    compilation.expression.evaluate(bindings, { costLimit: units });
    throw new Error(`${expression} ended before its budget was spent`);
  } catch (error) {
    if (!(error instanceof CelCostError)) throw error;
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

const times = EXPRESSIONS.map((expression) => {
  spend(expression, WARM_UP_UNITS);
  return { expression, ms: spend(expression, UNITS) };
}).toSorted((a, b) => b.ms - a.ms);

console.log(`${UNITS.toLocaleString('en')} units last, in milliseconds of processor time:`);
for (const { expression, ms } of times) console.log(ms.toFixed(0).padStart(8), ` ${expression}`);
console.log(`median ${times[times.length >> 1]?.ms.toFixed(0)}`);
