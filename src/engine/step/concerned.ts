/** Members of staff whom a report names as its own people. */
import type { Established, EventInput } from '../../../machines/events.ts';
import { latestReportOf } from '../../../machines/rules/case-facts.ts';
import type { Knowledge } from './establish.ts';

/**
 * Whom it happened to is outside from the hand-over on, and who saw it judges nothing; where no
 * witness is named, that is whoever sends what was observed. The facts do not say which of the
 * people they are, nor anything of a handle that nobody has.
 */
export function concernedBy(
  event: EventInput,
  { context, sender, directory }: Pick<Knowledge, 'context' | 'sender' | 'directory'>,
): Established['concerned'] {
  if (event.type !== 'intake.recordReport' && event.type !== 'intake.addClarification')
    return undefined;
  const form =
    event.type === 'intake.recordReport'
      ? event.form
      : latestReportOf(context, event.for ?? 'reporter')?.form;
  const reporter = event.reporter?.staff;
  const others = event.others ?? [];
  const of = (impacted: boolean) => [
    ...(reporter !== undefined && (form !== 'observed') === impacted ? [reporter as string] : []),
    ...others.flatMap(({ role, staff }) =>
      staff !== undefined && (role === 'impacted') === impacted ? [staff as string] : [],
    ),
  ];
  const [whom, saw] = [of(true), of(false)];
  const unnamed = event.type === 'intake.recordReport' && form === 'observed' && saw.length === 0;
  const [leaving, witnesses] = [new Set(whom), new Set(unnamed ? [sender] : saw)];
  const all = leaving.union(witnesses);
  if (all.size === 0) return undefined;
  const known = new Set(Object.keys(directory));
  const unknown = all.difference(known).size;
  return {
    leaving: [...leaving.intersection(known)],
    witnesses: [...witnesses.intersection(known)],
    ...(unknown > 0 && { unknown }),
  };
}
