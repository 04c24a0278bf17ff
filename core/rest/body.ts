import type { NewObject } from '../api/object.ts';
import { badRequest, type Status } from '../api/status.ts';
import { prunedAs } from '../kinds/custom/custom-kind.ts';
import type { Kind } from '../kinds/kind.ts';
import { decodeObject } from '../schema/decode.ts';
import { describe, isJsonObject } from '../schema/decoding.ts';
import { type DecodeProblem, decodingFailureMessage, strictDecodingMessage } from '../schema/problem.ts';

/** The object in the body of a request, read as the API server's decoders read it. */
export type ReadBody =
  | { readonly ok: true; readonly object: NewObject; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly status: Status };

/** What is done with unknown fields (`fieldValidation`); servers warn of them unless asked otherwise. */
type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

function validationOf(query: Readonly<Record<string, string>>): FieldValidation {
  const given = query.fieldValidation;
  return given === 'Ignore' || given === 'Strict' ? given : 'Warn';
}

/** What the decoder of an object's type says of a body that has none. */
function unrecognized(kind: string, body: unknown): Status {
  const got = describe(body);
  const what =
    body === undefined ? 'unexpected end of JSON input' : `json: cannot unmarshal ${got} into an object`;
  const message = `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${what}`;
  return badRequest(message);
}

/** The body as an object of this kind; `apiVersion` and `kind` may be left out. */
export function readBody(
  apiVersion: string,
  of: Kind,
  body: unknown,
  query: Readonly<Record<string, string>>,
): ReadBody {
  const { kind } = of;
  if (!isJsonObject(body)) return { ok: false, status: unrecognized(kind, body) };
  const named = { ...body, apiVersion: body.apiVersion ?? apiVersion, kind: body.kind ?? kind };
  if (named.kind !== kind && typeof named.kind === 'string') {
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    const message = `${named.kind} in version "${version}" cannot be handled as a ${kind}: converting (${version}.${named.kind}) to (core.${kind}): unknown conversion`;
    return { ok: false, status: badRequest(message) };
  }
  if (named.apiVersion !== apiVersion && typeof named.apiVersion === 'string') {
    const message = `the API version in the data (${named.apiVersion}) does not match the expected API version (${apiVersion})`;
    return { ok: false, status: badRequest(message) };
  }
  const { value, problems } = decodeObject(named);
  if (of.custom === undefined || value === undefined) {
    return judged(apiVersion, kind, value, problems, validationOf(query));
  }
  const unknown: DecodeProblem[] = [];
  const pruned = prunedAs(of, value, (path) => {
    unknown.push({ path, kind: 'unknownField', message: `unknown field "${path}"` });
  });
  return judged(apiVersion, kind, pruned, [...problems, ...unknown], validationOf(query));
}

function judged(
  apiVersion: string,
  kind: string,
  value: NewObject | undefined,
  problems: readonly DecodeProblem[],
  validation: FieldValidation,
): ReadBody {
  const hard = problems.filter((problem) => problem.kind !== 'unknownField');
  if (value === undefined || hard.length > 0 || (validation === 'Strict' && problems.length > 0)) {
    const text =
      hard.length === 0
        ? strictDecodingMessage(problems)
        : decodingFailureMessage(apiVersion, kind, problems);
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    const message =
      hard.length === 0 ? `${kind} in version "${version}" cannot be handled as a ${kind}: ${text}` : text;
    return { ok: false, status: badRequest(message) };
  }
  const warnings = validation === 'Warn' ? problems.map(({ message }) => message) : [];
  return { ok: true, object: value, warnings };
}
