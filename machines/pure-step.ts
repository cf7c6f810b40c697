/**
 * XState's pure step. The library's own `transition` makes an actor for each call and throws it away:
 * that runs the machine once more from its beginning, and took a third of a step's time. Without
 * children, delays that run, or anything to execute, a step needs nothing of an actor; so here it gets
 * a scope in which nothing happens. A property test holds this to the library's function.
 */
import type { AnyStateMachine, EventObject, SnapshotFrom } from 'xstate';

/** Something that the machine would have done; a pure step only says so. */
export interface Action {
  readonly type: string;
  readonly params: unknown;
}

type Scope = Parameters<AnyStateMachine['transition']>[2];

const nothing = () => undefined;

/** The state after an event, and what the machine would have done on the way. */
export function pureStep<Machine extends AnyStateMachine>(
  machine: Machine,
  snapshot: SnapshotFrom<Machine>,
  event: EventObject,
): readonly [SnapshotFrom<Machine>, readonly Action[]] {
  const actions: Action[] = [];
  const scope = {
    self: {},
    system: { _sendInspectionEvent: nothing },
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    stopChild: nothing,
    emit: nothing,
    actionExecutor: (action: Action) => {
      actions.push(action);
    },
  } as unknown as Scope;
  return [machine.transition(snapshot, event, scope) as SnapshotFrom<Machine>, actions];
}
