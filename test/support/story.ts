/**
 * Given–when–then over the pure engine. The clock stands still unless `later` moves it; every step is
 * stored as JSON and read back before the next.
 */
import { expect } from 'vitest';
import type { Context, DeadlineName, Handle, Ref, Time } from '../../machines/context.ts';
import type { Channel } from '../../machines/vocabulary.ts';
import type { CaseEvent } from '../../machines/events.ts';
import { parseSettings, type Settings } from '../../machines/procedure.ts';
import { resolve } from '../../machines/resolve.ts';
import type { RuleId } from '../../machines/rules.ts';
import { stagesOf, stagesOfMachine, statusOf } from '../../machines/stages.ts';
import type { CaseState } from '../../machines/system.ts';
import { addDuration } from '../../machines/time.ts';
import { deadlinesOf } from '../../src/engine/step/clocks.ts';
import { decide, decideElapse, decideOpening } from '../../src/engine/step/decide.ts';
import { splitEvent } from '../../src/engine/step/split.ts';
import type { Violation } from '../../src/errors.ts';
import { actor, rolesOf, roster, type Sent } from './cast.ts';
import { establishedFor } from './established.ts';

/** When every story begins. */
export const begin: Time = '2026-05-01T10:00:00.000Z';

/** A moment as long after the beginning as the ISO 8601 duration says. */
export const inTime = (duration: string): Time => addDuration(begin, duration);

export interface Opened {
  readonly what: 'opened';
  readonly by: Handle;
  readonly channel: Channel;
  readonly excluded: readonly Handle[];
  readonly settings: Partial<Settings>;
  /** When the report reached the team; the moment of the opening if absent. */
  readonly receivedAt?: Time;
}
interface Later {
  readonly what: 'later';
  readonly duration: string;
}
interface Elapsed {
  readonly what: 'elapsed';
  readonly deadline: DeadlineName;
  readonly ref: Ref;
}
export type Happening = Sent | Opened | Later | Elapsed;

export const opened = (opening: Partial<Omit<Opened, 'what'>> = {}): Opened => ({
  what: 'opened',
  by: 'cleo',
  channel: 'in-person',
  excluded: [],
  settings: {},
  ...opening,
});
export const later = (duration: string): Later => ({ what: 'later', duration });

/** Whose a deadline is where a story does not say. */
const whose = { leadsMeet: 'case', reporterFollowUp: 'reporter', appealWindow: 'reported-1' };
export const elapsed = (deadline: DeadlineName, ref: Ref = whose[deadline]): Elapsed => ({
  what: 'elapsed',
  deadline,
  ref,
});

/** Where a story stands. */
export interface Scene {
  readonly state: CaseState | null;
  readonly at: Time;
  /** Of the last entry; refusals count. */
  readonly seq: number;
}
const blank: Scene = { state: null, at: begin, seq: 0 };

/** The case of a scene. Throws where none was opened. */
export function caseOf({ state }: Scene): CaseState {
  if (!state) throw new Error('no case was opened');
  return state;
}

/** The event as the machines get it: facts, what the engine established, when and by whom. */
export function stamped({ event, by, established }: Sent, scene: Scene): CaseEvent {
  const state = caseOf(scene);
  const { facts } = splitEvent(event);
  const known = establishedFor(state.context, by, event, established);
  return {
    type: event.type,
    facts: resolve(state, event.type, { ...facts, ...known }),
    at: scene.at,
    by: by === null ? null : actor(by),
    seq: scene.seq + 1,
  } as unknown as CaseEvent;
}

const standingOf = (state: CaseState) => ({
  status: statusOf(state),
  ...stagesOf(state),
  people: Object.keys(state.machines).map((ref) => [ref, stagesOfMachine(state, ref)]),
  deadlines: deadlinesOf(state),
});

/** Stored and read back, as between any two requests. */
function reread(state: CaseState): CaseState {
  const stored = JSON.parse(JSON.stringify(state)) as CaseState;
  expect(stored).toEqual(state);
  expect(standingOf(stored)).toEqual(standingOf(state));
  return stored;
}

export interface Stepped {
  readonly scene: Scene;
  readonly violations: readonly Violation[];
  /** False where a deadline was told to run out and its clock does not run, or is not due. */
  readonly happened: boolean;
}

const officesOf = (person: Handle) =>
  (['lead', 'organizer'] as const).filter((office) => roster[person]?.includes(office));

function judge(scene: Scene, happening: Opened | Sent) {
  if (happening.what === 'sent') return decide(caseOf(scene), stamped(happening, scene));
  const { by, channel, excluded, settings, receivedAt = scene.at } = happening;
  return decideOpening(
    {
      channel,
      openedBy: by,
      openedAt: scene.at,
      receivedAt,
      excluded: excluded.map((person) => ({ person, offices: officesOf(person) })),
      settings: parseSettings(settings),
    },
    { at: scene.at, by: actor(by), seq: 1 },
    { people: rolesOf(excluded) },
  );
}

/** One happening after a scene; a case that nobody opened is opened first. */
export function play(before: Scene, happening: Happening): Stepped {
  if (happening.what === 'later') {
    const scene = { ...before, at: addDuration(before.at, happening.duration) };
    return { scene, violations: [], happened: true };
  }
  const started = before.state !== null || happening.what === 'opened';
  const scene = started ? before : play(before, opened()).scene;
  const seq = scene.seq + 1;
  if (happening.what === 'elapsed') {
    const { deadline: name, ref } = happening;
    const state = decideElapse(caseOf(scene), { name, ref }, { at: scene.at, by: null, seq });
    if (!state) return { scene, violations: [], happened: false };
    return { scene: { ...scene, seq, state: reread(state) }, violations: [], happened: true };
  }
  const verdict = judge(scene, happening);
  if (verdict.outcome === 'refused')
    return { scene: { ...scene, seq }, violations: verdict.violations, happened: false };
  return { scene: { ...scene, seq, state: reread(verdict.state) }, violations: [], happened: true };
}

const nameOf = (happening: Happening) =>
  happening.what === 'sent' ? happening.event.type : happening.what;

/** Stories share their beginnings, and a step is pure: what followed once, follows again. */
const followed = new WeakMap<Scene, WeakMap<Happening, Scene>>();

function next(scene: Scene, happening: Happening): Scene {
  const known = followed.get(scene) ?? new WeakMap<Happening, Scene>();
  followed.set(scene, known);
  const before = known.get(happening);
  if (before) return before;
  const { scene: after, violations, happened } = play(scene, happening);
  const why = violations.map(({ rule, detail }) => `${rule} ${JSON.stringify(detail ?? '')}`);
  if (!happened) throw new Error(`given, but refused: ${nameOf(happening)}: ${why.join('; ')}`);
  known.set(happening, after);
  return after;
}

/** What goes on after a scene, as told. Throws where it doesn't, and names the rules in the way. */
const goingOn = (from: Scene, ...story: readonly Happening[]): Scene => story.reduce(next, from);

/** The scene after a story. */
export const sceneAfter = (...story: readonly Happening[]): Scene => goingOn(blank, ...story);
/** The number of a story's last entry. */
export const seqOf = (...story: readonly Happening[]): number => sceneAfter(...story).seq;

type Expected = Readonly<Record<string, string>>;
type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T;

const refusedBy = ({ violations }: Stepped) => violations.map(({ rule }) => rule);
const named = ({ name, ref }: { readonly name: DeadlineName; readonly ref: Ref }) =>
  ref === whose[name] ? name : `${name} ${ref}`;

/** Begins a story: what has happened so far, all of it accepted. */
export const given = (...story: readonly Happening[]) => ({
  when(happening: Happening) {
    const told = sceneAfter(...story);
    const opens = told.state !== null || happening.what === 'opened';
    const scene = opens ? told : play(told, opened()).scene;
    const stepped = play(scene, happening);
    const accepted = (): CaseState => {
      const why = stepped.violations.map(({ detail }) => detail);
      expect({ refused: refusedBy(stepped), happened: stepped.happened, why }).toEqual({
        refused: [],
        happened: true,
        why: [],
      });
      return caseOf(stepped.scene);
    };
    return {
      /** Accepted, and these stages (or the case's `status`) stand so. */
      // oxlint-disable-next-line unicorn/no-thenable -- given, when, then; it ends the story and nobody awaits it
      then(expected: Expected): void {
        const state = accepted();
        expect({ status: statusOf(state), ...stagesOf(state) }).toMatchObject(expected);
      },
      /** Accepted, and the stages of one person stand so. */
      thenOf(ref: Ref, expected: Expected): void {
        expect(stagesOfMachine(accepted(), ref)).toMatchObject(expected);
      },
      /** Accepted, and the case knows at least this. */
      thenFacts(expected: DeepPartial<Context>): void {
        expect(accepted().context).toMatchObject(expected);
      },
      /** Accepted, and exactly these clocks run. */
      thenClocks(expected: Readonly<Record<string, Time>>): void {
        const running = deadlinesOf(accepted()).filter(({ pending }) => pending);
        expect(Object.fromEntries(running.map((one) => [named(one), one.dueAt]))).toEqual(expected);
      },
      /** Accepted, and exactly these deadlines ran out while what they were for is still owed. */
      thenOverdue(...expected: readonly string[]): void {
        const overdue = deadlinesOf(accepted()).filter(({ pending }) => !pending);
        expect(overdue.map(named)).toEqual(expected);
      },
      /** A deadline whose clock does not run, or is not due. */
      thenNothing(): void {
        expect(stepped).toMatchObject({ violations: [], happened: false });
      },
      /** Refused, by these rules at least. */
      thenRefused(...rules: readonly RuleId[]): void {
        expect(refusedBy(stepped)).toEqual(expect.arrayContaining([...rules]));
        expect(stepped.scene.state).toBe(scene.state);
      },
      /** Refused by this rule alone, which names what is in the way. */
      thenRefusedFor(rule: RuleId, detail: Readonly<Record<string, unknown>>): void {
        expect(stepped.violations.map((one) => [one.rule, one.detail])).toEqual([[rule, detail]]);
      },
      /** Refused, by these rules and no others. */
      thenExactlyRefused(...rules: readonly RuleId[]): void {
        expect(refusedBy(stepped)).toEqual(rules);
      },
    };
  },
});
