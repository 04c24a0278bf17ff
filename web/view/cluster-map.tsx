import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { drawMap, drawPod, type MapColors } from '../map/draw-map.ts';
import { mapLayout } from '../map/map-layout.ts';
import { hit, type MapScene, mapScene } from '../map/map-scene.ts';
import { type PodStanding, STANDING_TEXT, STANDINGS } from '../map/pod-status.ts';
import { seriesColor, themeColor } from './colors.ts';
import type { PageState } from './page-state.ts';
import { timeText } from './time-axis.ts';
import { useWidth } from './use-size.ts';

const HEIGHT_WANTED = 290;

const STANDING_COLORS: Readonly<Record<PodStanding, string>> = {
  ready: 'good',
  unready: 'warn',
  starting: 'pending',
  unscheduled: 'pending',
  failing: 'bad',
  terminating: 'muted',
  succeeded: 'muted',
  failed: 'bad',
};

function colorsOfTheme(owners: readonly string[]): MapColors {
  const standing = Object.fromEntries(STANDINGS.map((name) => [name, themeColor(STANDING_COLORS[name])]));
  return {
    ink: themeColor('ink'),
    muted: themeColor('muted'),
    line: themeColor('line-strong'),
    vacant: themeColor('line'),
    surface: themeColor('surface'),
    sunken: themeColor('sunken'),
    accent: themeColor('accent'),
    bad: themeColor('bad'),
    badSoft: themeColor('bad-soft'),
    // Each name of a standing is a key.
    standing: standing as Record<PodStanding, string>,
    owner: (owner) => seriesColor(Math.max(owners.indexOf(owner), 0)),
  };
}

interface Tip {
  readonly x: number;
  readonly y: number;
  readonly lines: readonly string[];
}

type Thing = { readonly resource: 'pods' | 'nodes'; readonly key: string };

/** Everything on the map in the order in which the arrow keys go through it: node by node, each with its pods. */
function thingsOf(scene: MapScene): readonly Thing[] {
  return scene.nodes.flatMap((node): readonly Thing[] => [
    { resource: 'nodes', key: node.key },
    ...scene.pods.filter((pod) => pod.node === node.key).map(({ key }): Thing => ({ resource: 'pods', key })),
  ]);
}

function wordsFor(scene: MapScene, thing: Thing): readonly string[] {
  if (thing.resource === 'nodes') {
    const node = scene.nodes.find(({ key }) => key === thing.key);
    if (node === undefined) return [];
    const cordoned = node.isCordoned ? ', cordoned' : '';
    return [`node ${node.key}`, `${node.isReady ? 'ready' : 'not ready'}${cordoned}, ${node.pods} pods`];
  }
  const pod = scene.pods.find(({ key }) => key === thing.key);
  return pod === undefined
    ? []
    : [`pod ${pod.key}`, `${STANDING_TEXT[pod.standing]}, on ${pod.node}`, `of ${pod.owner}`];
}

export function ClusterMap({ page }: { page: PageState }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [tip, setTip] = useState<Tip | undefined>(undefined);
  const [focused, setFocused] = useState<Thing | undefined>(undefined);
  const [by, setBy] = useState<'standing' | 'owner'>('standing');
  const { model } = page;
  const layout = useMemo(() => mapLayout(model.places, Math.max(width, 120), HEIGHT_WANTED), [model, width]);
  const position = page.position.value;
  // The state is another one at another position.
  const scene = useMemo(
    () => mapScene(page.stateNow(), model.places, layout),
    [page, model, layout, position],
  );
  const theme = page.theme.value;
  const owners = useMemo(() => [...new Set(scene.pods.map(({ owner }) => owner))].sort(), [scene]);
  // The theme is read from the style sheet.
  const colors = useMemo(() => colorsOfTheme(owners), [owners, theme]);
  const selection = page.selection.value;
  const selected = selection?.type === 'object' ? `${selection.resource} ${selection.key}` : undefined;

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === undefined || context === null) return;
    const ratio = devicePixelRatio;
    element.width = Math.round(width * ratio);
    element.height = Math.round(layout.height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, layout.height);
    const focusedName = focused === undefined ? undefined : `${focused.resource} ${focused.key}`;
    drawMap(context, scene, layout, colors, { by, selected, focused: focusedName });
  }, [scene, layout, colors, by, selected, focused, width]);

  const thingAt = (event: MouseEvent): Thing | undefined => {
    const found = hit(scene, event.offsetX, event.offsetY);
    if (found === undefined) return undefined;
    return 'pod' in found
      ? { resource: 'pods', key: found.pod.key }
      : { resource: 'nodes', key: found.node.key };
  };
  const open = (thing: Thing | undefined): void => {
    if (thing !== undefined) page.select({ type: 'object', ...thing });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      open(focused);
      event.preventDefault();
      return;
    }
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const things = thingsOf(scene);
    const at = things.findIndex(({ resource, key }) => resource === focused?.resource && key === focused.key);
    setFocused(things[at < 0 ? 0 : (at + step + things.length) % things.length]);
  };

  const focusedWords = focused === undefined ? '' : wordsFor(scene, focused).join(', ');
  return (
    <section class="panel map-panel" aria-label="Nodes and pods">
      <div class="panel-head">
        <h2>
          Cluster <span class="at">at {timeText(page.now.value - model.start)}</span>
        </h2>
        <fieldset class="choice">
          <legend class="unseen">Colors</legend>
          {(['standing', 'owner'] as const).map((choice) => (
            <button key={choice} type="button" aria-pressed={by === choice} onClick={() => setBy(choice)}>
              {choice === 'standing' ? 'Status' : 'Workload'}
            </button>
          ))}
        </fieldset>
      </div>
      <div class="map-frame">
        <div
          ref={ref}
          class="map"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a map that the arrow keys go through is interactive
          tabIndex={0}
          aria-label={`Map of ${scene.nodes.length} nodes and ${scene.pods.length} pods: arrow keys go through them, Enter opens one`}
          onKeyDown={onKeyDown}
          onBlur={() => setFocused(undefined)}
        >
          <p class="unseen" aria-live="polite">
            {focusedWords}
          </p>
          <canvas
            ref={canvas}
            style={{ height: `${layout.height}px` }}
            onClick={(event) => open(thingAt(event))}
            onPointerMove={(event) => {
              const thing = thingAt(event);
              event.currentTarget.style.cursor = thing === undefined ? 'default' : 'pointer';
              const lines = thing === undefined ? [] : wordsFor(scene, thing);
              setTip(lines.length === 0 ? undefined : { x: event.offsetX, y: event.offsetY, lines });
            }}
            onPointerLeave={() => setTip(undefined)}
          />
          {tip !== undefined && (
            <div
              class="tip"
              style={{ left: `${Math.min(tip.x + 12, width - 180)}px`, top: `${tip.y + 14}px` }}
            >
              {tip.lines.map((line, index) => (
                <div key={line} class={index === 0 ? 'first' : ''}>
                  {line}
                </div>
              ))}
            </div>
          )}
        </div>
        {scene.nodes.length === 0 && <p class="empty">There are no nodes yet.</p>}
      </div>
      {scene.waiting.length > 0 && (
        <div class="waiting">
          <span class="waiting-title">{scene.waiting.length} without a node</span>
          {scene.waiting.slice(0, 60).map(({ key, standing }) => (
            <button
              key={key}
              type="button"
              class={`chip ${STANDING_COLORS[standing]}`}
              title={`pod ${key}: ${STANDING_TEXT[standing]}`}
              aria-label={`pod ${key}: ${STANDING_TEXT[standing]}`}
              onClick={() => open({ resource: 'pods', key })}
            />
          ))}
        </div>
      )}
      <ul class="map-legend">
        {by === 'standing'
          ? STANDINGS.filter((name) => scene.standings[name] > 0).map((name) => (
              <li key={name}>
                <Cell standing={name} colors={colors} />
                {scene.standings[name]} {STANDING_TEXT[name]}
              </li>
            ))
          : owners.map((owner) => (
              <li key={owner}>
                <span class="swatch" style={{ background: colors.owner(owner) }} />
                {owner}
              </li>
            ))}
      </ul>
    </section>
  );
}

const CELL = 12;

/** A pod's cell as the map draws it, for the legend. */
function Cell({ standing, colors }: { standing: PodStanding; colors: MapColors }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === undefined || context === null) return;
    const ratio = devicePixelRatio;
    context.canvas.width = CELL * ratio;
    context.canvas.height = CELL * ratio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const box = { left: 0, top: 0, width: CELL, height: CELL };
    drawPod(context, box, standing, colors.standing[standing], colors.surface);
  }, [standing, colors]);
  return <canvas ref={canvas} class="cell" />;
}
