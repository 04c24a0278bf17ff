import { effect } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { alignedValues } from '../series/aligned.ts';
import type { Chart as ChartModel, ChartSeries, Unit } from '../series/chart.ts';
import { numberText } from '../series/number-text.ts';
import { faint, seriesColor, themeColor } from './colors.ts';
import type { PageState } from './page-state.ts';
import { axisMarks } from './time-axis.ts';

/** Room for the lines of the legend, within reason. */
const HEIGHT_MIN = 108;
const HEIGHT_MAX = 204;
const TITLE_PIXELS = 30;
const LINE_PIXELS = 17;
/** Room for the numbers of the axis, within the gutter. */
const AXIS_PIXELS = 50;
/** All charts follow one pointer. */
const SYNC_KEY = 'run';

/** Distances between the marks of an axis, where those of tens won't do: there is no half pod, and bytes are powers. */
const INCREMENTS: { readonly [U in Unit]?: readonly number[] } = {
  count: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
  bytes: Array.from({ length: 50 }, (_, power) => 2 ** power),
};

function options(page: PageState, chart: ChartModel, width: number, height: number): uPlot.Options {
  const { start } = page.model;
  const axis = { stroke: themeColor('muted'), font: '11px system-ui, sans-serif' };
  const grid = { stroke: themeColor('grid'), width: 1 };
  const increments = INCREMENTS[chart.unit];
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    width,
    height,
    padding: [8, 0, 4, 0],
    legend: { show: false },
    cursor: {
      y: false,
      sync: { key: SYNC_KEY, setSeries: false },
      focus: { prox: 16 },
      points: { size: 6 },
      drag: { x: true, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          page.showAll();
          return null;
        },
      },
    },
    focus: { alpha: 0.25 },
    scales: {
      x: { time: false, range: () => [page.range.peek().from - start, page.range.peek().to - start] },
      // From zero, so that a line's height is its size; a flat one is not at the very edge.
      y: { range: (_self, _least, most) => [0, Math.max(most ?? 0, 1e-9) * 1.08] },
    },
    axes: [
      {
        show: true,
        size: 0,
        ticks: { show: false },
        grid,
        values: () => [],
        splits: () => {
          const { from, to } = page.range.peek();
          return axisMarks(from, to, start, page.plotWidth.peek()).map((mark) => mark - start);
        },
      },
      {
        ...axis,
        size: AXIS_PIXELS,
        gap: 6,
        space: 28,
        grid,
        ticks: { show: false },
        values: (_self, splits) => splits.map((value) => numberText(value, chart.unit)),
        ...(increments === undefined ? {} : { incrs: [...increments] }),
      },
    ],
    series: [
      {},
      ...chart.series.map(
        ({ label, color, isDashed, isFilled }): uPlot.Series => ({
          label,
          stroke: seriesColor(color),
          width: isDashed === true ? 1 : 1.75,
          ...(isDashed === true ? { dash: [4, 3] } : {}),
          ...(isFilled === true ? { fill: faint(seriesColor(color), 15) } : {}),
          ...(stepped === undefined ? {} : { paths: stepped }),
          points: { show: false },
        }),
      ),
    ],
    hooks: {
      setCursor: [
        (self) => {
          const { left } = self.cursor;
          const isInside = left !== undefined && left >= 0;
          page.hover.value = isInside ? Math.round(self.posToVal(left, 'x')) + start : undefined;
        },
      ],
      setSelect: [
        (self) => {
          const { left, width: selected } = self.select;
          if (selected < 4) return;
          page.showRange(self.posToVal(left, 'x') + start, self.posToVal(left + selected, 'x') + start);
          self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

interface Group {
  readonly name: string;
  readonly color: string | number;
  readonly members: readonly ChartSeries[];
}

/** Series of one color are one line of the legend: what is, and what should be. */
function groupsOf({ series }: ChartModel): readonly Group[] {
  const groups = new Map<string | number, ChartSeries[]>();
  for (const one of series) {
    const group = groups.get(one.color);
    if (group === undefined) groups.set(one.color, [one]);
    else group.push(one);
  }
  return [...groups].map(([color, members]) => {
    const name = (members[0] as ChartSeries).label.replace(/ p99$/, '');
    return { name, color, members };
  });
}

/** `3 / 4`, `12 / 85 ms`: what they have in common once. */
function valuesText(values: readonly (number | undefined)[], unit: Unit): string {
  // What was never measured did not happen: no errors, no requests.
  const missing = unit === 'rate' || unit === 'count' ? numberText(0, unit) : '–';
  const texts = values.map((value) => (value === undefined ? missing : numberText(value, unit)));
  const unitOf = (text: string | undefined): string => text?.split(' ')[1] ?? '';
  const isOneUnit = texts.length > 1 && texts.every((text) => unitOf(text) === unitOf(texts[0]));
  return texts
    .map((text, index) => (isOneUnit && index < texts.length - 1 ? (text.split(' ')[0] as string) : text))
    .join(' / ');
}

interface LegendProps {
  readonly page: PageState;
  readonly chart: ChartModel;
  readonly groups: readonly Group[];
  readonly hidden: ReadonlySet<Group>;
  readonly toggle: (group: Group) => void;
  readonly focus: (group: Group | undefined) => void;
}

function Legend({ page, chart, groups, hidden, toggle, focus }: LegendProps) {
  const t = page.hover.value ?? page.now.value;
  return (
    <ul class="legend">
      {groups.map((group) => {
        const text = valuesText(
          group.members.map(({ points }) => points.at(t)),
          chart.unit,
        );
        return (
          <li key={group.name}>
            <button
              type="button"
              aria-pressed={!hidden.has(group)}
              title={`${group.members.map(({ label }) => label).join(' / ')}: press to hide or show`}
              onClick={() => toggle(group)}
              onPointerEnter={() => focus(group)}
              onPointerLeave={() => focus(undefined)}
            >
              <span class="swatch" style={{ background: seriesColor(group.color) }} />
              <span class="name">{group.name}</span>
              <span class="value">{text}</span>
            </button>
          </li>
        );
      })}
      {chart.leftOut !== undefined && <li class="missing">and {chart.leftOut} lower ones</li>}
    </ul>
  );
}

export function Chart({ page, chart }: { page: PageState; chart: ChartModel }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const groups = useMemo(() => groupsOf(chart), [chart]);
  const height = Math.min(HEIGHT_MAX, Math.max(HEIGHT_MIN, TITLE_PIXELS + groups.length * LINE_PIXELS));
  const [hidden, setHidden] = useState<ReadonlySet<Group>>(new Set());
  const { start, end } = page.model;
  const width = page.plotWidth.value;
  const theme = page.theme.value;

  // The theme is read from the style sheet.
  useEffect(() => {
    const element = host.current;
    if (element === null || width === 0) return undefined;
    const made = new uPlot(
      options(page, chart, width + AXIS_PIXELS, height),
      alignedValues(chart.series, start, end) as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    // A press without a drag chooses the time.
    let pressedAt = 0;
    made.over.addEventListener('pointerdown', (event) => {
      pressedAt = event.clientX;
    });
    made.over.addEventListener('click', (event) => {
      if (Math.abs(event.clientX - pressedAt) >= 4) return;
      page.goTo(made.posToVal(event.clientX - made.over.getBoundingClientRect().left, 'x') + start);
    });
    const stop = effect(() => {
      const { from, to } = page.range.value;
      made.setScale('x', { min: from - start, max: to - start });
    });
    return () => {
      stop();
      made.destroy();
      plot.current = undefined;
    };
  }, [page, chart, width, height, theme, start, end]);

  useEffect(() => {
    for (const group of groups) {
      for (const member of group.members) {
        plot.current?.setSeries(chart.series.indexOf(member) + 1, { show: !hidden.has(group) });
      }
    }
  }, [hidden, groups, chart, width, theme]);

  const toggle = (group: Group): void => {
    const next = new Set(hidden);
    if (!next.delete(group)) next.add(group);
    setHidden(next);
  };
  const focus = (group: Group | undefined): void => {
    const member = group?.members[0];
    plot.current?.setSeries(member === undefined ? null : chart.series.indexOf(member) + 1, { focus: true });
  };

  return (
    <figure class="axis-row chart" data-chart={chart.id} aria-label={chart.title}>
      <div class="gutter">
        <h3>{chart.title}</h3>
        <Legend page={page} chart={chart} groups={groups} hidden={hidden} toggle={toggle} focus={focus} />
      </div>
      <div class="plot" style={{ height: `${height}px` }}>
        <div class="canvas-host" ref={host} style={{ left: `${-AXIS_PIXELS}px` }} />
      </div>
    </figure>
  );
}
