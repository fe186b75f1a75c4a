import prettier from 'prettier';

/** @type {import('eslint-doc-generator').GenerateOptions} */
export default {
  pathRuleDoc: 'rules/{name}.md',
  ignoreConfig: ['all'],
  configEmoji: [
    ['recommended', '✅'],
    ['strict', '🔒'],
    ['checklist', '☑️'],
  ],
  // Every rule wants types and works, quieter, without: a column would be the same in each row.
  ruleListColumns: ['name', 'description', 'configsError', 'hasSuggestions', 'deprecated'],
  ruleDocNotices: ['description', 'configs', 'deprecated', 'fixableAndHasSuggestions', 'options'],
  postprocess: async (content, path) =>
    prettier.format(content, { ...(await prettier.resolveConfig(path)), filepath: path }),
};
