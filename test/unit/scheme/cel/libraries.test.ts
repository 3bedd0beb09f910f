import { describe, expect, it } from '@jest/globals';
import { DYN } from '../../../../src/scheme/cel/types.ts';
import { compileErrorOf, evaluateCel } from '../../../support/cel.ts';

const context = { variables: { o: DYN }, bindings: { o: { list: [3, 1, 2], text: 'hello' } } };

/** Expressions that are true, by the library that they show. */
const TRUE: Readonly<Record<string, readonly string[]>> = {
  strings: [
    '"hello".charAt(4) == "o" && "hello".charAt(5) == ""',
    '"hello mellow".indexOf("") == 0 && "hello mellow".indexOf("ello") == 1',
    '"hello mellow".indexOf("jello") == -1 && "hello mellow".indexOf("ello", 2) == 7',
    '"hello mellow".lastIndexOf("ello") == 7 && "hello mellow".lastIndexOf("ello", 6) == 1',
    '["hello", "mellow"].join() == "hellomellow" && ["a", "b"].join(" ") == "a b"',
    '"TacoCat".lowerAscii() == "tacocat" && "TacoCÆt".upperAscii() == "TACOCÆT"',
    '"hello hello".replace("he", "we") == "wello wello"',
    '"hello hello".replace("he", "we", -1) == "wello wello"',
    '"hello hello".replace("he", "we", 1) == "wello hello"',
    '"hello hello".replace("he", "we", 0) == "hello hello" && "ab".replace("", "_") == "_a_b_"',
    '"hello hello hello".split(" ") == ["hello", "hello", "hello"]',
    '"a b c".split(" ", 2) == ["a", "b c"] && "a b".split(" ", 0) == [] && "ab".split("") == ["a", "b"]',
    '"tacocat".substring(4) == "cat" && "tacocat".substring(0, 4) == "taco"',
    '"  trim  ".trim() == "trim" && "gums".reverse() == "smug" && "😀a".reverse() == "a😀"',
    'strings.quote("a\\nb\\"") == "\\"a\\\\nb\\\\\\"\\""',
    '"%s is %d".format(["x", 3]) == "x is 3" && "%.2f".format([3.14159]) == "3.14"',
    '"%x %X %o %b".format([255, 255, 8, 5]) == "ff FF 10 101" && "100%%".format([]) == "100%"',
    '"%s %s".format([[1, 2], {"b": 1, "a": 2}]) == "[1, 2] {a: 2, b: 1}"',
    '"%e".format([1234.5]) == "1.234500e+03" && "%s".format([duration("1h")]) == "3600s"',
    'o.text.substring(1) == "ello" && o.text.charAt(0) == "h"',
  ],
  regex: [
    '"abc 123".find("[0-9]+") == "123" && "abc".find("[0-9]+") == ""',
    '"123 abc 456".findAll("[0-9]+") == ["123", "456"]',
    '"123 abc 456".findAll("[0-9]+", 1) == ["123"] && "1 2".findAll("[0-9]", 0) == []',
    '"my-name".matches("^[a-z]([-a-z0-9]*[a-z0-9])?$") && !"My".matches("^[a-z]+$")',
    '"xabcx".matches("abc") && matches("abc", "b") && "Ab".matches("(?i)^ab$")',
  ],
  lists: [
    '[1, 2, 3].isSorted() && !["b", "a"].isSorted() && [].isSorted()',
    '[1, 3].sum() == 4 && [1.0, 2.5].sum() == 3.5 && [duration("1m"), duration("2m")].sum() == duration("3m")',
    '[3, 1, 2].min() == 1 && ["a", "c", "b"].max() == "c"',
    '[1, 2, 2].indexOf(2) == 1 && [1, 2, 2].lastIndexOf(2) == 2 && ["a"].indexOf("b") == -1',
    'o.list.sum() == 6 && o.list.max() == 3 && !o.list.isSorted() && o.list.indexOf(2) == 2',
    '[1, 2, 1].distinct() == [1, 2] && [1, 2].reverse() == [2, 1] && [1, 2, 3].slice(1, 2) == [2]',
    '[3, 1].sort() == [1, 3] && [[1], [2, 3]].flatten() == [1, 2, 3] && lists.range(3) == [0, 1, 2]',
  ],
  sets: [
    'sets.contains([1, 2, 3], [2, 1]) && !sets.contains([1], [2]) && sets.contains([], [])',
    'sets.equivalent([1, 2, 2], [2, 1]) && !sets.equivalent([1], [1, 2])',
    'sets.intersects([1, 2], [2, 3]) && !sets.intersects([1], [2])',
  ],
  math: [
    'math.greatest(1, 3, 2) == 3 && math.least([4, 2, 3]) == 2 && math.greatest(1, 2.5) == 2.5',
    'math.ceil(1.2) == 2.0 && math.floor(-1.2) == -2.0 && math.round(-1.5) == -2.0 && math.trunc(-1.9) == -1.0',
    'math.abs(-3) == 3 && math.sign(-3.5) == -1.0 && math.sign(0) == 0',
    'math.isNaN(0.0 / 0.0) && math.isInf(1.0 / 0.0) && math.isFinite(1.0)',
    'math.bitAnd(6, 3) == 2 && math.bitOr(6, 3) == 7 && math.bitXor(6, 3) == 5 && math.bitNot(0) == -1',
    'math.bitShiftLeft(1, 3) == 8 && math.bitShiftRight(8, 3) == 1 && math.bitShiftLeft(1, 64) == 0',
  ],
  url: [
    'isURL("https://example.com/") && isURL("/abs/path") && !isURL("https://a:b:c/") && !isURL("../rel")',
    'url("https://example.com:80/").getScheme() == "https" && url("/path").getScheme() == ""',
    'url("https://example.com:80/").getHost() == "example.com:80"',
    'url("https://[::1]:80/").getHostname() == "::1" && url("https://[::1]:80/").getPort() == "80"',
    'url("https://example.com/").getPort() == ""',
    'url("https://example.com/path with spaces".replace(" ", "%20")).getEscapedPath() == "/path%20with%20spaces"',
    'url("https://example.com/p?k1=a&k2=b&k2=c").getQuery() == {"k1": ["a"], "k2": ["b", "c"]}',
  ],
  ip: [
    'isIP("127.0.0.1") && isIP("::1") && !isIP("127.0.0.256") && !isIP("::ffff:1.2.3.4") && !isIP("fe80::1%en0")',
    'ip("127.0.0.1").family() == 4 && ip("::1").family() == 6',
    'ip.isCanonical("127.0.0.1") && ip.isCanonical("2001:db8::abcd")',
    '!ip.isCanonical("2001:DB8::ABCD") && !ip.isCanonical("2001:db8:0:0:0:0:0:abcd")',
    'ip("0.0.0.0").isUnspecified() && ip("::").isUnspecified() && !ip("127.0.0.1").isUnspecified()',
    'ip("127.0.0.1").isLoopback() && ip("::1").isLoopback() && !ip("192.168.0.1").isLoopback()',
    'ip("224.0.0.1").isLinkLocalMulticast() && ip("ff02::1").isLinkLocalMulticast()',
    'ip("169.254.169.254").isLinkLocalUnicast() && ip("fe80::1").isLinkLocalUnicast()',
    'ip("192.168.0.1").isGlobalUnicast() && !ip("255.255.255.255").isGlobalUnicast()',
    'ip("127.0.0.1") == ip("127.0.0.1") && ip("::1") == ip("0:0:0:0:0:0:0:1") && ip("1.1.1.1") != ip("::1")',
    'string(ip("2001:db8:0:0:1:0:0:1")) == "2001:db8::1:0:0:1" && type(ip("::1")) != string',
  ],
  cidr: [
    'isCIDR("192.168.0.0/24") && isCIDR("::/0") && !isCIDR("192.168.0.0/33") && !isCIDR("1.2.3.4")',
    'cidr("192.168.0.0/24").containsIP("192.168.0.1") && !cidr("192.168.0.0/24").containsIP(ip("192.168.1.1"))',
    'cidr("192.168.0.0/16").containsCIDR("192.168.10.0/24") && !cidr("192.168.0.0/24").containsCIDR(cidr("192.168.0.0/16"))',
    'cidr("192.168.0.1/24").ip() == ip("192.168.0.1") && cidr("192.168.0.1/24").prefixLength() == 24',
    'cidr("192.168.0.1/24").masked() == cidr("192.168.0.0/24") && string(cidr("10.0.0.0/8")) == "10.0.0.0/8"',
    '!cidr("::/0").containsIP("127.0.0.1")',
  ],
  quantity: [
    'isQuantity("1.5Gi") && isQuantity("20") && !isQuantity("Three Toes") && !isQuantity("1.3.1m")',
    'quantity("50k").isInteger() && !quantity("1.5").isInteger()',
    'quantity("50k").asInteger() == 50000 && quantity("9999999999999999999999").sign() == 1',
    'quantity("50.703k").asApproximateFloat() == 50703.0',
    'quantity("50k").add("20k" == "" ? quantity("0") : quantity("20k")) == quantity("70k")',
    'quantity("50k").sub(20000) == quantity("30k") && quantity("50k").add(20) == quantity("50020")',
    'quantity("200M").compareTo(quantity("0.2G")) == 0 && quantity("150Mi").isGreaterThan(quantity("100Mi"))',
    'quantity("50M").isLessThan(quantity("100M")) && quantity("1Gi") == quantity("1024Mi")',
  ],
  format: [
    '!format.dns1123Label().validate("my-label-name").hasValue()',
    'format.dns1123Label().validate("contains a space").hasValue()',
    'format.named("dns1123Label").value().validate("Upper").value()[0].contains("lower case alphanumeric")',
    '!format.named("unknown").hasValue() && format.named("uuid").hasValue()',
    '!format.dns1123Subdomain().validate("apiextensions.k8s.io").hasValue()',
    '!format.dns1123LabelPrefix().validate("my-").hasValue() && format.dns1123Label().validate("my-").hasValue()',
    '!format.qualifiedName().validate("example.com/name").hasValue() && format.qualifiedName().validate("/").hasValue()',
    '!format.labelValue().validate("my-cool-label").hasValue() && format.labelValue().validate("a b").hasValue()',
    '!format.uri().validate("http://example.com").hasValue() && format.uri().validate("abc").hasValue()',
    '!format.uuid().validate("123e4567-e89b-12d3-a456-426614174000").hasValue() && format.uuid().validate("x").hasValue()',
    '!format.byte().validate("aGVsbG8=").hasValue() && format.byte().validate("aGVsbG8").hasValue()',
    '!format.date().validate("2021-01-01").hasValue() && format.date().validate("2021-13-01").hasValue()',
    '!format.datetime().validate("2021-01-01T00:00:00Z").hasValue() && format.datetime().validate("2021").hasValue()',
  ],
  semver: [
    'isSemver("1.0.0") && isSemver("0.1.0-alpha.1+build") && !isSemver("v1.0") && isSemver("v1.0", true)',
    'semver("1.2.3").major() == 1 && semver("1.2.3").minor() == 2 && semver("1.2.3").patch() == 3',
    'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.0.0").isGreaterThan(semver("1.0.0-rc.1"))',
    'semver("1.0.0-alpha.2").compareTo(semver("1.0.0-alpha.10")) == -1 && semver("v01.2", true) == semver("1.2.0")',
  ],
  jsonpatch: ['jsonpatch.escapeKey("a/b~c") == "a~1b~0c"'],
};

/** Expressions that fail while they run, and why. */
const FAILING: readonly (readonly [string, string])[] = [
  ['"tacocat".substring(40)', 'index out of range: 40'],
  ['"tacocat".substring(4, 2)', 'invalid substring range. start: 4, end: 2'],
  ['"abc".charAt(9)', 'index out of range: 9'],
  ['"%d".format(["x"])', 'error during formatting: %d clause cannot take a value of type string'],
  ['"%s %s".format(["x"])', 'index 1 out of range'],
  ['"a".matches("(")', 'error parsing regexp'],
  ['[].min() == 1', 'min called on empty list'],
  ['ip("1.2.3")', "IP Address '1.2.3' parse error during conversion from string"],
  ['ip("::ffff:1.2.3.4")', "IPv4-mapped IPv6 address '::ffff:1.2.3.4' is not allowed"],
  ['cidr("1.2.3.4")', 'network address parse error during conversion from string: 1.2.3.4'],
  ['url("a b")', 'URL parse error during conversion from string'],
  ['quantity("x")', 'quantities must match the regular expression'],
  ['quantity("1.5").asInteger()', 'cannot convert value to integer'],
  ['semver("1.0")', 'Invalid semantic version: 1.0'],
];

const REFUSED: readonly (readonly [string, string])[] = [
  ['"a".matches(1)', "found no matching overload for 'matches' applied to 'string.(int)'"],
  ['[1].join()', "found no matching overload for 'join' applied to 'list(int).()'"],
  ['["a"].sum()', "found no matching overload for 'sum' applied to 'list(string).()'"],
  ['ip("::1").masked()', "found no matching overload for 'masked' applied to 'net.IP.()'"],
  [
    'quantity("1") == "1"',
    "found no matching overload for '_==_' applied to '(kubernetes.Quantity, string)'",
  ],
  ['format.nope()', "undeclared reference to 'nope'"],
];

describe('the function libraries', () => {
  const cases = Object.entries(TRUE).flatMap(([library, expressions]) =>
    expressions.map((expression) => ({ library, expression })),
  );

  it.each(cases)('$library: $expression', ({ expression }) => {
    expect(evaluateCel(expression, context)).toBe(true);
  });

  it.each(FAILING)('%s fails with %s', (expression, message) => {
    expect(() => evaluateCel(expression, context)).toThrow(message);
  });

  it.each(REFUSED)('%s does not compile: %s', (expression, message) => {
    expect(compileErrorOf(expression, context)).toContain(message);
  });
});
