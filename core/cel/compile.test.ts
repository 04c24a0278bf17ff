import { describe, expect, it } from 'vitest';
import { CALL_COST_MAX, compile } from './compile.ts';
import { jsonOf, toValue } from './data.ts';
import { environmentOf } from './environment.ts';
import { showFormatted } from './functions/format-text.ts';
import { KUBERNETES_FUNCTIONS } from './kubernetes.ts';
import { DYN, INT, listOf, MAP_STRING_DYN, objectOf, STRING } from './types.ts';

const SELF = {
  name: 'web',
  replicas: 3,
  ratio: 0.5,
  labels: { app: 'web', tier: 'front' },
  ports: [
    { name: 'http', port: 80 },
    { name: 'https', port: 443 },
  ],
  empty: [],
  nothing: null,
};

const environment = environmentOf(KUBERNETES_FUNCTIONS, {
  d: DYN,
  m: MAP_STRING_DYN,
  typed: objectOf('Typed', { name: STRING, count: INT, tags: listOf(STRING) }),
});

const VALUES = {
  d: toValue(SELF, DYN),
  m: toValue(SELF.labels, MAP_STRING_DYN),
  typed: toValue({ name: 'x', count: 7 }, environment.variables.get('typed') ?? DYN),
};

/** What comes of an expression: its value as `%s` shows it, with a `!` before an error, a `?` before what does not compile. */
function run(source: string): string {
  const compiled = compile(source, environment);
  if ('issues' in compiled) return `? ${compiled.issues.map(({ text }) => text).join('; ')}`;
  const outcome = compiled.program.evaluate((name) => VALUES[name as keyof typeof VALUES], {
    remaining: CALL_COST_MAX,
  });
  if ('error' in outcome) return `! ${outcome.error.message}`;
  const { value } = outcome;
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array || value === null || typeof value !== 'object' || Array.isArray(value)) {
    return showFormatted('%s', [value], () => {});
  }
  const json = jsonOf(value);
  return json === undefined ? showFormatted('%s', [value], () => {}) : JSON.stringify(json);
}

function table(rows: readonly (readonly [string, string])[]): void {
  it.each(rows)('%s → %s', (source, expected) => {
    expect(run(source)).toBe(expected);
  });
}

describe('numbers have 64 bits', () => {
  table([
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9223372036854775808', '? Syntax error: invalid int literal'],
    ['9223372036854775807 + 1', '! integer overflow'],
    ['-9223372036854775808 / -1', '! integer overflow'],
    ['18446744073709551615u + 1u', '! unsigned integer overflow'],
    ['1u - 2u', '! unsigned integer overflow'],
    ['7 / 2', '3'],
    ['-7 / 2', '-3'],
    ['-7 % 2', '-1'],
    ['1 / 0', '! division by zero'],
    ['1 % 0', '! modulus by zero'],
    ['1.0 / 0.0', 'Infinity'],
    ['1 < 1.5 && 2u > 1 && 1u <= 1.0', 'true'],
    ['1 == 1.0', "? found no matching overload for '_==_' applied to '(int, double)'"],
    ['dyn(1) == 1.0', 'true'],
    ['1 + 1.0', "? found no matching overload for '_+_' applied to '(int, double)'"],
    ['int("-12") + int(3.9) + int(2u)', '-7'],
    ['int("x")', '! strconv.ParseInt: parsing "x": invalid syntax'],
    ['int(1e30)', '! integer overflow'],
    ['uint(-1)', '! unsigned integer overflow'],
    ['double("1.5") + double(2)', '3.5'],
    ['string(1e6) + string(0.1) + string(1.5e-7)', '"1e+060.11.5e-07"'],
    ['0xFF + 0x10', '271'],
    ['type(1) == int && type(1u) == uint && type(1.0) == double', 'true'],
    ['type([]) == list && type({}) == map && type(null) == null_type', 'true'],
  ]);
});

describe('text', () => {
  table([
    ['"a" + "b"', '"ab"'],
    ['size("héllo😀")', '6'],
    ['"hello😀x".substring(5)', '"😀x"'],
    ['"hello".substring(2, 4)', '"ll"'],
    ['"hello".substring(4, 2)', '! invalid substring range. start: 4, end: 2'],
    ['"hello".charAt(5)', '""'],
    ['"hello".charAt(6)', '! index out of range: 6'],
    ['"hello".indexOf("l", 3)', '3'],
    ['"hello".lastIndexOf("l")', '3'],
    ['"a,b,c".split(",", 2)', '[a, b,c]'],
    ['"abc".split("")', '[a, b, c]'],
    ['["a", "b"].join("-")', '"a-b"'],
    ['"aaa".replace("a", "b", 2)', '"bba"'],
    ['" x\\t".trim()', '"x"'],
    ['"ÀbC".lowerAscii()', '"Àbc"'],
    ['"abc" < "abd" && "Z" < "a"', 'true'],
    ['"abc".startsWith("ab") && "abc".endsWith("bc") && "abc".contains("b")', 'true'],
    ['"abc".startsWith(1)', "? found no matching overload for 'startsWith' applied to 'string.(int)'"],
    ['strings.quote("a\\"b")', '"\\"a\\\\\\"b\\""'],
    ['string(b"abc") + string(bytes("é"))', '"abcé"'],
    ["'''a\nb'''", '"a\\nb"'],
    ['r"\\d"', '"\\\\d"'],
    [
      '"%s is %d, %.2f and %x of %s".format(["a", 1, 2.345, 255, [1, 2]])',
      "? expected type 'string' but found 'int'",
    ],
    [
      '"%s is %d, %.2f and %x of %s".format([dyn("a"), 1, 2.345, 255, [1, 2]])',
      '"a is 1, 2.35 and ff of [1, 2]"',
    ],
    ['"%e %b %o %%".format([dyn(1234.5), 5, 8])', '"1.234500e+03 101 10 %"'],
    [
      '"%d".format(["a"])',
      '! error during formatting: decimal clause can only be used on integers, was given string',
    ],
    ['"%s".format([])', '! index 0 out of range'],
  ]);
});

describe('regular expressions are those of RE2', () => {
  table([
    ['"abc123".matches("^[a-z]+[0-9]{3}$")', 'true'],
    ['matches("foobar", "foo.*")', 'true'],
    ['"abc 123 def 45".find("[0-9]+")', '"123"'],
    ['"abc".find("[0-9]+")', '""'],
    ['"a1b22c333".findAll("[0-9]+")', '[1, 22, 333]'],
    ['"a1b22c333".findAll("[0-9]+", 2)', '[1, 22]'],
    ['"x".matches("(")', '! error parsing regexp: missing closing ): `(`'],
    ['"x".matches("(?=x)")', '! error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ]);
});

describe('lists and maps', () => {
  table([
    ['[1, 2, 3].sum()', '6'],
    ['[1.5, 2.5].sum()', '4'],
    ['[].sum() == 0', 'true'],
    ['[duration("1m"), duration("1s")].sum()', '"61s"'],
    ['[3, 1, 2].min() + [3, 1, 2].max()', '4'],
    ['[].min()', '! min called on empty list'],
    ['[1, 2, 2].isSorted() && !["b", "a"].isSorted()', 'true'],
    ['[1, 2, 2].indexOf(2) + [1, 2, 2].lastIndexOf(2)', '3'],
    ['2 in [1, 2]', 'true'],
    ['"app" in m && !("x" in m)', 'true'],
    ['[1, 2][2]', '! index out of bounds: 2'],
    ['m["x"]', '! no such key: x'],
    ['{"a": 1}.b', '! no such key: b'],
    ['[1, "a"]', "? expected type 'int' but found 'string'"],
    ['{"a": 1, "b": "c"}', "? expected type 'int' but found 'string'"],
    ['{1: "a"}[1] + {true: "b"}[true]', '"ab"'],
    ['{"a": 1, "a": 2}', '! duplicate key in map: a'],
    ['[1] + [2, 3] == [1, 2, 3]', 'true'],
    ['{"a": [1]} == {"a": [1]}', 'true'],
    ['[[1], [2, 3]].flatten()', '[1, 2, 3]'],
    ['[3, 1, 2].sort()', '[1, 2, 3]'],
    ['d.ports.sortBy(p, -p.port).map(p, p.name)', '[https, http]'],
    ['[1, 1, 2].distinct().reverse()', '[2, 1]'],
    ['[1, 2, 3, 4].slice(1, 3)', '[2, 3]'],
    ['lists.range(3)', '[0, 1, 2]'],
    [
      'sets.contains([1, 2, 3], [3, 1]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])',
      'true',
    ],
  ]);
});

describe('macros', () => {
  table([
    ['[1, 2, 3].all(x, x > 0)', 'true'],
    ['[1, 0].all(x, 1 / x > 5)', 'false'],
    ['[0, 1].exists(x, 1 / x == 1)', 'true'],
    ['[0, 2].exists(x, 1 / x == 1)', '! division by zero'],
    ['[1, 2, 3].exists_one(x, x > 2)', 'true'],
    ['[1, 2, 3].map(x, x * 2)', '[2, 4, 6]'],
    ['[1, 2, 3].map(x, x > 1, x * 2)', '[4, 6]'],
    ['[1, 2, 3].filter(x, x % 2 == 1)', '[1, 3]'],
    ['m.all(k, k.size() > 2)', 'true'],
    ['m.map(k, m[k])', '[web, front]'],
    ['m.all(k, v, k == "app" || v == "front")', 'true'],
    ['[5, 6].all(i, v, v - i == 5)', 'true'],
    ['m.exists(k, v, v == "front") && !m.existsOne(k, v, k != "")', 'true'],
    ['[5, 6].transformList(i, v, i == 1, v * 2)', '[12]'],
    ['{"a": 1, "b": 2}.transformMap(k, v, v > 1, v * 10)', '{"b":20}'],
    ['{"a": "x"}.transformMapEntry(k, v, {v: k})', '{"x":"a"}'],
    ['[1].all(x, [2].all(y, x < y && [3].all(x, x == 3)))', 'true'],
    ['[1, 2].map(x, x + 1).filter(x, x > 2)', '[3]'],
    ['has(d.name) && !has(d.missing)', 'true'],
    ['has(d.missing.deeper)', '! no such key: missing'],
    ['has(name)', '? invalid argument to has() macro'],
    ['has(typed.nmae)', "? undefined field 'nmae'"],
    ['has(typed.tags)', 'false'],
    ['[1].all(x, x)', "? found no matching overload for '_&&_' applied to '(bool, int)'"],
    [
      '(5).all(x, true)',
      "? expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
    ],
    ['[1].map(x, y)', "? undeclared reference to 'y' (in container '')"],
  ]);
});

describe('logic', () => {
  table([
    ['true || 1 / 0 == 1', 'true'],
    ['1 / 0 == 1 || true', 'true'],
    ['false && 1 / 0 == 1', 'false'],
    ['1 / 0 == 1 || false', '! division by zero'],
    ['true ? 1 : 2', '1'],
    ['true ? 1 : "x"', "? found no matching overload for '_?_:_' applied to '(bool, int, string)'"],
    ['1 ? 2 : 3', "? found no matching overload for '_?_:_' applied to '(int, int, int)'"],
    ['!(d.replicas > 5)', 'true'],
    ['d.name + 1', '! no such overload'],
    ['d.replicas == 3 && d.ratio == 0.5 && d.nothing == null', 'true'],
    ['typed.count + 1', '8'],
    ['typed.nmae == "x"', "? undefined field 'nmae'"],
    ['typed.name.foo', "? type 'string' does not support field selection"],
    ['typed.tags', '! no such key: tags'],
    ['foo(1)', "? undeclared reference to 'foo' (in container '')"],
    ['unknown', "? undeclared reference to 'unknown' (in container '')"],
    ['1 +', '? Syntax error: Unexpected token: EOF'],
  ]);
});

describe('optional values', () => {
  table([
    ['d.?name.orValue("none")', '"web"'],
    ['d.?missing.orValue("none")', '"none"'],
    ['d.?missing.deeper.orValue("none")', '"none"'],
    ['d.?labels.app.hasValue()', 'true'],
    ['m[?"x"].or(m[?"app"]).value()', '"web"'],
    ['[1][?5].orValue(9)', '9'],
    ['optional.none().value()', '! optional.none() dereference'],
    ['optional.of(1).optMap(x, x + 1).orValue(0)', '2'],
    ['optional.of(1).optFlatMap(x, optional.none()).hasValue()', 'false'],
    ['optional.ofNonZeroValue("").hasValue()', 'false'],
    ['typed.?tags.orValue([]).size()', '0'],
    [
      'typed.?name.orValue(1)',
      "? found no matching overload for 'orValue' applied to 'optional_type(string).(int)'",
    ],
  ]);
});

describe('moments and durations', () => {
  table([
    ['timestamp("2024-02-29T23:59:59.5Z") + duration("1s")', '"2024-03-01T00:00:00.5Z"'],
    ['timestamp("2024-01-01T00:00:00Z") - timestamp("2023-12-31T00:00:00Z")', '"86400s"'],
    ['timestamp("2024-01-15T14:30:45.123Z").getMilliseconds()', '123'],
    ['timestamp("2024-01-15T14:30:45Z").getDayOfWeek()', '1'],
    ['timestamp("2024-12-31T14:30:45Z").getDayOfYear()', '365'],
    ['timestamp("2024-01-15T14:30:45Z").getHours("America/New_York")', '9'],
    ['timestamp("2024-01-15T14:30:45Z").getHours("-02:30")', '12'],
    ['timestamp("2024-01-15T14:30:45Z").getHours("Nowhere")', '! unknown time zone Nowhere'],
    [
      'timestamp("2024-13-01T00:00:00Z")',
      "! type conversion error from 'string' to 'google.protobuf.Timestamp'",
    ],
    ['duration("1h30m").getMinutes()', '90'],
    ['duration("1.5s")', '"1.5s"'],
    ['duration("1d")', "! type conversion error from 'string' to 'google.protobuf.Duration'"],
    ['duration("1ns") < duration("1us")', 'true'],
    ['timestamp("9999-12-31T23:59:59Z") + duration("1s")', '! timestamp overflow'],
    ['int(timestamp("1970-01-01T00:01:00Z"))', '60'],
  ]);
});

describe("Kubernetes' own libraries", () => {
  table([
    [
      'url("https://user@example.com:80/a b?k=1&k=2").getHost()',
      '! URL parse error during conversion from string: parse "https://user@example.com:80/a b?k=1&k=2": invalid URI for request',
    ],
    ['url("https://example.com:80/a?k=1&k=2").getHost()', '"example.com:80"'],
    ['url("https://[::1]:80/").getHostname()', '"::1"'],
    ['url("https://example.com/p/q?k=1&k=2").getQuery()["k"]', '[1, 2]'],
    ['url("/a/b").getEscapedPath()', '"/a/b"'],
    ['isURL("://x")', 'false'],
    ['quantity("1.5Gi").isGreaterThan(quantity("1Gi"))', 'true'],
    ['quantity("50k").add(quantity("20k")).sub(20000).asInteger()', '50000'],
    ['quantity("1M").compareTo(quantity("1000k"))', '0'],
    ['quantity("500m").asApproximateFloat()', '0.5'],
    ['isQuantity("1.3X") || isQuantity("")', 'false'],
    ['quantity("200M") == quantity("0.2G")', 'true'],
    ['ip("192.168.0.1").family() + ip("2001:db8::1").family()', '10'],
    ['string(ip("2001:0db8:0:0::1"))', '"2001:db8::1"'],
    ['ip.isCanonical("2001:DB8::1")', 'false'],
    ['isIP("::ffff:1.2.3.4") || isIP("1.2.3") || isIP("01.2.3.4")', 'false'],
    ['ip("127.0.0.1").isLoopback() && ip("fe80::1").isLinkLocalUnicast()', 'true'],
    ['cidr("192.168.0.0/24").containsIP("192.168.0.7")', 'true'],
    ['cidr("10.0.0.0/8").containsCIDR(cidr("10.2.0.0/16"))', 'true'],
    ['string(cidr("10.1.2.3/8").masked())', '"10.0.0.0/8"'],
    ['cidr("10.1.2.3/8").prefixLength()', '8'],
    ['semver("1.2.3").isLessThan(semver("1.10.0"))', 'true'],
    ['semver("1.0.0-rc.1").compareTo(semver("1.0.0"))', '-1'],
    ['isSemver("v1.2") || isSemver("1.02.3")', 'false'],
    ['semver("v1.2", true).minor()', '2'],
    ['format.dns1123Label().validate("ok").hasValue()', 'false'],
    ['format.named("uuid").value().validate("x").value()', '[does not match the UUID format]'],
    ['format.named("nope").hasValue()', 'false'],
  ]);
});

describe('errors stand where cel-go puts them', () => {
  it('under the sign that is wrong', () => {
    const source = "typed.name != 'secret' || has(typed.namespace)\n  && typed.x == 1";
    const compiled = compile(source, environment);
    expect('text' in compiled ? compiled.text : '').toBe(
      [
        "ERROR: <input>:1:30: undefined field 'namespace'",
        " | typed.name != 'secret' || has(typed.namespace)",
        ' | .............................^',
        "ERROR: <input>:2:11: undefined field 'x'",
        ' |   && typed.x == 1',
        ' | ..........^',
      ].join('\n'),
    );
  });
});

describe('cost is bounded', () => {
  it.each([
    'lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, a + b + c >= 0)))',
    '[1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [1,2,3,4,5,6,7,8,9,10].map(c, lists.range(1000)))).size() > 0',
    'lists.range(1000000000).size() > 0',
    '"x".matches("(x+x+)+y") || lists.range(100000).map(i, "%s".format(["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"])).join(",").matches("(a+)+$")',
    'lists.range(200000).map(i, "0123456789").join("").replace("0", "0123456789012345678901234567890123456789").size() > 0',
  ])('%s', (source) => {
    expect(run(source)).toBe('! operation cancelled: actual cost limit exceeded');
  });

  it('and not absorbed by what absorbs errors', () => {
    expect(run('lists.range(1000000000).size() > 0 || true')).toBe(
      '! operation cancelled: actual cost limit exceeded',
    );
  });

  it.each([
    ['signs', `${'!'.repeat(5000)}true`],
    ['parentheses', `${'('.repeat(5000)}1${')'.repeat(5000)}`],
    ['a chain', Array.from({ length: 5000 }, () => '1').join(' + ')],
    ['text', `"${'x'.repeat(200_000)}"`],
  ])('%s without an end are refused', (_name, source) => {
    expect(run(source)).toMatch(/^\? /);
  });
});
