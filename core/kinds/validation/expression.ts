import type { FieldError } from '../../api/status.ts';
import type { Compiled } from '../../cel/compile.ts';
import { type CelType, formatType } from '../../cel/types.ts';
import { invalidValue } from './fields.ts';

/** Types as messages name them: those of values, where they differ from those of declarations. */
function typeWord(type: CelType): string {
  return type.kind === 'null' ? 'null_type' : formatType(type);
}

/** What does not compile, or is of another type than is wanted: exactly that one, so that `dyn` will not do. */
export function expressionErrors(
  expression: string,
  compiled: Compiled,
  wanted: readonly string[],
  field: string,
): readonly FieldError[] {
  if ('issues' in compiled) return [invalidValue(field, expression, `compilation failed: ${compiled.text}`)];
  if (wanted.length === 0 || wanted.includes(typeWord(compiled.program.type))) return [];
  const text =
    wanted.length === 1 ? `must evaluate to ${wanted[0]}` : `must evaluate to one of [${wanted.join(' ')}]`;
  return [invalidValue(field, expression, text)];
}
