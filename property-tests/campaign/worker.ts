import type { Controller } from '../../controllers/controller.ts';
import { loadControllers } from './load-controllers.ts';
import type { BatchResult, ShrinkResult, Work } from './protocol.ts';
import { runBatch, shrinkCase } from './work.ts';

let loaded: Promise<readonly Controller[]> | undefined;

/** What a thread of the pool does with a piece of work. All pieces that one thread gets are of one campaign. */
export default async function work(piece: Work): Promise<BatchResult | ShrinkResult | undefined> {
  loaded ??= loadControllers(piece.setup.controllers);
  const own = await loaded;
  return piece.type === 'batch'
    ? runBatch(piece.setup, own, piece.from, piece.count)
    : shrinkCase(piece.setup, own, piece.scenario, piece.name, piece.attemptsMax);
}
