import type { MutatingAdmissionPolicySpec, Mutation } from '../schema/types.generated.ts';
import { compilePrelude, type PolicyPrelude } from './admission.ts';
import { type Compiled, compile } from './compile.ts';
import type { ObjectMaker } from './environment.ts';
import { type CelType, DYN, type ObjectField, type ObjectType, STRING } from './types.ts';
import { CelObject, type Value } from './value.ts';

/** Expressions of MutatingAdmissionPolicies, and the objects that they make (apiserver `cel/mutation`). */
export const OBJECT = 'Object';
const JSON_PATCH = 'JSONPatch';

class MadeObject extends CelObject {
  readonly type: ObjectType;
  private readonly values: ReadonlyMap<string, Value>;

  constructor(type: ObjectType, values: ReadonlyMap<string, Value>) {
    super();
    this.type = type;
    this.values = values;
  }

  get(field: string): Value | undefined {
    return this.values.get(field);
  }
}

/** `Object`, `Object.spec.template`: any path of fields is a type. */
const OBJECT_PATH = /^Object(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;

const PATCH_FIELDS: Readonly<Record<string, CelType>> = {
  op: STRING,
  path: STRING,
  from: STRING,
  value: DYN,
};

/** An escaped name stands for a property that is no name: `__namespace__`, `a__dash__b`. */
function property(name: string): string {
  const [, word] = /^__([a-z]+)__$/.exec(name) ?? [];
  if (word !== undefined && !['underscores', 'dot', 'dash', 'slash'].includes(word)) return word;
  const signs: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };
  return name.replace(/__(underscores|dot|dash|slash)__/g, (_all, sign: string) => signs[sign] ?? '');
}

function made(name: string, fields: readonly (readonly [string, Value])[]): MadeObject {
  const types = fields.map(([field]): [string, ObjectField] => [
    field,
    { property: property(field), type: DYN },
  ]);
  return new MadeObject({ kind: 'object', name, fields: new Map(types) }, new Map(fields));
}

function mutationObjects(name: string): ObjectMaker | undefined {
  const type: ObjectType = { kind: 'object', name, fields: new Map() };
  const make: ObjectMaker['make'] = (fields) => made(name, fields);
  if (name === JSON_PATCH) return { type, field: (field) => PATCH_FIELDS[field], make };
  return OBJECT_PATH.test(name) ? { type, field: () => DYN, make } : undefined;
}

/** What stands at a place has to be of the type of that place (`CheckTypeNamesMatchFieldPathNames`). */
export function typeMismatch(value: Value, expected: string): string | undefined {
  if (!(value instanceof CelObject)) return undefined;
  if (value.type.name !== expected) {
    return `unexpected type name ${JSON.stringify(value.type.name)}, expected ${JSON.stringify(expected)}, which matches field name path from root Object type`;
  }
  for (const field of value.type.fields.keys()) {
    const inner = value.get(field);
    if (inner === undefined) continue;
    const items = Array.isArray(inner) ? (inner as readonly Value[]) : [inner];
    for (const item of items) {
      const problem = typeMismatch(item, `${expected}.${field}`);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

export interface CompiledMutation {
  readonly mutation: Mutation;
  readonly expression: string;
  readonly compiled: Compiled;
}

export interface CompiledMutatingPolicy {
  readonly prelude: PolicyPrelude;
  readonly mutations: readonly CompiledMutation[];
}

const known = new WeakMap<MutatingAdmissionPolicySpec, CompiledMutatingPolicy>();

function build(spec: MutatingAdmissionPolicySpec): CompiledMutatingPolicy {
  const prelude = compilePrelude(spec, mutationObjects);
  const mutations = (spec.mutations ?? []).map((mutation) => {
    const { patchType, applyConfiguration, jsonPatch } = mutation;
    const expression = (patchType === 'JSONPatch' ? jsonPatch : applyConfiguration)?.expression ?? '';
    return { mutation, expression, compiled: compile(expression, prelude.environment) };
  });
  return { prelude, mutations };
}

export function compiledMutations(spec: MutatingAdmissionPolicySpec): CompiledMutatingPolicy {
  let found = known.get(spec);
  if (found === undefined) {
    found = build(spec);
    known.set(spec, found);
  }
  return found;
}
