/** What the demo looks like: plain text of at most 96 columns, coloured on a terminal that wants it. */
import type { WriteStream } from 'node:tty';
import type { Move, Violation } from './answers.ts';

/** A rule, as a refusal or the catalogue tells of it. */
type Told = Pick<Violation, 'rule' | 'statement' | 'source'> &
  Partial<Pick<Violation, 'instead' | 'detail' | 'departure'>>;
export type Printer = ReturnType<typeof printer>;

/** Columns: of the margin with its mark, and of the person who acts. */
const margin = 4;
const person = 6;
const indent = margin + person;

/** A space at which no line ends. */
const tie = '\u00A0';
const tied = (text: string): string => text.replaceAll(' ', tie);

/** Cuts a text into lines of at most `width` characters, at its spaces. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const inWord = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.values(value).map(inWord).join(' ')
    : String(value);

/** A refusal's detail in words: `missing: reporterCare: reporter, appeal`. */
const inWords = (detail: Readonly<Record<string, unknown>>): string =>
  Object.entries(detail)
    .map(([name, value]) => `${name}: ${[value].flat().map(inWord).map(tied).join(', ')}`)
    .join('; ');

/** Moves in lines, one for all of whom they say the same: `reported-1: decision idle → deliberating`. */
function linesOf(moves: readonly Move[]): string[] {
  const units = moves.map(({ whose, what, from, to }) => ({
    whose,
    text: tied(`${what} ${from === undefined ? '' : `${from} → `}${to}`),
  }));
  const byWhose = [...Map.groupBy(units, ({ whose }) => whose)].map(
    ([whose, own]) => [own.map(({ text }) => text).join(', '), whose] as const,
  );
  return [...Map.groupBy(byWhose, ([text]) => text)].map(
    ([text, all]) => `${all.map(([, whose]) => whose).join(', ')}: ${text}`,
  );
}

const plain = (text: string) => text;

/** @param env NO_COLOR and TERM decide on colours, where the output is a terminal at all */
export function printer(out: WriteStream, env: Readonly<Record<string, string | undefined>>) {
  const width = Math.min(Math.max(out.columns || 88, 60), 96);
  const coloured = out.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const paint = (code: number) => (text: string) =>
    coloured ? `\u001B[${code}m${text}\u001B[0m` : text;
  const bold = paint(1);
  const dim = paint(2);
  const red = paint(31);
  const green = paint(32);
  const cyan = paint(36);

  let wasEmpty = true;
  function write(line: string): void {
    out.write(`${line.replaceAll(tie, ' ').trimEnd()}\n`);
    wasEmpty = line === '';
  }
  /** One empty line, however many ask for it. */
  function gap(): void {
    if (!wasEmpty) write('');
  }
  function block(text: string, style = plain, column = margin): void {
    for (const line of wrap(text, width - column)) write(' '.repeat(column) + style(line));
  }
  /** Who did what, and the event at the right edge, or beneath where there is no room. */
  function deed(mark: string, who: string, does: string, type: string): void {
    const start = `  ${mark} ${bold(who.padEnd(person))}`;
    const [first = '', ...rest] = wrap(does, width - indent);
    const room = width - indent - first.length;
    const fits = rest.length === 0 && type.length + 2 <= room;
    write(start + first + (fits ? dim(type.padStart(room)) : ''));
    for (const line of rest) write(' '.repeat(indent) + line);
    if (!fits) write(dim(type.padStart(width)));
  }
  function explain(who: string, { rule, statement, source, ...more }: Told): void {
    const label = `${rule}  (${source})`;
    if (label.length <= width - indent)
      write(`${' '.repeat(indent)}${red(rule)}${dim(label.slice(rule.length))}`);
    else {
      block(rule, red, indent);
      block(`(${source})`, dim, indent + 2);
    }
    block(statement, plain, indent + 2);
    const { detail, instead, departure } = more;
    if (detail) block(inWords(detail), dim, indent + 2);
    if (instead !== undefined) block(`Instead: ${instead}`, plain, indent + 2);
    if (departure?.allowed)
      block(`Or ${who} departs from it and says why: ${departure.grounds.join(', ')}.`, cyan, 12);
    else if (departure) block(`It is not ${who}’s to depart from.`, dim, indent + 2);
  }

  return {
    explain,
    title: (): void => {
      gap();
      write('');
      write(bold('    Recourse'));
      gap();
      block(
        'An evening on a harbour ferry, and what a team makes of it, from the first word to the ' +
          'closing. Everybody in it is made up. The server is real, started for this on a ' +
          'temporary database, and so is every answer: ✓ is recorded, ✗ is refused, with the ' +
          'rules that are in the way.',
      );
      gap();
      block(
        'Cleo and Rui are responders; Ada, Ben and Cam are leads; Kim is the event coordinator, ' +
          'Dov and Oli are organizers, Uma is the ombud, Eve an auditor. Fable, Quill and Basil ' +
          'are guests.',
      );
      gap();
      block(
        'Where the rules come from: SP and AP are the staff and the attendee procedure of Boston ' +
          'Python (CC BY 3.0), PY the procedures of PyCon US; other communities by name.',
        dim,
      );
    },
    chapter: (number: number, title: string, text: string): void => {
      const line = '─'.repeat(Math.max(0, width - margin - title.length - 1));
      gap();
      write('');
      write(`${String(number).padStart(2)}  ${bold(title)} ${dim(line)}`);
      gap();
      block(text);
      gap();
    },
    step: (who: string, does: string, type: string): void => deed(green('✓'), who, does, type),
    /** Several steps that were sent in one request. */
    steps: (who: string, does: string, types: readonly string[]): void => {
      deed(green('✓'), who, does, 'POST …/batch');
      const counts = [...Map.groupBy(types, (type) => type)];
      const said = counts.map(([type, { length }]) =>
        tied(length > 1 ? `${length} × ${type}` : type),
      );
      block(said.join(', '), dim, indent);
    },
    /** What a step has moved, and who is in the case where it brought somebody in. */
    moved: ({ moves, people }: { moves: readonly Move[]; people: readonly string[] }): void => {
      if (people.length > 0) block(`people: ${people.join(', ')}`, cyan, indent);
      for (const line of linesOf(moves)) block(line, cyan, indent);
    },
    refused: (who: string, does: string, type: string, violations: readonly Violation[]): void => {
      gap();
      deed(red('✗'), who, does, type);
      for (const violation of violations) explain(who, violation);
      gap();
    },
    /** Something that was looked at; a refusal where nothing was to be seen. */
    asked: (who: string, does: string, call: string, answer: string, refusal = false): void => {
      deed(refusal ? red('✗') : green('✓'), who, does, call);
      block(answer, refusal ? red : cyan, indent);
    },
    note: (text: string): void => block(text, dim, indent),
    table: (title: string, rows: readonly (readonly [name: string, value: string])[]): void => {
      const column = Math.max(...rows.map(([name]) => name.length)) + 2;
      gap();
      block(title, plain, indent);
      for (const [name, value] of rows) {
        const [first = '', ...rest] = wrap(value, width - indent - 2 - column);
        write(' '.repeat(indent + 2) + name.padEnd(column) + cyan(first));
        for (const line of rest) write(' '.repeat(indent + 2 + column) + cyan(line));
      }
      gap();
    },
    end: (): void => {
      gap();
      block('The server has stopped, and its database is gone. npm start starts one that stays.');
      gap();
    },
  };
}
