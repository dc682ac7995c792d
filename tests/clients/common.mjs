// What the scripts share. The first argument is a JSON document: where the server is, who we are, and where the library lies.
import { pathToFileURL } from 'node:url'
import { createInterface } from 'node:readline/promises'

export const config = JSON.parse(process.argv[2])
export const oauth = await import(pathToFileURL(`${config.modules}/oauth4webapi/build/index.js`))

// The server listens on http in a test, and its clock stands at another time than ours.
export const options = {
  [oauth.allowInsecureRequests]: true,
  [oauth.clockSkew]: config.now - Math.floor(Date.now() / 1000),
}

export const issuer = new URL(config.issuer)

export async function discover(algorithm) {
  const response = await oauth.discoveryRequest(issuer, { algorithm, ...options })
  return oauth.processDiscoveryResponse(issuer, response)
}

export function client(id) {
  return { client_id: id, [oauth.clockSkew]: options[oauth.clockSkew] }
}

export function check(condition, what) {
  if (!condition) throw new Error(`not as it should be: ${what}`)
}

// The library checks an access token as a resource server does (RFC 9068).
export async function validate(as, token) {
  const request = new Request(`${config.issuer}/app/v3/en/static/country/list`, { headers: { authorization: `Bearer ${token}` } })
  return oauth.validateJwtAccessToken(as, request, config.issuer, options)
}

// Somebody else is the person: prints where she is sent and reads where she was sent back to.
export async function person(url) {
  const lines = createInterface({ input: process.stdin })
  console.log(`AUTHORIZE ${url}`)
  const answer = await lines[Symbol.asyncIterator]().next()
  lines.close()
  return new URL(answer.value)
}
