/** What somebody is told that they may do, and what becomes of it when they do it, agree throughout. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
// oxlint-disable-next-line no-restricted-imports -- the step is held against XState's own
import { transition } from 'xstate';
import { machineOf, restore, stateOf } from '../../machines/configurations.ts';
import { pureStep } from '../../machines/pure-step.ts';
import { optionsFor } from '../../src/engine/step/decide.ts';
import { anyEvent } from '../support/arbitrary.ts';
import { actor, identifying, roster, sent, type Sent } from '../support/cast.ts';
import * as upTo from '../support/chapters.ts';
import { teamFor } from '../support/established.ts';
import { moves } from '../support/moves.ts';
import { caseOf, opened, play, sceneAfter, stamped, type Scene } from '../support/story.ts';

const anyWhere = fc.record({
  chapter: fc.constantFrom([], upTo.recorded, upTo.convened, upTo.met, upTo.notified, upTo.closed),
  usual: fc.array(fc.nat({ max: moves.length - 1 }), { maxLength: 25 }),
});
const anySending = fc.record({
  by: fc.constantFrom(...Object.keys(roster)),
  event: anyEvent(),
  identifies: fc.subarray(['reporter', 'reported-1']),
});

/** The scene after what is usual, as far as it is taken. */
const sceneOf = ({
  chapter,
  usual,
}: {
  chapter: readonly Sent[];
  usual: readonly number[];
}): Scene =>
  usual.reduce(
    (scene, index) => {
      const move = moves[index];
      return move ? play(scene, move).scene : scene;
    },
    sceneAfter(opened(), ...chapter),
  );

function optionOn(scene: Scene, by: string, type: Sent['event']['type']) {
  const state = caseOf(scene);
  const known = {
    team: teamFor(state.context, by),
    ...(state.context.duplicateOf !== null && { original: { met: false, decided: false } }),
  };
  const [option] = optionsFor(state, { at: scene.at, by: actor(by), known, types: [type] });
  if (!option) throw new Error(`no option for ${type}`);
  return option;
}

/** An event as the options speak of it: it leaves out when it happened, and departs from nothing. */
function plain(event: Sent['event']): Sent['event'] {
  const { happenedAt: _at, departures: _departures, ...rest } = event;
  return rest;
}

describe('the options', () => {
  it('say what sending does, departures included', () => {
    const seen = { refused: 0, allowed: 0, conditional: 0, departed: 0 };
    fc.assert(
      fc.property(
        anyWhere,
        fc.array(anySending, { minLength: 15, maxLength: 15 }),
        (where, sendings) => {
          const scene = sceneOf(where);
          for (const { by, event, identifies } of sendings) {
            const { type } = event;
            const happening = sent(by, type, plain(event), identifying(...identifies));
            const { verdict, violations } = optionOn(scene, by, type);
            const { happened, violations: found } = play(scene, happening);
            const broken = found.map(({ rule }) => rule);
            const told = violations.map(({ rule }) => rule);
            seen[verdict] += 1;
            const says = `${by} ${JSON.stringify(happening.event)}: ${verdict} ${told.join()} → ${broken.join()}`;
            if (verdict === 'refused') expect(happened, says).toBe(false);
            if (verdict === 'allowed' && !('for' in happening.event))
              expect(happened, says).toBe(true);
            // whom it is about may be said wrongly, which is known only when it is said
            if (verdict === 'conditional' && !('for' in happening.event))
              expect(told, says).toEqual(expect.arrayContaining(broken));
            // what the refusal says may be departed from, can be
            const open = found.filter(({ departure }) => departure.allowed);
            if (open.length === 0 || open.length < found.length) continue;
            const departures = open.map(({ rule, departure, detail }) => ({
              rule,
              ground: departure.grounds[0],
              ...(rule === 'settled-before-close' && { items: detail?.['missing'] }),
              reason: 'words',
            }));
            const departing = sent(
              by,
              type,
              { ...plain(event), departures },
              identifying(...identifies),
            );
            expect(
              play(scene, departing).violations.map(({ rule }) => rule),
              says,
            ).toEqual([]);
            seen.departed += 1;
          }
        },
      ),
      { numRuns: 120, seed: 7 },
    );
    for (const count of Object.values(seen))
      expect(count, JSON.stringify(seen)).toBeGreaterThan(10);
  }, 60_000);
});

describe('the step without an actor', () => {
  it('is the one that XState takes', () => {
    fc.assert(
      fc.property(anyWhere, fc.nat({ max: moves.length - 1 }), (where, index) => {
        const scene = sceneOf(where);
        const { context, machines } = caseOf(scene);
        const move = moves[index];
        if (!move) return;
        const event = stamped(move, scene);
        for (const [ref, stored] of Object.entries(machines)) {
          const [own, actions] = pureStep(machineOf(ref), restore(context, ref, stored), event);
          const [theirs, executable] = transition(
            machineOf(ref),
            restore(context, ref, stored),
            event,
          );
          expect(stateOf(own)).toEqual(stateOf(theirs));
          expect(own.context).toEqual(theirs.context);
          expect(actions.map(({ type }) => type)).toEqual(executable.map(({ type }) => type));
        }
      }),
      { numRuns: 80, seed: 11 },
    );
  }, 60_000);
});
