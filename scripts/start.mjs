// npm start: brings the clone up to date and shows the program at work.
import path from 'node:path';
import { root, runNode } from './run-command.mjs';

const code =
  (await runNode([path.join(root, 'scripts', 'setup.mjs')])) ||
  (await runNode([path.join(root, 'dist', 'cli', 'main.js'), '--help']));
process.exitCode = code;
