export { FileError } from './file-error.ts';
export { newNodeHasher } from './log/node-hasher.ts';
export type { LogReading, LogRecords, ReadOptions } from './log/read-log.ts';
export { readLog, readRecords, readStateAt, verifyChain } from './log/read-log.ts';
export type { LogWriter, LogWriterOptions } from './log/write-log.ts';
export { openLogWriter } from './log/write-log.ts';
