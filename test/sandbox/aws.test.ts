/** AWS's other services in the sandbox and the endpoint that they share, in one file: each test file compiles the SDK anew. */
import './aws/dynamodb.ts';
import './aws/endpoint.ts';
import './aws/iam.ts';
import './aws/kms.ts';
import './aws/mfa.ts';
import './aws/role-session.ts';
import './aws/secrets-manager.ts';
import './aws/session-token.ts';
import './aws/states-wire.ts';
import './aws/sts.ts';
import './aws/wire.ts';
