import type { Measures } from '../../sim/measures/measure.ts';
import type { KeyFigure } from '../../sim/report/report-extras.ts';
import { percent } from '../measures/measure-lines.ts';

const AVAILABILITY = /^deployment\/(?:.*\/)?([^/]+)\/availability$/;

/** The least available Deployment, where one was not available all the time. */
function availability(measures: Measures): readonly KeyFigure[] {
  const [worst] = Object.entries(measures)
    .flatMap(([name, { value }]) => {
      const deployment = AVAILABILITY.exec(name)?.[1];
      return deployment === undefined || value >= 1 ? [] : [{ deployment, value }];
    })
    .sort((a, b) => a.value - b.value || (a.deployment < b.deployment ? -1 : 1));
  if (worst === undefined) return [];
  return [{ label: 'Least available', text: `${percent(worst.value)} ${worst.deployment}` }];
}

function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A handful of measures that tell at once how a run went. */
export function keyFigures(measures: Measures): readonly KeyFigure[] {
  const lost = measures['pods/lost'];
  const requests = measures['requests/total'];
  const errors = measures['requests/error-ratio'];
  const cost = measures['cluster/cost'];
  return [
    ...(requests === undefined
      ? []
      : [
          { label: 'Requests', text: grouped(requests.value) },
          { label: 'Failed', text: percent(errors?.value ?? 0) },
        ]),
    ...availability(measures),
    ...(lost === undefined ? [] : [{ label: 'Pods lost', text: grouped(lost.value) }]),
    ...(cost === undefined ? [] : [{ label: 'Cost', text: cost.value.toFixed(2) }]),
  ];
}
