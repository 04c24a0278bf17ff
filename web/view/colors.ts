/** Lines of a chart; told apart on both backgrounds. */
const SERIES_COLORS = [
  '#4a7fe5',
  '#e07b39',
  '#27a17f',
  '#c45bb4',
  '#8d9a2b',
  '#8462dc',
  '#cf9b12',
  '#35a0c8',
  '#d64f5f',
  '#7f8a9b',
] as const;

let probe: HTMLElement | undefined;

/** What a color of the style sheet is in the light or the dark now, for what is drawn on a canvas. */
export function themeColor(name: string): string {
  if (probe === undefined) {
    probe = document.createElement('span');
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** The same color with so much of it left, in percent. */
export function faint(color: string, percent: number): string {
  return `color-mix(in srgb, ${color} ${percent}%, transparent)`;
}

/** A tone of the style sheet by its name, or the color of a place in a chart. */
export function seriesColor(color: string | number): string {
  if (typeof color === 'string') return themeColor(color);
  return SERIES_COLORS[color % SERIES_COLORS.length] as string;
}
