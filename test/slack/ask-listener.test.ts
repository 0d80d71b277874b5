import type { ModalView } from '@slack/types';
import { echoed } from '../../sandbox/slack/echo.ts';
import type { Desk } from '../../src/slack/desk.ts';
import { onAskSubmitted } from '../../src/slack/listeners/ask.ts';
import { onStopClicked } from '../../src/slack/listeners/decide.ts';
import { askModal } from '../../src/slack/views/ask.ts';

const ticked = (id: string) => ({ [id]: { [id]: { selected_options: [{ value: id }] } } });
const typed = (id: string, value: string) => ({ [id]: { [id]: { value } } });

/** riya submits the modal with these boxes ticked; gives what was asked for, and what the modal answers. */
async function submit(...boxes: string[]) {
  return submitIn(askModal('team-scratch', boxes.includes('bypass')), ...boxes);
}

async function submitIn(modal: ModalView, ...boxes: string[]) {
  let told = 0;
  const asked: object[] = [];
  const acked: unknown[] = [];
  const desk = { ask: async (what: object) => ({ ok: Boolean(asked.push(what)) }) } as unknown as Desk;
  desk.mayBypass = () => boxes.includes('bypass');
  desk.otherWindow = async () => void told++;
  const values = Object.assign({ ...typed('bucket', 'team-scratch'), ...typed('reason', 'old') }, ...boxes.map(ticked));
  await onAskSubmitted(desk)({
    ack: async (answer?: unknown) => void acked.push(answer),
    body: { user: { id: 'U0RIYA' }, team: { id: 'T0INTERLOCK' } },
    view: echoed({ ...modal, id: 'V1', state: { values } } as never),
  } as never);
  return { asked, acked, ...(told > 0 && { told }) };
}

describe('the modal in which a deletion is asked for', () => {
  it('asks for nothing where it shows something else than it was built with, such as a field for a code, and tells operators', async () => {
    const other = JSON.parse(JSON.stringify(askModal('')).replace('"Reason"', '"Code and initials"'));
    expect(await submitIn(other)).toEqual({
      asked: [],
      acked: [{ response_action: 'update', view: expect.objectContaining({ title: expect.objectContaining({ text: 'Not done' }) }) }],
      told: 1,
    });
  });

  it.each([
    [[], { kind: 'delete', rehearsal: false }],
    [['empty'], { kind: 'empty-delete', rehearsal: false }],
    [['empty', 'keep'], { kind: 'empty', rehearsal: false }],
    [['empty', 'rehearse'], { kind: 'empty-delete', rehearsal: true }],
    [['empty', 'bypass'], { kind: 'empty-delete', rehearsal: false, bypassGovernance: true }],
  ])('asks, with %j ticked, for %j', async (boxes, kind) => {
    expect(await submit(...boxes)).toEqual({
      asked: [{ ...kind, bucket: 'team-scratch', reason: 'old', user: 'U0RIYA', team: 'T0INTERLOCK', viewId: 'V1' }],
      acked: [undefined],
    });
  });

  it.each([[['keep']], [['keep', 'rehearse']]])(
    'asks for nothing with %j ticked, and says below the box what is missing',
    async (boxes) => {
      expect(await submit(...boxes)).toEqual({
        asked: [],
        acked: [{ response_action: 'errors', errors: { keep: 'To keep the empty bucket, tick Empty it first too.' } }],
      });
    },
  );
});

describe('a bypass of governance retention', () => {
  it('is asked for only where the bucket is emptied', async () => {
    expect(await submit('bypass')).toEqual({
      asked: [],
      acked: [{ response_action: 'errors', errors: { bypass: expect.stringMatching(/tick Empty it first too/) } }],
    });
  });

  it('can be ticked only where a rule allows it', () => {
    const labels = (mayBypass: boolean) => askModal('x', mayBypass).blocks.flatMap((block) => ('label' in block ? block.label.text : []));
    expect(labels(true).filter((label) => !labels(false).includes(label))).toEqual(['Bypass governance retention']);
  });
});

describe('a click on Stop', () => {
  /** Gives what whoever clicked reads, and whom the desk was asked for. */
  async function click(stopped: object) {
    const asked: object[] = [];
    const told: { user?: string; text?: string }[] = [];
    const desk = { stop: async (what: object) => asked.push(what) && stopped } as unknown as Desk;
    const acks: unknown[] = [];
    await onStopClicked(desk)({
      ack: async (answer?: unknown) => void acks.push(answer),
      body: { user: { id: 'U0RIYA' }, team: { id: 'T0INTERLOCK' }, channel: { id: 'C0APPROVALS' } },
      action: { value: 'req-abcdefghij23' },
      client: { chat: { postEphemeral: async (message: object) => told.push(message) } },
    } as never);
    return { asked, told, acked: acks.length };
  }

  it('is for the request of its message, by who clicked, who hears that it ends', async () => {
    expect(await click({ ok: true })).toMatchObject({
      asked: [{ requestId: 'req-abcdefghij23', user: 'U0RIYA', team: 'T0INTERLOCK' }],
      told: [{ user: 'U0RIYA', text: expect.stringContaining('It stops after what is being deleted at this moment') }],
      acked: 1,
    });
  });

  it('says why it is none, and who can', async () => {
    const { told, acked } = await click({
      ok: false,
      why: 'Only the person who asked and the approvers can stop it.',
      whoCan: ['U0ALICE'],
    });
    expect(told).toMatchObject([{ user: 'U0RIYA', text: expect.stringMatching(/Only the person who asked.*<@U0ALICE>/) }]);
    expect(acked).toBe(1);
  });
});
