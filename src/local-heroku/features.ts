import type { App } from './app.js'

/** Something of an app that can be turned on and off, such as a flag of Heroku Labs. */
export interface Feature {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly state: string
  readonly docUrl: string
  isOn(app: App): boolean
  turn(app: App, on: boolean): void
}

/** Those that change what a dyno does here; Heroku has more. */
export const features: readonly Feature[] = [
  {
    name: 'preboot',
    title: 'Preboot',
    description: 'Provide seamless web dyno deploys',
    state: 'general',
    docUrl: 'https://devcenter.heroku.com/articles/preboot',
    isOn: ({ settings }) => settings.preboot,
    turn: ({ settings }, on) => {
      settings.preboot = on
    },
  },
  {
    name: 'runtime-dyno-metadata',
    title: 'Dyno metadata',
    description: 'Put facts of app, release and dyno into the environment of dynos',
    state: 'public',
    docUrl: 'https://devcenter.heroku.com/articles/dyno-metadata',
    isOn: ({ settings }) => settings.dynoMetadata,
    turn: ({ settings }, on) => {
      settings.dynoMetadata = on
    },
  },
]
