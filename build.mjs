// Builds what ships (`dist/`) and, with --dev, what only this repository runs (`build/`).
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const withDev = process.argv.includes('--dev')
const withTypes = process.argv.includes('--types')

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Where there is no import.meta, the version was put in by `define`.
  logOverride: { 'empty-import-meta': 'silent' },
}

// Loaded only when there is work for them, from node_modules.
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

const define = {
  RELEASE_PHASE_VERSION: JSON.stringify(version),
  // pg looks for a global `Response` to recognise Cloudflare, and on Node 20 the look alone loads all of undici.
  Response: 'undefined',
}

// pg is CommonJS: inside an ES module it needs a `require` to call.
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
}

// A rehearsal brings a Heroku along: a file of its own, so that no release reads over it.
const rehearsalApart = {
  name: 'rehearsal-apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/rehearse\/rehearse\.js$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './rehearse.cjs', external: true } : undefined,
    ),
}

if (withTypes) rmSync('dist', { recursive: true, force: true })

// The command is one CommonJS file: Node starts it a good deal faster than a tree of modules.
const command = await build({
  ...common,
  metafile: true,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/release.cjs',
  format: 'cjs',
  external,
  define,
  plugins: [rehearsalApart],
})
await build({
  ...common,
  entryPoints: ['src/rehearse/rehearse.ts'],
  outfile: 'dist/rehearse.cjs',
  format: 'cjs',
})
await build({
  ...common,
  entryPoints: ['src/index.ts'],
  outfile: 'dist/index.js',
  format: 'esm',
  external,
  define,
  banner,
})

// What the app preloads: a small file of its own, which loads nothing but Node's own modules.
await build({
  ...common,
  entryPoints: ['src/record/main.ts'],
  outfile: 'dist/record.cjs',
  format: 'cjs',
})

if (withDev) {
  const entries = Object.entries({ demo: 'demo/main.ts', bench: 'bench/main.ts' })
  rmSync('build', { recursive: true, force: true })
  await build({
    ...common,
    entryPoints: Object.fromEntries(entries.filter(([, file]) => existsSync(file))),
    outdir: 'build',
    format: 'esm',
    packages: 'external',
    define: { RELEASE_PHASE_VERSION: JSON.stringify(version) },
  })
}

if (withTypes) writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licencesOf(command.metafile))
if (withTypes) execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' })

/** The licences of the packages whose code is part of what ships. */
function licencesOf({ inputs }) {
  const packages = new Set(
    Object.keys(inputs).flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  )
  const texts = [...packages].toSorted().map((name) => {
    const file = readdirSync(`node_modules/${name}`).find((entry) => /^licen[cs]e/i.test(entry))
    const { version: packageVersion, license } = JSON.parse(
      readFileSync(`node_modules/${name}/package.json`, 'utf8'),
    )
    const text =
      file === undefined ? `Licence: ${license}` : readFileSync(`node_modules/${name}/${file}`, 'utf8')
    return `${name} ${packageVersion}\n\n${text.trim()}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}
