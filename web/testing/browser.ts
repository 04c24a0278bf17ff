import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Where systems put it; the variable is for those that have it elsewhere. */
const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const executable = PLACES.find((place) => place !== undefined && existsSync(place));
const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const page = fileURLToPath(new URL('../../dist/web/report.html', import.meta.url));

/** Why the tests in a browser can't run here; absent where they can. */
export const obstacle =
  executable === undefined
    ? 'no Chromium was found (CHROMIUM names one)'
    : existsSync(program) && existsSync(page)
      ? undefined
      : 'dist/ is missing (npm run build makes it)';
if (obstacle !== undefined) process.stderr.write(`skipped: tests of the report in a browser: ${obstacle}\n`);

export async function launch(): Promise<Browser> {
  if (executable === undefined) throw new Error('no Chromium was found');
  // Its sandbox does not work for root, as whom containers run their tests.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: executable, args });
}

/** A page and all that it did which it must not do. */
export interface Watched {
  readonly page: Page;
  /** Errors, warnings, refusals by the policy, requests to anything but the file itself. */
  readonly offences: readonly string[];
  /** The most that the page ever was wide, in pixels, from the first thing drawn on. */
  readonly widest: () => Promise<number>;
}

/** Looks after every change of the page, before it is painted: what is right a moment later is too late. */
const WATCH_WIDTH = `globalThis.widest = 0;
  new MutationObserver(() => {
    globalThis.widest = Math.max(globalThis.widest, document.documentElement.scrollWidth);
  }).observe(document, { childList: true, subtree: true });`;

/** Opens a report from its file, and waits until it is drawn. */
export async function openReport(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const opened = await context.newPage();
  const offences: string[] = [];
  const url = pathToFileURL(file).href;
  opened.on('console', (message) => offences.push(`${message.type()}: ${message.text()}`));
  opened.on('pageerror', (error) => offences.push(`error: ${error.message}`));
  opened.on('dialog', (dialog) => {
    offences.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  opened.on('request', (request) => {
    if (request.url() !== url) offences.push(`request: ${request.url()}`);
  });
  await opened.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective))",
  );
  await opened.addInitScript(WATCH_WIDTH);
  await opened.goto(url);
  await opened.getByRole('heading', { level: 1 }).waitFor();
  return { page: opened, offences, widest: () => opened.evaluate<number>('globalThis.widest') };
}
