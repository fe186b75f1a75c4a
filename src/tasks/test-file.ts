import type ts from 'typescript';

const inTests =
  /(?:^|\/)(?:__tests__|__mocks__|tests?|specs?|e2e|cypress)\/|[.-](?:test|tests|spec|e2e|e2e-spec|mock|bench|debug)\.[cm]?[jt]sx?$/i;

/** Is a file part of the project's tests, by its name or its folder's, below the project's own folder? */
export function isTestFile({ fileName }: ts.SourceFile, folder: string): boolean {
  const path = fileName.startsWith(`${folder}/`) ? fileName.slice(folder.length + 1) : fileName;
  return inTests.test(path);
}
