import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, obstacle, openReport } from './testing/browser.ts';

/** Uncompressed, without a log: what every report weighs at least. */
const PAGE_BYTES_MAX = 400_000;
/** The browser starts, and reads a log, on a machine that may be busy. */
const TIMEOUT_MS = 120_000;

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const emptyPage = fileURLToPath(new URL('../dist/web/report.html', import.meta.url));

/** Texts that would do something, were they ever read as HTML or as a script. */
const HOSTILE = '</script><script>window.taken=1</script><img src=x onerror=window.taken=1>';
const HOSTILE_TITLE = `"><svg onload=window.taken=1>${HOSTILE}`;

const SCENARIO = `apiVersion: wavetank.dev/v1alpha1
kind: Scenario
metadata: { name: hostile }
spec:
  duration: 12m
  cluster:
    nodeGroups: [{ name: node, count: 3, zones: [a, b] }]
  manifests:
    - apiVersion: v1
      kind: ConfigMap
      metadata: { name: settings, annotations: { note: '${HOSTILE}' } }
      data: { page: '${HOSTILE}<!-- ' }
    - apiVersion: v1
      kind: Service
      metadata: { name: web }
      spec: { selector: { app: web }, ports: [{ port: 80 }] }
    - apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        replicas: 5
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web }, annotations: { note: '${HOSTILE}' } }
          spec:
            containers:
              - name: web
                image: nginx
                resources: { requests: { cpu: 200m, memory: 64Mi }, limits: { cpu: 500m } }
  behaviors:
    - match: { app: web }
      request: { cpu: 5ms, latency: 3ms }
  traffic:
    - { to: service/web, shape: { constant: 100rps }, spikes: [{ at: 8m, x: 4, for: 2m }] }
  timeline:
    - { at: 2m, fault: node-crash, node: node-1, for: 6m }
    - { at: 9m, setImage: deployment/web, container: web, image: nginx:2 }
  expect:
    - { name: '${HOSTILE}', always: nodesReady() == 3, from: 1m }
    - { name: it serves, always: available(deployment/web) >= 1 }
`;

describe.skipIf(obstacle !== undefined)(
  `a report in a browser${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    let folder: string;
    let report: string;
    let browser: Browser;

    function wavetank(args: readonly string[], exitCodes: readonly number[] = [0]): void {
      try {
        execFileSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
      } catch (error) {
        const { status, stderr } = error as { readonly status: number | null; readonly stderr: string };
        if (status === null || !exitCodes.includes(status)) throw new Error(stderr);
      }
    }

    beforeAll(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'wavetank-report-'));
      writeFileSync(path.join(folder, 'scenario.yaml'), SCENARIO);
      wavetank(['run', 'scenario.yaml', '--out', 'run.jsonl'], [0, 1]);
      wavetank(['report', 'run.jsonl', '--title', HOSTILE_TITLE]);
      report = path.join(folder, 'run.html');
      browser = await launch();
    }, TIMEOUT_MS);

    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const clock = async (page: Page): Promise<string> =>
      (await page.locator('output.clock').textContent()) ?? '';
    const slider = (page: Page): Locator => page.locator('input.scrubber');

    /** The time, chosen as a person does who types nothing: by the slider. */
    async function goTo(page: Page, minutes: number): Promise<void> {
      await slider(page).fill(String(minutes * 60_000_000));
    }

    /** What a canvas shows, as a text that differs where a pixel does. */
    function pixelsOf(canvas: Locator): Promise<string> {
      return canvas.evaluate((element) => (element as unknown as { toDataURL(): string }).toDataURL());
    }

    /** Whether nothing at all is drawn on a canvas. */
    function isBlank(canvas: Locator): Promise<boolean> {
      return canvas.evaluate((element) => {
        const shown = element as unknown as {
          readonly width: number;
          readonly height: number;
          getContext(name: '2d'): { getImageData(...box: number[]): { readonly data: Uint8ClampedArray } };
        };
        const { data } = shown.getContext('2d').getImageData(0, 0, shown.width, shown.height);
        return data.every((value) => value === 0);
      });
    }

    /** In the map, the middle of the n-th pod of a node: found by what the pointer is told. */
    async function clickPod(page: Page): Promise<string> {
      const canvas = page.locator('.map canvas');
      const box = await canvas.boundingBox();
      if (box === null) throw new Error('the map is not shown');
      for (let y = 46; y < box.height; y += 7) {
        for (let x = 8; x < box.width; x += 7) {
          await canvas.hover({ position: { x, y } });
          const tip = page.locator('.tip .first');
          if (!(await tip.isVisible())) continue;
          const words = (await tip.textContent()) ?? '';
          if (!words.startsWith('pod ')) continue;
          await canvas.click({ position: { x, y } });
          return words.slice('pod '.length);
        }
      }
      throw new Error('there is no pod on the map');
    }

    test('opens from its file, draws everything, and asks for nothing', { timeout: TIMEOUT_MS }, async () => {
      const { page, offences } = await openReport(browser, report);
      expect(await page.locator('.verdict').textContent()).toBe('1 of 2 expectations failed');
      const charts = await page.locator('[data-chart]').evaluateAll((all) => {
        return all.map((one) => (one as unknown as { dataset: { chart: string } }).dataset.chart);
      });
      expect(charts).toEqual(
        expect.arrayContaining(['requests', 'latency', 'replicas', 'pods', 'nodes', 'cpu']),
      );
      for (const chart of charts) {
        expect(await isBlank(page.locator(`[data-chart=${chart}] canvas`)), chart).toBe(false);
      }
      expect(await isBlank(page.locator('.map canvas'))).toBe(false);
      const lanes = await page.locator('[data-lane] h3').allInnerTexts();
      expect(lanes).toEqual(
        expect.arrayContaining(['Failed checks', 'Faults and load', 'Operations', 'Rollouts']),
      );
      expect(offences).toEqual([]);
    });

    test('dragging the time moves the map, the clock and the numbers', { timeout: TIMEOUT_MS }, async () => {
      const { page, offences } = await openReport(browser, report);
      await goTo(page, 1);
      expect(await clock(page)).toBe('1m');
      const map = page.locator('.map canvas');
      const before = await pixelsOf(map);
      await goTo(page, 4);
      await expect.poll(() => pixelsOf(map)).not.toBe(before);
      const ruler = page.locator('.ruler');
      const box = await ruler.boundingBox();
      if (box === null) throw new Error('the ruler is not shown');
      await page.mouse.move(box.x + box.width / 4, box.y + 10);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + 10, { steps: 5 });
      await page.mouse.up();
      await expect.poll(() => clock(page)).toMatch(/^(5m59|6m)/);
      expect(offences).toEqual([]);
    });

    test('the chain of causes of a pod, and the way along it', { timeout: TIMEOUT_MS }, async () => {
      const { page, offences } = await openReport(browser, report);
      await goTo(page, 10);
      const key = await clickPod(page);
      const name = key.split('/')[1] as string;
      const inspector = page.locator('.inspector');
      await inspector.waitFor();
      expect(await inspector.locator('h2').textContent()).toContain(name);
      expect(await inspector.locator('.yaml').textContent()).toContain(`name: ${name}`);
      const steps = inspector.locator('.chain li');
      expect(await steps.count()).toBeGreaterThan(2);
      expect(await steps.last().textContent()).toMatch(/user|scenario/);
      const told = await steps.nth(2).locator('.when').textContent();
      await steps.nth(2).getByRole('button').click();
      expect(told).toContain(await clock(page));
      await inspector.getByTitle('Back').click();
      expect(await clock(page)).toBe('10m');
      await page.keyboard.press('Escape');
      await inspector.waitFor({ state: 'detached' });
      expect(offences).toEqual([]);
    });

    test('texts of objects, expectations and titles stay texts', { timeout: TIMEOUT_MS }, async () => {
      const { page, offences } = await openReport(browser, report);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(HOSTILE_TITLE);
      expect(await page.title()).toBe(HOSTILE_TITLE);
      await page.getByRole('tab', { name: 'Checks' }).click();
      expect(await page.locator('.checks .name').first().textContent()).toBe(HOSTILE);
      await page.getByRole('tab', { name: 'Objects' }).click();
      await page.getByLabel('Kind').selectOption('configmaps');
      await page.getByLabel('Filter objects').fill('settings');
      await page.locator('td .link').first().click();
      expect(await page.locator('.yaml').textContent()).toContain('<img src=x onerror=window.taken=1>');
      expect(await page.locator('#report img, #report svg[onload], #report script').count()).toBe(0);
      expect(await page.evaluate('window.taken')).toBeUndefined();
      expect(offences).toEqual([]);
    });

    test('its policy lets no other script run, and nothing be fetched', { timeout: TIMEOUT_MS }, async () => {
      const { page, offences } = await openReport(browser, report);
      await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'window.taken = 2';
      document.body.append(script);
      const button = document.createElement('div');
      button.innerHTML = '<img src="data:," onerror="window.taken = 3">';
      document.body.append(button);
    }`);
      await page.evaluate("fetch('https://wavetank.invalid/').catch(() => undefined)");
      await page.waitForTimeout(200);
      expect(await page.evaluate('window.taken')).toBeUndefined();
      const refused = offences.filter((offence) => offence.includes('policy: '));
      expect(refused).toEqual(
        expect.arrayContaining([
          'error: policy: script-src-elem',
          'error: policy: script-src-attr',
          'error: policy: connect-src',
        ]),
      );
      expect(offences.filter((offence) => offence.startsWith('request: http'))).toEqual([]);
    });

    test('everything is had by the keyboard', { timeout: TIMEOUT_MS }, async () => {
      const { page, offences } = await openReport(browser, report);
      await goTo(page, 6);
      await slider(page).focus();
      await page.keyboard.press('ArrowRight');
      expect(await clock(page)).toBe('6m03.600s');
      await page.keyboard.press('Home');
      expect(await clock(page)).toBe('0s');
      await page.keyboard.press('End');
      expect(await clock(page)).toBe('12m');
      await page.keyboard.press('Shift+ArrowLeft');
      const last = await clock(page);
      await page.keyboard.press('Shift+ArrowLeft');
      expect(await clock(page)).not.toBe(last);
      const map = page.getByRole('application');
      await map.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      expect(await map.locator('[aria-live]').textContent()).toMatch(/^pod /);
      await page.keyboard.press('Enter');
      await page.locator('.inspector .chain').waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('[');
      expect(await clock(page)).not.toBe(last);
      expect(offences).toEqual([]);
    });

    test('a time is zoomed into, by all charts at once', { timeout: TIMEOUT_MS }, async () => {
      const { page, offences } = await openReport(browser, report);
      const pods = page.locator('[data-chart=pods] canvas');
      const nodes = page.locator('[data-chart=nodes] canvas');
      const before = [await pixelsOf(pods), await pixelsOf(nodes)];
      const over = page.locator('[data-chart=pods] .u-over');
      await over.scrollIntoViewIfNeeded();
      const box = await over.boundingBox();
      if (box === null) throw new Error('the chart is not shown');
      await page.mouse.move(box.x + 100, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + 250, box.y + 40, { steps: 4 });
      await page.mouse.up();
      await expect.poll(() => pixelsOf(pods)).not.toBe(before[0]);
      await expect.poll(() => pixelsOf(nodes)).not.toBe(before[1]);
      await page.getByRole('button', { name: 'Whole run' }).click();
      expect(await page.getByRole('button', { name: 'Whole run' }).isDisabled()).toBe(true);
      expect(offences).toEqual([]);
    });

    test('in the dark, and on a narrow screen, nothing is wider than the screen', {
      timeout: TIMEOUT_MS,
    }, async () => {
      const options = { colorScheme: 'dark', viewport: { width: 390, height: 800 } } as const;
      const { page, offences, widest } = await openReport(browser, report, options);
      expect(await widest()).toBe(390);
      const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      await page.getByTitle('Dark or light').click();
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).not.toBe(background);
      expect(offences).toEqual([]);
    });

    test('a page that was cut says so instead of showing a part', { timeout: TIMEOUT_MS }, async () => {
      const html = readFileSync(report, 'utf8');
      const place = html.indexOf('id="wavetank-log">') + 4000;
      const changed = `${html.slice(0, place)}AAAA${html.slice(place + 4)}`;
      const file = path.join(folder, 'changed.html');
      writeFileSync(file, changed);
      const page = await (await browser.newContext()).newPage();
      await page.goto(`file://${file}`);
      await page.locator('.loading.failed').waitFor();
      expect(await page.locator('.loading.failed').textContent()).toMatch(/^This report can't be shown: /);
    });

    test('the page itself is small, and so is what a log adds', () => {
      expect(statSync(emptyPage).size).toBeLessThan(PAGE_BYTES_MAX);
      expect(statSync(report).size).toBeLessThan(
        PAGE_BYTES_MAX + statSync(path.join(folder, 'run.jsonl')).size,
      );
    });
  },
);
