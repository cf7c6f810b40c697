/** What the demo looks like: plain text of at most 96 columns, coloured on a terminal that wants it. */
import type { WriteStream } from 'node:tty';

/** A rule in the way, as a refusal names it. */
export interface Violation {
  readonly rule: string;
  readonly statement: string;
  readonly source: string;
  readonly instead?: string | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}
export type Moves = readonly {
  readonly stage: string;
  readonly from: string;
  readonly to: string;
}[];
export type Printer = ReturnType<typeof printer>;

/** Columns: of the margin with its mark, and of the person who acts. */
const margin = 4;
const person = 6;
const indent = margin + person;

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

/** A refusal's detail in words: `missing: reporterCare, appeal`. */
function inWords(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${[value].flat().map(String).join(', ')}`)
    .join('; ');
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
    out.write(`${line.trimEnd()}\n`);
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
    const room = width - indent - does.length;
    const start = `  ${mark} ${bold(who.padEnd(person))}${does}`;
    if (type.length + 2 <= room) write(start + dim(type.padStart(room)));
    else {
      write(start);
      write(dim(type.padStart(width)));
    }
  }
  function explain({ rule, statement, source, instead, detail }: Violation): void {
    const label = `${rule}  (${source})`;
    if (label.length <= width - indent)
      write(`${' '.repeat(indent)}${red(rule)}${dim(label.slice(rule.length))}`);
    else {
      block(rule, red, indent);
      block(`(${source})`, dim, indent + 2);
    }
    block(statement, plain, indent + 2);
    if (detail) block(inWords(detail), dim, indent + 2);
    if (instead !== undefined) block(`Instead: ${instead}`, plain, indent + 2);
  }

  return {
    explain,
    title: (): void => {
      gap();
      write('');
      write(bold('    Recourse'));
      gap();
      block(
        'One incident at a small conference, from the first word to the closing. Everybody in it ' +
          'is made up. The server is real, started for this on a temporary database, and so is ' +
          'every answer: ✓ is recorded, ✗ is refused, with the rules that are in the way.',
      );
      gap();
      block(
        'Cleo and Rui are responders; Ada, Ben and Cam are leads; Kim is the event coordinator, ' +
          'Dov and Oli are organizers, and Eve is an auditor.',
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
    step: (who: string, does: string, type: string, moves: Moves): void => {
      deed(green('✓'), who, does, type);
      for (const { stage, from, to } of moves) block(`${stage}: ${from} → ${to}`, cyan, indent);
    },
    refused: (who: string, does: string, type: string, violations: readonly Violation[]): void => {
      gap();
      deed(red('✗'), who, does, type);
      violations.forEach(explain);
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
      for (const [name, value] of rows)
        write(' '.repeat(indent + 2) + name.padEnd(column) + cyan(value));
      gap();
    },
    end: (): void => {
      gap();
      block('The server has stopped, and its database is gone. npm start starts one that stays.');
      gap();
    },
  };
}
