import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lintFolder, programOfFolder, programWith } from '../harness.js';

/**
 * Every suggestion that `strict` makes on the fixtures of the libraries is TypeScript for the real package, and
 * takes its own report away.
 */
const folder = `${import.meta.dirname.replace(/\\/g, '/').replace(/\/test\/libraries$/, '')}/fixtures/libraries`;
const fixtures = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.each(fixtures)('%s', (name) => {
  test('suggestions are TypeScript and mend what they are made for', () => {
    const root = `${folder}/${name}`;
    const program = programOfFolder(root);
    const wrong: string[] = [];
    for (const finding of lintFolder(root, program, { preset: 'strict' })) {
      const path = `${root}/${finding.file}`;
      const at = `${finding.file}:${String(finding.line)} ${finding.rule}`;
      // A tag with a TODO for a reason is no code.
      if (finding.rule === 'require-idempotency-annotation') continue;
      for (const { message, output } of finding.suggestions) {
        const changed = programWith(program, path, output);
        const file = changed.getSourceFile(path);
        // A payload that is declared to be what the serializer loses has to be declared anew, too.
        const isTyped = finding.rule !== 'no-unserializable-payload';
        const errors = file
          ? [
              ...changed.getSyntacticDiagnostics(file),
              ...(isTyped ? changed.getSemanticDiagnostics(file) : []),
            ]
          : [];
        if (errors.length > 0)
          wrong.push(
            `${at}: ${message} ${errors.map(({ messageText }) => JSON.stringify(messageText)).join()}`,
          );
        const count = (findings: readonly { rule: string; text: string }[]): number =>
          findings.filter(({ rule }) => rule === finding.rule).length;
        const before = count(lintFolder(root, program, { preset: 'strict' }, finding.file));
        const after = count(lintFolder(root, changed, { preset: 'strict' }, finding.file));
        if (after >= before) wrong.push(`${at}: ${message} is still reported`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
