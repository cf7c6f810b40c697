/**
 * Given–when–then over the pure engine. The clock stands still unless `later` moves it; every step is
 * stored as JSON and read back before the next.
 */
import { expect } from 'vitest';
import type { Channel, Context, DeadlineName, Handle, Time } from '../../machines/context.ts';
import type { CaseEvent } from '../../machines/events.ts';
import { parseSettings, type Settings } from '../../machines/procedure.ts';
import type { RuleId } from '../../machines/rules.ts';
import { addDuration } from '../../machines/time.ts';
import { decide, decideElapse, decideOpening } from '../../src/engine/step/decide.ts';
import { splitEvent } from '../../src/engine/step/split.ts';
import {
  deadlinesOf,
  persist,
  restore,
  stagesOf,
  statusOf,
  type CaseSnapshot,
} from '../../src/engine/step/statechart.ts';
import type { Violation } from '../../src/errors.ts';
import { actor, handlesIn, roster, rolesOf, type Sent } from './cast.ts';

/** When every story begins. */
export const begin: Time = '2026-05-01T10:00:00.000Z';

/** A moment as long after the beginning as the ISO 8601 duration says. */
export const inTime = (duration: string): Time => addDuration(begin, duration);

interface Opened {
  readonly what: 'opened';
  readonly by: Handle;
  readonly channel: Channel;
  readonly excluded: readonly Handle[];
  readonly settings: Partial<Settings>;
}
interface Later {
  readonly what: 'later';
  readonly duration: string;
}
interface Elapsed {
  readonly what: 'elapsed';
  readonly deadline: DeadlineName;
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
export const elapsed = (deadline: DeadlineName): Elapsed => ({ what: 'elapsed', deadline });

/** Where a story stands. */
export interface Scene {
  readonly snapshot: CaseSnapshot | null;
  readonly at: Time;
  /** Of the last entry; refusals count. */
  readonly seq: number;
}
export const blank: Scene = { snapshot: null, at: begin, seq: 0 };

/** The case of a scene. Throws where none was opened. */
export function caseOf({ snapshot }: Scene): CaseSnapshot {
  if (!snapshot) throw new Error('no case was opened');
  return snapshot;
}

/** The event as the machine gets it: facts, what the engine established, when and by whom. */
export function stamped({ event, by, established }: Sent, { at, seq }: Scene): CaseEvent {
  const { facts } = splitEvent(event);
  const people = { ...rolesOf(handlesIn(facts)), ...established.people };
  const stamp = { at, by: by === null ? null : actor(by), seq: seq + 1 };
  return { type: event.type, ...facts, ...established, people, ...stamp } as unknown as CaseEvent;
}

/** Stored and read back, as between any two requests. */
function reread(snapshot: CaseSnapshot): CaseSnapshot {
  const stored = persist(snapshot);
  const restored = restore(JSON.parse(JSON.stringify(stored)) as typeof stored);
  expect(persist(restored)).toEqual(stored);
  expect(stagesOf(restored)).toEqual(stagesOf(snapshot));
  expect(deadlinesOf(restored)).toEqual(deadlinesOf(snapshot));
  return restored;
}

export interface Stepped {
  readonly scene: Scene;
  readonly violations: readonly Violation[];
  /** False where a deadline was told to run out and its clock does not run, or is not due. */
  readonly happened: boolean;
}

function judge(scene: Scene, happening: Opened | Sent) {
  if (happening.what === 'sent') return decide(caseOf(scene), stamped(happening, scene));
  const { by, channel, excluded, settings } = happening;
  const people = excluded.map((person) => ({
    person,
    lead: roster[person]?.includes('lead') ?? false,
  }));
  return decideOpening(
    { channel, openedBy: by, excluded: people, settings: parseSettings(settings) },
    { at: scene.at, by: actor(by), seq: 1 },
    { people: rolesOf(handlesIn(excluded)) },
  );
}

/** One happening after a scene; a case that nobody opened is opened first. */
export function play(before: Scene, happening: Happening): Stepped {
  if (happening.what === 'later') {
    const scene = { ...before, at: addDuration(before.at, happening.duration) };
    return { scene, violations: [], happened: true };
  }
  const started = before.snapshot !== null || happening.what === 'opened';
  const scene = started ? before : play(before, opened()).scene;
  const seq = scene.seq + 1;
  if (happening.what === 'elapsed') {
    const snapshot = decideElapse(caseOf(scene), happening.deadline, scene.at, seq);
    if (!snapshot) return { scene, violations: [], happened: false };
    return { scene: { ...scene, seq, snapshot: reread(snapshot) }, violations: [], happened: true };
  }
  const verdict = judge(scene, happening);
  if (verdict.outcome === 'refused')
    return { scene: { ...scene, seq }, violations: verdict.violations, happened: false };
  return {
    scene: { ...scene, seq, snapshot: reread(verdict.snapshot) },
    violations: [],
    happened: true,
  };
}

const nameOf = (happening: Happening) =>
  happening.what === 'sent' ? happening.event.type : happening.what;

/** The scene after a story that goes as told. Throws where it doesn't, and names the rules in the way. */
export const sceneAfter = (...story: readonly Happening[]): Scene =>
  story.reduce((scene, happening) => {
    const { scene: after, violations, happened } = play(scene, happening);
    const why = violations.map(({ rule, detail }) => `${rule} ${JSON.stringify(detail ?? '')}`);
    if (!happened) throw new Error(`given, but refused: ${nameOf(happening)}: ${why.join('; ')}`);
    return after;
  }, blank);

type Expected = Readonly<Record<string, string>>;
type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T;

const refusedBy = ({ violations }: Stepped) => violations.map(({ rule }) => rule);

/** Begins a story: what has happened so far, all of it accepted. */
export const given = (...story: readonly Happening[]) => ({
  when(happening: Happening) {
    const told = sceneAfter(...story);
    const opens = told.snapshot !== null || happening.what === 'opened';
    const scene = opens ? told : play(told, opened()).scene;
    const stepped = play(scene, happening);
    const accepted = (): CaseSnapshot => {
      expect({ refused: refusedBy(stepped), happened: stepped.happened }).toEqual({
        refused: [],
        happened: true,
      });
      return caseOf(stepped.scene);
    };
    return {
      /** Accepted, and these stages (or the case's `status`) stand so. */
      // oxlint-disable-next-line unicorn/no-thenable -- given, when, then; it ends the story and nobody awaits it
      then(expected: Expected): void {
        const snapshot = accepted();
        expect({ status: statusOf(snapshot), ...stagesOf(snapshot) }).toMatchObject(expected);
      },
      /** Accepted, and the case knows at least this. */
      thenFacts(expected: DeepPartial<Context>): void {
        expect(accepted().context).toMatchObject(expected);
      },
      /** Accepted, and exactly these clocks run. */
      thenClocks(expected: Partial<Record<DeadlineName, Time>>): void {
        const running = deadlinesOf(accepted()).filter(({ pending }) => pending);
        expect(Object.fromEntries(running.map(({ name, dueAt }) => [name, dueAt]))).toEqual(
          expected,
        );
      },
      /** Accepted, and exactly these deadlines ran out while what they were for is still owed. */
      thenOverdue(...expected: readonly DeadlineName[]): void {
        const overdue = deadlinesOf(accepted()).filter(({ pending }) => !pending);
        expect(overdue.map(({ name }) => name)).toEqual(expected);
      },
      /** A deadline whose clock does not run, or is not due. */
      thenNothing(): void {
        expect(stepped).toMatchObject({ violations: [], happened: false });
      },
      /** Refused, by these rules at least. */
      thenRefused(...rules: readonly RuleId[]): void {
        expect(refusedBy(stepped)).toEqual(expect.arrayContaining([...rules]));
        expect(stepped.scene.snapshot).toBe(scene.snapshot);
      },
      /** Refused by this rule alone, which names what is in the way. */
      thenRefusedFor(rule: RuleId, detail: Readonly<Record<string, unknown>>): void {
        const named = stepped.violations.map((violation) => [violation.rule, violation.detail]);
        expect(named).toEqual([[rule, detail]]);
      },
      /** Refused, by these rules and no others. */
      thenExactlyRefused(...rules: readonly RuleId[]): void {
        expect(refusedBy(stepped)).toEqual(rules);
      },
    };
  },
});
