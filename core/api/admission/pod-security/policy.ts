import type { StringMap } from '../../object.ts';
import type { FieldError } from '../../status.ts';

/**
 * What a namespace's labels ask of its pods
 * (https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces).
 */
export type Level = 'privileged' | 'baseline' | 'restricted';

/** The minor version whose checks count; `latest` is all that this version knows. */
export type PolicyVersion = number | 'latest';

export interface LevelVersion {
  readonly level: Level;
  readonly version: PolicyVersion;
}

export interface PodSecurityPolicy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
  /** Of labels whose values mean nothing. */
  readonly errors: readonly FieldError[];
}

const PREFIX = 'pod-security.kubernetes.io/';
/** From the least to the most strict. */
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted'];
const VERSION = /^v1\.(0|[1-9]\d*)$/;
const OPEN: LevelVersion = { level: 'privileged', version: 'latest' };
const NO_POLICY: PodSecurityPolicy = { enforce: OPEN, audit: OPEN, warn: OPEN, errors: [] };

export function isStricter(a: Level, b: Level): boolean {
  return LEVELS.indexOf(a) > LEVELS.indexOf(b);
}

/** `restricted:v1.25`. */
export function levelText({ level, version }: LevelVersion): string {
  return `${level}:${version === 'latest' ? version : `v1.${version}`}`;
}

function problem(label: string, value: string, detail: string): FieldError {
  return {
    type: 'FieldValueInvalid',
    field: `metadata.labels[${label}]`,
    body: `Invalid value: ${JSON.stringify(value)}: ${detail}`,
  };
}

/** A level that can't be read is taken as the strictest where it is enforced, and else as none (`PolicyToEvaluate`). */
function modeOf(labels: StringMap, mode: 'enforce' | 'audit' | 'warn', errors: FieldError[]): LevelVersion {
  const levelLabel = PREFIX + mode;
  const versionLabel = `${levelLabel}-version`;
  let { level, version } = OPEN;
  const givenLevel = labels[levelLabel];
  if (givenLevel !== undefined) {
    if (LEVELS.includes(givenLevel)) level = givenLevel as Level;
    else {
      level = mode === 'enforce' ? 'restricted' : 'privileged';
      errors.push(problem(levelLabel, givenLevel, `must be one of ${LEVELS.join(', ')}`));
    }
  }
  const givenVersion = labels[versionLabel];
  if (givenVersion !== undefined && givenVersion !== 'latest') {
    const minor = VERSION.exec(givenVersion)?.[1];
    if (minor !== undefined) version = Number(minor);
    else errors.push(problem(versionLabel, givenVersion, 'must be "latest" or "v1.x"'));
  }
  return { level, version };
}

const memo = new WeakMap<StringMap, PodSecurityPolicy>();

/** Hot path: once for each set of labels. */
export function policyOf(labels: StringMap | undefined): PodSecurityPolicy {
  if (labels === undefined) return NO_POLICY;
  const known = memo.get(labels);
  if (known !== undefined) return known;
  const policy = readPolicy(labels);
  memo.set(labels, policy);
  return policy;
}

function readPolicy(labels: StringMap): PodSecurityPolicy {
  if (!Object.keys(labels).some((label) => label.startsWith(PREFIX))) return NO_POLICY;
  const errors: FieldError[] = [];
  const [enforce, audit, warn] = [
    modeOf(labels, 'enforce', errors),
    modeOf(labels, 'audit', errors),
    modeOf(labels, 'warn', errors),
  ];
  return { enforce, audit, warn, errors };
}
