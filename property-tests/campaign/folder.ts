import fs from 'node:fs';
import path from 'node:path';
import { withFile } from '../../files/file-error.ts';
import { writeWholeFile } from '../../files/whole-file.ts';
import type { CampaignFailure, CampaignState } from './campaign.ts';

/** Of `campaign.json`; raised when a campaign could not be read any more by the version before. */
const CAMPAIGN_FORMAT = 1;
const FILE = 'campaign.json';

/** What makes two parts one campaign: the same cases under the same rules, by the same program. */
export interface CampaignIdentity {
  /** Of wavetank. */
  readonly version: string;
  readonly seed: number;
  readonly mutants: readonly string[];
  readonly invariants: readonly string[];
  readonly controllers: readonly string[];
  /** The scenario that cases are drawn on, as it was read; absent where they are drawn whole. */
  readonly scenario?: string;
}

export type OpenedFolder =
  | { readonly ok: true; readonly state: CampaignState | undefined }
  /** Why nothing may be written there. */
  | { readonly ok: false; readonly problem: string };

function readText(file: string): string {
  return withFile(file, 'read', () => fs.readFileSync(file, 'utf8'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const KEPT = 'nothing in it was changed: choose another folder';

function difference(found: CampaignIdentity, wanted: CampaignIdentity): string | undefined {
  for (const name of ['version', 'seed', 'mutants', 'invariants', 'controllers', 'scenario'] as const) {
    const [there, here] = [JSON.stringify(found[name]), JSON.stringify(wanted[name])];
    if (there === here) continue;
    if (name === 'scenario') return 'its scenario is another one';
    const what = name === 'version' ? 'wavetank' : name;
    return `its ${what} is ${there ?? 'none'}, and here it is ${here ?? 'none'}`;
  }
  return undefined;
}

/** Looks at the folder of a campaign, and takes up what an earlier part of the same campaign left there. */
export function openFolder(folder: string, identity: CampaignIdentity): OpenedFolder {
  const status = fs.statSync(folder, { throwIfNoEntry: false });
  if (status === undefined) return { ok: true, state: undefined };
  if (!status.isDirectory()) return { ok: false, problem: `${folder} is not a folder` };
  const file = path.join(folder, FILE);
  if (!fs.existsSync(file)) {
    if (withFile(folder, 'read', () => fs.readdirSync(folder)).length === 0)
      return { ok: true, state: undefined };
    return { ok: false, problem: `${folder} holds other things than a campaign; ${KEPT}` };
  }
  const content = parsed(readText(file));
  if (typeof content !== 'object' || content === null) {
    return { ok: false, problem: `${file} is no JSON: it was damaged; ${KEPT}` };
  }
  const {
    formatVersion,
    identity: found,
    state,
  } = content as {
    readonly formatVersion?: unknown;
    readonly identity?: CampaignIdentity;
    readonly state?: CampaignState;
  };
  if (formatVersion !== CAMPAIGN_FORMAT) {
    return {
      ok: false,
      problem:
        `${folder} is a campaign of another version: its format is ${JSON.stringify(formatVersion)}, and this is ` +
        `${CAMPAIGN_FORMAT}; ${KEPT}`,
    };
  }
  if (found === undefined || state === undefined) {
    return { ok: false, problem: `${file} lacks its identity or its state: it was damaged; ${KEPT}` };
  }
  const other = difference(found, identity);
  if (other !== undefined) return { ok: false, problem: `${folder} is another campaign: ${other}; ${KEPT}` };
  return { ok: true, state };
}

/** Where the campaign stands, so that the same command goes on from there. */
export function saveState(folder: string, identity: CampaignIdentity, state: CampaignState): void {
  withFile(folder, 'write', () => fs.mkdirSync(folder, { recursive: true }));
  const text = `${JSON.stringify({ formatVersion: CAMPAIGN_FORMAT, identity, state }, undefined, 1)}\n`;
  writeWholeFile(path.join(folder, FILE), [text]);
}

/** `terminating-endpoint-3`, for a name that may be any text. */
export function failureFileName({ name, seed }: Pick<CampaignFailure, 'name' | 'seed'>): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');
  return `${plain === '' ? 'failure' : plain}-${seed}`;
}

/** The scenario of a failure, and what there is to know of it beside. Returns the scenario's file. */
export function saveFailure(
  folder: string,
  failure: CampaignFailure,
  scenario: string,
  explanation: string,
): string {
  const failures = path.join(folder, 'failures');
  withFile(failures, 'write', () => fs.mkdirSync(failures, { recursive: true }));
  const base = path.join(failures, failureFileName(failure));
  writeWholeFile(`${base}.yaml`, [scenario]);
  writeWholeFile(`${base}.txt`, [explanation]);
  return `${base}.yaml`;
}
