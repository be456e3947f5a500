// A WebSocket peer by Node's ws package. client URL: talks to our server. server: serves our client.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

const { WebSocket, WebSocketServer } = createRequire(process.cwd() + '/')('ws')
const [mode, url] = process.argv.slice(2)

function frame(type, id, payload) {
  const bytes = Buffer.alloc(13 + payload.length)
  bytes.writeUInt32BE(9 + payload.length, 0)
  bytes.writeUInt8(type, 4)
  bytes.writeBigUInt64BE(BigInt(id), 5)
  payload.copy(bytes, 13)
  return bytes
}

const request = (id, body) => frame(0x40, id, Buffer.concat([Buffer.from([4]), Buffer.from('echo'), body]))

function next(socket, event) {
  return new Promise((resolve, reject) => {
    socket.once(event, (...args) => resolve(args))
    socket.once('error', reject)
  })
}

async function native(options) {
  const socket = new WebSocket(url, 'lace.v1', options)
  await next(socket, 'open')
  assert.equal(socket.protocol, 'lace.v1')
  for (const size of [0, 1, 125, 126, 65536, 1 << 20]) {
    const body = Buffer.alloc(size, 'abcdefg')
    const answer = next(socket, 'message')
    socket.send(request(size + 1, body))
    const [message, binary] = await answer
    assert.equal(binary, true)
    assert.deepEqual(message, frame(1, size + 1, body))
  }
  // Fragments with a ping between them.
  const whole = request(7, Buffer.from('in pieces'))
  const answer = next(socket, 'message')
  const pong = next(socket, 'pong')
  socket.send(whole.subarray(0, 3), { fin: false, binary: true, compress: false })
  socket.ping('between')
  socket.send(whole.subarray(3), { fin: true, binary: true, compress: false })
  assert.equal((await pong)[0].toString(), 'between')
  assert.deepEqual((await answer)[0], frame(1, 7, Buffer.from('in pieces')))
  // Several frames in one message; the answers may come in one or in several.
  let bytes = 0
  const all = new Promise(resolve => socket.on('message', m => (bytes += m.length) >= 2 * 14 && resolve()))
  socket.send(Buffer.concat([request(8, Buffer.from('a')), request(9, Buffer.from('b'))]))
  await all
  const closed = next(socket, 'close')
  socket.close(1000, 'done')
  assert.equal((await closed)[0], 1000)
}

async function json() {
  const socket = new WebSocket(url, 'lace.json')
  await next(socket, 'open')
  const answer = next(socket, 'message')
  socket.send(JSON.stringify({ type: 'request', id: 1, route: 'echo', body: { text: 'grüß dich 🙂' } }))
  const [message, binary] = await answer
  assert.equal(binary, false)
  assert.deepEqual(JSON.parse(message), { type: 'response', id: 1, body: { text: 'grüß dich 🙂' } })
  const closed = next(socket, 'close')
  socket.close()
  await closed
}

async function refused() {
  const foreign = new WebSocket(url, 'lace.v1', { origin: 'https://evil.example.com' })
  await assert.rejects(next(foreign, 'open'), /403/)
  const unknown = new WebSocket(url, 'chat')
  await assert.rejects(next(unknown, 'open'), /400/)
}

function serve(perMessageDeflate) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate })
  server.on('connection', socket => {
    socket.on('message', message => {
      for (let at = 0; at < message.length; ) {
        const length = message.readUInt32BE(at)
        assert.equal(message.readUInt8(at + 4), 0x40)
        const payload = message.subarray(at + 13, at + 4 + length)
        socket.send(frame(1, message.readBigUInt64BE(at + 5), payload.subarray(1 + payload[0])))
        at += 4 + length
      }
    })
    socket.on('close', (code, reason) => console.log('closed', code, reason.toString()))
  })
  server.on('listening', () => console.log('port', server.address().port))
  process.stdin.on('end', () => process.exit(0)).resume()
}

if (mode === 'client') {
  await native({ perMessageDeflate: false })
  await native({ perMessageDeflate: { threshold: 0 } })
  await json()
  await refused()
  console.log('all passed')
} else {
  serve(mode === 'deflating-server')
}
