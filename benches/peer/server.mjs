// npm's oidc-provider with its records in memory and JWT access tokens signed by Ed25519, as one process or as a cluster.
// Arguments: the folder of its packages, the number of processes. Prints `PORT` and its port, ends with its standard input.
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import { createServer as reserve } from 'node:net'
import { pathToFileURL } from 'node:url'

const [packages, processes] = [process.argv[2], Number(process.argv[3])]

if (cluster.isPrimary) {
  process.stdin.resume().on('end', () => process.exit())
  const port = await new Promise((resolve) => {
    const probe = reserve().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
  if (processes === 1) {
    await serve(port)
    console.log(`PORT ${port}`)
  } else {
    let listening = 0
    cluster.on('listening', () => ++listening === processes && console.log(`PORT ${port}`))
    for (let count = 0; count < processes; count++) cluster.fork({ PORT: String(port) })
  }
} else {
  await serve(Number(process.env.PORT))
}

async function serve(port) {
  const { default: Provider } = await import(pathToFileURL(`${packages}/node_modules/oidc-provider/lib/index.js`))
  const issuer = `http://127.0.0.1:${port}`
  // The same key and the same refresh token in every process: memory is not shared.
  const key = {
    kty: 'OKP',
    crv: 'Ed25519',
    kid: 'bench',
    use: 'sig',
    alg: 'EdDSA',
    d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  }
  const provider = new Provider(issuer, {
    jwks: { keys: [key] },
    clients: [
      {
        client_id: 'bench',
        client_secret: 'a-secret-that-is-long-enough-for-it',
        grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
        redirect_uris: ['https://spa.example/cb'],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'EdDSA',
      },
    ],
    cookies: { keys: ['bench'] },
    enabledJWA: { idTokenSigningAlgValues: ['EdDSA'] },
    rotateRefreshToken: false,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'https://api.example',
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: 'api', audience: 'https://api.example', accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'EdDSA' } } }),
      },
    },
  })
  const client = await provider.Client.find('bench')
  const grant = new provider.Grant({ accountId: 'person', clientId: 'bench' })
  grant.jti = 'bench-grant'
  grant.addResourceScope('https://api.example', 'api')
  await grant.save(86400)
  const refresh = new provider.RefreshToken({
    client,
    accountId: 'person',
    grantId: 'bench-grant',
    gty: 'authorization_code',
    scope: 'api',
    resource: 'https://api.example',
    iiat: Math.floor(Date.now() / 1000),
    rotations: 0,
  })
  refresh.jti = 'bench-refresh-token-that-every-process-has'
  await refresh.save()
  await new Promise((resolve) => createServer(provider.callback()).listen(port, '127.0.0.1', resolve))
}
