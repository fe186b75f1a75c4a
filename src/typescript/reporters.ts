import ts from 'typescript';
import { chainTo, namedCallsIn, namesLeadingTo, targetOf } from './calls.js';
import { holderNamed } from './classes.js';
import type { Code } from './code.js';
import { originOf } from './identity.js';
import { skipOuter } from './syntax.js';

/** Packages by which people learn of errors; `*` stands for any name. */
const names = [
  '@sentry/*',
  '@highlight-run/*',
  '@bugsnag/*',
  'bugsnag',
  'rollbar',
  '@rollbar/*',
  '@honeybadger-io/*',
  '@airbrake/*',
  'airbrake-js',
  'raygun',
  'newrelic',
  'elastic-apm-node',
  'dd-trace',
  '@datadog/*',
  'applicationinsights',
  '@google-cloud/error-reporting',
  '@appsignal/*',
  '@hawk.so/*',
  'posthog-node',
  '@opentelemetry/api',
  '@axiomhq/*',
  '@logtail/*',
  '@baselime/*',
  '@ntegral/nestjs-sentry',
  '@travelerdev/nestjs-sentry',
];
const anyOf = names
  .map((each) => each.replace(/[.*/]/g, (sign) => (sign === '*' ? '[^\'"]+' : `\\${sign}`)))
  .join('|');
const packages = new RegExp(`^(?:${anyOf})$`);
const imported = new RegExp(`['"](?:${anyOf})(?:/[^'"]*)?['"]`);

/** What these packages call it, and nobody else. */
const reporting =
  /^(?:captureException|captureMessage|captureEvent|captureError|noticeError|recordException|recordError|consumeError|reportError|trackException|sendError|addError|setError|handleException|withScope)$/;
/** What they call it as many others do: asked only where what it is called on is one of theirs by its name. */
const saying = /^(?:notify|report|send|error|log)$/;

const mentioned =
  /sentry|highlight|bugsnag|rollbar|honeybadger|airbrake|raygun|newrelic|\bapm\b|dd-trace|datadog|applicationinsights|error-reporting|appsignal|hawk|posthog|opentelemetry|axiom|logtail|baselime/i;

/** Sentry's integration that sends what is written to the console. */
const reportsConsole = /\b[cC]aptureConsole(?:Integration)?\b/;

interface Reporters {
  readonly calls: ReadonlySet<ts.CallExpression>;
  readonly names: ReadonlySet<string>;
  readonly console: boolean;
}

const known = new WeakMap<Code, Reporters>();

/** The calls of a program that tell people of an error, by the identity of the package. */
function reportersOf(code: Code): Reporters {
  let found = known.get(code);
  if (!found) {
    const files = code.ownFiles.filter((file) => mentioned.test(file.text));
    const calls = new Set(
      files.flatMap((file) =>
        namedCallsIn(file)
          .filter(
            ({ node, name }) =>
              reporting.test(name.text) || (saying.test(name.text) && namesReporter(code, node)),
          )
          .map(({ node }) => node)
          .filter((node) => isOfReporter(code, node)),
      ),
    );
    found = {
      calls,
      names: calls.size > 0 ? namesLeadingTo(code.ownFiles, calls) : new Set(),
      console: code.ownFiles.some((file) => reportsConsole.test(file.text)),
    };
    known.set(code, found);
  }
  return found;
}

/** Does the text of a receiver, or of what declares it, name one of these packages? */
function namesReporter(code: Code, { expression }: ts.CallExpression): boolean {
  const callee = skipOuter(expression);
  const receiver = ts.isPropertyAccessExpression(callee) ? skipOuter(callee.expression) : callee;
  if (mentioned.test(receiver.getText())) return true;
  const declaration = holderNamed(code, receiver as ts.Expression);
  return declaration !== undefined && mentioned.test(declaration.getText());
}

/** Is what is called, or what it is called on, exported by a package for errors? */
function isOfReporter(code: Code, { expression }: ts.CallExpression): boolean {
  let at = skipOuter(expression);
  for (;;) {
    const origin = originOf(code, at);
    if (origin?.package !== undefined && packages.test(origin.package)) return true;
    if (ts.isPropertyAccessExpression(at) || ts.isCallExpression(at)) at = skipOuter(at.expression);
    else return false;
  }
}

/** Does a file import such a package? A quick look at its text. */
export function importsReporter({ text }: ts.SourceFile): boolean {
  return imported.test(text);
}

/** Does this call tell people of an error, itself or by the project function that it calls? */
export function reportsError(code: Code, call: ts.CallExpression): boolean {
  const { calls, names, console } = reportersOf(code);
  if (console && call.expression.getText().startsWith('console.')) return true;
  if (calls.size === 0) return false;
  if (calls.has(call)) return true;
  const holds = (target: ts.FunctionLikeDeclaration): boolean =>
    namedCallsIn(target).some(({ node }) => calls.has(node));
  const target = targetOf(code, call);
  return target !== undefined && (holds(target) || chainTo(code, target, holds, names) !== undefined);
}
