import Ajv, { type ValidateFunction } from 'ajv';
import type { Log } from 'sarif';
import type { DiagnosticResult } from '../../formatter/src/index.js';

/*
 * What reviewdog's DiagnosticResult and the parts of SARIF 2.1.0 that the formatter writes look like, in JSON
 * Schema and in our own words: no package carries either schema, and neither is ours to copy. Stricter than the
 * originals: nothing unknown may stand anywhere, and what the formatter always writes is required.
 */

const ajv = new Ajv({ allErrors: true });

function object(required: Record<string, object>, optional: Record<string, object> = {}): object {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

const list = (items: object, minItems = 0): object => ({ type: 'array', items, minItems });
const oneOf = (...values: readonly string[]): object => ({ enum: values });
const text = { type: 'string', minLength: 1 };
const anyText = { type: 'string' };
const count = { type: 'integer', minimum: 1 };
const index = { type: 'integer', minimum: 0 };
const address = { type: 'string', pattern: '^https?://' };

const source = object({ name: text }, { url: address });
const position = object({ line: count, column: count });

export const isRdjson: ValidateFunction = ajv.compile(
  object({
    source,
    diagnostics: list(
      object(
        {
          message: text,
          location: object({ path: text }, { range: object({ start: position }, { end: position }) }),
          severity: oneOf('ERROR', 'WARNING', 'INFO'),
          original_output: text,
        },
        {
          code: object({ value: text }, { url: address }),
          suggestions: list(
            object({
              range: object({ start: object({ line: count }), end: object({ line: count }) }),
              text: anyText,
            }),
            1,
          ),
        },
      ),
    ),
  }),
);

const message = object({ text });
const artifact = object(
  {
    // Relative, with slashes, of the characters that an address may have; or a file elsewhere.
    uri: {
      type: 'string',
      pattern: "^(?:file:///)?(?!\\.{0,2}/)(?:[\\w\\-.~!$&'()*+,;=@/]|%[\\dA-F]{2})+$",
    },
  },
  { uriBaseId: oneOf('%SRCROOT%'), index },
);
const region = object({ startLine: count, startColumn: count, endLine: count, endColumn: count });
const location = object({ physicalLocation: object({ artifactLocation: artifact }, { region }) });
const level = oneOf('none', 'note', 'warning', 'error');

export const isSarif: ValidateFunction = ajv.compile(
  object({
    $schema: address,
    version: { const: '2.1.0' },
    runs: list(
      object({
        tool: object({
          driver: object({
            name: text,
            informationUri: address,
            rules: list(
              object(
                {
                  id: text,
                  shortDescription: message,
                  fullDescription: message,
                  defaultConfiguration: object({ level }),
                  properties: object({
                    tags: { ...list(text), uniqueItems: true },
                    precision: oneOf('very-high', 'high', 'medium', 'low'),
                    'problem.severity': oneOf('error', 'warning', 'recommendation'),
                  }),
                },
                { helpUri: address, help: object({ text, markdown: text }) },
              ),
            ),
          }),
        }),
        columnKind: { const: 'utf16CodeUnits' },
        originalUriBaseIds: object({ '%SRCROOT%': object({ description: message }) }),
        invocations: list(
          object({
            executionSuccessful: { type: 'boolean' },
            toolExecutionNotifications: list(object({ level, message, locations: list(location, 1) })),
          }),
        ),
        artifacts: list(object({ location: artifact })),
        results: list(
          object(
            { ruleId: text, ruleIndex: index, level, message, locations: list(location, 1) },
            {
              fixes: list(
                object(
                  {
                    artifactChanges: list(
                      object({
                        artifactLocation: artifact,
                        replacements: list(
                          object({ deletedRegion: region, insertedContent: object({ text: anyText }) }),
                          1,
                        ),
                      }),
                      1,
                    ),
                  },
                  { description: message },
                ),
                1,
              ),
            },
          ),
        ),
      }),
      1,
    ),
  }),
);

/** What a schema has against a value; nothing if it is right. */
export function problems(validate: ValidateFunction, value: DiagnosticResult | Log): readonly string[] {
  // As it is read: without the keys that are undefined.
  const isValid = validate(JSON.parse(JSON.stringify(value)));
  return isValid === true
    ? []
    : (validate.errors ?? []).map((each) => `${each.dataPath} ${each.message ?? ''}`);
}
