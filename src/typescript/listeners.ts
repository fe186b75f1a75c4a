import ts from 'typescript';
import { bindingsOfSetup } from './callers.js';
import { namedCallsIn } from './calls.js';
import { classesFrom, classNamed } from './classes.js';
import type { Code } from './code.js';
import { evaluate, functionCalled } from './evaluate.js';
import { functionAround } from './follow.js';
import { symbolAt } from './identity.js';
import { ancestorsOf, isOuter, skipOuter } from './syntax.js';
import { alternatives, noBindings, type Bindings, type Value } from './value.js';

/** The methods of Node.js's emitters that add a listener. */
const listening = new Set(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener']);

/** A `new`, or a call, that makes an object which emits events. */
export type Maker = ts.NewExpression | ts.CallExpression;

/** What an expression may stand for. */
interface Subjects {
  readonly makers: Set<ts.Node>;
  readonly classes: Set<ts.ClassLikeDeclaration>;
  /** Expressions of which only the type is known. */
  readonly others: Set<ts.Node>;
}

const indexes = new WeakMap<Code, Map<string, Subjects>>();

/**
 * May somebody in the program listen to this event of what is made here? True where a listener is found, where
 * one is added to an object that may be this one, and where the object is handed to code that has no text here.
 *
 * @param inert may a call, although it has no text here, be trusted to add no listener?
 */
export function mayBeHeard(
  code: Code,
  maker: Maker,
  event: string,
  inert: (callee: ts.Expression) => boolean,
): boolean {
  return (
    isListenedTo(code, subjectsOfMaker(code, maker), typeMade(code, maker), event) ||
    escapes(code, maker, inert)
  );
}

/** The same for an object that an expression names; true where nobody knows which object that is. */
export function mayNamedBeHeard(code: Code, expression: ts.Expression, event: string): boolean {
  const subjects = subjectsOf(code, expression);
  if (subjects.makers.size === 0) return true;
  return isListenedTo(code, subjects, code.checker.getTypeAtLocation(expression), event);
}

/** Is a listener for this event added in the text of a class, or of one that it extends, to anything at all? */
export function listensWithin(code: Code, owner: ts.ClassLikeDeclaration, event: string): boolean {
  return [...classesFrom(code, owner)].some((each) =>
    namedCallsIn(each).some(({ node, name }) => listening.has(name.text) && eventsOf(code, node)(event)),
  );
}

function isListenedTo(code: Code, { makers, classes }: Subjects, type: ts.Type, event: string): boolean {
  const heard = listenersTo(code, event);
  for (const maker of makers) if (heard.makers.has(maker)) return true;
  for (const owner of classes) {
    if (heard.classes.has(owner)) return true;
    // What is made of a class is listened to wherever one of its objects is.
    for (const maker of heard.makers) if (classesMade(code, maker).includes(owner)) return true;
  }
  for (const other of heard.others) if (mayBe(code, type, other)) return true;
  // What another foreign call gives may be an object that was made here: `container.get(Queue)`.
  const callees = new Set([...makers].map((each) => calleeOf(code, each)));
  return [...heard.makers].some(
    (each) => ts.isCallExpression(each) && !callees.has(calleeOf(code, each)) && mayBe(code, type, each),
  );
}

function calleeOf(code: Code, maker: ts.Node): ts.Symbol | undefined {
  return ts.isCallExpression(maker) ? symbolAt(code, skipOuter(maker.expression)) : undefined;
}

/** All to which the program adds a listener for an event. */
function listenersTo(code: Code, event: string): Subjects {
  let known = indexes.get(code);
  if (!known) indexes.set(code, (known = new Map<string, Subjects>()));
  let found = known.get(event);
  if (!found) {
    found = { makers: new Set(), classes: new Set(), others: new Set() };
    for (const file of code.ownFiles) {
      for (const { node, name } of namedCallsIn(file)) {
        if (!listening.has(name.text) || !eventsOf(code, node)(event)) continue;
        const receiver = receiverOf(node);
        if (receiver) addSubjects(code, receiver, noBindings, found, 0);
      }
    }
    known.set(event, found);
  }
  return found;
}

/** Which events a listener is added for: told by its text where that is a literal, as most are. */
function eventsOf(code: Code, { arguments: [first] }: ts.CallExpression): (event: string) => boolean {
  if (!first) return () => false;
  const literal = skipOuter(first);
  if (ts.isStringLiteralLike(literal)) return (event) => literal.text === event;
  return (event) =>
    alternatives(evaluate(code, first, bindingsAround(code, first))).some(
      (value) => value.kind !== 'constant' || value.value === event,
    );
}

function receiverOf({ expression }: ts.CallExpression): ts.Expression | undefined {
  const callee = skipOuter(expression);
  return ts.isPropertyAccessExpression(callee) ? callee.expression : undefined;
}

/** How often a listener's receiver may be the result of adding another one. */
const maximumLinks = 30;

function subjectsOf(code: Code, expression: ts.Expression): Subjects {
  const found: Subjects = { makers: new Set(), classes: new Set(), others: new Set() };
  addSubjects(code, expression, noBindings, found, 0);
  return found;
}

function addSubjects(
  code: Code,
  expression: ts.Expression,
  bindings: Bindings,
  to: Subjects,
  links: number,
): void {
  if (links > maximumLinks) return;
  const node = skipOuter(expression) as ts.Expression;
  const inner = ts.isAwaitExpression(node) ? node.expression : linkOf(node);
  if (inner) {
    addSubjects(code, inner, bindings, to, links + 1);
    return;
  }
  const all = bindings === noBindings ? bindingsAround(code, node) : bindings;
  for (const value of alternatives(evaluate(code, node, all))) addValue(code, node, value, to, links);
}

function addValue(code: Code, expression: ts.Expression, value: Value, to: Subjects, links: number): void {
  if (value.kind === 'self') to.classes.add(value.node);
  else if (value.kind === 'made') {
    const inner = linkOf(value.node);
    if (inner) addSubjects(code, inner, value.bindings, to, links + 1);
    else to.makers.add(value.node);
  } else if (value.kind === 'unknown' || value.kind === 'declared') to.others.add(expression);
}

/** `emitter.on('a', f)` gives the emitter again. */
function linkOf(node: ts.Node): ts.Expression | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const callee = skipOuter(node.expression);
  return ts.isPropertyAccessExpression(callee) && listening.has(callee.name.text)
    ? callee.expression
    : undefined;
}

/** What the parameters of all functions around a node are, by the program's calls of them. */
function bindingsAround(code: Code, node: ts.Node): Bindings {
  let bindings = noBindings;
  for (let at: ts.Node | undefined = node; at; at = functionAround(at))
    bindings = bindingsOfSetup(code, at, bindings);
  return bindings;
}

function subjectsOfMaker(code: Code, maker: Maker): Subjects {
  return { makers: new Set([maker]), classes: new Set(classesMade(code, maker)), others: new Set() };
}

/** The project classes of what a `new` makes, or that a `super(…)` is in. */
function classesMade(code: Code, maker: ts.Node): readonly ts.ClassLikeDeclaration[] {
  if (ts.isNewExpression(maker)) return [...classesFrom(code, classNamed(code, maker.expression))];
  if (!ts.isCallExpression(maker) || maker.expression.kind !== ts.SyntaxKind.SuperKeyword) return [];
  for (const at of ancestorsOf(maker)) if (ts.isClassLike(at)) return [...classesFrom(code, at)];
  return [];
}

function typeMade(code: Code, maker: Maker): ts.Type {
  const { checker } = code;
  const type = checker.getTypeAtLocation(maker);
  return checker.getAwaitedType(type) ?? type;
}

/** Could an object of this type be what an expression stands for? */
function mayBe(code: Code, made: ts.Type, expression: ts.Node): boolean {
  const { checker } = code;
  const given = checker.getNonNullableType(checker.getTypeAtLocation(expression));
  const type = checker.getAwaitedType(given) ?? given;
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return true;
  if (type.flags & ts.TypeFlags.Never) return false;
  return checker.isTypeAssignableTo(made, type) || checker.isTypeAssignableTo(type, made);
}

/** Is what is made handed to code without a text here, which may do anything with it? */
function escapes(code: Code, maker: Maker, inert: (callee: ts.Expression) => boolean): boolean {
  // A file that is read alone does not show what others do with what it exports.
  const isGiven = (node: ts.Node): boolean =>
    isHandedOver(code, node, inert) || (!code.typed && isExported(node));
  if (isGiven(maker)) return true;
  const name = nameHolding(maker);
  if (!name) return !code.typed;
  if (!code.typed && !ts.isVariableDeclaration(name.parent)) return true;
  const symbol = symbolAt(code, name);
  return code.ownFiles
    .filter((file) => file.text.includes(name.text))
    .some((file) =>
      identifiersIn(file, name.text).some(
        (each) => each !== name && symbolAt(code, each) === symbol && isGiven(accessOf(each)),
      ),
    );
}

/** The name of the variable or member that holds what is made, also after an `await`. */
export function nameHolding(maker: ts.Node): ts.Identifier | ts.PrivateIdentifier | undefined {
  const at = outermost(maker);
  const { parent } = at;
  const name =
    (ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent)) && parent.initializer === at
      ? parent.name
      : ts.isBinaryExpression(parent) &&
          parent.right === at &&
          parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
          parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
        ? ts.isPropertyAccessExpression(parent.left)
          ? parent.left.name
          : parent.left
        : undefined;
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) ? name : undefined;
}

/** Out of parentheses, assertions, `await`, and calls that add other listeners. */
export function outermost(node: ts.Node): ts.Node {
  let at = node;
  for (;;) {
    const { parent } = at;
    if (isOuter(parent) || ts.isAwaitExpression(parent)) at = parent;
    else if (
      ts.isPropertyAccessExpression(parent) &&
      parent.expression === at &&
      ts.isCallExpression(parent.parent) &&
      linkOf(parent.parent) === at
    )
      at = parent.parent;
    else return at;
  }
}

/** `this.queue` for the `queue` in it. */
function accessOf(name: ts.Node): ts.Node {
  return ts.isPropertyAccessExpression(name.parent) && name.parent.name === name ? name.parent : name;
}

/** Is an expression an argument, or part of one, of a call that has no text here? */
function isHandedOver(code: Code, node: ts.Node, inert: (callee: ts.Expression) => boolean): boolean {
  let at = outermost(node);
  let whole: ts.Node = at;
  for (;;) {
    const { parent } = at;
    if (ts.isShorthandPropertyAssignment(parent)) at = parent.parent;
    else if (ts.isPropertyAssignment(parent) && parent.initializer === at) at = parent.parent;
    else if (ts.isArrayLiteralExpression(parent) || ts.isSpreadElement(parent)) at = parent;
    else if (ts.isConditionalExpression(parent) && parent.condition !== at) at = parent;
    else if (outermost(at) !== at) at = outermost(at);
    else break;
    whole = at;
  }
  const { parent } = whole;
  if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) return false;
  if (!parent.arguments?.some((each) => each === whole)) return false;
  const callee = skipOuter(parent.expression) as ts.Expression;
  if (callee.kind === ts.SyntaxKind.SuperKeyword) return false;
  if (ts.isNewExpression(parent) && classNamed(code, callee)) return false;
  if (functionCalled(code, callee, noBindings)) return false;
  const declaration = symbolAt(code, callee)?.valueDeclaration;
  if (!declaration) return true;
  const file = declaration.getSourceFile();
  // A method of the project that is not certain: its text is read, whichever it is.
  if (!file.isDeclarationFile) return false;
  // What JavaScript and Node.js themselves have keeps it: collections, promises, the console.
  const isOfPlatform =
    code.program.isSourceFileDefaultLibrary(file) || code.packageOf(file.fileName)?.name === 'node';
  return !isOfPlatform && !inert(callee);
}

/** Does a name stand in an export, or what is exported by its place? */
function isExported(node: ts.Node): boolean {
  for (const at of ancestorsOf(node)) {
    if (ts.isExportSpecifier(at) || ts.isExportAssignment(at) || ts.isReturnStatement(at)) return true;
    if (ts.isVariableStatement(at))
      return ts.getModifiers(at)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
    // `module.exports = { queue }`
    if (ts.isBinaryExpression(at) && at.left.getText().includes('exports')) return true;
    if (ts.isFunctionLike(at)) return false;
  }
  return false;
}

function identifiersIn(file: ts.SourceFile, text: string): readonly (ts.Identifier | ts.PrivateIdentifier)[] {
  const found: (ts.Identifier | ts.PrivateIdentifier)[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) && node.text === text) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
