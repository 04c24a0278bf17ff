import { apiMutationRate } from './api.ts';
import type { Benchmark } from './benchmark.ts';
import { measuringLogSink } from './log-sink.ts';

const PODS = 50_000;
const REPEATS = 3;

export const apiBenchmarks: readonly Benchmark[] = [
  {
    name: 'api-memory',
    about: 'API mutations a second, in memory, three informers',
    run: ({ bareLoop }) => {
      const value = Math.max(...Array.from({ length: REPEATS }, () => apiMutationRate(PODS)));
      return { name: 'api-memory', value, unit: 'mutations/s', ratioToBareLoop: value / bareLoop() };
    },
  },
  {
    name: 'api-logged',
    about: '… with the log written: delta, hashed, to a file',
    run: ({ bareLoop }) => {
      let bytes = 0;
      const rates = Array.from({ length: REPEATS }, () => {
        const log = measuringLogSink();
        const rate = apiMutationRate(PODS, log.sink);
        bytes = log.finish();
        return rate;
      });
      const value = Math.max(...rates);
      const note = `${Math.round(bytes / (PODS * 5))} bytes an event`;
      return { name: 'api-logged', value, unit: 'mutations/s', ratioToBareLoop: value / bareLoop(), note };
    },
  },
];
