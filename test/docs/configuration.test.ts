import { expect, test } from 'vitest'
import { configurationPage } from '../../src/config/documentation.js'

test('docs/configuration.md says what the settings say', async () => {
  await expect(configurationPage()).toMatchFileSnapshot('../../docs/configuration.md')
})
