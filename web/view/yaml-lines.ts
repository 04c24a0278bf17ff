type Fields = Readonly<Record<string, unknown>>;

/** A line of an object as YAML. */
export interface YamlLine {
  readonly depth: number;
  readonly text: string;
  /** Whether its value is another one than in the version before. */
  readonly isChanged: boolean;
}

const PLAIN = /^[A-Za-z0-9/_.][A-Za-z0-9/_.@+-]*(?:[ :][A-Za-z0-9/_.@+-]+)*$/;
/** Texts that YAML would read as something else. */
const OTHER = /^(?:true|false|yes|no|on|off|null|~|[-+.]?\d[\d_.eE+-]*|\d{4}-\d\d-\d\d.*)$/i;

function scalar(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  return PLAIN.test(value) && !OTHER.test(value) ? value : JSON.stringify(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf(fields: Fields): readonly string[] {
  return Object.keys(fields).filter((key) => fields[key] !== undefined);
}

/** Empty maps and lists are written in the line of their key. */
function inLine(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : undefined;
  if (isFields(value)) return keysOf(value).length === 0 ? '{}' : undefined;
  return scalar(value);
}

function isSame(value: unknown, before: unknown): boolean {
  return value === before || JSON.stringify(value) === JSON.stringify(before);
}

/** An object as YAML, line by line; changes are told against `before`, where it is given. */
export function yamlLines(object: Fields, before: Fields | undefined): readonly YamlLine[] {
  const lines: YamlLine[] = [];
  const knows = before !== undefined;

  function add(depth: number, text: string, isChanged: boolean): void {
    lines.push({ depth, text, isChanged: knows && isChanged });
  }

  function fields(value: Fields, previous: unknown, depth: number, lead: string): void {
    const known = isFields(previous) ? previous : {};
    keysOf(value).forEach((key, index) => {
      const at = index === 0 ? lead : '';
      const shift = index === 0 && lead !== '' ? depth - 1 : depth;
      const next = value[key];
      const text = inLine(next);
      if (text !== undefined) {
        add(shift, `${at}${scalar(key)}: ${text}`, !isSame(next, known[key]));
        return;
      }
      add(shift, `${at}${scalar(key)}:`, known[key] === undefined);
      if (Array.isArray(next)) list(next, known[key], depth);
      else fields(next as Fields, known[key], depth + 1, '');
    });
  }

  function list(values: readonly unknown[], previous: unknown, depth: number): void {
    const known: readonly unknown[] = Array.isArray(previous) ? previous : [];
    values.forEach((value, index) => {
      const text = inLine(value);
      if (text !== undefined) add(depth, `- ${text}`, !isSame(value, known[index]));
      else if (Array.isArray(value)) {
        add(depth, '-', false);
        list(value, known[index], depth + 1);
      } else fields(value as Fields, known[index], depth + 1, '- ');
    });
  }

  fields(object, before, 0, '');
  return lines;
}
