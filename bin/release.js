#!/usr/bin/env node
import { createRequire } from 'node:module'

// `require`, because importing CommonJS makes Node scan the whole file for its exports first.
createRequire(import.meta.url)('../dist/release.cjs')
