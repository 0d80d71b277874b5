/** The account of a stretch, while one page takes long and many others wait behind it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Account } from '../../src/aws/emptying/account.ts';
import { versionPage } from '../../src/aws/emptying/version-page.ts';
import { job } from '../helpers/emptying.ts';

/** A page as S3 lists it, of a third of a megabyte. */
function aPage(nth: number) {
  const version = (at: number) =>
    `<Version><Key>logs/2026/11/host-${String(nth * 1_000 + at).padStart(9, '0')}.json</Key><VersionId>${'v'.repeat(32)}</VersionId><IsLatest>true</IsLatest><LastModified>2026-11-02T09:10:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size><Owner><ID>${'o'.repeat(150)}</ID></Owner></Version>`;
  return versionPage(Array.from({ length: 1_000 }, (_, at) => version(at)).join('')).entries;
}

describe('the account of a stretch', () => {
  it('keeps of pages that are gone behind one that is not how far they reach, and nothing of their text', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const account = new Account(job('any'));
    const [ledger] = account.ledgers;
    const heap = () => {
      gc();
      return process.memoryUsage().heapUsed;
    };
    const begin = (nth: number) => {
      const entries = aPage(nth);
      const at = (index: number) => entries.at(index)?.key ?? '';
      return ledger?.begin(entries, { key: Buffer.from(at(-1)).toString(), id: 'v' }, at(-2));
    };
    const first = begin(0);
    const before = heap();
    for (let nth = 1; nth <= 100; nth += 1) begin(nth)?.gone([]);
    expect(heap() - before).toBeLessThan(10_000_000);
    expect(account.progress.done.versions).toBe(0);
    first?.gone([]);
    expect([account.progress.done.versions, account.progress.parts?.[0]?.after]).toEqual([101_000, 'logs/2026/11/host-000100998.json']);
  });
});
