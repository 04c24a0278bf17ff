import type { IntOrString } from '../core/schema/types.generated.ts';

const PERCENT = /^(\d+)%$/;

/** `intstr.GetScaledValueFromIntOrPercent`; validation lets nothing else pass, so anything else counts as 0. */
export function scaledValue(value: IntOrString | undefined, total: number, roundUp: boolean): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const match = PERCENT.exec(value);
  if (match === null) return 0;
  const hundredfold = Number(match[1]) * total;
  return roundUp ? Math.ceil(hundredfold / 100) : Math.floor(hundredfold / 100);
}
