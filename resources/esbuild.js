/** What esbuild alone can't be told in serverless.yml: plugins that make the bundles smaller and quicker to load (docs/performance.md). */
import { dirname } from 'node:path';

/**
 * Lambda gives a function its role's keys in the environment (Lambda developer guide, "Using Lambda environment variables"), the first place
 * where the SDK's default chain looks. The rest of the chain (files, metadata services, SSO) is a hundred kilobytes, and nowhere a function
 * should take keys from.
 */
const environmentCredentials = {
  name: 'environment-credentials',
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'the real one') return undefined;
      const { importer, kind, namespace, resolveDir } = from;
      const real = await build.resolve(path, { importer, kind, namespace, resolveDir, pluginData: 'the real one' });
      return { path, namespace: 'environment-credentials', pluginData: dirname(real.path) };
    });
    build.onLoad({ filter: /.*/, namespace: 'environment-credentials' }, ({ pluginData: resolveDir }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      resolveDir,
    }));
  },
};

/**
 * `import 'node:http'` reads every export of the module, the getters too that load Node's WebSocket and with it all of undici
 * (lib/http.js, `lazyUndici`): a quarter of a small bundle's start. require() reads none.
 */
const requiredHttp = {
  name: 'required-http',
  setup(build) {
    build.onResolve({ filter: /^(node:)?https?$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'required-http' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'required-http' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

export default [environmentCredentials, requiredHttp];
