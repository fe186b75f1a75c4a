import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ESLint, Linter, Rule } from 'eslint';
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder';
import type { ArtifactLocation, Fix, Location, Log, Notification, Region, Result } from 'sarif';
import type { Edit } from './edit.js';
import { type Place, pathFrom, type Report, reportsIn } from './report.js';
import type { SourceText } from './text.js';

/**
 * ESLint's results as SARIF 2.1.0, for GitHub's code scanning and others. Paths are from the root of the
 * repository, as code scanning wants them. Fixes and suggestions are kept, each to the character. Reports that a
 * comment silences are left out: code scanning does not read `suppressions`, and would open alerts for them.
 */
export function sarif(
  results: readonly ESLint.LintResult[],
  { cwd, rulesMeta }: Pick<ESLint.LintResultData, 'cwd' | 'rulesMeta'>,
): Log {
  const root = rootOf(cwd);
  const found = results.flatMap((result) => {
    const file = artifactOf(root, result.filePath);
    return reportsIn(result).map((report) => ({ report, file }));
  });
  const files = new Map(found.map(({ file }) => [file.uri, file]));
  const ids = new Set(found.flatMap(({ report }) => report.message.ruleId ?? []));
  const run = new SarifRunBuilder({
    // The builder would leave out what they are relative to.
    artifacts: [...files.values()].map((file) => ({ location: { ...file } })),
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { [base]: { description: { text: 'The root of the repository.' } } },
    invocations: [
      {
        executionSuccessful: !found.some(({ report }) => report.message.fatal),
        // What no rule says: a file that cannot be parsed, a comment that names no rule.
        toolExecutionNotifications: found
          .filter(({ report }) => report.message.ruleId === null)
          .map(({ report, file }) => notificationOf(report, file)),
      },
    ],
  });
  run.setToolDriverName('ESLint');
  run.setToolDriverUri('https://eslint.org');
  for (const id of ids) run.addRule(ruleOf(id, rulesMeta[id]));
  for (const { report, file } of found) {
    if (report.message.ruleId !== null) run.addResult(resultOf(report, report.message.ruleId, file));
  }
  const log = new SarifBuilder({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json' });
  log.addRun(run);
  return log.buildSarifOutput();
}

const base = '%SRCROOT%';

function ruleOf(id: string, meta: Rule.RuleMetaData | undefined): SarifRuleBuilder {
  const { description, url, recommended } = meta?.docs ?? {};
  const isProblem = meta?.type === 'problem';
  const text = description ?? id;
  const slash = id.lastIndexOf('/');
  return new SarifRuleBuilder({
    id,
    shortDescription: { text },
    fullDescription: { text },
    ...(url !== undefined && { helpUri: url, help: { text: url, markdown: `[${id}](${url})` } }),
    // How the rule is meant; each result says how it is configured.
    defaultConfiguration: { level: isProblem ? 'error' : 'warning' },
    properties: {
      tags: [meta?.type, slash > 0 ? id.slice(0, slash) : 'eslint'].filter((each) => each !== undefined),
      precision: recommended ? 'high' : 'medium',
      'problem.severity': isProblem ? 'error' : 'recommendation',
    },
  });
}

function resultOf(
  { message, place, changes }: Report,
  id: string,
  file: ArtifactLocation,
): SarifResultBuilder {
  const builder = new SarifResultBuilder();
  builder.initSimple({ ruleId: id, level: levelOf(message), messageText: message.message });
  builder.result.locations = [locationOf(place, file)];
  if (place && changes.length > 0) {
    builder.result.fixes = changes.map(({ description, edit }) =>
      fixOf(place.source, description, edit, file),
    );
  }
  return builder;
}

function notificationOf({ message, place }: Report, file: ArtifactLocation): Notification {
  return {
    level: levelOf(message),
    message: { text: message.message },
    locations: [locationOf(place, file)],
  };
}

function locationOf(place: Place | undefined, file: ArtifactLocation): Location {
  return {
    physicalLocation: {
      // Each its own: the builder numbers them.
      artifactLocation: { ...file },
      ...(place && { region: regionOf(place.source, place) }),
    },
  };
}

function fixOf(source: SourceText, description: string | undefined, edit: Edit, file: ArtifactLocation): Fix {
  return {
    ...(description !== undefined && { description: { text: description } }),
    artifactChanges: [
      {
        artifactLocation: { ...file },
        replacements: [{ deletedRegion: regionOf(source, edit), insertedContent: { text: edit.text } }],
      },
    ],
  };
}

function regionOf(
  source: SourceText,
  { start, end }: { readonly start: number; readonly end: number },
): Region {
  const [from, to] = [source.inUnits(start), source.inUnits(end)];
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

function levelOf({ severity }: Linter.LintMessage): Result.level {
  return severity === 2 ? 'error' : 'warning';
}

/** The folder with `.git`, from which code scanning counts; the working folder where there is none. */
function rootOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return folder;
  }
}

function artifactOf(root: string, file: string): ArtifactLocation {
  const path = pathFrom(root, file);
  // Outside of the root, or on another drive.
  if (/^(?:\.\.\/|[A-Za-z]:|\/)/.test(path)) return { uri: pathToFileURL(file).href };
  return { uri: encodeURI(path).replaceAll(/[?#:]/g, encodeURIComponent), uriBaseId: base };
}
