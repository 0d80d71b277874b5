/** What esbuild alone can't be told in serverless.yml: plugins that make the bundles smaller and quicker to load (docs/performance.md). */
import { dirname } from 'node:path';

/** Bundles `contents` wherever `name` is imported; it may import what that package itself depends on. */
function inPlaceOf(name, contents) {
  return {
    name: `in place of ${name}`,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${name}$`) }, async ({ path, pluginData, importer, kind, namespace, resolveDir }) => {
        if (pluginData === 'the package itself') return undefined;
        const real = await build.resolve(path, { importer, kind, namespace, resolveDir, pluginData: 'the package itself' });
        return real.errors.length > 0 ? real : { path, namespace: name, pluginData: dirname(real.path) };
      });
      build.onLoad({ filter: /.*/, namespace: name }, ({ pluginData: resolveDir }) => ({ contents, resolveDir }));
    },
  };
}

/**
 * Lambda gives a function its role's keys in the environment (docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, "Defined
 * runtime environment variables"), the first place where the SDK's default chain looks. The rest of the chain (files, metadata services, SSO)
 * is a hundred kilobytes, and nowhere a function should take keys from.
 */
const environmentCredentials = inPlaceOf(
  '@aws-sdk/credential-provider-node',
  "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
);

/**
 * The AWS Encryption SDK's package is CommonJS and requires all of its parts, other keyrings and through them DynamoDB's client too; what is
 * required stays whole, and is wrapped. These are the parts that src/aws/sealed.ts uses, as the ES modules that they are, and buildClient as
 * the package has it.
 */
const encryptionSdk = inPlaceOf(
  '@aws-crypto/client-node',
  `
    import { buildDecrypt } from '@aws-crypto/decrypt-node';
    import { buildEncrypt } from '@aws-crypto/encrypt-node';
    export * from '@aws-crypto/kms-keyring-node';
    export * from '@aws-crypto/material-management-node';
    export const buildClient = (options) => ({ ...buildEncrypt(options), ...buildDecrypt(options) });
  `,
);

/**
 * `import 'node:http'` reads every export of the module, the getters too that load Node's WebSocket and with it all of Node's undici
 * (`lazyUndici` in Node's lib/http.js): a tenth of the Slack function's start. require() reads none.
 */
const requiredHttp = {
  name: 'required-http',
  setup(build) {
    build.onResolve({ filter: /^(node:)?https?$/ }, ({ path, kind }) =>
      kind === 'require-call' ? undefined : { path, namespace: 'required-http' },
    );
    build.onLoad({ filter: /.*/, namespace: 'required-http' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

export default [environmentCredentials, encryptionSdk, requiredHttp];
