//! What `quickstart` prints: ids, credentials and the commands of the first walk, ready to paste.

use crate::config::Config;
use crate::demo::{self, Demo};

/// The whole text.
pub(crate) fn text(config: &Config, demo: &Demo, now: jiff::Timestamp) -> String {
    let Demo { base_url, organization_id, app, module, .. } = demo;
    let kept = demo::path(config);
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    let (year, month) = (today.year(), today.month());
    format!(
        r#"
Kalends is running at {base_url}

  developer account   {account}
  demo organization   {organization_id}
  user                {email}   password {password}
  app                 {app_id}
    client id         {client_id}
    client secret     {secret}
    install key       {app_key}
  module              {module_id}
    client id         {module_client}
    configuration     {module_config}
  developer service   {base_url}/developer/en/
  API reference       {base_url}/apidoc/app
  database            {database}
  kept in             {kept}

The first walk, to paste into another terminal:

REFRESH_TOKEN=$(curl -s {base_url}/oauth/token -d grant_type=client_credentials \
  -d client_id={client_id} -d client_secret={secret} | sed 's/.*"refresh_token":"\([^"]*\)".*/\1/')

ACCESS_TOKEN=$(curl -s {base_url}/oauth/token -d grant_type=refresh_token \
  -d client_id={client_id} -d refresh_token=$REFRESH_TOKEN -d organization_id={organization_id} \
  | sed 's/.*"access_token":"\([^"]*\)".*/\1/')

curl -s -H "Authorization: Bearer $ACCESS_TOKEN" {base_url}/app/v3/en/organization/{organization_id}/show

curl -s -H "Authorization: Bearer $ACCESS_TOKEN" -H "Content-Type: application/json" \
  -d '{{"firstName":"John","lastName":"Doe"}}' {base_url}/app/v3/en/organization/{organization_id}/customer/add

# Then a booking: the first free time of the first template, taken and canceled.

API={base_url}/app/v3/en/organization/{organization_id}
id() {{ grep -o '"id":"[^"]*"' | head -n 1 | cut -d'"' -f4; }}
TEMPLATE=$(curl -s -H "Authorization: Bearer $ACCESS_TOKEN" $API/bookingTemplate/list | id)

curl -s -H "Authorization: Bearer $ACCESS_TOKEN" $API/bookingTemplate/$TEMPLATE/bookingSlot/year/{year}/month/{month}/listMonth

SLOT=$(curl -s -H "Authorization: Bearer $ACCESS_TOKEN" $API/bookingTemplate/$TEMPLATE/bookingSlot/earliest | id)

APPOINTMENT=$(curl -s -H "Authorization: Bearer $ACCESS_TOKEN" -H "Content-Type: application/json" \
  -d "{{\"bookingSlotId\":\"$SLOT\",\"customer\":{{\"firstName\":\"Jane\",\"lastName\":\"Doe\"}}}}" $API/appointment/add | id)

curl -s -X PUT -H "Authorization: Bearer $ACCESS_TOKEN" $API/appointment/$APPOINTMENT/cancel
"#,
        account = demo.developer_account_id,
        email = demo.user.email,
        password = demo.user.password,
        app_id = app.id,
        client_id = app.client_id,
        secret = app.client_secret,
        app_key = app.install_key,
        module_id = module.id,
        module_client = module.client_id,
        module_config = module.module_config_id,
        database = match &config.database {
            kalends_store::Database::Sqlite(path) => path.display().to_string(),
            kalends_store::Database::Postgres(_) => "PostgreSQL".to_owned(),
        },
        kept = kept.display(),
    )
}
