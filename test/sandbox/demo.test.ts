import { spawn } from 'node:child_process';
import { COMPILED } from '../helpers/compiled.ts';
import { packagedTemplate } from '../helpers/packaged.ts';

/** Runs it as `npm run demo` does. */
async function demo(): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, ['sandbox/demo.ts'], { env: { PATH: process.env.PATH, ...COMPILED } });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  return { code, output, errors };
}

describe('the demo', () => {
  it('takes a request from the command to the deleted bucket, with a wrong code on the way, and ends well', async () => {
    packagedTemplate();
    const { code, output, errors } = await demo();
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const steps = [
      'riya types /delete-bucket team-scratch',
      'flow   Inspect',
      'asks to *delete the bucket* `team-scratch`',
      'sts:AssumeRole deletion DENIED: refused before IAM was asked',
      'AWS refused the code',
      'A code was given in your name',
      'sts:AssumeRole deletion [MFA] allowed: statement "CodeInThisCall"',
      's3:DeleteBucket team-scratch allowed: statement 1 of the session policy',
      '`team-scratch` was *deleted*, approved by @alice.',
      'Your MFA code was just used',
      'team-scratch is deleted.',
    ];
    const places = steps.map((step) => output.indexOf(step));
    expect(steps.filter((_, index) => places[index] === -1)).toEqual([]);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  }, 60_000);
});
