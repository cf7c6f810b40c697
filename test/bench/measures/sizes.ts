/** What must not get slower by how much there is already: long histories, and many cases. */
import { on, reading, sending, type Bench, type Measure, type Site } from '../bench.ts';

export const longCase: Measure = {
  name: 'long-case',
  thresholds: [
    { name: 'an event at 5,000 entries ÷ at 10', most: 1.1 },
    { name: 'a page of history at 5,000 entries ÷ at 50', most: 3 },
    { name: '?at= at 5,000 entries ÷ at 50', most: 3 },
  ],
  async round({ large, load, pace }) {
    const one = { connections: 1, seconds: pace / 2 };
    const [short, long] = [await large.ofLength(50), await large.ofLength(5_000)];
    const p50 = async (calls: Parameters<Bench['load']>[0]['calls']) =>
      (await load(on(large, { ...one, calls }))).p50;
    const page = (after: number) => (id: string) =>
      `/v1/cases/${id}/history?limit=20&after=${after}`;
    const asOf = (id: string) => `/v1/cases/${id}?at=2030-01-01T00:00:00Z`;
    return {
      'an event at 5,000 entries ÷ at 10':
        (await p50(sending(long))) / (await p50(sending(large.open))),
      'a page of history at 5,000 entries ÷ at 50':
        (await p50(reading(...long.map(page(4_900))))) /
        (await p50(reading(...short.map(page(20))))),
      '?at= at 5,000 entries ÷ at 50':
        (await p50(reading(...long.map(asOf)))) / (await p50(reading(...short.map(asOf)))),
    };
  },
};

const filters = {
  all: '',
  'by status': '&status=open',
  'by stage': '&stage=intake&state=recorded',
  overdue: '&overdue=true',
  'by assignee': '&assignee=rui',
} as const;
/** A lead, who sees every case, and a responder who has three. */
const readers = { lead: 'ada', responder: 'nia' } as const;
const pages = ['first page', 'page 100'] as const;
const pageSize = 2;

/** Where the hundredth page begins, whatever the reader sees of what is before. */
async function cursorAt({ server, tokens }: Site, filter: string): Promise<string> {
  const url = `${server.base}/v1/cases?limit=${99 * pageSize}${filter}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${tokens['ada']}` } });
  const { next } = (await answer.json()) as { next: string | null };
  if (next === null) throw new Error(`there are no hundred pages: ${filter}`);
  return encodeURIComponent(next);
}

async function codenameOf({ owner }: Site, person: string): Promise<string> {
  const [row] = await owner.sql<{ codename: string }[]>`
    select codename from cases where opened_by = ${person} order by opened_at limit 1`;
  return row?.codename ?? '';
}

const listNames = Object.keys(readers).flatMap((reader) => [
  ...Object.keys(filters).flatMap((filter) =>
    pages.map((page) => `list, ${reader}, ${filter}, ${page}`),
  ),
  `list, ${reader}, by codename`,
]);

type Paths = Readonly<Record<string, string>>;
const known = new WeakMap<Site, Paths>();

/** The paths of a site's lists, by the names of their measures; looked up once. */
async function listsOf(site: Site): Promise<Paths> {
  const before = known.get(site);
  if (before) return before;
  const paths: Record<string, string> = {};
  for (const [reader, person] of Object.entries(readers)) {
    for (const [name, filter] of Object.entries(filters)) {
      const path = `/v1/cases?limit=${pageSize}${filter}`;
      paths[`list, ${reader}, ${name}, first page`] = path;
      paths[`list, ${reader}, ${name}, page 100`] =
        `${path}&cursor=${await cursorAt(site, filter)}`;
    }
    const named = encodeURIComponent(await codenameOf(site, person === 'ada' ? 'rui' : person));
    paths[`list, ${reader}, by codename`] = `/v1/cases?limit=${pageSize}&codename=${named}`;
  }
  known.set(site, paths);
  return paths;
}

/** The same on both sites: how much longer it takes where there are many cases. */
async function compare(
  { large, small, load, pace }: Bench,
  names: readonly string[],
  pathsOf: (site: Site) => Promise<Paths>,
): Promise<Record<string, number>> {
  const [many, few] = [await pathsOf(large), await pathsOf(small)];
  const ratios: Record<string, number> = {};
  for (const name of names) {
    const person = name.includes('responder') ? readers.responder : readers.lead;
    const p50 = async (site: Site, path = '') => {
      const one = { connections: 1, seconds: pace / 8, calls: reading(path) };
      return (await load(on(site, one, person))).p50;
    };
    ratios[name] = (await p50(large, many[name])) / (await p50(small, few[name]));
  }
  return ratios;
}

export const lists: Measure = {
  name: 'lists',
  thresholds: listNames.map((name) => ({ name, most: 1.5, sized: true })),
  round: (bench) => compare(bench, listNames, listsOf),
};

const health = { '/readyz': '/readyz', '/metrics': '/metrics' };
export const operations: Measure = {
  name: 'operations',
  thresholds: Object.keys(health).map((name) => ({ name, most: 1.5, sized: true })),
  round: (bench) => compare(bench, Object.keys(health), async () => health),
};
