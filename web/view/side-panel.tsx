import { useEffect, useRef } from 'preact/hooks';
import { ObjectInspector, RecordInspector } from './inspector.tsx';
import { ObjectList } from './object-list.tsx';
import type { PageState, Tab } from './page-state.ts';
import { shortTimeText, timeText } from './time-axis.ts';

/** Scrolls the panel alone: the page stays where it is. */
function keepInView(element: Element | undefined): void {
  const panel = element?.closest('.panel');
  if (element === undefined || panel === null || panel === undefined) return;
  const { top, bottom } = element.getBoundingClientRect();
  const frame = panel.getBoundingClientRect();
  const middle = (frame.top + frame.bottom) / 2;
  if (top < frame.top + 40 || bottom > frame.bottom) panel.scrollTop += (top + bottom) / 2 - middle;
}

function Story({ page }: { page: PageState }) {
  const { moments, momentsDropped, start } = page.model;
  const now = page.now.value;
  const current = moments.findLast(({ t }) => t <= now);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (current !== undefined) keepInView(list.current?.children[moments.indexOf(current)]);
  }, [current, moments]);
  return (
    <ol ref={list} class="story">
      {moments.map((moment) => (
        <li key={`${moment.rv} ${moment.text}`} class={moment.tone}>
          <button
            type="button"
            aria-current={moment === current ? 'time' : undefined}
            class={moment.t > now ? 'later' : ''}
            onClick={() => page.selectRecord(moment.rv, moment.t)}
          >
            <span class="when" title={timeText(moment.t - start)}>
              {shortTimeText(moment.t - start)}
            </span>
            <span class="change">{moment.text}</span>
          </button>
        </li>
      ))}
      {momentsDropped > 0 && <li class="missing">and {momentsDropped} more moments</li>}
      {moments.length === 0 && <li class="missing">Nothing happened that is worth telling.</li>}
    </ol>
  );
}

function Checks({ page }: { page: PageState }) {
  const { expectations, invariants } = page.model.extras;
  const { start } = page.model;
  const violations = invariants?.violations ?? [];
  return (
    <div class="checks">
      <h3>Expectations</h3>
      <ul>
        {expectations.map(({ name, ok, message, failedAt, rv }) => (
          <li key={name} class={ok ? 'good' : 'bad'}>
            <span class="mark">{ok ? 'held' : 'failed'}</span>
            <span class="name">{name}</span>
            <span class="message">{message}</span>
            {failedAt !== undefined && (
              <button type="button" class="link" onClick={() => page.selectRecord(rv ?? 0, failedAt)}>
                Go to {timeText(failedAt - start)}
              </button>
            )}
          </li>
        ))}
        {expectations.length === 0 && <li class="missing">The scenario expects nothing.</li>}
      </ul>
      {invariants !== undefined && (
        <>
          <h3>Invariants</h3>
          <ul>
            {violations.map(({ name, message, t, rv }) => (
              <li key={`${name} ${rv} ${message}`} class="bad">
                <span class="mark">violated</span>
                <span class="name">{name}</span>
                <span class="message">{message}</span>
                <button type="button" class="link" onClick={() => page.selectRecord(rv, t)}>
                  Go to {timeText(t - start)}
                </button>
              </li>
            ))}
            {violations.length === 0 && (
              <li class="good">
                <span class="mark">held</span>
                <span class="name">All {invariants.checked} that were checked</span>
              </li>
            )}
          </ul>
        </>
      )}
    </div>
  );
}

const TABS: readonly { readonly tab: Tab; readonly title: string }[] = [
  { tab: 'story', title: 'Story' },
  { tab: 'objects', title: 'Objects' },
  { tab: 'checks', title: 'Checks' },
];

/** What is under the map: what is looked at closely, or else the lists to choose from. */
export function SidePanel({ page }: { page: PageState }) {
  const selection = page.selection.value;
  if (selection?.type === 'object') {
    return <ObjectInspector page={page} resource={selection.resource} place={selection.key} />;
  }
  if (selection?.type === 'record') return <RecordInspector page={page} rv={selection.rv} />;
  const tab = page.tab.value;
  return (
    <section class="panel" aria-label="Story, objects and checks">
      <div class="tabs" role="tablist">
        {TABS.map((one) => (
          <button
            key={one.tab}
            type="button"
            role="tab"
            aria-selected={tab === one.tab}
            onClick={(event) => {
              page.tab.value = one.tab;
              event.currentTarget.closest('.panel')?.scrollTo(0, 0);
            }}
          >
            {one.title}
          </button>
        ))}
      </div>
      {tab === 'story' && <Story page={page} />}
      {tab === 'objects' && <ObjectList page={page} />}
      {tab === 'checks' && <Checks page={page} />}
    </section>
  );
}
