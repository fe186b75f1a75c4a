import type ts from 'typescript';
import type { TimeAmount, TimeRelation, TrapSpec } from '../libraries/define.js';
import type { Library } from '../libraries/vocabulary.js';
import { property } from '../typescript/properties.js';
import { type Value } from '../typescript/value.js';
import { groupBy } from './grouping.js';
import type { Dispatch, Handler, Queue } from './model.js';
import type { Project } from './project.js';

/** Options that somebody wrote: a task's with all that it inherits, or those of a worker or a client. */
export interface WrittenOptions {
  readonly library: Library;
  readonly node: ts.Node;
  /** What to report where the call as a whole is meant. */
  readonly name: ts.Node;
  readonly version: string | undefined;
  /** The task or queue whose options they are; undefined for those of something else. */
  readonly subject: Dispatch | Handler | Queue | undefined;
  readonly traps: readonly TrapSpec[];
  readonly relations: readonly TimeRelation[];
  readonly amounts: readonly TimeAmount[];
  /** What holds for an option, by its path. */
  readonly option: (path: string) => Value;
  /** What weaker layers say of it. */
  readonly inherited: (path: string) => Value;
}

/** All options of a file that the libraries' tables say something of. */
function optionsIn(project: Project, file: ts.SourceFile): readonly WrittenOptions[] {
  return [
    ...project.queuesIn(file),
    ...project.handlersIn(file).filter(({ options }) => options !== undefined),
    ...project.dispatchesIn(file),
  ]
    .flatMap((subject) => optionsOf(subject) ?? [])
    .concat(settingsIn(project, file));
}

/** The options of a task or a queue; undefined where the library's table says nothing of them. */
export function optionsOf(subject: Dispatch | Handler | Queue): WrittenOptions | undefined {
  const { library, node, policy } = subject;
  const { traps = [], relations = [], amounts = [] } = library;
  if (traps.length + relations.length + amounts.length === 0 && !library.softTimeLimit) return undefined;
  return {
    library,
    node,
    name: subject.kind === 'queue' ? node : subject.name,
    version: policy.version,
    subject,
    traps,
    relations,
    amounts,
    option: (path) => policy.option(path),
    inherited: (path) => policy.inheritedOption(path),
  };
}

function settingsIn(project: Project, file: ts.SourceFile): readonly WrittenOptions[] {
  return project.sitesIn(file, 'settings').map((match): WrittenOptions => {
    const { library, site } = match.site;
    const { node, name, version } = match;
    const whole = project.locate(match, site.options);
    const absent: Value = { kind: 'absent', node };
    return {
      library,
      node,
      name,
      version,
      subject: undefined,
      traps: site.traps ?? [],
      relations: site.relations ?? [],
      amounts: site.amounts ?? [],
      option: (path) =>
        path.split('.').reduce((at, key) => property(project.code, at, key), whole?.value ?? absent),
      inherited: () => absent,
    };
  });
}

/** Where a finding stands. */
interface Found {
  readonly at: ts.Node;
}

/** The findings of one judge in a program, by the file that they stand in. */
const elsewhere = new WeakMap<object, WeakMap<Project, ReadonlyMap<ts.SourceFile, readonly Found[]>>>();

/**
 * What a judge finds in the options of a file, each place once: in those that are written at its own tasks,
 * and in those that it states for tasks of other files. These are read only where the file's text names an
 * option that is judged at all.
 */
export function findingsIn<T extends Found>(
  project: Project,
  file: ts.SourceFile,
  judge: (options: WrittenOptions) => readonly T[],
): readonly T[] {
  const found = new Map<ts.Node, T>();
  const own = optionsIn(project, file).flatMap(judge);
  const others = project.mentionsJudged(file) ? (foundElsewhere(project, judge).get(file) ?? []) : [];
  for (const each of [...own, ...(others as readonly T[])])
    if (each.at.getSourceFile() === file && !found.has(each.at)) found.set(each.at, each);
  return [...found.values()].sort((a, b) => a.at.pos - b.at.pos);
}

function foundElsewhere(
  project: Project,
  judge: (options: WrittenOptions) => readonly Found[],
): ReadonlyMap<ts.SourceFile, readonly Found[]> {
  let ofJudge = elsewhere.get(judge);
  if (!ofJudge) elsewhere.set(judge, (ofJudge = new WeakMap()));
  let found = ofJudge.get(project);
  if (!found) {
    const all = project.files.flatMap((file) =>
      optionsIn(project, file)
        .flatMap(judge)
        // Only what stands in another file than its task.
        .filter(({ at }) => at.getSourceFile() !== file),
    );
    ofJudge.set(project, (found = groupBy(all, ({ at }) => at.getSourceFile())));
  }
  return found;
}
