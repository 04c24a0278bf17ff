import type { EventRecord } from '../../core/log/record.ts';

const TEMPLATE_HASH = 'pod-template-hash';
/** Of a DaemonSet's revisions, and of a StatefulSet's. */
const REVISION_HASHES = ['controller-revision-hash', 'controller.kubernetes.io/hash'];

/**
 * Readable names for what a run draws: the first template hash is `h1`, the first pod of `web-h1-` is
 * `web-h1-1`. A test file shows these and may use them in its commands.
 */
export class Aliases {
  private readonly pairs: [actual: string, alias: string][] = [];
  /** What has been created since somebody last asked for a name. */
  private readonly unnamed: EventRecord[] = [];
  private readonly counts = new Map<string, number>();

  private next(prefix: string): number {
    const count = (this.counts.get(prefix) ?? 0) + 1;
    this.counts.set(prefix, count);
    return count;
  }

  private add(actual: string, alias: string): void {
    this.pairs.push([actual, alias]);
    // Longer names first, so that no name is taken for the beginning of another.
    this.pairs.sort((a, b) => b[0].length - a[0].length || (a[0] < b[0] ? -1 : 1));
  }

  observe(record: EventRecord): void {
    if (record.verb === 'create' && record.next?.kind !== 'Event') this.unnamed.push(record);
  }

  private nameAll(): void {
    for (const record of this.unnamed.splice(0)) this.name(record);
  }

  private name({ next }: EventRecord): void {
    if (next === undefined) return;
    const { name, generateName, labels } = next.metadata;
    const label =
      next.kind === 'ControllerRevision' ? REVISION_HASHES.find((key) => labels?.[key]) : TEMPLATE_HASH;
    const hash = labels?.[label ?? ''];
    if (hash !== undefined && !this.pairs.some(([actual]) => actual === hash)) {
      this.add(hash, `h${this.next('')}`);
    }
    // What a StatefulSet makes has both, and the name is no draw.
    if (generateName === undefined || generateName === '' || /^\d+$/.test(name.slice(generateName.length)))
      return;
    const prefix = this.replaced(generateName);
    this.add(name, `${prefix}${this.next(prefix)}`);
  }

  private replaced(text: string): string {
    let result = text;
    for (const [actual, alias] of this.pairs) result = result.replaceAll(actual, alias);
    return result;
  }

  toAlias(text: string): string {
    this.nameAll();
    return this.replaced(text);
  }

  toActual(name: string): string {
    this.nameAll();
    const exact = this.pairs.find(([, alias]) => alias === name);
    if (exact !== undefined) return exact[0];
    const hash = this.pairs.find(([, alias]) => /^h\d+$/.test(alias) && name.endsWith(`-${alias}`));
    return hash === undefined ? name : `${name.slice(0, -hash[1].length)}${hash[0]}`;
  }
}
