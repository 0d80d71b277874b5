/** The calls of `interlock guard check` and nothing else, for comparison: asked of the same buckets, as many at once, answers read and thrown away. */
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  paginateListBuckets,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const [prefix = '', atOnce = ''] = process.argv.slice(2);

const { Account: ExpectedBucketOwner } = await new STSClient({ region: 'us-east-1' }).send(new GetCallerIdentityCommand({}));
const s3 = new S3Client({ region: 'us-east-1' });
const names: string[] = [];
for await (const { Buckets = [] } of paginateListBuckets({ client: s3, pageSize: 1000 }, {})) {
  names.push(...Buckets.flatMap(({ Name = '' }) => (Name.startsWith(prefix) ? Name : [])));
}
const queue = names.values();
const work = async () => {
  for (const Bucket of queue) {
    const of = { Bucket, ExpectedBucketOwner };
    await s3.send(new GetBucketPolicyCommand(of));
    const noLifecycle = (error: Error) => {
      if (error.name !== 'NoSuchLifecycleConfiguration') throw error;
    };
    await Promise.all([
      s3.send(new GetBucketLifecycleConfigurationCommand(of)).catch(noLifecycle),
      s3.send(new GetBucketVersioningCommand(of)),
      s3.send(new GetBucketEncryptionCommand(of)),
    ]);
  }
};
await Promise.all(Array.from({ length: Number(atOnce) }, work));
