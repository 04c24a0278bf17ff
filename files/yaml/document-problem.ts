import { pathText, type ScenarioProblem } from '../../sim/scenario/problem.ts';
import type { FileProblem } from '../problem.ts';
import type { YamlDocument } from './yaml-document.ts';

/** A problem with a document's value, with its place in the file. */
export function problemIn(file: string, { positionOf }: YamlDocument, problem: ScenarioProblem): FileProblem {
  const { path, atKey, offset, message } = problem;
  const position = positionOf(path, {
    ...(atKey === undefined ? {} : { atKey }),
    ...(offset === undefined ? {} : { offset }),
  });
  const text = pathText(path);
  return { file, ...position, ...(text === '' ? {} : { path: text }), message };
}
