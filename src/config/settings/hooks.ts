import { hookNames, mayVeto, type HookName } from '../../core/hooks.js'
import { setting } from '../setting.js'
import { durationValue, textValue } from '../values.js'

const hook = (name: HookName) =>
  setting(textValue, {
    default: undefined,
    file: `hooks.${name}`,
    shape: 'command',
    about: `A hook, run ${name.replace(/-(.*)/, ' the step `$1`')}. ${mayVeto(name) ? 'When it fails, the release stops.' : 'When it fails, that is reported.'}`,
  })

type HookSettings = { readonly [Name in HookName as `hooks.${Name}`]: ReturnType<typeof hook> }

/** Commands before and after each step of a release; their names are the keys of the file. */
export const hookSettings = {
  hooksTimeoutMs: setting(durationValue, {
    default: '1m',
    file: 'hooks.timeout',
    shape: 'duration',
    about: 'How long a hook may take before it is ended, with all that it started. See docs/hooks.md.',
  }),
  ...(Object.fromEntries(hookNames.map((name) => [`hooks.${name}`, hook(name)])) as HookSettings),
} as const
