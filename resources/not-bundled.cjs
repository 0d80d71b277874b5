/**
 * Stands in the bundles for what Bolt's other receivers need (Express, Socket Mode, OAuth): Bolt requires them when it is loaded, and
 * AwsLambdaReceiver uses none. Without them the Slack function's bundle is less than half the size and loads faster. Using one fails by name.
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
