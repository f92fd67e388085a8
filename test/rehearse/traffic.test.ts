import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readRequests } from '../../src/rehearse/traffic/requests.js'
import { startRequests } from '../../src/rehearse/traffic/send.js'
import { readTraffic } from '../../src/rehearse/traffic/source.js'
import { eventually } from '../support/eventually.js'
import { createProject } from '../support/project.js'

const read = (text: string) => readRequests(text).requests.map(({ method, path }) => `${method} ${path}`)

test.each([
  ['GET /charts?page=2', 'GET /charts?page=2'],
  ['/charts', 'GET /charts'],
  ['https://chart.example.com/charts?page=2', 'GET /charts?page=2'],
  ['DELETE /charts/4', 'DELETE /charts/4'],
  ['10.0.0.1 - jo [21/Nov/2026:19:00:01 +0000] "GET /a?b=c HTTP/1.1" 200 12 "-" "curl"', 'GET /a?b=c'],
  [
    '2026-11-21T19:00:01.0+00:00 heroku[router]: at=info method=GET path="/a?b=c" host=x.example.com status=200',
    'GET /a?b=c',
  ],
  ['at=error code=H12 desc="Request timeout" method=HEAD path="/slow" host=x.example.com', 'HEAD /slow'],
])('%s is the request %s', (line, request) => {
  expect(read(line)).toEqual([request])
})

test('what follows the path is the body', () => {
  expect(readRequests('POST /charts {"name": "a b"}').requests).toEqual([
    { method: 'POST', path: '/charts', body: '{"name": "a b"}' },
  ])
})

test('remarks are passed over; of a log what changes data is left out, and of anything what is no request', () => {
  const text = '# visitors\n\nGET /\nat=info method=POST path="/charts" host=x\nsomething else\nFETCH /\n'
  expect(readRequests(text)).toMatchObject({ requests: [{ path: '/' }], withoutBody: 1, unread: 2 })
})

test('a file is read, a program is run, and what is neither is a request or a command', async () => {
  const app = await createProject({ 'a.txt': 'GET /a\nnothing\n', 'run.sh': 'true' })
  await chmod(join(app.folder, 'run.sh'), 0o755)
  await app.write('script', '#!/bin/sh\ntrue')
  const by = async (...wishes: string[]) => await readTraffic(wishes, app.folder)
  expect(await by()).toMatchObject({ requests: [{ method: 'GET', path: '/' }] })
  expect(await by('a.txt', 'GET /b')).toMatchObject({
    requests: [{ path: '/a' }, { path: '/b' }],
    remarks: ['1 lines of a.txt were left out: they are no requests.'],
  })
  expect(await by('run.sh')).toMatchObject({ by: 'command', command: join(app.folder, 'run.sh') })
  expect(await by('script')).toMatchObject({ by: 'command' })
  expect(await by('npm run smoke')).toMatchObject({ by: 'command', command: 'npm run smoke' })
  await expect(by('GET /', 'missing.txt')).rejects.toThrow('"missing.txt" is a command, and stands beside')
  await app.write('empty.txt', 'nothing\n')
  await expect(by('empty.txt')).rejects.toThrow('No line of empty.txt is a request')
})

test('a request is sent at its time although none before it has been answered', async () => {
  const waiting: (() => void)[] = []
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''}`.trim())
    waiting.push(() => response.end())
  })
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { requests } = readRequests('GET /a\nPOST /b {"c":1}\nPOST /b c=1')
  const traffic = startRequests({ url, requests, perSecond: 100, headers: [] })
  await eventually(() => seen.length >= 4, 'four requests are under way')
  let stopped = false
  const stop = async () => {
    await traffic.stop()
    stopped = true
  }
  const stopping = stop()
  expect(seen.slice(0, 4)).toEqual([
    'GET /a',
    'POST /b application/json',
    'POST /b application/x-www-form-urlencoded',
    'GET /a',
  ])
  expect(stopped).toBe(false)
  await eventually(() => {
    for (const answer of waiting.splice(0)) answer()
    return stopped
  }, 'it stops when the last is answered')
  await stopping
})
