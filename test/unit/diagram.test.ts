import { describe, expect, test } from 'vitest';
import { graphOf, type Graph, type Node } from '../../machines/diagram.ts';
import { eventTypes } from '../../machines/events.ts';
import { universalRules } from '../../machines/rules.ts';
import { homes, stageNames } from '../../machines/stages.ts';
import { machines } from '../../machines/configurations.ts';
import { renderDiagram } from '../../src/diagram/render.ts';

interface State {
  readonly path: string[];
  readonly states: Readonly<Record<string, State>>;
}

const within = (node: State): State[] => [node, ...Object.values(node.states).flatMap(within)];
/** Every state of the definition, as the graph names it; of the case’s own, `open` goes without saying. */
const all = [
  ...within(machines.case.root).map(({ path: [first, ...inside] }) =>
    inside.length > 0 ? inside.join('.') : (first ?? ''),
  ),
  ...[machines.reporter, machines.reported].flatMap(({ root }) =>
    within(root).map(({ path }) => path.join('.')),
  ),
].filter((id) => id !== '');

const idsOf = ({ nodes }: Graph) =>
  nodes.filter(({ kind }) => kind !== 'initial').map(({ id }) => id);
const overview = graphOf();

describe('the graph', () => {
  test.each(stageNames)('holds every state of %s', (stage) => {
    const inside = all.filter((id) => id === stage || id.startsWith(`${stage}.`));
    expect(idsOf(graphOf(stage)).toSorted()).toEqual(inside.toSorted());
  });

  test('holds the case, all stages and their states in the overview', () => {
    const notNested = all.filter((id) => id.split('.').length <= 2);
    expect(idsOf(overview).toSorted()).toEqual(notNested.toSorted());
  });

  test('tells whose a stage is, and that it runs as long as the case is open', () => {
    const regions = overview.nodes.filter(({ kind }) => kind === 'region');
    expect(regions.map(({ id }) => id)).toEqual(stageNames);
    expect(new Set(regions.map(({ parent }) => parent))).toEqual(new Set(['open']));
    const labels = Object.fromEntries(regions.map(({ id, label }) => [id, label]));
    expect(labels).toMatchObject({
      intake: 'intake',
      reporterCare: 'reporterCare, of each reporter',
      decision: 'decision, of each reported person',
    });
  });

  test.each(stageNames)('shows every event of %s, and none of another stage', (stage) => {
    const expected = eventTypes.filter((type) => homes[type].stage === stage);
    expect(eventsIn(graphOf(stage))).toEqual(expected.toSorted());
  });

  test('shows every event of the case itself', () => {
    const itself = { ...overview, edges: overview.edges.filter(({ from }) => !from.includes('.')) };
    const expected = eventTypes.filter((type) => homes[type].stage === 'case');
    expect(eventsIn(itself)).toEqual(expect.arrayContaining(expected));
  });

  test('tells what is always refused', () => {
    const refused = stageNames.flatMap((stage) => graphOf(stage).nodes.flatMap((n) => n.refuses));
    expect(refused.toSorted()).toEqual([
      'appeal.encourageApology',
      'followUp.allowDirectApology',
      'followUp.discloseReporter',
      'followUp.encourageApology',
      'followUp.excuseByIntent',
      'followUp.forgive',
      'followUp.reassure',
      'intake.inviteWithdrawal',
      'intake.offerLongTermInput',
      'intake.promiseResponse',
      'intake.promptForSuggestion',
      'intake.solicitImmediateAdvice',
      'publicity.discloseDetails',
    ]);
  });

  test('tells branches, deadlines, conditions and what follows from what', () => {
    const edges = (stage: string, from: string) =>
      graphOf(stage).edges.filter((edge) => edge.from === `${stage}.${from}`);
    expect(edges('immediateResponse', 'unassessed')).toMatchObject([
      { to: 'immediateResponse.responding', label: 'immediate.assess', given: 'needed' },
      { to: 'immediateResponse.notNeeded', label: 'immediate.assess', given: 'not needed' },
    ]);
    expect(edges('leadsMeeting', 'idle.recorded')).toMatchObject([
      { to: 'leadsMeeting.overdue', kind: 'deadline', label: 'after leadsMeet' },
    ]);
    expect(edges('decision', 'decided')).toMatchObject([
      { to: 'decision.carriedOut', kind: 'condition', given: 'everything is carried out' },
    ]);
    expect(edges('reportedPersonFollowUp', 'idle')).toMatchObject([
      { to: 'reportedPersonFollowUp.conversing', kind: 'event' },
      { to: 'reportedPersonFollowUp.choosing', given: 'the leads have met' },
    ]);
    const again = overview.edges.filter(({ from, to }) => from === 'closed' && to === 'past');
    expect(again).toContainEqual(
      expect.objectContaining({ label: 'immediate.assess', raises: 'itself' }),
    );
    expect(overview.nodes.find(({ id }) => id === 'open')?.takes).toContain(
      'case.confirm → what was proposed',
    );
  });

  test('leaves the rules out that are on every event', () => {
    const named = new Set(
      stageNames.flatMap((s) => graphOf(s).edges.flatMap(({ rules }) => rules)),
    );
    expect(named).toContain('quorum');
    expect(universalRules.filter((rule) => named.has(rule))).toEqual([]);
  });

  test.each([undefined, ...stageNames])('has no arrow from or to nowhere (%s)', (stage) => {
    const { nodes, edges } = graphOf(stage);
    const ids = nodes.map(({ id }) => id);
    expect(edges.flatMap(({ from, to }) => [from, to]).filter((id) => !ids.includes(id))).toEqual(
      [],
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(['lunch', 'closed', '__proto__'])('knows no stage %s', (stage) => {
    expect(() => graphOf(stage)).toThrow(RangeError);
  });

  function eventsIn({ nodes, edges }: Pick<Graph, 'nodes' | 'edges'>): string[] {
    const moving = edges.filter(({ kind }) => kind === 'event').map(({ label }) => label);
    const still = nodes.flatMap(({ takes, refuses }) => [...takes, ...refuses]);
    const types = [...moving, ...still].map((words) => words.replace(/ .*/, ''));
    return [...new Set(types)].toSorted();
  }
});

describe('the picture', () => {
  const none = new Set<string>();
  /** The states that are drawn in a way, by its class. */
  const drawnAs = (svg: string, look: string) =>
    [...svg.matchAll(/<g class="(?:node|cluster) (\w+)">\n<title>([^<]*)</g)]
      .filter(([, found]) => found === look)
      .map(([, , id]) => id);

  test.each([undefined, ...stageNames])(
    'shows every state and needs nothing else (%s)',
    async (stage) => {
      const graph = graphOf(stage);
      const svg = await renderDiagram(graph, none);
      const states = graph.nodes.filter(({ kind }) => kind === 'region' || kind === 'state');
      for (const { label } of states) expect(svg).toContain(`>${label}</text>`);
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
      expect(svg).toMatch(/ role="img" aria-labelledby="title" aria-describedby="desc">/);
      expect(svg).not.toMatch(/<script|<a |<image|href|url\(|\bon\w+=|<!DOCTYPE|NaN|undefined/i);
      expect(svg.match(/https?:\/\//g)).toHaveLength(1);
      expect(svg.match(/ id="/g)).toHaveLength(2);
      expect(drawnAs(svg, 'lit')).toEqual([]);
    },
  );

  test('lights the states that a case is in', async () => {
    const svg = await renderDiagram(overview, new Set(['intake.reported', 'appeal.idle']));
    expect(drawnAs(svg, 'lit')).toEqual(['intake.reported', 'appeal.idle']);
    expect(drawnAs(svg, 'stood')).toEqual([]);
    expect(svg).toMatch(/font-weight="bold"[^>]*>reported</);
    expect(svg).toContain('The case is in: intake.reported, appeal.idle.');
  });

  test('lights states that have states inside, in the picture of their stage too', async () => {
    const svg = await renderDiagram(graphOf('leadsMeeting'), new Set(['leadsMeeting.idle']));
    expect(drawnAs(svg, 'lit')).toEqual(['leadsMeeting.idle']);
  });

  test('tells where the stages of a closed case stood from the state that it is in', async () => {
    const svg = await renderDiagram(overview, new Set(['intake.reported', 'closed']));
    expect(drawnAs(svg, 'lit')).toEqual(['closed']);
    expect(drawnAs(svg, 'stood')).toEqual(['intake.reported']);
  });

  test.each([
    '"><script>alert(1)</script>',
    '</td></tr></table>> evil [label=<b>',
    'it\'s \\" a \\',
    '&lt;b&gt; & &#60;i&#62;',
    'a\u0000b\u0007c\uD800d\uFFFE',
    '{x|<p>y} \\N \\G %s $& $1',
  ])('takes every text for text: %j', async (text) => {
    const svg = await renderDiagram(hostile(text), new Set([`s.${text}`]));
    const shown = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, words]) =>
      unescaped(words ?? ''),
    );
    const expected = text.toWellFormed().replace(/\p{Cc}|\uFFFE/gu, '\uFFFD');
    expect(shown).toEqual(
      expect.arrayContaining([expected, `${expected}!`, `[${expected}]`, `→ ${expected}`]),
    );
    expect(svg.match(/<[a-z]+/g)).not.toContain('<script');
    expect(svg).not.toMatch(/[^\P{Cc}\n]|\uFFFE/u);
  });

  test('in machines/case.svg is up to date', async () => {
    const svg = await renderDiagram(overview, none);
    const how = 'draw it anew: npm test -- test/unit/diagram.test.ts --update';
    await expect(svg, how).toMatchFileSnapshot('../../machines/case.svg');
  });

  function hostile(text: string): Graph {
    const node = { takes: [`${text}!`], refuses: [text], nested: false, kind: 'state' } as const;
    const nodes: Node[] = [
      { ...node, id: 's', label: text, parent: null, kind: 'region', nested: true },
      { ...node, id: `s.${text}`, label: text, parent: 's' },
      { ...node, id: 's.b', label: 'b', parent: 's' },
    ];
    const way = { label: text, given: text, raises: text, rules: [], kind: 'event' } as const;
    return { title: text, nodes, edges: [{ ...way, from: `s.${text}`, to: 's.b' }] };
  }

  const unescaped = (words: string) =>
    words
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
      .replace(
        /&(lt|gt|quot|amp);/g,
        (_, name: string) => ({ lt: '<', gt: '>', quot: '"' })[name] ?? '&',
      )
      .replaceAll('\u00A0', ' ');
});
