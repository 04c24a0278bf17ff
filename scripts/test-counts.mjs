import path from 'node:path';

/**
 * Counts what vitest's JSON report says. A file that never came to its tests, a report that is missing and an
 * error outside every test count as one failure each: nothing that went wrong may leave the sum at zero.
 */
export function countTests(report, exitCode, root) {
  if (report === undefined) return { passed: 0, failed: 1, skippedNames: [] };
  let passed = 0;
  let failed = 0;
  const skippedNames = [];
  for (const file of report.testResults) {
    const fileName = path.relative(root, file.name);
    let failedHere = 0;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') failedHere++;
      else skippedNames.push(`${fileName}: ${test.fullName.trim()}`);
    }
    if (file.status === 'failed' && failedHere === 0) failedHere = 1;
    failed += failedHere;
  }
  if (exitCode !== 0 && failed === 0) failed = 1;
  return { passed, failed, skippedNames };
}
