import { Tabs } from '@base-ui/react/tabs';
import { BreakIn } from './break-in.tsx';
import { Buckets } from './buckets.tsx';
import { Calls } from './calls.tsx';
import './pane.css';

/** What AWS has, what it was asked, and what it says to whoever tries to get around the approval. */
export function AwsPane() {
  return (
    <section aria-label="AWS" className="pane">
      <Tabs.Root defaultValue="buckets" className="aws-tabs">
        <div className="pane-head">
          <h2>AWS</h2>
          <Tabs.List className="aws-tab-list" aria-label="Of AWS">
            <Tabs.Tab value="buckets" className="aws-tab">
              Buckets
            </Tabs.Tab>
            <Tabs.Tab value="calls" className="aws-tab">
              Calls
            </Tabs.Tab>
            <Tabs.Tab value="break-in" className="aws-tab">
              Break in
            </Tabs.Tab>
          </Tabs.List>
        </div>
        {/* What scrolls in them takes focus. Kept: what was answered, filtered and scrolled to is still there when one comes back. */}
        <Tabs.Panel value="buckets" className="aws-panel" tabIndex={-1} keepMounted>
          <Buckets />
        </Tabs.Panel>
        <Tabs.Panel value="calls" className="aws-panel" tabIndex={-1}>
          <Calls />
        </Tabs.Panel>
        <Tabs.Panel value="break-in" className="aws-panel" keepMounted>
          <BreakIn />
        </Tabs.Panel>
      </Tabs.Root>
    </section>
  );
}
