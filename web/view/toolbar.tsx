import { useEffect } from 'preact/hooks';
import type { Micros } from '../../core/time.ts';
import type { PageState } from './page-state.ts';
import { timeText } from './time-axis.ts';

/** The whole visible time passes in this long. */
const PLAY_SECONDS = 30;
/** One press of an arrow key moves by this share of the visible time. */
const KEY_SHARE = 1 / 200;
const PAGE_SHARE = 1 / 10;

/** The moments that the story tells of, to step from one to the next. */
function nextMoment(page: PageState, direction: 1 | -1): void {
  const { moments } = page.model;
  const now = page.now.value;
  const next = direction === 1 ? moments.find(({ t }) => t > now) : moments.findLast(({ t }) => t < now);
  if (next !== undefined) page.goTo(next.t);
  else page.goTo(direction === 1 ? page.model.end : page.model.start);
}

/** To the time of the next record that changes anything, or of the one before. */
function nextRecord(page: PageState, direction: 1 | -1): void {
  const { records, machine } = page.model;
  const now = page.now.value;
  const position = machine.positionAt(now);
  const record =
    direction === 1
      ? records[position]
      : records[machine.positionAt((records[position - 1]?.t ?? now) - 1) - 1];
  if (record !== undefined) page.goTo(record.t);
  else if (direction === -1) page.goTo(page.model.start);
}

function moved(page: PageState, event: KeyboardEvent): Micros | undefined {
  const { from, to } = page.range.value;
  const width = to - from;
  const now = page.now.value;
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return now - width * KEY_SHARE;
    case 'ArrowRight':
    case 'ArrowUp':
      return now + width * KEY_SHARE;
    case 'PageDown':
      return now - width * PAGE_SHARE;
    case 'PageUp':
      return now + width * PAGE_SHARE;
    case 'Home':
      return page.model.start;
    case 'End':
      return page.model.end;
    default:
      return undefined;
  }
}

/** Keys of the time slider, and of the time ruler. */
export function timeKeys(page: PageState, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
    nextRecord(page, event.key === 'ArrowRight' ? 1 : -1);
    event.preventDefault();
    return;
  }
  const t = moved(page, event);
  if (t === undefined) return;
  event.preventDefault();
  page.goTo(t);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, [role=slider]') !== null;
}

/** Keys that work wherever nothing else takes them. */
export function usePageKeys(page: PageState): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape') page.close();
      if (isTyping(event.target)) return;
      if (event.key === '[') nextMoment(page, -1);
      else if (event.key === ']') nextMoment(page, 1);
      else if (event.key === ' ' && !(event.target instanceof HTMLButtonElement)) {
        page.isPlaying.value = !page.isPlaying.value;
        event.preventDefault();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [page]);
}

function usePlaying(page: PageState): void {
  const isPlaying = page.isPlaying.value;
  useEffect(() => {
    if (!isPlaying) return undefined;
    if (page.now.value >= page.model.end) page.goTo(page.model.start);
    let last = performance.now();
    let frame = requestAnimationFrame(function step(time) {
      const { from, to } = page.range.value;
      page.goTo(page.now.value + ((to - from) * (time - last)) / (PLAY_SECONDS * 1000));
      last = time;
      if (page.now.value >= page.model.end) page.isPlaying.value = false;
      else frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, page]);
}

function toggleTheme(page: PageState): void {
  const root = document.documentElement;
  const isDark =
    root.dataset.theme === undefined
      ? matchMedia('(prefers-color-scheme: dark)').matches
      : root.dataset.theme === 'dark';
  root.dataset.theme = isDark ? 'light' : 'dark';
  page.theme.value++;
}

export function Toolbar({ page }: { page: PageState }) {
  usePlaying(page);
  const { start, end } = page.model;
  const now = page.now.value;
  return (
    <div class="toolbar" role="toolbar" aria-label="Time">
      <div class="buttons">
        <button
          type="button"
          class="icon"
          title="Previous moment of the story ([)"
          onClick={() => nextMoment(page, -1)}
        >
          <Icon path="M5 3v10M13 3 7 8l6 5z" name="Previous moment" />
        </button>
        <button
          type="button"
          class="icon"
          title="Play or pause (space)"
          aria-pressed={page.isPlaying.value}
          onClick={() => {
            page.isPlaying.value = !page.isPlaying.value;
          }}
        >
          {page.isPlaying.value ? (
            <Icon path="M5 3v10M11 3v10" name="Pause" />
          ) : (
            <Icon path="M4 3l9 5-9 5z" name="Play" />
          )}
        </button>
        <button
          type="button"
          class="icon"
          title="Next moment of the story (])"
          onClick={() => nextMoment(page, 1)}
        >
          <Icon path="M11 3v10M3 3l6 5-6 5z" name="Next moment" />
        </button>
      </div>
      <output class="clock" aria-label="Time shown">
        {timeText(now - start)}
      </output>
      <input
        class="scrubber"
        type="range"
        aria-label="Time shown"
        aria-valuetext={timeText(now - start)}
        title="Drag, or use the arrow keys; with Shift from record to record"
        min={0}
        max={Math.max(end - start, 1)}
        step={1}
        value={now - start}
        onKeyDown={(event) => timeKeys(page, event)}
        onInput={(event) => page.goTo(start + Number(event.currentTarget.value))}
      />
      <span class="clock whole">{timeText(end - start)}</span>
      <div class="buttons">
        <button
          type="button"
          class="icon"
          title="Shorter time"
          onClick={() => page.zoom(0.5, page.now.value)}
        >
          <Icon path="M8 3v10M3 8h10" name="Zoom in" />
        </button>
        <button type="button" class="icon" title="Longer time" onClick={() => page.zoom(2, page.now.value)}>
          <Icon path="M3 8h10" name="Zoom out" />
        </button>
        <button type="button" class="text" disabled={!page.isZoomed} onClick={() => page.showAll()}>
          Whole run
        </button>
        <button type="button" class="icon" title="Dark or light" onClick={() => toggleTheme(page)}>
          <Icon path="M8 2.5a5.5 5.5 0 1 0 0 11z" name="Dark or light" />
        </button>
      </div>
    </div>
  );
}

function Icon({ path, name }: { path: string; name: string }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" role="img" aria-label={name}>
      <path d={path} />
    </svg>
  );
}
