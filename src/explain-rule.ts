import type { Rule } from 'eslint';
import { type Explanation, explain, pathFrom } from './explain.js';
import { tasksOf, vocabularyOf } from './rule.js';

/** What a lint of one file says of its tasks. */
export interface Reading {
  readonly explanation: Explanation;
  /** Mistakes in `settings.tasks`. */
  readonly problems: readonly string[];
}

/** The rule that reports nothing, and hands over what the other rules are given to judge. */
export function explainRule(tell: (reading: Reading) => void): Rule.RuleModule {
  return {
    meta: { type: 'suggestion', schema: [], languages: ['js/js'] },
    create(context) {
      const { cwd, filename, physicalFilename, settings, sourceCode } = context;
      // A processor took the file apart: lines of a part are not the file's.
      if (filename !== physicalFilename) return {};
      return {
        Program() {
          const vocabulary = vocabularyOf(settings, cwd);
          const found = tasksOf(sourceCode, filename, vocabulary);
          const services = sourceCode.parserServices as { readonly program?: object | null };
          const nothing: Explanation = {
            file: pathFrom(cwd, filename),
            typed: Boolean(services.program),
            lines: sourceCode.lines.length,
            subjects: [],
            handedOn: [],
          };
          const explanation = found ? explain(found.project, found.file, cwd) : nothing;
          tell({ explanation, problems: vocabulary.problems });
        },
      };
    },
  };
}
