import type { RunModel } from '../history/run-model.ts';
import type { PageState } from './page-state.ts';
import { timeText } from './time-axis.ts';

interface Verdict {
  readonly tone: 'good' | 'bad' | 'muted';
  readonly text: string;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function verdictOf({ extras }: RunModel): Verdict {
  const { expectations, invariants } = extras;
  const failed = expectations.filter(({ ok }) => !ok).length;
  const violations = invariants?.violations.length ?? 0;
  if (failed > 0 || violations > 0) {
    const parts = [
      ...(failed > 0 ? [`${failed} of ${plural(expectations.length, 'expectation')} failed`] : []),
      ...(violations > 0 ? [plural(violations, 'invariant violated', 'violations of invariants')] : []),
    ];
    return { tone: 'bad', text: parts.join(', ') };
  }
  if (expectations.length > 0) {
    return {
      tone: 'good',
      text:
        expectations.length === 1 ? 'The expectation held' : `All ${expectations.length} expectations held`,
    };
  }
  if (invariants !== undefined) return { tone: 'good', text: `${invariants.checked} invariants held` };
  return { tone: 'muted', text: 'Nothing was expected' };
}

function Fact(props: { name: string; children: string; wide?: string; isFigure?: boolean }) {
  const { name, children, wide, isFigure = false } = props;
  return (
    <div class={isFigure ? 'fact figure' : 'fact'}>
      <dt>{name}</dt>
      <dd title={wide}>{children}</dd>
    </div>
  );
}

export function Header({ page }: { page: PageState }) {
  const { model } = page;
  const { header, extras, summary, start, end } = model;
  const verdict = verdictOf(model);
  const tail = summary.tornTail;
  return (
    <header class="masthead">
      <div class="headline">
        <h1>{extras.title}</h1>
        <button
          type="button"
          class={`verdict ${verdict.tone}`}
          onClick={() => {
            page.close();
            page.tab.value = 'checks';
          }}
        >
          {verdict.text}
        </button>
      </div>
      <dl class="facts">
        {extras.figures.map(({ label, text }) => (
          <Fact key={label} name={label} isFigure>
            {text}
          </Fact>
        ))}
        <Fact name="Virtual time">{timeText(end - start)}</Fact>
        <Fact name="Seed">{String(header.seed ?? 'none')}</Fact>
        <Fact name="Events">{String(model.events)}</Fact>
        <Fact name="Log SHA-256" wide={extras.sha256}>
          {`${extras.sha256.slice(0, 8)}…`}
        </Fact>
        <Fact name="wavetank">{header.version}</Fact>
      </dl>
      {extras.leftOut !== undefined && <p class="notice">{extras.leftOut}</p>}
      {tail !== undefined && (
        <p class="notice">
          The log was not closed: {tail.droppedLines} lines after its last whole block are left out.
        </p>
      )}
    </header>
  );
}
