// A person logs in to an app (confidential) and to a module (public): code with PKCE, ID token, userinfo, exchange,
// introspection and revocation.
import { check, client, config, discover, oauth, options, person, validate } from './common.mjs'

const as = await discover('oidc')
check(as.code_challenge_methods_supported.join() === 'S256', 'S256 only')
check(as.authorization_response_iss_parameter_supported === true, 'iss comes with the answer')

const clients = [
  { ...config.app, auth: oauth.ClientSecretBasic(config.app.secret), redirect: 'https://spa.example/cb', rotating: false },
  { ...config.module, auth: oauth.None(), redirect: 'http://127.0.0.1:51234/cb', rotating: true },
]
for (const { id, auth, redirect, rotating } of clients) {
  const own = client(id)
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const url = new URL(as.authorization_endpoint)
  const asked = {
    response_type: 'code',
    client_id: id,
    redirect_uri: redirect,
    scope: 'openid',
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    organization_id: config.organization,
  }
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
  const came = await person(url)
  check(came.href.startsWith(`${redirect}?`), `where it led: ${came}`)
  const parameters = oauth.validateAuthResponse(as, own, came, state)

  const redeem = () => oauth.authorizationCodeGrantRequest(as, own, auth, parameters, redirect, verifier, {
    ...options,
    additionalParameters: { organization_id: config.organization },
  })
  const response = await redeem()
  const rules = { expectedNonce: nonce, requireIdToken: true }
  const answer = await oauth.processAuthorizationCodeResponse(as, own, response, rules)
  await oauth.validateApplicationLevelSignature(as, response, options)
  const said = oauth.getValidatedIdTokenClaims(answer)
  check(answer.expires_in === 300 && answer.refresh_expires_in === 2592000, 'the standard answer')
  const access = await validate(as, answer.access_token)
  check(access.sub === said.sub && access.user_id === said.sub, 'one person')
  check(access.organization_id === config.organization, 'the organization')

  const info = await oauth.userInfoRequest(as, own, answer.access_token, options)
  const who = await oauth.processUserInfoResponse(as, own, said.sub, info)
  check(who.email === config.email, `userinfo: ${JSON.stringify(who)}`)

  const exchange = async (token) => {
    const more = { ...options, additionalParameters: { organization_id: config.organization } }
    const exchanged = await oauth.refreshTokenGrantRequest(as, own, oauth.None(), token, more)
    return oauth.processRefreshTokenResponse(as, own, exchanged)
  }
  const exchanged = await exchange(answer.refresh_token)
  check((exchanged.refresh_token !== undefined) === rotating, 'public clients rotate, the others do not')
  await validate(as, exchanged.access_token)
  const newest = exchanged.refresh_token ?? answer.refresh_token

  if (!rotating) {
    const ask = async (token) => {
      const introspected = await oauth.introspectionRequest(as, own, auth, token, options)
      return oauth.processIntrospectionResponse(as, own, introspected)
    }
    const active = await ask(exchanged.access_token)
    check(active.active && active.sub === said.sub && active.client_id === id, 'introspection')
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, own, auth, newest, options))
    for (const token of [exchanged.access_token, newest]) {
      check(JSON.stringify(await ask(token)) === '{"active":false}', 'nothing is told of what ended')
    }
  } else {
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, own, auth, newest, options))
  }
  const refused = await exchange(newest).catch((error) => error)
  check(refused.error === 'invalid_grant', 'a revoked token is refused')
  const again = await oauth.processAuthorizationCodeResponse(as, own, await redeem(), rules).catch((error) => error)
  check(again.error === 'invalid_grant', 'a code works once')
}
