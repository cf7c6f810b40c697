/**
 * For every rule of the catalogue a story whose last event it refuses, one whose last event, of the
 * same type, it lets pass, and, where somebody may depart from it, one that ends in a departure.
 * Forbidden actions have a first story alone.
 */
import type { RuleId } from '../../machines/rules.ts';
import { earlyStories } from './rule-stories-early.ts';
import { lateStories } from './rule-stories-late.ts';
import type { RuleStories } from './rule-story.ts';

export const ruleStories: Readonly<Record<RuleId, RuleStories>> = {
  ...earlyStories,
  ...lateStories,
};
