import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const api = process.env.SWITCHBOARD_CONSOLE_URL ?? 'http://127.0.0.1:8090';

/**
 * Imports icons one by one: their index has thousands, and reading all of them is most of the time of a build.
 */
function icons(): Plugin {
  const imported = /import \{([^}]*)\} from ["']@tabler\/icons-react["'];?/g;
  return {
    name: 'icons-one-by-one',
    transform(code, id) {
      if (id.includes('node_modules') || !code.includes('@tabler/icons-react')) return null;
      const one = (name: string) => {
        const [icon, local = icon] = name.split(' as ').map(part => part.trim());
        return `import ${local} from '@tabler/icons-react/dist/esm/icons/${icon}.mjs';`;
      };
      return code.replace(imported, (_, names: string) =>
        names
          .split(',')
          .filter(part => part.trim())
          .map(one)
          .join(' '),
      );
    },
  };
}

export default defineConfig({
  plugins: [icons()],
  esbuild: { jsx: 'automatic' },
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // Where `npm run dev` finds the API: a console that runs already.
  server: { proxy: { '/api': api } },
  build: {
    target: 'es2022',
    manifest: true,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000, // what counts is scripts/check-size.mjs
    rollupOptions: {
      // "use client" means something to servers that draw React, and there is none.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
});
