/**
 * The rules of names, label keys and values, ports and the like, each a function from a text to the sentences that
 * say what is wrong with it (apimachinery `util/validation`; the sentences are the API's own, so that a client sees
 * what a real server says). No sentence: the text is fine.
 */
export type NameCheck = (text: string) => readonly string[];

const OK: readonly string[] = [];

/** Lengths from RFC 1123, RFC 1035 and the API's own limits. */
const DNS_LABEL_LENGTH_MAX = 63;
const DNS_SUBDOMAIN_LENGTH_MAX = 253;
const QUALIFIED_NAME_LENGTH_MAX = 63;
const LABEL_VALUE_LENGTH_MAX = 63;
const PORT_NAME_LENGTH_MAX = 15;

const LABEL_FORMAT = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_FORMAT = `${LABEL_FORMAT}(\\.${LABEL_FORMAT})*`;
const WILDCARD_FORMAT = `\\*\\.${SUBDOMAIN_FORMAT}`;
const LABEL_1035_FORMAT = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED_FORMAT = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE_FORMAT = `(${QUALIFIED_FORMAT})?`;
const CONFIG_KEY_FORMAT = '[-._a-zA-Z0-9]+';
const HTTP_HEADER_FORMAT = '[-A-Za-z0-9]+';

const LABEL = new RegExp(`^${LABEL_FORMAT}$`);
const SUBDOMAIN = new RegExp(`^${SUBDOMAIN_FORMAT}$`);
const WILDCARD = new RegExp(`^${WILDCARD_FORMAT}$`);
const LABEL_1035 = new RegExp(`^${LABEL_1035_FORMAT}$`);
const QUALIFIED = new RegExp(`^${QUALIFIED_FORMAT}$`);
const LABEL_VALUE = new RegExp(`^${LABEL_VALUE_FORMAT}$`);
const CONFIG_KEY = new RegExp(`^${CONFIG_KEY_FORMAT}$`);
const HTTP_HEADER = new RegExp(`^${HTTP_HEADER_FORMAT}$`);

function tooLong(max: number): string {
  return `must be no more than ${max} bytes`;
}

/** `RegexError`: the rule, examples, and the expression. */
function malformed(rule: string, format: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${rule} (regex used for validation is '${format}')`;
  const list = examples.map((example) => `'${example}', `).join(' or ');
  return `${rule} (e.g. ${list}regex used for validation is '${format}')`;
}

export function byteLength(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** The expressions take ASCII alone, so that what fits is as long in bytes as it is in characters. Hot path. */
function check(text: string, max: number, expression: RegExp, sentence: string): readonly string[] {
  const fits = expression.test(text);
  if (fits && text.length <= max) return OK;
  return [...(byteLength(text) > max ? [tooLong(max)] : []), ...(fits ? [] : [sentence])];
}

const DNS_LABEL_SENTENCE = malformed(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL_FORMAT,
  'my-name',
  '123-abc',
);

export const dnsLabel: NameCheck = (text) => check(text, DNS_LABEL_LENGTH_MAX, LABEL, DNS_LABEL_SENTENCE);

const DNS_SUBDOMAIN_SENTENCE = malformed(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN_FORMAT,
  'example.com',
);

export const dnsSubdomain: NameCheck = (text) =>
  check(text, DNS_SUBDOMAIN_LENGTH_MAX, SUBDOMAIN, DNS_SUBDOMAIN_SENTENCE);

/** `IsWildcardDNS1123Subdomain`: hosts such as `*.example.com`. */
export const wildcardSubdomain: NameCheck = (text) =>
  WILDCARD.test(text)
    ? OK
    : [
        malformed(
          "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
          WILDCARD_FORMAT,
          '*.example.com',
        ),
      ];

const DNS_1035_LABEL_SENTENCE = malformed(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  LABEL_1035_FORMAT,
  'my-name',
  'abc-123',
);

export const dns1035Label: NameCheck = (text) =>
  check(text, DNS_LABEL_LENGTH_MAX, LABEL_1035, DNS_1035_LABEL_SENTENCE);

const QUALIFIED_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const QUALIFIED_SENTENCE = malformed(QUALIFIED_RULE, QUALIFIED_FORMAT, 'MyName', 'my.name', '123-abc');

/** Keys of labels and annotations, names of finalizers and extended resources: `prefix/name` or `name`. */
export const qualifiedName: NameCheck = (text) => {
  if (text.length <= QUALIFIED_NAME_LENGTH_MAX && QUALIFIED.test(text)) return OK;
  const parts = text.split('/');
  const problems: string[] = [];
  let name = text;
  if (parts.length === 2) {
    const prefix = parts[0]!;
    name = parts[1]!;
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...dnsSubdomain(prefix).map((problem) => `prefix part ${problem}`));
  } else if (parts.length > 2) {
    return [
      `a qualified name ${QUALIFIED_SENTENCE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (byteLength(name) > QUALIFIED_NAME_LENGTH_MAX) {
    problems.push(`name part ${tooLong(QUALIFIED_NAME_LENGTH_MAX)}`);
  }
  if (!QUALIFIED.test(name)) problems.push(`name part ${QUALIFIED_SENTENCE}`);
  return problems;
};

const LABEL_VALUE_SENTENCE = malformed(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  LABEL_VALUE_FORMAT,
  'MyValue',
  'my_value',
  '12345',
);

export const labelValue: NameCheck = (text) =>
  check(text, LABEL_VALUE_LENGTH_MAX, LABEL_VALUE, LABEL_VALUE_SENTENCE);

/** Names that become one segment of a path (RBAC's kinds). */
export const pathSegment: NameCheck = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%']
    .filter((illegal) => text.includes(illegal))
    .map((illegal) => `may not contain '${illegal}'`);
};

const PATH_FORMAT = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const PATH = new RegExp(`^${PATH_FORMAT}$`);

/** `IsDomainPrefixedPath`: `acme.io/foo`. Each problem comes with the part that has it. */
export function domainPrefixedPath(text: string): readonly (readonly [part: string, problem: string])[] {
  const slash = text.indexOf('/');
  const host = text.slice(0, Math.max(0, slash));
  const path = text.slice(slash + 1);
  if (host === '' || path === '') {
    return [[text, 'must be a domain-prefixed path (such as "acme.io/foo")']];
  }
  return [
    ...dnsSubdomain(host).map((problem) => [host, problem] as const),
    ...(PATH.test(path) ? [] : [[path, malformed('Invalid path', PATH_FORMAT)] as const]),
  ];
}

/** `IsValidPortName` (RFC 6335's service names). */
export const portName: NameCheck = (text) => {
  const problems: string[] = [];
  if (byteLength(text) > PORT_NAME_LENGTH_MAX) problems.push(tooLong(PORT_NAME_LENGTH_MAX));
  if (!/^[-a-z0-9]+$/.test(text)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)');
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
};

/** Keys of a ConfigMap's or a Secret's data. */
export const configMapKey: NameCheck = (text) => {
  const problems: string[] = [];
  if (text.length > DNS_SUBDOMAIN_LENGTH_MAX) problems.push(tooLong(DNS_SUBDOMAIN_LENGTH_MAX));
  if (!CONFIG_KEY.test(text)) {
    problems.push(
      malformed(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        CONFIG_KEY_FORMAT,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  if (text === '.') problems.push("must not be '.'");
  else if (text === '..') problems.push("must not be '..'");
  else if (text.startsWith('..')) problems.push("must not start with '..'");
  return problems;
};

/** Environment variables: any printable ASCII but `=` (the relaxed rule, general since 1.34). */
export const environmentName: NameCheck = (text) => {
  if (text === '') return ['environment variable name must be non-empty'];
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(text)) return OK;
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
};

export const httpHeaderName: NameCheck = (text) =>
  HTTP_HEADER.test(text)
    ? OK
    : [
        malformed(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          HTTP_HEADER_FORMAT,
          'X-Header-Name',
        ),
      ];

/** `IsValidPortNum`, and the sentence for any range. */
export function inRange(value: number, low: number, high: number): readonly string[] {
  return value >= low && value <= high ? OK : [`must be between ${low} and ${high}, inclusive`];
}

/** `NameIsDNSSubdomain(name, prefix)`: what a generateName starts with may end in a dash. */
export function withoutTrailingDash(prefix: string): string {
  if (prefix.length > 1 && prefix.endsWith('-')) return `${prefix.slice(0, -2)}a`;
  return prefix;
}
