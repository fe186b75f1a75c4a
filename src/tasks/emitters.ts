import ts from 'typescript';
import type { Library, Site, Vocabulary } from '../libraries/vocabulary.js';
import { classesFrom } from '../typescript/classes.js';
import type { Code } from '../typescript/code.js';
import { evaluate } from '../typescript/evaluate.js';
import { originOf } from '../typescript/identity.js';
import { listensWithin, mayBeHeard, mayNamedBeHeard } from '../typescript/listeners.js';
import { alternatives } from '../typescript/value.js';
import type { Match, SiteFinder } from './match.js';

/** Who listens to what; all answers are `true` where nobody knows. */
export class Listening {
  constructor(
    private readonly code: Code,
    private readonly vocabulary: Vocabulary,
    private readonly finder: SiteFinder,
  ) {}

  /** May somebody listen to this event of an emitter? */
  mayBeHeard(match: Match<Extract<Site, { purpose: 'emitter' }>>, event: string): boolean {
    const { node, owner, site } = match;
    if (site.site.emitter !== undefined) {
      const emitter = this.finder.locate(match, site.site.emitter)?.node;
      return !emitter || !ts.isExpression(emitter) || mayNamedBeHeard(this.code, emitter, event);
    }
    return this.mayMadeBeHeard(site.library, node, owner, event);
  }

  /** The same for what a node makes: a `new`, a call, or the decorator of a class. */
  mayMadeBeHeard(
    library: Library,
    node: ts.Node,
    owner: ts.ClassLikeDeclaration | undefined,
    event: string,
  ): boolean {
    if (owner && ts.isDecorator(node)) {
      return this.#isDecorated(library, owner, event) || listensWithin(this.code, owner, event);
    }
    if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return true;
    return mayBeHeard(this.code, node, event, (callee) => {
      const origin = originOf(this.code, callee);
      return origin !== undefined && this.vocabulary.owns(library, origin);
    });
  }

  /** Has a class, or one that it extends, a method with the decorator of a listener? */
  #isDecorated(library: Library, owner: ts.ClassLikeDeclaration, event: string): boolean {
    const { listeners = [] } = library;
    return [...classesFrom(this.code, owner)].some((each) =>
      each.members.some((member) =>
        ((ts.canHaveDecorators(member) ? ts.getDecorators(member) : undefined) ?? []).some(
          ({ expression }) => {
            const callee = ts.isCallExpression(expression) ? expression.expression : expression;
            const origin = originOf(this.code, callee);
            if (!origin || !this.vocabulary.owns(library, origin)) return false;
            return listeners
              .filter(({ decorator }) => decorator === origin.name)
              .some((listener) => this.#isFor(listener.event, expression, event));
          },
        ),
      ),
    );
  }

  #isFor(declared: string, decorator: ts.Expression, event: string): boolean {
    if (declared !== 'arg0') return declared === event;
    const argument = ts.isCallExpression(decorator) ? decorator.arguments[0] : undefined;
    return (
      argument !== undefined &&
      alternatives(evaluate(this.code, argument)).some(
        (value) => value.kind !== 'constant' || value.value === event,
      )
    );
  }
}
