import { Chart } from './chart.tsx';
import { ClusterMap } from './cluster-map.tsx';
import { Header } from './header.tsx';
import type { PageState } from './page-state.ts';
import { SidePanel } from './side-panel.tsx';
import { Lanes, Playhead, Ruler } from './timeline.tsx';
import { Toolbar, usePageKeys } from './toolbar.tsx';

export function App({ page }: { page: PageState }) {
  usePageKeys(page);
  return (
    <>
      <Header page={page} />
      <Toolbar page={page} />
      <main>
        <div class="history panel">
          <Ruler page={page} />
          <Lanes page={page} />
          <section aria-label="Charts">
            {page.model.charts.map((chart) => (
              <Chart key={chart.id} page={page} chart={chart} />
            ))}
          </section>
          <Playhead page={page} />
        </div>
        <aside>
          <ClusterMap page={page} />
          <SidePanel page={page} />
        </aside>
      </main>
    </>
  );
}
