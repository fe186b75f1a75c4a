import type { Handler, Setting } from './model.js';
import { hasQueues } from './dispatches.js';
import type { Project } from './project.js';
import type ts from 'typescript';

/** How often a handler's task is run when it fails, as far as it is known for certain. */
export interface Runs {
  /** `Infinity` without end. */
  readonly count: number;
  /** The text that says so; undefined for the library's own default. */
  readonly at: ts.Node | undefined;
}

/**
 * The runs of a handler's task: as its definition or its queue says, or the most that one of its dispatches
 * asks for. Undefined where nothing is known.
 */
export function runsOf(project: Project, handler: Handler): Runs | undefined {
  const own = runsIn(handler.policy.attempts);
  if (!handler.library.layers.includes('dispatch') || handler.site.elsewhere) return own;
  const asked = project.dispatches
    .filter((dispatch) => dispatch.library.base === handler.library.base)
    .filter((dispatch) =>
      hasQueues(handler.library) || handler.queue.state === 'stated'
        ? isSame(dispatch.queue, handler.queue) && !isOther(dispatch.task, handler.task)
        : isSame(dispatch.task, handler.task),
    )
    .map(({ policy }) => runsIn(policy.attempts));
  const queues = project.queues
    .filter(
      ({ library, name, root }) =>
        !root && library.base === handler.library.base && isSame(name, handler.queue),
    )
    .map(({ policy }) => runsIn(policy.attempts));
  return [...asked, ...queues, own]
    .filter((runs) => runs !== undefined)
    .reduce<Runs | undefined>((most, runs) => (most && most.count >= runs.count ? most : runs), undefined);
}

/** The fewest runs that a setting may mean. */
function runsIn(attempts: Setting<number>): Runs | undefined {
  if (attempts.state === 'stated') return { count: Math.min(...attempts.values), at: attempts.at };
  if (attempts.state === 'defaulted') return { count: attempts.value, at: attempts.erasedAt };
  return undefined;
}

function isSame(a: Setting<string>, b: Setting<string>): boolean {
  return a.state === 'stated' && b.state === 'stated' && a.values.some((each) => b.values.includes(each));
}

function isOther(a: Setting<string>, b: Setting<string>): boolean {
  return a.state === 'stated' && b.state === 'stated' && !isSame(a, b);
}
