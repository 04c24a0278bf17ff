import { CelError } from '../error.ts';
import { fn, type Library } from '../overload.ts';
import { BuiltMap, type Entry, Opaque, type Value } from '../value.ts';
import { utf8Bytes } from './conversions.ts';

/** URLs (https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-url-library), as Go's `url.ParseRequestURI` reads them. */
const URL_TYPE = 'kubernetes.URL';

interface Parts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

class UrlValue extends Opaque {
  readonly type = URL_TYPE;
  readonly text: string;
  readonly parts: Parts;

  constructor(text: string, parts: Parts) {
    super();
    this.text = text;
    this.parts = parts;
  }

  equals(other: Opaque): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

const SHAPE = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:[^@/?]*@)?([^/?]*))?([^?]*)(?:\?(.*))?$/s;
const HOST = /^(\[[0-9a-fA-F:.%]+\]|[^:[\]]*)(:\d*)?$/;

function parse(text: string): Parts | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what Go refuses
  if (text === '' || /[\u0000-\u001f\u007f ]/.test(text)) return undefined;
  const [, scheme = '', host, path = '', query = ''] = SHAPE.exec(text) ?? [];
  // A request's URI is absolute, or a path from the root.
  if (scheme === '' && !text.startsWith('/')) return undefined;
  if (scheme !== '' && host === undefined && !path.startsWith('/')) return undefined;
  if (host !== undefined && !HOST.test(host)) return undefined;
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return undefined;
  return { scheme: scheme.toLowerCase(), host: host ?? '', path, query };
}

function url(text: string): UrlValue {
  const parts = parse(text);
  if (parts === undefined) {
    throw new CelError(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
    );
  }
  return new UrlValue(text, parts);
}

const partsOf = (value: unknown): Parts => (value as UrlValue).parts;

function hostname({ host }: Parts): string {
  const [, name = '', brackets] = /^(\[([^\]]*)\]|[^:]*)/.exec(host) ?? [];
  return brackets ?? name;
}

function port({ host }: Parts): string {
  const [, found = ''] = /:(\d*)$/.exec(host.replace(/^\[[^\]]*\]/, '')) ?? [];
  return found;
}

/** Escaped by what a path may hold, as Go's `EscapedPath`. */
function escapedPath({ path }: Parts): string {
  return path.replace(/[^A-Za-z0-9\-._~$&+,/:;=@!'()*%]/gu, (sign) =>
    [...utf8Bytes(sign)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function queryOf({ query }: Parts): BuiltMap {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const key = unescaped(at < 0 ? pair : pair.slice(0, at));
    values.set(key, [...(values.get(key) ?? []), at < 0 ? '' : unescaped(pair.slice(at + 1))]);
  }
  const entries = [...values].map(([key, value]): [string, Entry] => [
    `s${key}`,
    { key, value: value as Value },
  ]);
  return new BuiltMap(new Map(entries));
}

export const URLS: Library = [
  fn('url', `(string) ${URL_TYPE}`, ([text], { charge }) => {
    charge((text as string).length / 10);
    return url(text as string);
  }),
  fn('isURL', '(string) bool', ([text], { charge }) => {
    charge((text as string).length / 10);
    return parse(text as string) !== undefined;
  }),
  fn('getScheme', `${URL_TYPE}.() string`, ([value]) => partsOf(value).scheme),
  fn('getHost', `${URL_TYPE}.() string`, ([value]) => partsOf(value).host),
  fn('getHostname', `${URL_TYPE}.() string`, ([value]) => hostname(partsOf(value))),
  fn('getPort', `${URL_TYPE}.() string`, ([value]) => port(partsOf(value))),
  fn('getEscapedPath', `${URL_TYPE}.() string`, ([value]) => escapedPath(partsOf(value))),
  fn('getQuery', `${URL_TYPE}.() map(string, list(string))`, ([value]) => queryOf(partsOf(value))),
];
