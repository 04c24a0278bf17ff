import { timelineTests } from '../testing/timeline-tests.ts';
import { persistentVolumeBinder } from './persistent-volume-binder.ts';

timelineTests(new URL('.', import.meta.url), [persistentVolumeBinder]);
