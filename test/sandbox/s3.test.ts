/** S3 in the sandbox, in one file: each test file compiles the SDK anew. */
import './aws/s3/buckets.ts';
import './aws/s3/keys.ts';
import './aws/s3/listing.ts';
import './aws/s3/locks.ts';
import './aws/s3/mfa-delete.ts';
import './aws/s3/objects.ts';
import './aws/s3/policies.ts';
import './aws/s3/settings.ts';
import './aws/s3/uploads.ts';
import './aws/s3/versions.ts';
