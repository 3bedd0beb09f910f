import { pullAnnouncement } from '../images/pull.ts';
import { pullingNote } from '../notes.ts';
import type { PodStage } from '../stage.ts';
import { slowPulls } from './starting.ts';

/** A pull that takes its time has begun. */
export const podImagePull: PodStage = {
  name: 'pod-image-pull',
  matches: (pod, ctx) => slowPulls(pod, ctx).length > 0,
  delay: { ms: 10, jitterMs: 10 },
  next: (pod, ctx) => {
    const slow = slowPulls(pod, ctx);
    const announces = slow.map(({ container }) => pullAnnouncement(container.image ?? ''));
    return { events: slow.map(pullingNote), announces };
  },
};
