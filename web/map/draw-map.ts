import type { Box, MapLayout } from './map-layout.ts';
import type { MapPod, MapScene } from './map-scene.ts';
import type { PodStanding } from './pod-status.ts';

export interface MapColors {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly vacant: string;
  readonly surface: string;
  readonly sunken: string;
  readonly accent: string;
  readonly bad: string;
  readonly badSoft: string;
  readonly standing: Readonly<Record<PodStanding, string>>;
  /** By workload, where the map is colored so. */
  readonly owner: (owner: string) => string;
}

export interface MapLook {
  readonly by: 'standing' | 'owner';
  readonly selected: string | undefined;
  readonly focused: string | undefined;
}

const FONT = 'system-ui, sans-serif';

function roundedBox(
  context: CanvasRenderingContext2D,
  { left, top, width, height }: Box,
  radius: number,
): void {
  context.beginPath();
  context.roundRect(left, top, width, height, radius);
}

function clipped(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length)}…`;
}

/**
 * A pod's cell. Shapes as well as colors tell how it stands: full is ready, half is running but not ready, an outline
 * is on its way, crossed out is going or gone.
 */
export function drawPod(
  context: CanvasRenderingContext2D,
  box: Box,
  standing: PodStanding,
  color: string,
  surface: string,
): void {
  const { left, top, width, height } = box;
  const radius = width >= 9 ? 3 : width >= 5 ? 1.5 : 0;
  const isLarge = width >= 6;
  if (standing === 'ready' || standing === 'failing' || standing === 'failed' || !isLarge) {
    context.fillStyle = color;
    roundedBox(context, box, radius);
    context.fill();
  } else {
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    roundedBox(
      context,
      { left: left + 0.75, top: top + 0.75, width: width - 1.5, height: height - 1.5 },
      radius,
    );
    context.stroke();
    if (standing === 'unready') {
      context.fillStyle = color;
      context.fillRect(left + 1, top + height / 2, width - 2, height / 2 - 1);
    }
  }
  if (!isLarge) return;
  const inset = width * 0.28;
  context.lineWidth = 1.5;
  if (standing === 'failing' || standing === 'failed') {
    context.strokeStyle = surface;
    context.beginPath();
    context.moveTo(left + inset, top + inset);
    context.lineTo(left + width - inset, top + height - inset);
    context.moveTo(left + width - inset, top + inset);
    context.lineTo(left + inset, top + height - inset);
    context.stroke();
  } else if (standing === 'terminating') {
    context.strokeStyle = color;
    context.beginPath();
    context.moveTo(left + 2, top + height - 2);
    context.lineTo(left + width - 2, top + 2);
    context.stroke();
  }
}

function drawNodes(
  context: CanvasRenderingContext2D,
  scene: MapScene,
  layout: MapLayout,
  colors: MapColors,
  look: MapLook,
): void {
  const radius = layout.cell >= 5 ? 6 : 2;
  context.strokeStyle = colors.vacant;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  for (const box of scene.vacant) {
    roundedBox(context, box, radius);
    context.stroke();
  }
  context.setLineDash([]);
  for (const { key, box, isReady, isCordoned, pods } of scene.nodes) {
    const isMarked = look.selected === `nodes ${key}` || look.focused === `nodes ${key}`;
    context.fillStyle = isReady ? colors.sunken : colors.badSoft;
    roundedBox(context, box, radius);
    context.fill();
    context.strokeStyle = isMarked ? colors.accent : isReady ? colors.line : colors.bad;
    context.lineWidth = isMarked ? 2 : isReady ? 1 : 1.5;
    context.setLineDash(isCordoned ? [4, 3] : []);
    context.stroke();
    context.setLineDash([]);
    if (layout.titleHeight === 0) continue;
    context.textBaseline = 'middle';
    const middle = box.top + 4 + layout.titleHeight / 2;
    context.font = `600 11px ${FONT}`;
    const nameWidth = context.measureText(key).width;
    context.font = `11px ${FONT}`;
    context.textAlign = 'right';
    // Frame and ground say it too, and the name is not said elsewhere.
    const isRoomy = nameWidth + context.measureText('not ready').width + 20 <= box.width;
    const count = isReady ? `${pods}` : isRoomy ? 'not ready' : '';
    context.fillStyle = isReady ? colors.muted : colors.bad;
    context.fillText(count, box.left + box.width - 7, middle);
    const room = box.width - 20 - context.measureText(count).width;
    context.font = `600 11px ${FONT}`;
    context.textAlign = 'left';
    context.fillStyle = colors.ink;
    context.fillText(clipped(context, key, room), box.left + 7, middle);
  }
}

function drawMark(context: CanvasRenderingContext2D, { box }: MapPod, color: string): void {
  const { left, top, width, height } = box;
  context.strokeStyle = color;
  context.lineWidth = 2;
  roundedBox(context, { left: left - 2, top: top - 2, width: width + 4, height: height + 4 }, 4);
  context.stroke();
}

/** The map at one time. The context is scaled to pixels of the page. */
export function drawMap(
  context: CanvasRenderingContext2D,
  scene: MapScene,
  layout: MapLayout,
  colors: MapColors,
  look: MapLook,
): void {
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const { zone, left, top } of layout.zones) {
    context.font = `11px ${FONT}`;
    context.fillStyle = colors.muted;
    const title = zone === '' ? 'No zone' : `Zone ${zone}`;
    context.fillText(title, left, top + layout.zoneTitleHeight / 2);
  }
  drawNodes(context, scene, layout, colors, look);
  for (const pod of scene.pods) {
    const color = look.by === 'owner' ? colors.owner(pod.owner) : colors.standing[pod.standing];
    drawPod(context, pod.box, pod.standing, color, colors.surface);
  }
  for (const pod of scene.pods) {
    const name = `pods ${pod.key}`;
    if (name === look.selected || name === look.focused) drawMark(context, pod, colors.accent);
  }
}
