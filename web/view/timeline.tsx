import { useLayoutEffect, useMemo } from 'preact/hooks';
import type { LaneItem, Lane as LaneModel } from '../lanes/lane.ts';
import { layoutLane } from '../lanes/layout.ts';
import type { PageState } from './page-state.ts';
import { axisMarks, timeText } from './time-axis.ts';
import { timeKeys } from './toolbar.tsx';
import { useDrag } from './use-drag.ts';
import { useWidth } from './use-size.ts';

const ROW_PIXELS = 20;
/** Room for the text of a mark. */
const TEXT_PIXELS = 44;

/** The ruler over all lanes and charts: press or drag to choose a time. */
export function Ruler({ page }: { page: PageState }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  useLayoutEffect(() => {
    if (width > 0) page.plotWidth.value = width;
  }, [width, page]);
  const { from, to } = page.range.value;
  const { start, end } = page.model;
  const now = page.now.value;
  const drag = useDrag((share) => page.goTo(from + share * (to - from)));
  // The last text ends within the ruler.
  const marks = axisMarks(from, to, start, width).filter(
    (mark) => (to - mark) / (to - from) > TEXT_PIXELS / width,
  );
  return (
    <div class="axis-row ruler-row">
      <div class="gutter" />
      <div
        ref={ref}
        class="ruler plot"
        role="slider"
        tabIndex={0}
        aria-label="Time shown, within the visible time"
        aria-valuemin={0}
        aria-valuemax={end - start}
        aria-valuenow={now - start}
        aria-valuetext={timeText(now - start)}
        onKeyDown={(event) => timeKeys(page, event)}
        {...drag}
      >
        {marks.map((mark) => (
          <span key={mark} class="tick" style={{ left: `${((mark - from) / (to - from)) * 100}%` }}>
            {timeText(mark - start)}
          </span>
        ))}
        {now >= from && now <= to && (
          <span class="knob" style={{ left: `${((now - from) / (to - from)) * 100}%` }} />
        )}
      </div>
    </div>
  );
}

/** One line through all lanes and charts at the time that is shown. */
export function Playhead({ page }: { page: PageState }) {
  const { from, to } = page.range.value;
  const now = page.now.value;
  if (now < from || now > to) return null;
  return (
    <div class="playhead-frame" aria-hidden="true">
      <div class="playhead" style={{ left: `${((now - from) / (to - from)) * 100}%` }} />
    </div>
  );
}

function select(page: PageState, item: LaneItem): void {
  if (item.object !== undefined) page.select({ type: 'object', ...item.object }, item.from);
  else page.selectRecord(item.rv, item.from);
}

function Lane({ page, lane }: { page: PageState; lane: LaneModel }) {
  const range = page.range.value;
  const pixels = page.plotWidth.value;
  const { rows, placed } = useMemo(() => layoutLane(lane.items, range, pixels), [lane, range, pixels]);
  const { start } = page.model;
  return (
    <div class="axis-row lane" data-lane={lane.id}>
      <h3 class="gutter">{lane.title}</h3>
      <ul class="plot" style={{ height: `${rows * ROW_PIXELS + 6}px` }}>
        {placed.map(({ items, row, left, width, label, beside }) => {
          const first = items[0] as LaneItem;
          const more = items.length > 1 ? ` (and ${items.length - 1} more)` : '';
          const lasts = first.to > first.from ? ` for ${timeText(first.to - first.from)}` : '';
          const text = `${timeText(first.from - start)}${lasts}: ${first.detail}${more}`;
          return (
            <li
              key={`${first.rv}/${first.label}`}
              style={{ left: `${left}px`, top: `${row * ROW_PIXELS + 3}px` }}
            >
              <button
                type="button"
                class={`item ${first.tone} ${first.to > first.from ? 'span' : 'mark'}`}
                title={text}
                aria-label={text}
                onClick={() => select(page, first)}
              >
                <span class="bar" style={{ width: `${width}px` }}>
                  {beside === 0 ? label : ''}
                </span>
                {beside > 0 && label !== '' && (
                  <span class="beside" style={{ maxWidth: `${beside}px` }}>
                    {label}
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

export function Lanes({ page }: { page: PageState }) {
  return (
    <section class="lanes" aria-label="Timeline">
      {page.model.lanes.map((lane) => (
        <Lane key={lane.id} page={page} lane={lane} />
      ))}
      {page.model.lanes.length === 0 && (
        <p class="empty">Nothing was done to this cluster, and nothing befell it.</p>
      )}
    </section>
  );
}
