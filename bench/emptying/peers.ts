/** What else empties buckets, as far as it is on the machine. */
import { spawnSync } from 'node:child_process';

export interface Peer {
  /** With its version. */
  name: string;
  of: (url: string, bucket: string) => { command: string[]; env?: Record<string, string> };
}

interface Known extends Peer {
  /** Writes its version. */
  version: string[];
}

const KNOWN: Known[] = [
  {
    name: 'boto3, `object_versions.delete()`',
    version: ['python3', '-c', 'import boto3; print(boto3.__version__)'],
    of: (url, bucket) => ({
      command: ['python3', '-c', `import boto3; boto3.resource('s3', endpoint_url='${url}').Bucket('${bucket}').object_versions.delete()`],
    }),
  },
  {
    name: '`s4cmd del -r`',
    version: ['s4cmd', '--version'],
    of: (url, bucket) => ({
      command: ['s4cmd', '--endpoint-url', url, 'del', '-r', `s3://${bucket}/`],
      env: { S3_ACCESS_KEY: 'AKIAEXAMPLE', S3_SECRET_KEY: 'example' },
    }),
  },
  {
    name: '`aws s3 rm --recursive`',
    version: ['aws', '--version'],
    of: (url, bucket) => ({ command: ['aws', '--endpoint-url', url, 's3', 'rm', '--recursive', '--quiet', `s3://${bucket}`] }),
  },
  {
    name: '`rclone delete --fast-list --checkers 64 --transfers 64`',
    version: ['rclone', 'version'],
    of: (url, bucket) => ({
      command: ['rclone', 'delete', `:s3:${bucket}`, '--fast-list', '--checkers', '64', '--transfers', '64'],
      env: {
        RCLONE_CONFIG: '/dev/null',
        // As which it asks by path, not by a bucket's own host name.
        RCLONE_S3_PROVIDER: 'Minio',
        RCLONE_S3_ENDPOINT: url,
        RCLONE_S3_ENV_AUTH: 'true',
        RCLONE_S3_FORCE_PATH_STYLE: 'true',
      },
    }),
  },
];

/** Those that are here. */
export function peersHere(): Peer[] {
  return KNOWN.flatMap(({ version, ...peer }) => {
    const [program = '', ...args] = version;
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    const number = /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? '';
    return status === 0 ? [{ ...peer, name: `${peer.name} (${number})` }] : [];
  });
}
