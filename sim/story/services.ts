import type { LogRecord, SampleRecord } from '../../core/log/record.ts';
import { parseSeries } from '../../core/log/series.ts';
import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
import { formatDuration } from '../scenario/duration.ts';
import { DEFAULT_NAMESPACE } from '../scenario/resource-name.ts';
import type { Note, Observer } from './note.ts';

/** Fewer failures than this are nothing to tell of. */
const TOLD_SHARE = 0.01;
/** The moment of a rollout in which a pod is told to stop before the proxies hear of it is none either. */
const TOLD_AFTER: Micros = SECOND;
/** Its first pods get all that comes, until the others are there. */
const STARTED_AFTER: Micros = 5 * SECOND;

interface ServiceStory {
  readonly name: string;
  requests: number;
  errors: number;
  /** Since when it answers what it is asked. */
  wellSince: Micros | undefined;
  /** Whether it has done so for a while: what fails before is a start. */
  hasStarted: boolean;
  /** Since when requests fail, and the record that said so first. */
  failing: { readonly t: Micros; readonly rv: number; worst: number; told: boolean } | undefined;
}

function percent(share: number): string {
  const rounded = Math.round(share * 100);
  return rounded >= 100 && share < 1 ? '99 %' : `${rounded} %`;
}

function toTenths(length: Micros): Micros {
  const tenth = SECOND / 10;
  return Math.round(length / tenth) * tenth;
}

/** Services whose requests fail, and when that is over. */
export function serviceObserver(): Observer {
  const services = new Map<string, ServiceStory>();
  const failing = new Set<ServiceStory>();

  /** Told anew while it gets worse: the last line of the group stands. */
  const tell = (story: ServiceStory, note: (note: Note) => void): void => {
    const { failing: outage, name } = story;
    if (outage === undefined) return;
    outage.told = true;
    const group = `service/${name}/${outage.rv}`;
    const text = `service/${name} fails ${percent(outage.worst)} of its requests`;
    note({ t: outage.t, rv: outage.rv, tone: 'bad', group, subject: name, text, within: 60 * MINUTE });
  };

  const update = (story: ServiceStory, { t, rv }: SampleRecord, note: (note: Note) => void): void => {
    const share = story.requests === 0 ? 0 : Math.min(1, story.errors / story.requests);
    const outage = story.failing;
    if (share < TOLD_SHARE) {
      if (story.requests > 0) story.wellSince ??= t;
      if (outage === undefined) return;
      story.failing = undefined;
      failing.delete(story);
      if (!outage.told) return;
      const text = `service/${story.name} answers its requests again, after ${formatDuration(toTenths(t - outage.t))}`;
      note({ t, rv, tone: 'good', group: `service/${story.name}/${rv}`, text });
      return;
    }
    const { wellSince } = story;
    story.wellSince = undefined;
    if (wellSince !== undefined && t - wellSince >= STARTED_AFTER) story.hasStarted = true;
    if (!story.hasStarted) return;
    if (outage === undefined) {
      story.failing = { t, rv, worst: share, told: false };
      failing.add(story);
    } else if (share > outage.worst) {
      outage.worst = share;
      if (outage.told) tell(story, note);
    }
  };

  return {
    observe: (record: LogRecord, note: (note: Note) => void) => {
      for (const story of failing) {
        if (story.failing !== undefined && !story.failing.told && record.t - story.failing.t >= TOLD_AFTER) {
          tell(story, note);
        }
      }
      if (record.type !== 'sample') return;
      const { subject, key, measure } = parseSeries(record.series);
      if (subject !== 'service' || (measure !== 'requests' && measure !== 'errors')) return;
      let story = services.get(key);
      if (story === undefined) {
        const [namespace, name = ''] = key.split('/');
        const short = namespace === DEFAULT_NAMESPACE ? name : key;
        story = {
          name: short,
          requests: 0,
          errors: 0,
          wellSince: undefined,
          hasStarted: false,
          failing: undefined,
        };
        services.set(key, story);
      }
      story[measure] = record.value;
      update(story, record, note);
    },
  };
}
