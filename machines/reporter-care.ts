/** Meeting a reporter's needs, and telling them what became of the report (SP; AP, following up with reporters). */
import type { Context, Ref } from './context.ts';
import { timeOf } from './events.ts';
import { changeReporter } from './people.ts';
import { on, ownReporter, stage, when, type Recording } from './setup.ts';
import { kept } from './deadlines.ts';

/** A planned follow-up is settled when the person heard back, is beyond reach, or does not want to hear. */
export const settle = (context: Context, ref: Ref): Context => ({
  ...context,
  leadsMeeting: {
    ...context.leadsMeeting,
    followUps: context.leadsMeeting.followUps.map((planned) =>
      planned.for === ref ? { ...planned, settled: true } : planned,
    ),
  },
});

const covered: Recording<'care.followUpWithReporter'> = (context, { facts }) =>
  changeReporter(context, context.self, ({ care }) => ({
    // whoever was reached can be asked again
    care: {
      ...care,
      covered: [...new Set([...care.covered, ...facts.covered])],
      unreachable: false,
    },
  }));

/** What there is to tell can be told: the leads have met, here or over the case that stands for this one. */
const answered: Recording<'care.followUpWithReporter'> = (context, event) => {
  const { self } = context;
  const { due } = ownReporter(context);
  const told = { ...context, ...covered(context, event) };
  return {
    ...settle(
      changeReporter(told, self, ({ care }) => ({ care: { ...care, owed: false } })),
      self,
    ),
    timeliness: kept(context, 'reporterFollowUp', {
      ref: self,
      dueAt: due.reporterFollowUp,
      at: timeOf(event),
    }),
  };
};

const beyondReach: Recording<'care.markUnreachable'> = (context) =>
  settle(
    changeReporter(context, context.self, ({ care }) => ({
      care: { ...care, owed: false, unreachable: true },
    })),
    context.self,
  );

/** What is owed stays as it is: only that they cannot be asked, nor told, is known from now on. */
const outOfTouch: Recording<'care.markUnreachable'> = (context) =>
  settle(
    changeReporter(context, context.self, ({ care }) => ({ care: { ...care, unreachable: true } })),
    context.self,
  );

const wished: Recording<'care.noteWish'> = (context, { facts }) => {
  const known = changeReporter(context, context.self, ({ care }) => ({
    wish: facts.contact,
    care: { ...care, unreachable: false },
  }));
  return facts.contact === 'none' ? settle(known, context.self) : known;
};

const followUp = on({
  'care.followUpWithReporter': [
    { given: { premature: true }, record: covered },
    { target: 'followedUp', record: answered },
  ],
});
const giveUp = on({ 'care.markUnreachable': { target: 'unreachable', record: beyondReach } });
const loseTouch = on({ 'care.markUnreachable': { record: outOfTouch } });
const wish = on({
  'care.noteWish': [
    { given: { contact: 'none' }, target: 'asWished', record: wished },
    { record: wished },
  ],
});
export const reporterCare = stage.createStateConfig({
  initial: 'waiting',
  // the first of several reporters' states that the case as a whole shows
  meta: { order: ['overdue', 'due', 'waiting', 'unreachable', 'asWished', 'followedUp'] },
  states: {
    waiting: { always: when('an answer is owed', 'due'), on: { ...followUp, ...giveUp, ...wish } },
    due: {
      after: { reporterFollowUp: { target: 'overdue' } },
      on: { ...followUp, ...giveUp, ...wish },
    },
    overdue: { on: { ...followUp, ...giveUp, ...wish } },
    followedUp: {
      always: when('an answer is owed', 'due'),
      on: { ...followUp, ...loseTouch, ...on({ 'care.noteWish': { record: wished } }) },
    },
    unreachable: {
      always: when('an answer is owed', 'due'),
      on: { ...followUp, ...wish },
    },
    asWished: {
      always: [when('an answer is owed', 'due'), when('they may be written to', 'waiting')],
      on: { ...loseTouch, ...on({ 'care.noteWish': { record: wished } }) },
    },
  },
  on: on({
    'care.provide': {
      record: (context, { facts }) =>
        changeReporter(context, context.self, ({ contact }) => ({
          contact: contact || facts.contact,
        })),
    },
    'care.dropFollowUp': { record: (context) => settle(context, context.self) },
  }),
});
