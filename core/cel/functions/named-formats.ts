import {
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  labelValue,
  type NameCheck,
  qualifiedName,
} from '../../kinds/validation/names.ts';
import { bytesOfBase64 } from '../../text/base64.ts';
import { fn, type Library } from '../overload.ts';
import { parseDate, parseTimestamp } from '../time-text.ts';
import { NONE, Opaque, Optional } from '../value.ts';

/** Named formats of text (https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-format-library). */
const FORMAT = 'kubernetes.NamedFormat';

class FormatValue extends Opaque {
  readonly type = FORMAT;
  readonly name: string;
  readonly check: NameCheck;

  constructor(name: string, check: NameCheck) {
    super();
    this.name = name;
    this.check = check;
  }

  equals(other: Opaque): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

function says(isGood: (text: string) => boolean, sentence: string): NameCheck {
  return (text) => (isGood(text) ? [] : [sentence]);
}

/** A name that more is to be put after may end in a dash. */
function asPrefix(check: NameCheck): NameCheck {
  return (text) => check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const URI = /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:|\/)[^\s]*$/;

const CHECKS: Readonly<Record<string, NameCheck>> = {
  byte: says((text) => bytesOfBase64(text) !== undefined, 'invalid base64'),
  date: says((text) => parseDate(text) !== undefined, 'invalid date'),
  datetime: says((text) => parseTimestamp(text) !== undefined, 'invalid datetime'),
  dns1035Label,
  dns1035LabelPrefix: asPrefix(dns1035Label),
  dns1123Label: dnsLabel,
  dns1123LabelPrefix: asPrefix(dnsLabel),
  dns1123Subdomain: dnsSubdomain,
  dns1123SubdomainPrefix: asPrefix(dnsSubdomain),
  labelValue,
  qualifiedName,
  uri: says((text) => URI.test(text), 'invalid URI'),
  uuid: says((text) => UUID.test(text), 'does not match the UUID format'),
};

const FORMATS = new Map(Object.entries(CHECKS).map(([name, check]) => [name, new FormatValue(name, check)]));

export const NAMED_FORMATS: Library = [
  ...[...FORMATS].map(([name, value]) => fn(`format.${name}`, `() ${FORMAT}`, () => value)),
  fn('format.named', `(string) optional(${FORMAT})`, ([name]) => {
    const found = FORMATS.get(name as string);
    return found === undefined ? NONE : new Optional(found);
  }),
  fn('validate', `${FORMAT}.(string) optional(list(string))`, ([format, text], { charge }) => {
    charge((text as string).length / 10);
    const problems = (format as FormatValue).check(text as string);
    return problems.length === 0 ? NONE : new Optional(problems);
  }),
];
