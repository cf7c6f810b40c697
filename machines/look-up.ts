/**
 * What an object holds under a name that the code does not know: its own member, never one that
 * every object inherits, such as `constructor`. The linter knows no other way (.oxlint/lookups.js).
 */
export const lookUp = <T>(object: Readonly<Record<string, T>>, name: string): T | undefined =>
  // oxlint-disable-next-line lookups/own-names -- the one place that asks first
  Object.hasOwn(object, name) ? object[name] : undefined;
