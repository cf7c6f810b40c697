/** What the stories of rules are made of. */
import type { Ground } from '../../machines/vocabulary.ts';
import type { EventType } from '../../machines/events.ts';
import type { RuleId } from '../../machines/rules.ts';
import { cleo, departing, type Sent } from './cast.ts';
import * as upTo from './chapters.ts';
import type { Happening } from './story.ts';

export type Story = readonly Happening[];
export interface RuleStories {
  readonly refused: Story;
  readonly passes: Story | 'never';
  readonly departs?: Story;
}
export const stories = (refused: Story, passes: Story | 'never', departs?: Story): RuleStories => ({
  refused,
  passes,
  ...(departs && { departs }),
});

/** A story without the events of a type. */
export const but = (type: EventType, story: Story): Story =>
  story.filter((told) => told.what !== 'sent' || told.event.type !== type);

/** The story with a departure from the rule at its end. */
export const departs = (
  rule: RuleId,
  ground: Ground,
  story: Story,
  items?: readonly string[],
): Story => {
  const last = story.at(-1) as Sent;
  return [...story.slice(0, -1), departing(last, { rule, ground, ...(items && { items }) })];
};

/** Of a rule that the second story keeps, and the first departs from at its end. */
export const orDeparts = (rule: RuleId, ground: Ground, refused: Story, passes: Story) =>
  stories(refused, passes, departs(rule, ground, refused));

/** Of an action that nothing makes right. */
export const forbidden = (event: Happening) => stories([...upTo.conversing, event], 'never');

export const left = cleo('immediate.takeAction', { kind: 'leave-event' });
