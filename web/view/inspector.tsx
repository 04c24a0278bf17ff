import { useMemo, useState } from 'preact/hooks';
import { splitKey } from '../../core/api/object.ts';
import { kindByResource } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord } from '../../core/log/record.ts';
import { eventWords } from '../../sim/why/event-words.ts';
import { stimulusWords } from '../../sim/why/stimulus-words.ts';
import { type WhyStep, why } from '../../sim/why/why.ts';
import type { PageState } from './page-state.ts';
import { timeText } from './time-axis.ts';
import { yamlLines } from './yaml-lines.ts';

const CHANGES_MAX = 200;
const EFFECTS_MAX = 100;

function Head({
  page,
  kind,
  name,
  namespace,
}: {
  page: PageState;
  kind: string;
  name: string;
  namespace: string;
}) {
  return (
    <div class="panel-head inspector-head">
      <button
        type="button"
        class="icon"
        disabled={!page.canGoBack}
        title="Back"
        onClick={() => page.goBack()}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" role="img" aria-label="Back">
          <path d="M10 3 5 8l5 5" />
        </svg>
      </button>
      <h2>
        <span class="kind">{kind}</span> {name}
        {namespace !== '' && <span class="namespace">{namespace}</span>}
      </h2>
      <button type="button" class="icon" title="Close (Escape)" onClick={() => page.close()}>
        <svg viewBox="0 0 16 16" width="16" height="16" role="img" aria-label="Close">
          <path d="M4 4l8 8M12 4l-8 8" />
        </svg>
      </button>
    </div>
  );
}

function StepText({ step }: { step: WhyStep }) {
  const [first = '', ...others] = step.changes;
  return (
    <>
      {step.object !== undefined && <span class="object">{step.object}</span>}
      <span class="change">{first}</span>
      {others.map((other) => (
        <span key={other} class="change more">
          {other}
        </span>
      ))}
      {step.reason !== undefined && <span class="change reason">because {step.reason}</span>}
      {step.source !== undefined && <span class="change reason">{step.source}</span>}
    </>
  );
}

/** The chain of causes, from what is asked about down to what came from outside. */
function Chain({
  page,
  steps,
  missing,
}: {
  page: PageState;
  steps: readonly WhyStep[];
  missing: number | undefined;
}) {
  const { start } = page.model;
  return (
    <ol class="chain">
      {steps.map((step, index) => (
        <li key={step.rv} class={step.verb === 'stimulus' ? 'outside' : ''}>
          <button
            type="button"
            title={`Go to ${timeText(step.t - start)}, record ${step.rv}`}
            onClick={() => page.selectRecord(step.rv, step.t)}
          >
            <span class="when">
              {index > 0 && <span class="unseen">caused by </span>}
              {timeText(step.t - start)}
              <span class="actor">{step.actor}</span>
            </span>
            <StepText step={step} />
          </button>
        </li>
      ))}
      {missing !== undefined && (
        <li class="missing">It goes on with record {missing}, which is not in this report.</li>
      )}
    </ol>
  );
}

function lastAt(events: readonly EventRecord[], page: PageState): EventRecord | undefined {
  const now = page.now.value;
  return events.findLast(({ t }) => t <= now);
}

function Yaml({ event }: { event: EventRecord }) {
  const shown = event.next ?? event.previous;
  const lines = useMemo(
    () =>
      shown === undefined
        ? []
        : yamlLines(
            shown as unknown as Readonly<Record<string, unknown>>,
            event.verb === 'update'
              ? (event.previous as unknown as Readonly<Record<string, unknown>>)
              : undefined,
          ),
    [shown, event],
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <pre class="yaml" tabIndex={0}>
      {lines.map(({ depth, text, isChanged }, index) => (
        <span key={index} class={isChanged ? 'line changed' : 'line'}>
          {`${'  '.repeat(depth)}${text}\n`}
        </span>
      ))}
    </pre>
  );
}

function Changes({ page, events }: { page: PageState; events: readonly EventRecord[] }) {
  const { start } = page.model;
  const current = lastAt(events, page);
  const shown = events.slice(-CHANGES_MAX);
  return (
    <ol class="changes">
      {events.length > shown.length && <li class="missing">{events.length - shown.length} before these</li>}
      {shown.map((event) => (
        <li key={event.rv}>
          <button
            type="button"
            aria-current={event === current ? 'time' : undefined}
            onClick={() => page.goTo(event.t)}
          >
            <span class="when">{timeText(event.t - start)}</span>
            <span class="change">{eventWords(event).join('; ')}</span>
            <span class="actor">{event.actor}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

export function ObjectInspector({
  page,
  resource,
  place: key,
}: {
  page: PageState;
  resource: string;
  place: string;
}) {
  const [opened, setOpened] = useState<'state' | 'changes'>('state');
  const kind = kindByResource(resource);
  const now = page.now.value;
  const { source, start } = page.model;
  const { namespace, name } = splitKey(key);
  const answer = useMemo(
    () =>
      kind === undefined
        ? undefined
        : why(source, { kind, name, ...(namespace === undefined ? {} : { namespace }) }, now),
    [source, kind, name, namespace, now],
  );
  if (kind === undefined || answer === undefined) return null;
  const events = source.eventsOf(kind, key);
  const last = lastAt(events, page);
  return (
    <section class="panel inspector" aria-label={`${kind.kind} ${name}`}>
      <Head page={page} kind={kind.kind} name={name} namespace={namespace ?? ''} />
      {answer.ok ? (
        <>
          {answer.chain.state === 'deleted' && <p class="notice">Deleted by then; this is its last state.</p>}
          {answer.chain.replacedBy !== undefined && (
            <p class="notice">Replaced by {answer.chain.replacedBy}.</p>
          )}
          {answer.chain.findings.length > 0 && (
            <ul class="findings">
              {answer.chain.findings.map((finding) => (
                <li key={finding}>{finding}</li>
              ))}
            </ul>
          )}
          <h3>Why</h3>
          <Chain page={page} steps={answer.chain.steps} missing={answer.chain.missingCause} />
        </>
      ) : (
        <p class="notice">
          {answer.error}
          {answer.createdAt !== undefined && (
            <>
              {'. '}
              <button type="button" class="link" onClick={() => page.goTo(answer.createdAt as number)}>
                It was created at {timeText(answer.createdAt - start)}
              </button>
            </>
          )}
        </p>
      )}
      <div class="tabs" role="tablist">
        <button
          type="button"
          role="tab"
          aria-selected={opened === 'state'}
          onClick={() => setOpened('state')}
        >
          State
        </button>
        <button
          type="button"
          role="tab"
          aria-selected={opened === 'changes'}
          onClick={() => setOpened('changes')}
        >
          {events.length === 1 ? '1 change' : `${events.length} changes`}
        </button>
      </div>
      {opened === 'changes' && <Changes page={page} events={events} />}
      {opened === 'state' && last !== undefined && <Yaml event={last} />}
    </section>
  );
}

function wordsOf(record: LogRecord): string {
  if (record.type === 'event') {
    const { name } = splitKey(record.key);
    return `${record.kind.singular}/${name}: ${eventWords(record).join('; ')}`;
  }
  return record.type === 'stimulus' ? stimulusWords(record) : `${record.series} is ${record.value}`;
}

/** What was done from outside, and what it set off. */
export function RecordInspector({ page, rv }: { page: PageState; rv: number }) {
  const { source, records, start } = page.model;
  const record = source.get(rv);
  const effects = useMemo(
    () => records.filter(({ cause, type }) => cause === rv && type !== 'sample'),
    [records, rv],
  );
  if (record?.type !== 'stimulus') return null;
  return (
    <section class="panel inspector" aria-label="What was done">
      <Head page={page} kind={record.actor} name={stimulusWords(record)} namespace="" />
      <h3>What followed at once</h3>
      <ol class="changes">
        {effects.length === 0 && <li class="missing">Nothing that was written down.</li>}
        {effects.slice(0, EFFECTS_MAX).map((effect) => (
          <li key={effect.rv}>
            <button type="button" onClick={() => page.selectRecord(effect.rv, effect.t)}>
              <span class="when">{timeText(effect.t - start)}</span>
              <span class="change">{wordsOf(effect)}</span>
            </button>
          </li>
        ))}
        {effects.length > EFFECTS_MAX && <li class="missing">and {effects.length - EFFECTS_MAX} more</li>}
      </ol>
      <h3>As written</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <pre class="yaml" tabIndex={0}>
        {yamlLines(record.action, undefined)
          .map(({ depth, text }) => `${'  '.repeat(depth)}${text}\n`)
          .join('')}
      </pre>
    </section>
  );
}
