// An app as an ordinary OAuth client: discovery, client credentials with the standard answer, exchange, revocation.
import { check, client, config, discover, oauth, options, validate } from './common.mjs'

const as = await discover('oauth2')
check(as.grant_types_supported.includes('client_credentials'), 'grant_types_supported')
const app = client(config.app.id)

for (const auth of [oauth.ClientSecretPost(config.app.secret), oauth.ClientSecretBasic(config.app.secret)]) {
  const parameters = { organization_id: config.organization }
  const response = await oauth.clientCredentialsGrantRequest(as, app, auth, parameters, options)
  const answer = await oauth.processClientCredentialsResponse(as, app, response)
  check(answer.token_type === 'bearer' && answer.expires_in === 300, 'the standard answer')
  check(answer.refresh_expires_in === 2592000, 'refresh_expires_in')
  const claims = await validate(as, answer.access_token)
  check(claims.client_id === config.app.id, 'the client')
  check(claims.organization_id === config.organization, 'the organization')

  const parametersOfExchange = { additionalParameters: { organization_id: config.organization } }
  const exchange = () =>
    oauth.refreshTokenGrantRequest(as, app, oauth.None(), answer.refresh_token, { ...options, ...parametersOfExchange })
  for (let time = 0; time < 2; time++) {
    // The same one again and again: it is not rotated.
    const exchanged = await oauth.processRefreshTokenResponse(as, app, await exchange())
    check(exchanged.refresh_token === undefined, 'a stable token stays as it is')
    await validate(as, exchanged.access_token)
  }

  const revoked = await oauth.revocationRequest(as, app, auth, answer.refresh_token, options)
  await oauth.processRevocationResponse(revoked)
  const refused = await oauth.processRefreshTokenResponse(as, app, await exchange()).catch((error) => error)
  check(refused.error === 'invalid_grant', 'a revoked token is refused')
}

const wrong = await oauth.clientCredentialsGrantRequest(as, app, oauth.ClientSecretBasic('wrong'), {}, options)
const refused = await oauth.processClientCredentialsResponse(as, app, wrong).catch((error) => error)
check(refused.code === oauth.WWW_AUTHENTICATE_CHALLENGE && refused.status === 401, 'a wrong secret is challenged')

const module = client(config.module.id)
const response = await oauth.clientCredentialsGrantRequest(as, module, oauth.None(), { organization_id: config.organization }, options)
const answer = await oauth.processClientCredentialsResponse(as, module, response)
check((await validate(as, answer.access_token)).client_id === config.module.id, 'a public client')
