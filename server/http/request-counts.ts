import { type Asked, requestInfo } from '../../core/rest/request-info.ts';

/** How often what was asked, and how it was answered: `apiserver_request_total`. */
export class RequestCounts {
  private readonly byLabels = new Map<string, number>();

  add(asked: Asked, code: number): void {
    const info = requestInfo(asked);
    const of = info.isResource ? info : { group: '', version: '', resource: '', subresource: '' };
    const verb = info.verb.toUpperCase();
    const labels = `code="${code}",group="${of.group}",resource="${of.resource}",subresource="${of.subresource}",verb="${verb}",version="${of.version}"`;
    const isNew = !this.byLabels.has(labels);
    // Whoever asks for names that nobody has must not fill the memory.
    if (isNew && (this.byLabels.size >= LABELS_MAX || /["\\\n]/.test(Object.values(of).join('')))) return;
    this.byLabels.set(labels, (this.byLabels.get(labels) ?? 0) + 1);
  }

  /** In the text format of Prometheus. */
  text(): string {
    const lines = [...this.byLabels]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([labels, count]) => `apiserver_request_total{${labels}} ${count}`);
    const help =
      '# HELP apiserver_request_total Counter of apiserver requests by what was asked and answered.';
    return [help, '# TYPE apiserver_request_total counter', ...lines, ''].join('\n');
  }
}

const LABELS_MAX = 2_000;
