import { describe, expect, it } from 'vitest';
import { caseMachine } from '../../machines/case.ts';
import { optionsFor } from '../../src/engine/step/decide.ts';
import { deadlinesOf } from '../../src/engine/step/statechart.ts';
import { actor, kim } from '../support/cast.ts';
import { closed, covered } from '../support/chapters.ts';
import { moves, nextStep } from '../support/moves.ts';
import {
  caseOf,
  elapsed,
  opened,
  play,
  sceneAfter,
  type Happening,
  type Scene,
} from '../support/story.ts';

type Node = typeof caseMachine.root;
const statesOf = (node: Node): string[] => {
  if (node.type === 'history') return [];
  const inner = Object.values(node.states);
  return inner.length === 0 ? [node.path.join('.')] : inner.flatMap(statesOf);
};
const standing = (value: unknown, path = ''): string[] =>
  typeof value === 'string'
    ? [path + value]
    : Object.entries(value as object).flatMap(([key, inner]) => standing(inner, `${path}${key}.`));

const isMoment = (value: unknown) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
/** What the case knows, item by item; not when, nor in which entry, it came to know it. */
const known = (value: unknown, path = ''): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .filter(([key]) => key !== 'action')
        .flatMap(([key, inner]) => known(inner, `${path}${key}.`))
    : [path + (isMoment(value) ? 'some day' : String(value))];

const standingIn = (scene: Scene) => standing(caseOf(scene).value);
const situation = (scene: Scene) =>
  [...standingIn(scene), ...known(caseOf(scene).context)].join('\n');

interface Way {
  readonly from: Scene;
  readonly by: Happening;
}

/** The moves that the options do not rule out, and the deadlines when they are due. */
function waysOn(scene: Scene): Way[] {
  const snapshot = caseOf(scene);
  const senders = [...new Set(moves.map(({ by }) => by ?? ''))];
  const possible = new Set(
    senders.flatMap((by) =>
      optionsFor(snapshot, scene.at, actor(by))
        .filter(({ verdict }) => verdict !== 'refused')
        .map(({ type }) => `${by} ${type}`),
    ),
  );
  const due = deadlinesOf(snapshot).filter(({ pending }) => pending);
  return [
    ...moves
      .filter(({ by, event }) => possible.has(`${by} ${event.type}`))
      .map((by) => ({ from: scene, by })),
    ...due.map(({ name, dueAt }) => {
      return { from: { ...scene, at: dueAt > scene.at ? dueAt : scene.at }, by: elapsed(name) };
    }),
  ];
}

/** Tries every way on from each beginning, and from wherever a state is seen for the first time. */
function explore(beginnings: readonly Scene[]) {
  const seen = new Set(beginnings.flatMap(standingIn));
  const reached = new Map(beginnings.map((scene) => [situation(scene), scene]));
  const fresh = [...reached.values()];
  for (let scene = fresh.shift(); scene; scene = fresh.shift()) {
    for (const { from, by } of waysOn(scene)) {
      const { scene: after, happened } = play(from, by);
      if (!happened || reached.has(situation(after))) continue;
      reached.set(situation(after), after);
      const states = standingIn(after);
      if (states.some((state) => !seen.has(state))) fresh.push(after);
      states.forEach((state) => seen.add(state));
    }
  }
  return { seen, reached: [...reached.values()] };
}

/** Every scene on the way of a story. */
const scenesOf = (opening: Happening, story: readonly Happening[]) =>
  Array.from({ length: story.length + 1 }, (_, end) => sceneAfter(opening, ...story.slice(0, end)));

/** Where the way to the end breaks off, if it does; `arrived` remembers from where it did not. */
function deadEnd(from: Scene, arrived: Set<string>): string | undefined {
  const passed: string[] = [];
  for (let scene = from; passed.length < 50;) {
    passed.push(situation(scene));
    const next = nextStep(caseOf(scene));
    if (!next || arrived.has(situation(scene))) {
      passed.forEach((place) => arrived.add(place));
      return undefined;
    }
    const { scene: after, happened, violations } = play(scene, next);
    if (!happened) return `${next.event.type}: ${violations.map(({ rule }) => rule).join(', ')}`;
    scene = after;
  }
  return 'goes round in circles';
}

describe('a walk through the case', () => {
  const window = opened({ settings: { appealWindow: 'P30D' } });
  const { seen, reached } = explore([
    ...scenesOf(opened(), [...covered, kim('followUp.complete')]),
    ...scenesOf(opened(), closed),
    ...scenesOf(window, closed),
  ]);

  it('comes to every state of every stage', () => {
    const states = statesOf(caseMachine.root);
    expect(states.length).toBeGreaterThan(35);
    expect(states.filter((state) => !seen.has(state))).toEqual([]);
  });

  it('finds a way to a closed case from wherever it came', () => {
    const arrived = new Set<string>();
    const ends = reached.map((scene) => deadEnd(scene, arrived));
    expect([...new Set(ends)]).toEqual([undefined]);
    expect(arrived.size).toBeGreaterThan(500);
  });
});
