import { seriesName } from '../../../core/log/series.ts';
import type { Call, CallArguments, ExpressionFunction } from './call.ts';

/** Series of requests are kept in thousandths. */
const MILLI = 1000;
const PERCENTILES: readonly string[] = ['p50', 'p99'];

function serviceKey(given: CallArguments): string {
  const { namespace, name } = given.target(['services']);
  return `${namespace ?? ''}/${name}`;
}

/** Requests a second; none where nobody has measured any. */
function rate(measure: 'requests' | 'errors'): (given: CallArguments) => Call {
  return (given) => {
    const series = seriesName('service', serviceKey(given), measure);
    given.end();
    return {
      dependencies: [],
      series: [series],
      evaluate: (_view, _now, values) => (values.valueOf(series) ?? 0) / MILLI,
    };
  };
}

/** What can be asked of the requests to a Service. */
export const TRAFFIC_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'requests',
    signature: 'requests(service)',
    about: 'Requests a second that come to it, from outside and from other pods.',
    returns: 'number',
    call: rate('requests'),
  },
  {
    name: 'errors',
    signature: 'errors(service)',
    about: 'Requests a second to it that fail.',
    returns: 'number',
    call: rate('errors'),
  },
  {
    name: 'errorRate',
    signature: 'errorRate(service)',
    about: 'The part of the requests to it that fail, from 0 to 1. 0 where none come.',
    returns: 'number',
    call: (given) => {
      const key = serviceKey(given);
      given.end();
      const requests = seriesName('service', key, 'requests');
      const errors = seriesName('service', key, 'errors');
      return {
        dependencies: [],
        series: [requests, errors],
        evaluate: (_view, _now, values) => {
          const all = values.valueOf(requests) ?? 0;
          return all === 0 ? 0 : Math.min(1, (values.valueOf(errors) ?? 0) / all);
        },
      };
    },
  },
  {
    name: 'latency',
    signature: 'latency(service, p99)',
    about:
      'How long requests to it take that do not fail: half of them at most `p50`, 99 of 100 at most `p99`. Unknown before the first.',
    returns: 'duration',
    call: (given) => {
      const key = serviceKey(given);
      const percentile = given.oneOf(PERCENTILES);
      given.end();
      const series = seriesName('service', key, `latency-${percentile}`);
      return {
        dependencies: [],
        series: [series],
        evaluate: (_view, _now, values) => values.valueOf(series),
      };
    },
  },
];
