import {
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelValueProblems,
  type Problems,
  qualifiedNameProblems,
} from '../../names.ts';
import { define, type Overload } from '../functions.ts';
import { parseDateOrTimestamp, parseTimestamp } from '../times.ts';
import { ArrayList, CelOpaque, CelOptional } from '../values.ts';
import { parses } from './ip.ts';
import { uriProblem } from './url.ts';

class FormatValue extends CelOpaque {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly formatName: string;
  readonly problems: (text: string) => Problems;

  constructor(formatName: string, problems: (text: string) => Problems) {
    super();
    this.formatName = formatName;
    this.problems = problems;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof FormatValue && other.formatName === this.formatName;
  }
}

/** A name that is still a prefix: the `-` that a suffix follows may end it. */
const asPrefix =
  (problems: (text: string) => Problems) =>
  (text: string): Problems =>
    problems(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);

const refusedUnless =
  (holds: (text: string) => boolean, message: string) =>
  (text: string): Problems =>
    holds(text) ? [] : [message];

const UUID = /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

const FORMATS: ReadonlyMap<string, FormatValue> = new Map(
  Object.entries({
    dns1123Label: dnsLabelProblems,
    dns1123Subdomain: dnsSubdomainProblems,
    dns1035Label: dns1035LabelProblems,
    qualifiedName: qualifiedNameProblems,
    dns1123LabelPrefix: asPrefix(dnsLabelProblems),
    dns1123SubdomainPrefix: asPrefix(dnsSubdomainProblems),
    dns1035LabelPrefix: asPrefix(dns1035LabelProblems),
    labelValue: labelValueProblems,
    uri: (text: string): Problems => [uriProblem(text)].filter((problem) => problem !== undefined),
    uuid: refusedUnless((text) => UUID.test(text), 'does not match the UUID format'),
    byte: refusedUnless((text) => BASE64.test(text), 'invalid base64'),
    date: refusedUnless(
      (text) => DATE.test(text) && parses(parseDateOrTimestamp, text),
      'invalid date',
    ),
    datetime: refusedUnless((text) => parses(parseTimestamp, text), 'invalid datetime'),
  }).map(([name, problems]) => [name, new FormatValue(name, problems)]),
);

const F = 'kubernetes.NamedFormat';

export const NAMED_FORMATS: readonly Overload[] = [
  define(`format.named(string): optional<${F}>`, (call) => {
    const format = FORMATS.get(call.string(0));
    return format ? new CelOptional(format) : CelOptional.NONE;
  }),
  ...Array.from(FORMATS, ([name, format]) => define(`format.${name}(): ${F}`, () => format)),
  define(`${F}::validate(string): optional<list<string>>`, (call) => {
    const problems = call.instance(0, FormatValue).problems(call.parsed(1));
    return problems.length === 0 ? CelOptional.NONE : new CelOptional(new ArrayList(problems));
  }),
];
