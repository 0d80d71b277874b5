/**
 * Stands in the bundles for packages that no function reaches, though what it imports requires them when it is loaded: what Bolt's other
 * receivers need (Express, Socket Mode, OAuth; ours is AwsLambdaReceiver), and the AWS Encryption SDK's other keyrings (ours is
 * KmsKeyringNode; the branch key store alone brings the whole DynamoDB client). Using one fails by name. docs/performance.md has the gain.
 */
module.exports = new Proxy(
  {},
  {
    get(_, name) {
      if (name === '__esModule' || typeof name === 'symbol') return undefined;
      throw new Error(`${name} is of a package that is not in the bundle (serverless.yml, alias; resources/not-bundled.cjs)`);
    },
  },
);
