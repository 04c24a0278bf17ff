import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  type Tags,
  type YAMLParseError,
} from 'yaml';
import type { FileProblem } from '../problem.ts';
import { type YamlDocument, yamlDocument } from './yaml-document.ts';

export interface ParsedYaml {
  /** Those that hold something. */
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly FileProblem[];
}

/**
 * Uses of one anchor times the aliases inside it, beyond which a document is taken for an attempt to fill the
 * memory ("billion laughs"). Manifests that people write use a handful.
 */
const ALIASES_MAX = 10_000;
/** Levels of nesting. The deepest kinds have about 20; decoding has its own limit for those that nest themselves. */
const DEPTH_MAX = 128;

/** A level may take two entries of the parser's stack: the collection, and what stands in it. */
const STACK_MAX = 2 * DEPTH_MAX + 8;

/** Tags of YAML 1.1 that the decoder of Kubernetes does not resolve in place: it leaves such scalars as texts. */
const UNUSED_TAGS = ['timestamp', 'binary', 'omap', 'pairs', 'set'];

function withoutUnused(tags: Tags): Tags {
  return tags.filter((tag) => {
    if (typeof tag === 'string') return !UNUSED_TAGS.includes(tag);
    // Numbers to the base 60, such as 12:30:45.
    if (tag.format === 'TIME') return false;
    return !UNUSED_TAGS.some((name) => tag.tag === `tag:yaml.org,2002:${name}`);
  });
}

/**
 * YAML as Kubernetes reads it (sigs.k8s.io/yaml): version 1.1, in which `yes` and `on` are booleans and `0644` is
 * octal, merge keys included. Keys are always texts.
 */
const OPTIONS = {
  version: '1.1',
  merge: true,
  uniqueKeys: true,
  stringKeys: true,
  prettyErrors: false,
  logLevel: 'silent',
  customTags: withoutUnused,
} as const;

/** The value of an option on the command line. */
export function parseYamlValue(text: string): { readonly value: unknown } | { readonly error: string } {
  const { documents, problems } = parseYaml(text, '');
  const [problem] = problems;
  if (problem !== undefined) return { error: problem.message };
  return { value: documents[0]?.value ?? null };
}

function hintFor(text: string): string {
  return /\{\{-?\s/.test(text)
    ? ' (this looks like a template: render it first, with `helm template` for instance)'
    : '';
}

export interface ParseYamlOptions {
  /**
   * The last of several fields of one name in an object holds. kubectl reads manifests so, and the API server never
   * hears of the others (https://github.com/kubernetes/kubernetes/issues/125885).
   */
  readonly lastOfDuplicates?: boolean;
}

/**
 * The parser's tokens, as long as they are not nested too deeply: the parser itself keeps a stack of its own, but
 * whoever takes its tokens calls itself for each level.
 */
function* boundedTokens(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > STACK_MAX) throw new RangeError('nested too deeply');
  }
  yield* parser.end();
}

/** Reads the documents of a file of YAML or JSON. `file` is how problems call it. */
export function parseYaml(text: string, file: string, options: ParseYamlOptions = {}): ParsedYaml {
  const lines = new LineCounter();
  const problemAt = (offset: number, message: string): FileProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, message };
  };
  const documents: YamlDocument[] = [];
  try {
    const parserOptions = { ...OPTIONS, uniqueKeys: options.lastOfDuplicates !== true, lineCounter: lines };
    // All at once: a later token may say that something was wrong with an earlier document.
    const composed: readonly Document[] = [
      ...new Composer(parserOptions).compose(boundedTokens(text, lines)),
    ];
    for (const document of composed) {
      const [error] = document.errors as YAMLParseError[];
      if (error !== undefined) {
        // Whatever follows a first error is most often its consequence.
        const message = `can't be read as YAML: ${sentence(error)}${hintFor(text)}`;
        return { documents: [], problems: [problemAt(error.pos[0], message)] };
      }
      const bad = unsafePart(document);
      if (bad !== undefined) return { documents: [], problems: [problemAt(bad.offset, bad.message)] };
      const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
      if (value !== null && value !== undefined) documents.push(yamlDocument(document, value, text, lines));
    }
  } catch (error) {
    const message = unreadable(error);
    if (message === undefined) throw error;
    return { documents: [], problems: [{ file, message }] };
  }
  return { documents, problems: [] };
}

function sentence(error: YAMLParseError): string {
  if (error.code === 'DUPLICATE_KEY') return 'the field is there twice in one object';
  if (error.code === 'NON_STRING_KEY') return 'the name of a field is no text';
  return error.message.charAt(0).toLowerCase() + error.message.slice(1);
}

/** What the parser throws for a document that is made to break it. */
function unreadable(error: unknown): string | undefined {
  if (error instanceof RangeError) return `nested more than ${DEPTH_MAX} levels deep`;
  if (error instanceof ReferenceError && error.message.includes('alias count')) {
    return 'uses its aliases too often: unfolded, they would fill the memory';
  }
  return undefined;
}

interface Unsafe {
  readonly offset: number;
  readonly message: string;
}

/**
 * What no later reader should meet: keys that reach into JavaScript's own objects, nesting that would exhaust the
 * stack (aliases unfolded), and an alias for something that contains it.
 */
function unsafePart(document: Document): Unsafe | undefined {
  const heights = new Map<unknown, number>();
  const open = new Set<unknown>();
  let found: Unsafe | undefined;
  const refuse = (node: unknown, message: string): number => {
    found ??= { offset: (isNode(node) ? node.range?.[0] : undefined) ?? 0, message };
    return 0;
  };

  /** Levels below a node, at most the limit: deeper ones are refused on the way. */
  function heightOf(node: unknown, depth: number): number {
    if (found !== undefined) return 0;
    if (isAlias(node)) {
      const target = node.resolve(document);
      return open.has(target)
        ? refuse(node, "can't be read as YAML: an alias stands for something that contains it")
        : heightOf(target, depth);
    }
    if (!isCollection(node)) return 0;
    const known = heights.get(node);
    if (depth + (known ?? 0) > DEPTH_MAX) return refuse(node, `nested more than ${DEPTH_MAX} levels deep`);
    if (known !== undefined) return known;
    open.add(node);
    let height = 0;
    for (const item of node.items) {
      if (isPair(item) && isScalar(item.key) && item.key.value === '__proto__') {
        refuse(item.key, '__proto__ is not allowed as the name of a field');
      }
      height = Math.max(height, 1 + heightOf(isPair(item) ? item.value : item, depth + 1));
    }
    open.delete(node);
    heights.set(node, height);
    return height;
  }

  heightOf(document.contents, 1);
  return found;
}
