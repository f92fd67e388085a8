import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { createProject } from '../support/project.js'
import { root } from '../support/root.js'

it('in a folder that was removed every command ends with one clear error', async () => {
  const { folder } = await createProject({})
  const script = `rm -r "$PWD" && exec "$0" ${root}/bin/release.js migrate`
  const failure = promisify(execFile)('sh', ['-c', script, process.execPath], { cwd: folder })
  await expect(failure).rejects.toMatchObject({
    code: 78,
    stdout: '',
    stderr:
      'error: The folder that this command was started in is gone.\n' +
      '-> Go to the root of the app (cd) and run the command again; nothing was touched.\n',
  })
})
