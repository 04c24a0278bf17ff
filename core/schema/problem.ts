/** What is wrong with a document that was to become an object of the API. */
export interface DecodeProblem {
  /** `spec.template.spec.containers[0].imagee`; `''` for the document itself. */
  readonly path: string;
  readonly kind:
    | 'unknownField'
    | 'wrongType'
    /** The right type with a text that can't be read: a quantity, a time, base64. */
    | 'badText'
    /** `apiVersion` or `kind` is not there. */
    | 'missing'
    /** A map's key that no object may hold. */
    | 'forbiddenKey'
    | 'tooDeep'
    | 'tooLarge';
  /** As the API server's decoder words it. */
  readonly message: string;
  /** For people: `integer`, `quantity`, `object`. */
  readonly expected?: string;
  /** For people: `string "ten"`. */
  readonly got?: string;
  /** For an unknown field: the one that was probably meant. */
  readonly didYouMean?: string;
}

/** Unknown fields are refused under strict field validation alone; all else always. */
function isStrictOnly(problem: DecodeProblem): boolean {
  return problem.kind === 'unknownField';
}

/**
 * `strict decoding error: unknown field "a", unknown field "b"`: the API server's words for the unknown fields
 * among the problems (runtime.strictDecodingError).
 */
export function strictDecodingMessage(problems: readonly DecodeProblem[]): string {
  return `strict decoding error: ${problems
    .filter(isStrictOnly)
    .map((problem) => problem.message)
    .join(', ')}`;
}

/**
 * The message of the 400 that the API server answers (`transformDecodeError`): of the problems that stop a plain
 * decoder it reports the first, as `encoding/json` does, and only without any of them the unknown fields.
 */
export function decodingFailureMessage(
  apiVersion: string,
  kind: string,
  problems: readonly DecodeProblem[],
): string {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const hard = problems.find((problem) => !isStrictOnly(problem));
  const text = hard === undefined ? strictDecodingMessage(problems) : hard.message;
  return `${kind} in version "${version}" cannot be handled as a ${kind}: ${text}`;
}
