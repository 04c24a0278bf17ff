import { render } from 'preact';
import { readEmbedded } from './embedded/read-embedded.ts';
import { App } from './view/app.tsx';
import { PageState } from './view/page-state.ts';

/**
 * The page of `wavetank report`. Preact, because the page is a tree of small parts that follow one time: with signals
 * a part is drawn again only when what it reads has changed, at the weight of a few kilobytes in every report, and
 * its text nodes are what keeps the content of objects from ever being read as HTML. uPlot draws the charts, since it
 * redraws thousands of points within a frame.
 */
async function start(): Promise<void> {
  const root = document.getElementById('report');
  if (root === null) throw new Error('the page has no element for the report');
  const told = root.querySelector('.loading');
  try {
    const model = await readEmbedded((lines) => {
      if (told !== null) told.textContent = `Reading the log… ${lines} lines`;
    });
    // Where it ended, unless something failed: then that is what people come for.
    const failed = model.lanes.find(({ id }) => id === 'checks')?.items[0];
    const page = new PageState(model, failed?.from ?? model.end);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => page.theme.value++);
    root.replaceChildren();
    render(<App page={page} />, root);
  } catch (error) {
    const message = document.createElement('p');
    message.className = 'loading failed';
    message.textContent = `This report can't be shown: ${error instanceof Error ? error.message : String(error)}`;
    root.replaceChildren(message);
    throw error;
  }
}

void start();
