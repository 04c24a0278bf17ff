import type { LogRecord, SampleRecord } from '../../core/log/record.ts';
import { parseSeries } from '../../core/log/series.ts';
import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
import { formatDuration } from '../scenario/duration.ts';
import { DEFAULT_NAMESPACE } from '../scenario/resource-name.ts';
import type { Note, Observer } from './note.ts';

/** Fewer failures than this are nothing to tell of. */
const TOLD_SHARE = 0.01;
/** The moment of a rollout in which a pod is told to stop before the proxies hear of it is none either. */
const TOLD_AFTER: Micros = 2 * SECOND;
/** What fails again so soon has not been well in between. */
const WELL_AFTER: Micros = 30 * SECOND;
/** Services that call each other fail together: they are told of in one line. */
const TOGETHER_WITHIN: Micros = MINUTE;
/** Its first pods get all that comes, until the others are there. */
const STARTED_AFTER: Micros = 5 * SECOND;

interface Outage {
  readonly t: Micros;
  readonly rv: number;
  worst: number;
  told: boolean;
  /** Since when all is answered again, if it stays so. */
  over: { readonly t: Micros; readonly rv: number } | undefined;
}

interface ServiceStory {
  readonly name: string;
  requests: number;
  errors: number;
  /** Since when it answers what it is asked. */
  wellSince: Micros | undefined;
  /** Whether it has done so for a while: what fails before is a start. */
  hasStarted: boolean;
  /** Since when requests fail, and the record that said so first. */
  failing: Outage | undefined;
}

function percent(share: number): string {
  const rounded = Math.round(share * 100);
  return rounded >= 100 && share < 1 ? '99 %' : `${rounded} %`;
}

function toTenths(length: Micros): Micros {
  const tenth = SECOND / 10;
  return Math.round(length / tenth) * tenth;
}

/** Nothing comes after it: what is well is well. */
function isEnd(record: LogRecord): boolean {
  return record.type === 'stimulus' && record.action.op === 'end';
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
    note({
      t: outage.t,
      rv: outage.rv,
      tone: 'bad',
      group: 'services-failing',
      subject: name,
      text: `service/${name} fails ${percent(outage.worst)} of its requests`,
      within: TOGETHER_WITHIN,
      together: (_count, subjects) =>
        subjects === 1
          ? `service/${name} fails ${percent(outage.worst)} of its requests`
          : `${subjects} services fail requests, service/${name} ${percent(outage.worst)} of them`,
    });
  };

  const end = (story: ServiceStory, note: (note: Note) => void): void => {
    const { failing: outage, name } = story;
    story.failing = undefined;
    failing.delete(story);
    if (outage?.over === undefined || !outage.told) return;
    const { t, rv } = outage.over;
    note({
      t,
      rv,
      tone: 'good',
      group: 'services-well',
      subject: name,
      text: `service/${name} answers its requests again, after ${formatDuration(toTenths(t - outage.t))}`,
      within: TOGETHER_WITHIN,
      together: (_count, subjects) => `${subjects} services answer their requests again`,
    });
  };

  const update = (story: ServiceStory, { t, rv }: SampleRecord, note: (note: Note) => void): void => {
    const share = story.requests === 0 ? 0 : Math.min(1, story.errors / story.requests);
    const outage = story.failing;
    if (share < TOLD_SHARE) {
      if (story.requests > 0) story.wellSince ??= t;
      if (outage !== undefined) outage.over ??= { t, rv };
      return;
    }
    if (outage !== undefined) outage.over = undefined;
    const { wellSince } = story;
    story.wellSince = undefined;
    if (wellSince !== undefined && t - wellSince >= STARTED_AFTER) story.hasStarted = true;
    if (!story.hasStarted) return;
    if (outage === undefined) {
      story.failing = { t, rv, worst: share, told: false, over: undefined };
      failing.add(story);
    } else if (share > outage.worst) {
      outage.worst = share;
      if (outage.told && t - outage.t < TOGETHER_WITHIN) tell(story, note);
    }
  };

  return {
    observe: (record: LogRecord, note: (note: Note) => void) => {
      for (const story of failing) {
        const outage = story.failing;
        if (outage === undefined) continue;
        const { over } = outage;
        if (!outage.told && (over?.t ?? record.t) - outage.t >= TOLD_AFTER) tell(story, note);
        if (over !== undefined && (isEnd(record) || record.t - over.t >= WELL_AFTER)) end(story, note);
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
