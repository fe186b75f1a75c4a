import ts from 'typescript';
import { chainTo, namedCallsIn, namesLeadingTo, targetOf } from './calls.js';
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

/** What these packages, and the objects of projects around them, call it. */
const reporting =
  /^(?:captureException|captureMessage|captureEvent|captureError|notify|noticeError|recordException|recordError|consumeError|report|reportError|trackException|send|sendError|addError|setError|error|log|handleException|withScope)$/;

const mentioned =
  /sentry|highlight|bugsnag|rollbar|honeybadger|airbrake|raygun|newrelic|apm|dd-trace|datadog|applicationinsights|error-reporting|appsignal|hawk|posthog|opentelemetry|axiom|logtail|baselime/i;

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
          .filter(({ name }) => reporting.test(name.text))
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
